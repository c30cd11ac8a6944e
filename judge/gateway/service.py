"""What the endpoints work with; made once by :mod:`judge.gateway.app`."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from typing import Any

from judge.client import AsyncClient
from judge.config import Settings
from judge.gateway.access.authenticate import Authenticator
from judge.gateway.access.caller import Caller
from judge.gateway.access.key_ends import KeyEnds
from judge.gateway.access.open_now import OpenNow
from judge.gateway.batches.tending import BatchTender
from judge.gateway.describe.pages import Pages
from judge.gateway.metrics import Metrics
from judge.gateway.offered_languages import OfferedLanguages
from judge.gateway.problems import ProblemError
from judge.gateway.published import Published
from judge.gateway.sign_in.provider import Provider
from judge.gateway.statements.kept import Statements
from judge.gateway.statements.parts import PublicParts
from judge.gateway.upload_directory import remove_leftovers
from judge.http_form.answers import LimitReached
from judge.queue.feed import Feed
from judge.queue.open_limits import OpenKind
from judge.queue.redis_queue import AsyncQueue

#: Bodies of batches that come in at once: of one key, and of all. Each may take some MiB of memory.
_BODIES_OF_ONE = 8
_BODIES = 64


class Service:
    """The judge behind one gateway. ``stopping`` is set when the gateway is told to end; ``pages``: what it says of
    itself; ``remembered``: answers that are given again for a while, by who made them and for whom, with their end
    (monotonic seconds)."""

    def __init__(self, settings: Settings, client: AsyncClient, pages: Pages) -> None:
        self.settings = settings
        self.client = client
        self.pages = pages
        self.feed = Feed(client.queue)
        self.authenticator = Authenticator(settings, client.queue)
        self.provider = Provider(settings.sign_in) if settings.sign_in.issuer else None
        self.packages = Published(settings, client.queue)
        self.public_parts = PublicParts(settings, self.packages)
        self.statements = Statements()
        self.languages = OfferedLanguages(client.queue, settings.limits)
        self.open_now = OpenNow(client.queue)
        self.key_ends = KeyEnds(client.queue)
        self.batches = BatchTender(client.queue, self.feed)
        self.stopping = asyncio.Event()
        self.remembered: dict[tuple[str, str], tuple[float, Any]] = {}
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
        self.queue.share_connection()
        self.feed.start()
        self.open_now.start()
        self.batches.start()
        remove_leftovers()

    def stop(self) -> None:
        """Let nobody wait any longer: this gateway ends."""
        self.stopping.set()
        self.feed.release_all()

    async def close(self) -> None:
        """Close all connections; idempotent."""
        await self.open_now.close()
        await self.batches.close()
        await self.feed.close()
        await self.public_parts.close()
        await self.client.close()

    @contextmanager
    def holding(self, caller: Caller) -> Iterator[None]:
        """Around a request that waits, or a stream. Raises ProblemError when caller or tenant has too many."""
        limits = self.settings.gateway
        who = caller.rights.id or caller.address
        most = limits.anonymous_streams_max if caller.anonymous else limits.streams_max
        what = "streams and waiting requests are open"
        name = "gateway.anonymous_streams_max" if caller.anonymous else "gateway.streams_max"
        of_tenant = LimitReached(name="gateway.tenant_streams_max", most=limits.tenant_streams_max)
        with (
            _counted(self._held, who, LimitReached(name=name, most=most), what),
            _counted(self._held_of_tenant, caller.tenant, of_tenant, what),
        ):
            yield

    async def begin_stream(self, caller: Caller) -> ExitStack:
        """What a stream holds; to be closed when that ends. Raises ProblemError, OpenLimitError: there are too many,
        here or at all gateways together; QueueError."""
        with ExitStack() as held:
            held.enter_context(self.holding(caller))
            held.callback(await self.open_now.take(OpenKind.STREAMS, caller.tenant))
            return held.pop_all()

    @asynccontextmanager
    async def holding_socket(self, tenant: str, address: str) -> AsyncIterator[None]:
        """Around an open WebSocket. Raises ProblemError, OpenLimitError when the tenant has too many of them, here or
        at all gateways together; who needs no key has no tenant, and is known by the address here. QueueError."""
        most = LimitReached(name="gateway.sockets_max", most=self.settings.gateway.sockets_max)
        with _counted(self._sockets, tenant or address, most, "WebSockets are open"), ExitStack() as held:
            held.callback(await self.open_now.take(OpenKind.SOCKETS, tenant))
            yield

    @contextmanager
    def receiving(self, caller: Caller) -> Iterator[None]:
        """Around the body of a batch. Raises ProblemError when too many of them come in."""
        what = "batches come in"
        with (
            _counted(self._received, "", None, what, _BODIES),
            _counted(self._received_of_one, caller.rights.id or caller.address, None, what, _BODIES_OF_ONE),
        ):
            yield


@contextmanager
def _counted(counter: Counter[str], who: str, limit: LimitReached | None, what: str, most: int = 0) -> Iterator[None]:
    """``limit`` None = ``most``, which is no setting."""
    if counter[who] >= (limit.most if limit else most):
        raise ProblemError("too-many", f"{counter[who]} {what}", headers={"retry-after": "1"}, limit=limit)
    counter[who] += 1
    try:
        yield
    finally:
        counter[who] -= 1
        if not counter[who]:
            del counter[who]
