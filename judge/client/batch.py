"""Hands in much work with a bounded number in flight and gives out each result as it comes; blocking and asyncio.

All waiting goes over one connection (:mod:`judge.queue.completions`).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterable, Iterator, Sequence
from typing import Any

from judge.client.many import Flight, Item, ItemResult, Numbered, numbered, refused, wait_before_retry_s
from judge.client.opening import reported, work_report
from judge.client.sending import Sending
from judge.client.versions import exact_work, exact_work_async
from judge.errors import JudgeError, QueueError
from judge.queue import calls
from judge.queue.completions import ASK_AGAIN_S, AsyncCompletions, Completions
from judge.queue.redis_queue import AsyncQueue, Queue


class Batch:
    """One batch of a blocking client, from one thread."""

    def __init__(self, queue: Queue, items: Iterable[Item], sending: Sending, flight: Flight) -> None:
        self._queue = queue
        self._source = (numbered(index, item, sending) for index, item in enumerate(items))
        self._flight = flight
        self._completions = Completions(queue)

    def results(self) -> Iterator[ItemResult]:
        """Each item's, once. Left early it withdraws what is in flight and was given no id. Raises QueueError."""
        flight = self._flight
        try:
            item = next(self._source, None)
            while item is not None or len(flight):
                pause_s = 0.0
                while item is not None and not pause_s and flight.has_room:
                    error = self._send(item)
                    pause_s = (error and wait_before_retry_s(error)) or 0.0
                    if not pause_s:
                        if error:
                            yield from flight.results(refused(item, error))
                        item = next(self._source, None)
                for work_id in self._completions.wait(flight.ids(), pause_s or ASK_AGAIN_S):
                    for settled in flight.of(work_id):
                        flight.remove(settled)
                        yield from flight.results(self._result(settled))
        finally:
            self._completions.close()
            for work_id in flight.unnamed():
                with contextlib.suppress(JudgeError):
                    self._queue.run(calls.cancel(work_id))

    def _send(self, item: Numbered) -> JudgeError | None:
        """Hand it in; the answer is why it was not taken."""
        try:
            if not self._queue.run(calls.submit_work(exact_work(self._queue, item.work))):
                self._completions.ask_now()
        except JudgeError as error:
            return error
        self._flight.add(item)
        return None

    def _result(self, item: Numbered) -> ItemResult:
        try:
            return ItemResult(item.index, item.id, work_report(reported(self._queue.answer(item.id), item.id), item.id))
        except QueueError:
            raise
        except JudgeError as error:
            return ItemResult(item.index, item.id, error=error)


class AsyncBatch:
    """One batch of an asyncio client: a task for each item in flight, and one that takes the next item."""

    def __init__(
        self,
        queue: AsyncQueue,
        completions: AsyncCompletions,
        items: Iterable[Item] | AsyncIterable[Item],
        sending: Sending,
        flight: Flight,
    ) -> None:
        self._queue = queue
        self._completions = completions
        self._source = numbered_items(items, sending)
        self._flight = flight
        self._turn = asyncio.Lock()  # items are handed in one at a time: a full queue is asked by one task alone

    async def results(self) -> AsyncGenerator[ItemResult, None]:
        """See :meth:`Batch.results`."""
        taking: asyncio.Task[Numbered | None] | None = None
        tasks: set[asyncio.Task[ItemResult]] = set()
        exhausted = False
        try:
            while tasks or not exhausted:
                if taking is None and not exhausted and self._flight.has_room:
                    taking = asyncio.create_task(self._next())
                await asyncio.wait(tasks | ({taking} if taking else set()), return_when=asyncio.FIRST_COMPLETED)
                if taking is not None and taking.done():
                    item, taking = taking.result(), None
                    exhausted = item is None
                    if item is not None:
                        self._flight.add(item)
                        tasks.add(asyncio.create_task(self._result(item)))
                for task in [task for task in tasks if task.done()]:
                    tasks.remove(task)
                    for result in self._flight.results(task.result()):
                        yield result
        finally:
            ours = self._flight.unnamed()
            await _end([*tasks, *([taking] if taking else [])])
            for work_id in ours:
                with contextlib.suppress(JudgeError):
                    await self._withdraw(work_id)

    async def _withdraw(self, work_id: str) -> None:
        await self._queue.run(calls.cancel(work_id))

    async def _next(self) -> Numbered | None:
        return await anext(self._source, None)

    async def _result(self, item: Numbered) -> ItemResult:
        try:
            refusal = await self._send(item)
            if refusal is not None:
                return refused(item, refusal)
            await self._completions.wait(item.id)
            return ItemResult(
                item.index, item.id, work_report(reported(await self._queue.answer(item.id), item.id), item.id)
            )
        except QueueError:
            raise
        except JudgeError as error:
            return ItemResult(item.index, item.id, error=error)
        finally:
            self._flight.remove(item)

    async def _send(self, item: Numbered) -> JudgeError | None:
        """Hand it in, however long the queue is full; the answer is why it was not taken."""
        async with self._turn:
            while True:
                try:
                    await self._queue.run(calls.submit_work(await exact_work_async(self._queue, item.work)))
                    return None
                except JudgeError as error:
                    pause_s = wait_before_retry_s(error)
                    if pause_s is None:
                        return error
                    await asyncio.sleep(pause_s)


async def numbered_items(items: Iterable[Item] | AsyncIterable[Item], sending: Sending) -> AsyncIterator[Numbered]:
    """Items with their headers. Raises UsageError."""
    index = 0
    if isinstance(items, AsyncIterable):
        async for item in items:
            yield numbered(index, item, sending)
            index += 1
        return
    for item in items:
        yield numbered(index, item, sending)
        index += 1


async def _end(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
