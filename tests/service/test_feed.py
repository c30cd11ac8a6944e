"""One subscription for all that wait: nothing is missed, whatever happens to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from service_harness import order

from judge.client import Client
from judge.queue import calls
from judge.queue.feed import Feed
from judge.queue.redis_queue import AsyncQueue, Queue

PATIENCE_S = 20.0


def _with_feed(queue: Queue, use: Callable[[AsyncQueue, Feed], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with AsyncQueue(queue.broker) as own:
            feed = Feed(own)
            feed.start()
            try:
                while not feed.listening:
                    await asyncio.sleep(0.01)
                await use(own, feed)
            finally:
                await feed.close()

    asyncio.run(whole())


def _subscribers(queue: Queue) -> int:
    return int(queue.link.command("PUBSUB", "NUMSUB", queue.link.keys.settled())[1])


def test_who_waits_hears_the_end(queue: Queue) -> None:
    async def use(own: AsyncQueue, feed: Feed) -> None:
        submission = order()
        with feed.watching(submission.id) as watch:
            await own.run(calls.submit(submission))
            assert not await watch.until_settled(0.05)
            await own.run(calls.cancel(submission.id))
            assert await watch.until_settled(PATIENCE_S)

    _with_feed(queue, use)


def test_however_many_wait_one_connection_listens(queue: Queue) -> None:
    async def use(own: AsyncQueue, feed: Feed) -> None:
        submissions = [order() for _ in range(50)]
        for submission in submissions:
            await own.run(calls.submit(submission))

        async def wait(name: str) -> bool:
            with feed.watching(name) as watch:
                return await watch.until_settled(PATIENCE_S)

        waiting = [asyncio.create_task(wait(submission.id)) for submission in submissions for _ in range(4)]
        await asyncio.sleep(0)
        assert (feed.count, _subscribers(queue)) == (200, 1)
        for submission in submissions:
            await own.run(calls.cancel(submission.id))
        assert all(await asyncio.gather(*waiting))
        assert feed.count == 0

    _with_feed(queue, use)


def test_what_is_said_while_the_connection_is_down_is_not_missed(queue: Queue) -> None:
    async def use(own: AsyncQueue, feed: Feed) -> None:
        submission = order()
        await own.run(calls.submit(submission))
        with feed.watching(submission.id) as watch:
            queue.link.command("CLIENT", "KILL", "TYPE", "pubsub")
            await own.run(calls.cancel(submission.id))
            assert await watch.until_settled(PATIENCE_S)

    _with_feed(queue, use)


def test_who_follows_is_woken_by_each_event(queue: Queue) -> None:
    async def use(own: AsyncQueue, feed: Feed) -> None:
        submission = order()
        with feed.watching(submission.id, events=True) as watch:
            await feed.hear(watch)
            assert await watch.changed(PATIENCE_S)  # the subscription has begun
            await own.run(calls.submit(submission))
            assert await watch.changed(PATIENCE_S)
            assert [event.__struct_config__.tag for _, event in await own.events_after(submission.id, "0", 9)] == [
                "queued"
            ]
            await feed.unhear(watch)

    _with_feed(queue, use)


def test_removed_work_is_gone(queue: Queue) -> None:
    client = Client(queue.broker)
    submission = order()
    client.submit(submission)
    assert not queue.run(calls.drop(submission.id))
    client.cancel(submission.id)
    assert queue.run(calls.drop(submission.id))
    left = [key for key in queue.link.command("KEYS", "*") if submission.id.encode() in key or b":src:" in key]
    assert [key for key in left if key.startswith(queue.link.keys.prefix.encode())] == []
    client.close()
