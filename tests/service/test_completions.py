"""Waiting for work over one connection: nobody is left waiting when that ends."""

from __future__ import annotations

import asyncio

import pytest
from service_harness import order

from judge.queue import calls
from judge.queue.completions import AsyncCompletions
from judge.queue.redis_queue import AsyncQueue, Queue


def test_closing_ends_the_waiting_also_of_those_that_have_only_begun(queue: Queue) -> None:
    queue.run(calls.submit(order("one")))

    async def close_at_once() -> None:
        async with AsyncQueue(queue.broker) as own:
            completions = AsyncCompletions(own)
            waiting = asyncio.create_task(completions.wait("one"))
            await asyncio.sleep(0)  # it has begun, and nobody has subscribed yet
            await completions.close()
            with pytest.raises(asyncio.CancelledError):
                await asyncio.wait_for(waiting, 10)

    asyncio.run(close_at_once())


def test_what_nobody_foresaw_is_told_to_those_that_wait(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    queue.run(calls.submit(order("one")))

    def fail() -> None:
        raise ZeroDivisionError("nobody thought of this")

    async def wait() -> None:
        async with AsyncQueue(queue.broker) as own:
            completions = AsyncCompletions(own)
            monkeypatch.setattr(completions, "_open", fail)
            with pytest.raises(ZeroDivisionError):
                await asyncio.wait_for(completions.wait("one"), 10)
            await completions.close()

    asyncio.run(wait())
