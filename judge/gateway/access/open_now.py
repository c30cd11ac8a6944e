"""What tenants have open at this gateway, kept counted in Redis with what they have open at others."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import secrets
from collections.abc import Callable

from judge.errors import QueueError
from judge.queue import open_limits
from judge.queue.open_limits import OpenKind, OpenOne
from judge.queue.redis_queue import AsyncQueue

log = logging.getLogger(__name__)

#: What a gateway that was killed had open counts for this long.
LEASE_S = 30.0
_RENEW_S = LEASE_S / 3

#: How many are told of in one call.
_PAGE = 300


class OpenNow:
    """Counts from :meth:`take` until what that returned is called; one for each gateway."""

    def __init__(self, queue: AsyncQueue) -> None:
        self._queue = queue
        self._names = (f"{secrets.token_hex(6)}.{number}" for number in itertools.count())
        self._open: set[OpenOne] = set()
        self._over: list[OpenOne] = []
        self._told = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to renew; needs a running event loop."""
        self._task = asyncio.create_task(self._tell())

    async def close(self) -> None:
        """Stop, and say that nothing is open any more; idempotent."""
        if self._task is None:
            return
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self._task = None
        self._over += self._open
        self._open.clear()
        with contextlib.suppress(QueueError):
            await self._say_over()

    async def take(self, kind: OpenKind, tenant: str) -> Callable[[], None]:
        """Count one more; call what is returned when it is over. Raises OpenLimitError, QueueError."""
        one = OpenOne(kind, tenant, next(self._names))
        await self._queue.run(open_limits.take(one, int(LEASE_S * 1000)))
        self._open.add(one)
        return lambda: self._is_over(one)

    def _is_over(self, one: OpenOne) -> None:
        if one in self._open:
            self._open.discard(one)
            self._over.append(one)
            self._told.set()

    async def _tell(self) -> None:
        """Say what is over as it ends, and that the others are there three times in a lease."""
        loop = asyncio.get_running_loop()
        due_s = loop.time() + _RENEW_S
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout_at(due_s):
                    await self._told.wait()
            self._told.clear()
            try:
                await self._say_over()
                if loop.time() >= due_s:
                    due_s = loop.time() + _RENEW_S
                    await self._say_open()
            except QueueError as error:
                log.warning("what is open is not counted now: %s", error)
                await asyncio.sleep(1.0)

    async def _say_over(self) -> None:
        while page := self._over[:_PAGE]:
            await self._queue.run(open_limits.end(page))
            del self._over[: len(page)]

    async def _say_open(self) -> None:
        ones = list(self._open)
        for at in range(0, len(ones), _PAGE):
            still = [one for one in ones[at : at + _PAGE] if one in self._open]
            await self._queue.run(open_limits.renew(still, int(LEASE_S * 1000)))
