"""Makes batches go on: hands in their lines, as many as keep the workers busy, and collects the results.

Each batch is tended by one gateway at a time; when that one is gone for :data:`LEASE_MS` another does it. Two that do
it at once do no harm: a line is handed in once, and has one result. When there are more batches than places, each has
its turn (:mod:`judge.gateway.batches.places`).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import time

from judge import wire
from judge.errors import JudgeError, QueueError, QueueFullError, RateLimitError
from judge.gateway.batches.line_problem import FIELDS, line_problem, problem_text
from judge.gateway.batches.places import Places
from judge.gateway.problems import ProblemError
from judge.queue import batches, calls
from judge.queue.batch_turns import rest_batch, take_batches
from judge.queue.batches import StoredLine, Tended
from judge.queue.feed import Feed, Watch
from judge.queue.redis_queue import AsyncQueue

log = logging.getLogger(__name__)

#: A gateway that said nothing of a batch for this long does not tend it any more.
LEASE_MS = 3000

#: How often is looked for batches that nobody tends, and at each batch, whatever is heard.
_LOOK_S = 1.0

#: The same while batches wait for a place.
_CROWDED_LOOK_S = 0.1

#: How often is looked for batches whose time is over.
_LATE_S = 30.0

#: Tended at once by one gateway.
BATCHES_MAX = 256

#: Handed in, or withdrawn, at once: they go out together.
_CALLS = 64

#: What has happened meanwhile is collected in one call: this long after the one before, and longer when many lines run.
_PAUSE_S = 0.02
_PAUSE_S_PER_LINE = 0.0001


class BatchTender:
    """Tends batches for one gateway; needs a running event loop between start and close."""

    def __init__(self, queue: AsyncQueue, feed: Feed, batches_max: int = BATCHES_MAX) -> None:
        self._queue = queue
        self._feed = feed
        self._name = secrets.token_hex(8)
        self._places = Places(batches_max)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._watches: dict[str, Watch] = {}
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to look for batches."""
        self._looking = asyncio.create_task(self._look_always())

    async def close(self) -> None:
        """Stop; another gateway goes on. Idempotent."""
        tasks = [task for task in (self._looking, *self._tasks.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._looking = None

    def poke(self, batch: str, tenant: str) -> None:
        """There is something new to do for this batch. Where others wait for a place, it waits, too."""
        if batch in self._watches:
            self._watches[batch].wake()
        elif self._looking is not None and not self._places.waiting:
            self._begin(batch, wire.tenant_key(tenant))

    def _begin(self, batch: str, tenant: str) -> None:
        if batch not in self._tasks and self._places.free:
            self._places.take(batch, tenant, time.monotonic())
            task = asyncio.create_task(self._tend_always(batch))
            self._tasks[batch] = task
            task.add_done_callback(lambda _: self._end(batch))

    def _end(self, batch: str) -> None:
        del self._tasks[batch]
        self._places.leave(batch)

    async def _look_always(self) -> None:
        late_at_s = time.monotonic()
        place = 0
        while True:
            try:
                turns = await self._queue.run(take_batches(self._places.free, LEASE_MS, place))
                place, self._places.waiting = turns.place, turns.waiting
                for batch, tenant in turns.given:
                    self._begin(batch, tenant)
                if time.monotonic() >= late_at_s:
                    late_at_s = time.monotonic() + _LATE_S
                    for batch in await batches.late_batches(self._queue, time.time_ns() // 1_000_000, 100):
                        await self._queue.run(batches.remove_batch(batch, late=True))
            except QueueError as error:
                log.debug("cannot look for batches: %s", error)
            await asyncio.sleep(_CROWDED_LOOK_S if self._places.waiting else _LOOK_S)

    async def _tend_always(self, batch: str) -> None:
        """Until it is over, another gateway's, or the turn of others."""
        with self._feed.watching(f"{batch}~") as watch:
            self._watches[batch] = watch
            try:
                while True:
                    tended = await self._queue.run(batches.tend(batch, self._name, LEASE_MS))
                    if tended.over or not tended.mine:
                        return
                    await self._pause(watch, tended, await self._carry_out(batch, tended))
                    if self._places.is_to_leave(batch, time.monotonic()):
                        await self._queue.run(rest_batch(batch, self._name))
                        return
            except QueueError as error:
                log.warning("batch %s: %s", batch, error)
            except Exception:
                log.exception("batch %s: a fault of the gateway", batch)
            finally:
                del self._watches[batch]

    async def _pause(self, watch: Watch, tended: Tended, no_room_s: float) -> None:
        await asyncio.sleep(min(_PAUSE_S + tended.running * _PAUSE_S_PER_LINE, _LOOK_S))
        if no_room_s:
            await asyncio.sleep(min(no_room_s, _LOOK_S))
        elif not tended.next_lines:
            await watch.changed(_LOOK_S)

    async def _carry_out(self, batch: str, tended: Tended) -> float:
        """What is to be done; for how long there is no room for more lines. Raises QueueError."""
        for at in range(0, len(tended.withdraw), _CALLS):
            numbers = tended.withdraw[at : at + _CALLS]
            await asyncio.gather(*(self._withdraw(batches.record_of_line(batch, number)) for number in numbers))
        for at in range(0, len(tended.next_lines), _CALLS):
            lines = tended.next_lines[at : at + _CALLS]
            waits = await asyncio.gather(*(self._hand_in(batch, waiting, line) for waiting, line in lines))
            if any(waits):
                return max(waits)
        return 0.0

    async def _withdraw(self, record: str) -> None:
        with contextlib.suppress(JudgeError):  # it is gone: the next look sees that
            await self._queue.run(calls.cancel(record))

    async def _hand_in(self, batch: str, waiting: str, line: StoredLine) -> float:
        """For how long there is no room for it; 0 = it is handed in, or has a problem for its result."""
        try:
            await self._queue.run(batches.hand_in_line(batch, waiting, line))
        except QueueFullError as error:
            return max(error.wait_s, _PAUSE_S)
        except RateLimitError as error:
            return max(error.retry_s, _PAUSE_S)
        except QueueError:
            raise
        except Exception as error:
            problem = line_problem(error, FIELDS[wire.decode_work_header(line.header.encode()).kind])
            if problem is None:
                log.exception("batch %s, line %s: a fault of the gateway", batch, waiting)
            text = problem_text(problem or ProblemError("internal"))
            await self._queue.run(batches.refuse_line(batch, waiting, line.custom_id, text))
        return 0.0
