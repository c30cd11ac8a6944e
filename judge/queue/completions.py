"""Waiting for many pieces of work over one connection: the queue says on one channel what is finished or cancelled.

What is said while the connection is down is not heard, and workers of an earlier version say nothing: so everything
that is waited for is asked about, too, when the subscription begins and every :data:`ASK_AGAIN_S` (one script call).
:class:`Completions` blocks, :class:`AsyncCompletions` does not.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Collection
from typing import Any

from redis.exceptions import RedisError

from judge.queue import calls
from judge.queue.redis_queue import AsyncQueue, Queue

#: Between two times that everything is asked about.
ASK_AGAIN_S = 1.0

#: Before the next try to subscribe, when that failed.
_PAUSE_S = 0.1


class Completions:
    """Which of many ids are settled, for one thread; close it."""

    def __init__(self, queue: Queue) -> None:
        self._link = queue.link
        self._open: Callable[..., Any] = queue.link.client.pubsub
        self._pubsub: Any = None
        self._ask_at_s = 0.0

    def close(self) -> None:
        """Close the connection; idempotent."""
        if self._pubsub is not None:
            self._pubsub.close()
            self._pubsub = None

    def ask_now(self) -> None:
        """Something is waited for that may have been settled before: ask about everything at the next wait."""
        self._ask_at_s = 0.0

    def wait(self, ids: Collection[str], timeout_s: float) -> set[str]:
        """Those of the ids that are settled; waits until there is one, at most that long. Raises QueueError."""
        deadline_s = time.monotonic() + timeout_s
        while True:
            heard = self._subscribed() and self._heard(min(deadline_s, self._ask_at_s) - time.monotonic())
            found = heard & set(ids) if heard else set()
            if not found and time.monotonic() >= self._ask_at_s:
                found = set(self._link.run(calls.settled(tuple(ids))))
                self._ask_at_s = time.monotonic() + ASK_AGAIN_S
            if found or time.monotonic() >= deadline_s:
                return found

    def _subscribed(self) -> bool:
        if self._pubsub is not None:
            return True
        pubsub = self._open()
        try:
            pubsub.subscribe(self._link.keys.settled())
            pubsub.get_message(timeout=_PAUSE_S)  # the server has it from here on
        except (RedisError, OSError):
            pubsub.close()
            time.sleep(_PAUSE_S)
            self.ask_now()
            return False
        self._pubsub = pubsub
        self.ask_now()
        return True

    def _heard(self, timeout_s: float) -> set[str]:
        """What is said within that time, and at once all that was said with it."""
        heard = set()
        try:
            message = self._pubsub.get_message(timeout=max(timeout_s, 0.0))
            while message is not None:
                if message["type"] == "message":
                    heard.add(message["data"].decode())
                message = self._pubsub.get_message(timeout=0.0)
        except (RedisError, OSError):
            self.close()
        return heard


class AsyncCompletions:
    """The same for the tasks of one event loop. The connection is open while somebody waits."""

    def __init__(self, queue: AsyncQueue) -> None:
        self._link = queue.link
        self._open: Callable[..., Any] = queue.link.client.pubsub
        self._waiting: dict[str, set[asyncio.Future[None]]] = {}
        self._reader: asyncio.Task[None] | None = None
        self._subscribed = asyncio.Event()

    async def close(self) -> None:
        """End the waiting of all tasks; idempotent."""
        if self._reader is not None:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader
        self._end_all(lambda settled: settled.cancel())  # a reader that had not begun has told nobody
        self._subscribed.set()

    async def wait(self, work_id: str) -> None:
        """Until this is settled, however long ago that was. Raises QueueError."""
        settled = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(work_id, set()).add(settled)
        if self._reader is None or self._reader.done():
            self._subscribed.clear()
            self._reader = asyncio.create_task(self._read())
        try:
            await self._subscribed.wait()
            if settled.done() or not await self._link.run(calls.settled((work_id,))):
                await settled
        finally:
            settled.cancel()
            self._waiting[work_id].discard(settled)
            if not self._waiting[work_id]:
                del self._waiting[work_id]

    async def _read(self) -> None:
        try:
            while self._waiting:
                pubsub = self._open()
                try:
                    await pubsub.subscribe(self._link.keys.settled())
                    await pubsub.get_message(timeout=_PAUSE_S)  # the server has it from here on
                    self._subscribed.set()
                    await self._listen(pubsub)
                except (RedisError, OSError):
                    await asyncio.sleep(_PAUSE_S)
                    self._subscribed.set()  # those that wait ask by themselves, and learn what is wrong
                finally:
                    await pubsub.aclose()
        except Exception as error:  # QueueError, or what nobody foresaw: those that wait are told
            failure = error
            self._end_all(lambda settled: settled.set_exception(failure))
        finally:
            self._subscribed.set()

    async def _listen(self, pubsub: Any) -> None:
        """Until the connection fails, or nobody waits any more."""
        ask_at_s = time.monotonic()
        while self._waiting:
            if time.monotonic() >= ask_at_s:
                for work_id in await self._link.run(calls.settled(tuple(self._waiting))):
                    self._settle(work_id)
                ask_at_s = time.monotonic() + ASK_AGAIN_S
            message = await pubsub.get_message(timeout=ask_at_s - time.monotonic())
            if message is not None and message["type"] == "message":
                self._settle(message["data"].decode())

    def _settle(self, work_id: str) -> None:
        for settled in self._waiting.get(work_id, ()):
            if not settled.done():
                settled.set_result(None)

    def _end_all(self, end: Callable[[asyncio.Future[None]], object]) -> None:
        for settled in [one for several in self._waiting.values() for one in several if not one.done()]:
            end(settled)
