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
from judge.gateway.upload_directory import remove_leftovers
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
        self._received_of_one: Counter[str] = Counter()
        self._held_of_tenant: Counter[str] = Counter()
        self._sockets: Counter[str] = Counter()
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
        remove_leftovers()

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
        """Around a stream, or a request that waits. Raises ProblemError when caller or tenant has too many."""
        limits = self.settings.gateway
        who = caller.rights.id or caller.address
        most = limits.anonymous_streams_max if caller.anonymous else limits.streams_max
        what = "streams and waiting requests are open"
        with (
            _counted(self._held, who, most, what),
            _counted(self._held_of_tenant, caller.tenant, limits.tenant_streams_max, what),
        ):
            yield

    @contextmanager
    def holding_socket(self, tenant: str, address: str) -> Iterator[None]:
        """Around an open WebSocket. Raises ProblemError when the tenant has too many of them; who needs no key has no
        tenant, and is known by the address."""
        with _counted(self._sockets, tenant or address, self.settings.gateway.sockets_max, "WebSockets are open"):
            yield

    @contextmanager
    def receiving(self, caller: Caller) -> Iterator[None]:
        """Around the body of a batch. Raises ProblemError when too many of them come in."""
        what = "batches come in"
        with (
            _counted(self._received, "", _BODIES, what),
            _counted(self._received_of_one, caller.rights.id or caller.address, _BODIES_OF_ONE, what),
        ):
            yield


@contextmanager
def _counted(counter: Counter[str], who: str, most: int, what: str) -> Iterator[None]:
    if counter[who] >= most:
        raise ProblemError("too-many", f"{counter[who]} {what}", headers={"retry-after": "1"})
    counter[who] += 1
    try:
        yield
    finally:
        counter[who] -= 1
        if not counter[who]:
            del counter[who]
