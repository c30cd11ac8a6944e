"""Who may take out public parts now, and which packages nothing could be taken out of."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary


class Turns:
    """A few at once, and of each tenant one: who sends many packages that take long leaves the others their turn."""

    def __init__(self, at_once: int) -> None:
        self._few = asyncio.Semaphore(at_once)
        self._of_tenants: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def turn(self, tenant: str) -> AsyncIterator[None]:
        """The tenant's turn."""
        own = self._of_tenants.get(tenant)
        if own is None:
            own = self._of_tenants[tenant] = asyncio.Lock()
        async with own, self._few:
            yield


class Failures:
    """Errors that are raised again for ``remembered_s`` without trying again; of ``most`` names at most."""

    def __init__(self, remembered_s: float, most: int) -> None:
        self._remembered_s = remembered_s
        self._most = most
        self._known: OrderedDict[str, tuple[Exception, float]] = OrderedDict()

    def add(self, name: str, error: Exception) -> None:
        """It failed now."""
        self._known[name] = error, time.monotonic() + self._remembered_s
        self._known.move_to_end(name)
        while len(self._known) > self._most:
            self._known.popitem(last=False)

    def check(self, name: str) -> None:
        """Raises the error that is remembered."""
        error, until_s = self._known.get(name, (None, 0.0))
        if error is None:
            return
        if until_s > time.monotonic():
            raise error.with_traceback(None)
        del self._known[name]
