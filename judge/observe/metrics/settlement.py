"""Exactly once: which prepared verdicts were recorded, when the process that prepared them did not live to say so.

The writer's side is :class:`VerdictSender`, the exporter's :class:`Settlement`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import msgspec

from judge.errors import QueueError
from judge.observe.metrics.pipe import RecordWriter
from judge.observe.metrics.pipe_records import Judged, Phase, Prepared, Settled

#: Asks the queue under which claim's fence a submission's verdict was recorded (None = it was not). Raises QueueError.
RecordedFence = Callable[[str], int | None]

#: Most verdicts that wait for an answer while the queue is away; older ones are given up and logged.
DOUBTS_MAX = 1000

log = logging.getLogger(__name__)


class VerdictSender:
    """Tells the exporter about the verdicts of one slot::

    sender.prepare(submission_id, fence, record)
    won = queue.record(...)
    sender.settle(won)
    """

    def __init__(self, writer: RecordWriter, slot: int, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._writer = writer
        self._slot = slot
        self._clock = clock
        self._prepared_ns = 0

    def prepare(self, submission: str, fence: int, record: Judged) -> None:
        """Call right before the verdict is recorded. Takes microseconds, never blocks or raises."""
        self._prepared_ns = self._clock()
        self._writer.send(Prepared(self._slot, submission, fence, record))

    def settle(self, won: bool) -> None:
        """Call as soon as it is known whether this verdict is the recorded one."""
        self._writer.send(Settled(self._slot, won, self._clock() - self._prepared_ns))


class Settlement:
    """Turns Prepared and Settled records into verdicts to count. Per slot at most one is open."""

    def __init__(self, count: Callable[[Judged], None], recorded_fence: RecordedFence | None) -> None:
        self._count = count
        self._recorded_fence = recorded_fence
        self._open: dict[int, Prepared] = {}
        self._doubts: list[Prepared] = []

    def prepare(self, record: Prepared) -> None:
        """A slot is about to record a verdict. If its previous one is open still, that one is in doubt."""
        self.abandon(record.slot)
        self._open[record.slot] = record

    def settle(self, record: Settled) -> None:
        """A slot knows. Without an open verdict (its record was dropped) there is nothing to do."""
        prepared = self._open.pop(record.slot, None)
        if prepared is None or not record.won:
            return
        judged = prepared.judged
        judging_ns = None if judged.judging_ns is None else judged.judging_ns + record.report_ns
        phases_ns = {**judged.phases_ns, Phase.REPORT: record.report_ns}
        self._count(msgspec.structs.replace(judged, judging_ns=judging_ns, phases_ns=phases_ns))

    def abandon(self, slot: int) -> None:
        """The slot starts again: whether an open verdict was recorded only the queue can tell (see ``resolve``)."""
        prepared = self._open.pop(slot, None)
        if prepared is not None:
            self._doubts.append(prepared)

    def abandon_all(self) -> None:
        """All writers are gone."""
        for slot in list(self._open):
            self.abandon(slot)

    @property
    def doubts(self) -> int:
        """Verdicts of which only the queue knows whether they were recorded."""
        return len(self._doubts)

    def resolve(self) -> None:
        """Ask the queue about the verdicts in doubt; blocks for a round trip each. Those without an answer stay."""
        while self._doubts:
            prepared = self._doubts[0]
            try:
                fence = self._recorded_fence(prepared.submission) if self._recorded_fence else None
            except QueueError as error:
                log.warning("%d verdicts cannot be counted yet: %s", len(self._doubts), error)
                break
            del self._doubts[0]
            if fence == prepared.fence:
                self._count(prepared.judged)
        if len(self._doubts) > DOUBTS_MAX:
            log.error("gave up counting %d verdicts", len(self._doubts) - DOUBTS_MAX)
            del self._doubts[:-DOUBTS_MAX]
