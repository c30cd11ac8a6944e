"""The commands of many tasks on one connection: each has its own answer, whatever happens to the others and to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from service_harness import RedisServer, order, running

from judge import wire
from judge.errors import QueueAnswerError, QueueError, WireError
from judge.queue import calls
from judge.queue.broker import Broker
from judge.queue.redis_queue import AsyncQueue, Queue

PATIENCE_S = 20.0


def _sharing(broker: Broker, use: Callable[[AsyncQueue], Awaitable[None]], patience_s: float = PATIENCE_S) -> None:
    async def whole() -> None:
        async with AsyncQueue(broker, patience_s) as own:
            own.share_connection()
            await use(own)

    asyncio.run(whole())


@pytest.fixture
def lonely(short_dir: Path) -> Iterator[RedisServer]:
    """A server that nobody else uses."""
    server = RedisServer(short_dir / "redis")
    with running(server):
        yield server


def _connections(queue: Queue) -> int:
    listed = queue.link.command("CLIENT", "LIST")
    return len(listed if isinstance(listed, list) else listed.splitlines())


def test_a_burst_of_commands_goes_over_one_connection(lonely: RedisServer) -> None:
    async def use(own: AsyncQueue) -> None:
        await asyncio.gather(*(own.link.command("ECHO", "") for _ in range(200)))
        assert _connections(watching) == 2

    with Queue(lonely.broker) as watching:
        _sharing(lonely.broker, use)


def test_each_task_has_its_own_answer(queue: Queue) -> None:
    async def use(own: AsyncQueue) -> None:
        command = own.link.command
        texts = [str(number) * (1 + number % 50) for number in range(500)]
        assert await asyncio.gather(*(command("ECHO", text) for text in texts)) == [text.encode() for text in texts]

    _sharing(queue.broker, use)


def test_an_error_is_the_answer_of_one_command_only(queue: Queue) -> None:
    async def use(own: AsyncQueue) -> None:
        command = own.link.command
        found = await asyncio.gather(
            command("ECHO", "before"), command("NOSUCH"), command("ECHO", "after"), return_exceptions=True
        )
        assert (found[0], found[2]) == (b"before", b"after")
        assert isinstance(found[1], QueueAnswerError)
        with pytest.raises(WireError):
            await command("ECHO", "\ud800")
        assert await command("ECHO", "still there") == b"still there"

    _sharing(queue.broker, use)


def test_scripts_that_redis_does_not_know_are_sent_whole(queue: Queue) -> None:
    async def use(own: AsyncQueue) -> None:
        submission = order()
        queue.link.command("SCRIPT", "FLUSH")
        assert await own.run(calls.submit(submission))
        assert not await own.run(calls.submit(submission))

    _sharing(queue.broker, use)


def test_who_gives_up_leaves_the_answers_of_the_others_alone(queue: Queue) -> None:
    async def use(own: AsyncQueue) -> None:
        asked = [asyncio.create_task(own.link.command("ECHO", str(number))) for number in range(20)]
        await asyncio.sleep(0)
        for task in asked[::2]:
            task.cancel()
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert found[1::2] == [str(number).encode() for number in range(1, 20, 2)]

    _sharing(queue.broker, use)


def test_large_commands_have_few_connections_of_their_own(lonely: RedisServer) -> None:
    async def use(own: AsyncQueue) -> None:
        await own.link.command("ECHO", "")
        large = "x" * (1 << 20)
        found = await asyncio.gather(*(own.link.command("ECHO", large) for _ in range(40)))
        assert {len(text) for text in found} == {1 << 20}
        assert 2 < _connections(watching) <= 2 + 16

    with Queue(lonely.broker) as watching:
        _sharing(lonely.broker, use)


def test_a_broken_connection_is_made_again_for_all_that_wait(queue: Queue) -> None:
    async def use(own: AsyncQueue) -> None:
        async def ask_on(name: str) -> None:
            for number in range(100):
                text = f"{name} {number}"
                assert await own.link.command("ECHO", text) == text.encode()

        asked = [asyncio.create_task(ask_on(str(number))) for number in range(8)]
        own_id = await own.link.command("CLIENT", "ID")
        await asyncio.to_thread(queue.link.command, "CLIENT", "KILL", "ID", own_id)
        await asyncio.gather(*asked)
        assert await own.link.command("CLIENT", "ID") != own_id

    _sharing(queue.broker, use)


def test_a_redis_that_is_away_is_said_to_everybody_and_found_again(lonely: RedisServer) -> None:
    async def use(own: AsyncQueue) -> None:
        assert await own.link.command("ECHO", "there") == b"there"
        await asyncio.to_thread(lonely.kill)
        found = await asyncio.gather(*(own.link.command("ECHO", "gone") for _ in range(50)), return_exceptions=True)
        assert {type(error) for error in found} == {QueueError}
        await asyncio.to_thread(lonely.start)
        assert await own.link.command("ECHO", "back") == b"back"

    _sharing(lonely.broker, use, patience_s=0.5)


def test_closing_ends_what_waits(queue: Queue) -> None:
    async def whole() -> None:
        own = AsyncQueue(queue.broker, 0.01)
        own.share_connection()
        await own.link.command("ECHO", "there")
        waiting = asyncio.create_task(own.link.command("BRPOP", f"{wire.prefix(queue.broker.namespace)}nothing", 20))
        await asyncio.sleep(0)
        await own.close()
        with pytest.raises(QueueError):
            await waiting

    asyncio.run(whole())
