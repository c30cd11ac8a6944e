"""One subscription of a process for all that wait: for an answer, or for the next event of a stream.

The queue says on one channel what is settled (finished or cancelled), and on a channel of each piece of work that
events were appended. Nothing is read from those messages but the id: a watch is woken and looks for itself. What is
said while the connection is down is not heard: so each new subscription wakes everybody, what waits for its end is
asked about every :data:`ASK_AGAIN_S`, and who follows events looks again by itself now and then.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from redis.exceptions import RedisError

from judge.errors import QueueError
from judge.queue import calls
from judge.queue.redis_queue import AsyncQueue

log = logging.getLogger(__name__)

#: Between two times that everything which waits for its end is asked about.
ASK_AGAIN_S = 1.0

#: A subscription on which nothing came for this long, not even the answer to our PING, is made again.
SILENT_S = 5.0

#: Before the next try to subscribe, when that failed.
_PAUSE_S = 0.1

#: How many ids are asked about in one call.
_ASK_MAX = 500


class Watch:
    """One waiter for one piece of work. ``settled``: there is nothing more to come, as far as was heard.
    ``released``: its process ends, nothing is to be waited for."""

    def __init__(self, work_id: str, *, events: bool) -> None:
        self.id = work_id
        self.events = events
        self.settled = False
        self.released = False
        self._said = asyncio.Event()

    def wake(self) -> None:
        """Something was said of it."""
        self._said.set()

    async def changed(self, timeout_s: float) -> bool:
        """Until something is said, or was since the last call; False = nothing was within that time."""
        if not self._said.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(timeout_s):
                    await self._said.wait()
        said = self._said.is_set()
        self._said.clear()
        return said

    async def until_settled(self, timeout_s: float) -> bool:
        """Until it is settled; False = it was not within that time."""
        deadline_s = time.monotonic() + timeout_s
        while not self.settled and not self.released and (left_s := deadline_s - time.monotonic()) > 0:
            await self.changed(left_s)
        return self.settled


class Feed:
    """The subscription of one event loop. Started once; close it."""

    def __init__(self, queue: AsyncQueue) -> None:
        self._queue = queue
        self._make: Callable[[], Any] = queue.link.client.connection_pool.make_connection
        self._settled_channel = queue.link.keys.settled()
        self._watches: dict[str, set[Watch]] = {}
        self._channels: dict[str, str] = {}
        self._connection: Any = None
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to listen; needs a running event loop."""
        self._tasks = [asyncio.create_task(self._listen_always()), asyncio.create_task(self._ask_always())]

    async def close(self) -> None:
        """Stop; idempotent. Watches wait until their time is up."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    def release_all(self) -> None:
        """End all waiting."""
        for watches in self._watches.values():
            for watch in watches:
                watch.released = True
                watch.wake()

    @property
    def listening(self) -> bool:
        """Whether the subscription stands."""
        return self._connection is not None

    @property
    def count(self) -> int:
        """How many watches there are."""
        return sum(len(watches) for watches in self._watches.values())

    @contextmanager
    def watching(self, work_id: str, *, events: bool = False) -> Iterator[Watch]:
        """A watch for this work, of its end or also of its events. Begin before the work is handed in, or look first.

        Follow events with :meth:`hear`. A name that ends with ``~`` is woken by the end of all work of that family.
        """
        watch = Watch(work_id, events=events)
        self._watches.setdefault(work_id, set()).add(watch)
        try:
            yield watch
        finally:
            self._watches[work_id].discard(watch)
            if not self._watches[work_id]:
                del self._watches[work_id]

    @asynccontextmanager
    async def hearing(self, work_id: str) -> AsyncIterator[Watch]:
        """A watch for this work that its events wake for as long as it lasts."""
        with self.watching(work_id, events=True) as watch:
            await self.hear(watch)
            try:
                yield watch
            finally:
                await self.unhear(watch)

    async def hear(self, watch: Watch) -> None:
        """Be woken by this work's events from now on, and once when that has begun; end it by :meth:`unhear`."""
        channel = self._queue.link.keys.news(watch.id)
        if channel not in self._channels:
            self._channels[channel] = watch.id
            await self._say("SUBSCRIBE", channel)

    async def unhear(self, watch: Watch) -> None:
        """The end of :meth:`hear`."""
        channel = self._queue.link.keys.news(watch.id)
        others = any(other.events and other is not watch for other in self._watches.get(watch.id, ()))
        if not others and self._channels.pop(channel, ""):
            await self._say("UNSUBSCRIBE", channel)

    async def _say(self, word: str, channel: str) -> None:
        """What cannot be said now is said with the next subscription."""
        if self._connection is not None:
            with contextlib.suppress(RedisError, OSError):
                await self._connection.send_command(word, channel, check_health=False)

    async def _listen_always(self) -> None:
        while True:
            connection = self._make()
            try:
                await connection.connect()
                await connection.send_command("SUBSCRIBE", self._settled_channel, *self._channels, check_health=False)
                await self._listen(connection)
            except (RedisError, OSError) as error:
                log.warning("the subscription to what is settled broke, and is made again: %s", error)
                await asyncio.sleep(_PAUSE_S)
            finally:
                self._connection = None
                with contextlib.suppress(RedisError, OSError):
                    await connection.disconnect(nowait=True)

    async def _listen(self, connection: Any) -> None:
        """Until the connection fails. Raises RedisError, OSError."""
        heard_at_s = time.monotonic()
        while True:
            heard = await connection.read_response(timeout=ASK_AGAIN_S)
            now_s = time.monotonic()
            if heard is None:
                if now_s - heard_at_s > SILENT_S:
                    raise TimeoutError(f"nothing came for {SILENT_S:g} s")
                await connection.send_command("PING", check_health=False)
                continue
            heard_at_s = now_s
            match heard:
                case [b"message", channel, data]:
                    self._take(channel.decode(), data.decode())
                case [b"subscribe", channel, _]:
                    self._begun(connection, channel.decode())

    def _begun(self, connection: Any, channel: str) -> None:
        """From here on the server says what happens: whatever waits looks at what was before."""
        self._connection = connection
        if channel == self._settled_channel:
            self._wake_all()
        else:
            self._take(channel, "")

    def _take(self, channel: str, data: str) -> None:
        settled = channel == self._settled_channel
        for watch in self._watches.get(data if settled else self._channels.get(channel, ""), ()):
            watch.settled = watch.settled or settled
            watch.wake()
        if settled:
            for watch in self._watches.get(data[: data.rfind("~") + 1], ()):
                watch.wake()

    def _wake_all(self) -> None:
        for watches in self._watches.values():
            for watch in watches:
                watch.wake()

    async def _ask_always(self) -> None:
        """Messages may be lost with a connection: ask about everything now and then."""
        while True:
            await asyncio.sleep(ASK_AGAIN_S)
            ids = list(self._watches)
            for at in range(0, len(ids), _ASK_MAX):
                try:
                    settled = await self._queue.run(calls.settled(ids[at : at + _ASK_MAX]))
                except QueueError as error:
                    log.debug("cannot ask what is settled: %s", error)
                    break
                for work_id in settled:
                    self._take(self._settled_channel, work_id)
