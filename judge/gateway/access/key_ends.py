"""Ends what a key has open when the key does: a connection asks who is there once, and may last for hours."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Coroutine
from typing import Any, TypeVar

from judge.errors import QueueError
from judge.gateway.access.authenticate import REMEMBERED_S
from judge.gateway.problems import ProblemError
from judge.queue.api_keys import key_holds
from judge.queue.redis_queue import AsyncQueue

log = logging.getLogger(__name__)

T = TypeVar("T")

#: How often a key with something open is asked for: it ends there as soon as it does for requests.
LOOK_S = REMEMBERED_S

#: Until a task that was cancelled is told so again: who waits for Redis may take that for the end of a wait.
_CANCELLED_S = 0.2


class KeyEnds:
    """Asks for each key once, however much it has open; one for each gateway. A key is given by its id; empty = none
    was needed, which never ends."""

    def __init__(self, queue: AsyncQueue) -> None:
        self._queue = queue
        self._looking: dict[str, asyncio.Task[None]] = {}
        self._waiting: Counter[str] = Counter()

    async def check(self, key: str) -> None:
        """Raises ProblemError when it does not hold any more; QueueError."""
        if key and not await key_holds(self._queue, key):
            raise _ended()

    async def until_ended(self, key: str) -> None:
        """Returns when it does not hold any more."""
        if not key:
            await asyncio.get_running_loop().create_future()
        if key not in self._looking:
            self._looking[key] = asyncio.create_task(self._look(key))
        self._waiting[key] += 1
        try:
            await asyncio.shield(self._looking[key])
        finally:
            self._waiting[key] -= 1
            if not self._waiting[key]:
                del self._waiting[key]
                self._looking.pop(key).cancel()

    async def while_holding(self, key: str, doing: Coroutine[Any, Any, T]) -> T:
        """What it gives. It is cancelled when the key ends; then raises ProblemError."""
        if not key:
            return await doing
        done = asyncio.ensure_future(doing)
        ended = asyncio.ensure_future(self.until_ended(key))
        try:
            await asyncio.wait((done, ended), return_when=asyncio.FIRST_COMPLETED)
            if not done.done():
                raise _ended()
            return done.result()
        finally:
            while alive := [task for task in (done, ended) if not task.done()]:
                for task in alive:
                    task.cancel()
                await asyncio.wait(alive, timeout=_CANCELLED_S)

    async def _look(self, key: str) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                if not await key_holds(self._queue, key):
                    return
            except QueueError as error:
                log.debug("cannot ask for a key: %s", error)


def _ended() -> ProblemError:
    return ProblemError("bad-key", "the key is not valid any more", headers={"connection": "close"})
