"""What the endpoints work with; made once by :mod:`judge.gateway.app`."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from judge.client import AsyncClient
from judge.config import Settings
from judge.gateway.access.authenticate import Authenticator
from judge.gateway.access.caller import Caller
from judge.gateway.batches.tending import BatchTender
from judge.gateway.describe.pages import Pages
from judge.gateway.metrics import Metrics
from judge.gateway.offered_languages import OfferedLanguages
from judge.gateway.problems import ProblemError
from judge.gateway.published import Published
from judge.queue.feed import Feed
from judge.queue.redis_queue import AsyncQueue

#: Commands to Redis at once. More would wait for Redis, which does one at a time, and for this process's one core.
_COMMANDS_MAX = 64

#: Bodies of batches that come in at once: of one key, and of all. Each may take some MiB of memory.
_BODIES_OF_ONE = 8
_BODIES = 64


class Service:
    """The judge behind one gateway. ``stopping`` is set when the gateway is told to end; ``pages``: what it says of
    itself."""

    def __init__(self, settings: Settings, client: AsyncClient, pages: Pages) -> None:
        self.settings = settings
        self.client = client
        self.pages = pages
        self.feed = Feed(client.queue)
        self.authenticator = Authenticator(settings.gateway, client.queue)
        self.packages = Published(settings, client.queue)
        self.languages = OfferedLanguages(client.queue, settings.limits)
        self.batches = BatchTender(client.queue, self.feed)
        self.stopping = asyncio.Event()
        self._held: Counter[str] = Counter()
        self._received: Counter[str] = Counter()
        self.metrics = Metrics(self._held.total)

    @property
    def queue(self) -> AsyncQueue:
        """The queue."""
        return self.client.queue

    def start(self) -> None:
        """Begin to listen to the queue; needs a running event loop."""
        self.queue.limit_commands(_COMMANDS_MAX)
        self.feed.start()
        self.batches.start()

    def stop(self) -> None:
        """Let nobody wait any longer: this gateway ends."""
        self.stopping.set()
        self.feed.release_all()

    async def close(self) -> None:
        """Close all connections; idempotent."""
        await self.batches.close()
        await self.feed.close()
        await self.client.close()

    @contextmanager
    def holding(self, caller: Caller) -> Iterator[None]:
        """Around a stream, or a request that waits. Raises ProblemError when the caller has too many of them."""
        self.check_holding(caller)
        with _counted(self._held, _who(caller)):
            yield

    def check_holding(self, caller: Caller) -> None:
        """Raises ProblemError when the caller has too many streams and waiting requests already."""
        if self._held[_who(caller)] >= self.settings.gateway.streams_max:
            raise ProblemError(
                "too-many",
                f"{self._held[_who(caller)]} streams and waiting requests are open",
                headers={"retry-after": "1"},
            )

    @contextmanager
    def receiving(self, caller: Caller) -> Iterator[None]:
        """Around the body of a batch. Raises ProblemError when too many of them come in."""
        who = _who(caller)
        if self._received[who] >= _BODIES_OF_ONE or self._received.total() >= _BODIES:
            raise ProblemError("too-many", f"{self._received[who]} batches come in", headers={"retry-after": "1"})
        with _counted(self._received, who):
            yield


def _who(caller: Caller) -> str:
    return caller.rights.id or caller.address


@contextmanager
def _counted(counts: Counter[str], name: str) -> Iterator[None]:
    counts[name] += 1
    try:
        yield
    finally:
        counts[name] -= 1
        if not counts[name]:
            del counts[name]
