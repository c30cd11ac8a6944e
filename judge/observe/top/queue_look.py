"""One look at the queue from anywhere: for the exporter (:class:`QueueState`) and for people (:class:`Overview`).

Reads only; a round trip per look. What was seen is the queue's business (:mod:`judge.queue.look`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from judge.model.verdict import Verdict
from judge.observe.metrics.queue_state import QueueState
from judge.observe.top.overview import (
    ClassOverview,
    FinishedLately,
    Overview,
    RunningNow,
    Trouble,
    WorkerOverview,
    languages,
    per_minute,
)
from judge.queue.broker import Broker
from judge.queue.look import PATIENCE_S, Seen, SeenRecord, SeenWorker, look
from judge.queue.redis_queue import Queue
from judge.queue.values import State

#: Finished submissions that a view goes back to, at most, and for how long.
RECENT_MAX = 200
RECENT_MS = 300_000

#: Judge errors and retries shown, at most.
TROUBLES_MAX = 8

_MS_NS = 1_000_000


class QueueLook:
    """A reader of one queue. Use from one thread at a time; make it after a fork, not before."""

    def __init__(self, broker: Broker, patience_s: float = PATIENCE_S) -> None:
        self._queue = Queue(broker, patience_s)

    def close(self) -> None:
        """Close the connection; idempotent."""
        self._queue.close()

    def state(self) -> QueueState:
        """The numbers, for the exporter. Raises QueueError."""
        seen = look(self._queue, 0, RECENT_MS)
        waiting, memory = _waiting(seen), seen.server["memory"]
        return QueueState(
            ready={name: item.count for name, item in waiting.items()},
            leased=max(seen.counters.get("running", 0), 0),
            tickets=seen.tickets,
            oldest_ns={name: item.oldest_ms * _MS_NS for name, item in waiting.items()},
            recorded=seen.counters.get("finished", 0),
            counts=seen.counters,
            replica_lag_ns=_replica_lag_ns(seen.server["replication"]),
            memory_bytes=int(memory["used_memory"]) if "used_memory" in memory else None,
            memory_limit_bytes=int(memory.get("maxmemory", 0)),
            persistent=_persistent(seen.server["persistence"]),
        )

    def overview(self) -> Overview:
        """Everything, for people. Raises QueueError."""
        seen = look(self._queue, RECENT_MAX, RECENT_MS)
        finished = tuple(_finished(seen.now_ms, record) for record in seen.recent)
        counts = seen.counters
        return Overview(
            now_ms=seen.now_ms,
            waiting=_waiting(seen),
            running_count=max(counts.get("running", 0), 0),
            tickets=seen.tickets,
            verdict_counts=dict.fromkeys(Verdict, 0) | _verdict_counts(counts),
            counts={name: count for name, count in counts.items() if not name.startswith("verdict_")},
            workers=tuple(_worker(seen.now_ms, worker) for worker in seen.workers),
            running=tuple(_running(seen.now_ms, record) for record in seen.running),
            per_minute=per_minute(finished, complete=len(finished) < RECENT_MAX),
            languages=languages(finished),
            recent=finished,
            troubles=self._troubles(finished, [record.reason for record in seen.recent]),
        )

    def recorded_fence(self, submission: str) -> int | None:
        """Under which claim's fence the submission's verdict was recorded; None = it was not. Raises QueueError."""
        return self._queue.recorded_fence(submission)

    def _troubles(self, finished: Sequence[FinishedLately], reasons: Sequence[str]) -> tuple[Trouble, ...]:
        """The newest judge errors with their reason from the report, and the newest retries with theirs."""
        recent = zip(finished, reasons, strict=True)
        chosen = [(item, reason) for item, reason in recent if item.verdict == Verdict.JE or reason][:TROUBLES_MAX]
        return tuple(
            Trouble(
                id=item.id,
                language=item.language,
                verdict=item.verdict,
                done_ago_ms=item.done_ago_ms,
                package=item.package,
                kind=item.kind,
                reason=(self._queue.report_reason(item.id) if item.verdict == Verdict.JE else "") or reason,
            )
            for item, reason in chosen
        )


def _waiting(seen: Seen) -> dict[str, ClassOverview]:
    return {
        name: ClassOverview(count=count, oldest_ms=max(0, seen.now_ms - seen.oldest_at_ms.get(name, seen.now_ms)))
        for name, count in sorted(seen.waiting.items())
    }


def _verdict_counts(counters: Mapping[str, int]) -> dict[str, int]:
    """By verdict, and by how other work ended."""
    words = {name: name.removeprefix("verdict_") for name in counters if name.startswith("verdict_")}
    return {word: counters[name] for name, word in words.items()}


def _worker(now_ms: int, worker: SeenWorker) -> WorkerOverview:
    info = worker.info
    return WorkerOverview(
        name=worker.name,
        state=worker.state,
        reason=worker.reason,
        seen_ago_ms=max(0, now_ms - worker.seen_at_ms),
        slots=info.slots,
        busy=worker.busy,
        load_1m=info.load_1m,
        noise_ratio=info.noise_ratio,
        version=info.version,
    )


def _language_of(route: str) -> str:
    """A route without the tags: "any", or the language that was named."""
    return route.partition("+")[0]


def _running(now_ms: int, record: SeenRecord) -> RunningNow:
    return RunningNow(
        id=record.id,
        worker=record.node,
        slot=record.slot,
        language=record.language or _language_of(record.route),
        priority_class=record.priority_class,
        attempt=record.attempt,
        running_ms=max(0, now_ms - record.claimed_at_ms) if record.claimed_at_ms else 0,
        tenant=record.tenant,
        package=record.package,
        kind=record.kind.value,
    )


def _finished(now_ms: int, record: SeenRecord) -> FinishedLately:
    claimed_ms, done_ms = record.claimed_at_ms, record.finished_at_ms
    return FinishedLately(
        id=record.id,
        verdict=record.verdict if record.state == State.DONE else record.state,
        language=record.language or _language_of(record.route),
        priority_class=record.priority_class,
        attempt=record.attempt,
        wait_ms=max(0, claimed_ms - record.submitted_at_ms) if claimed_ms else 0,
        judging_ms=max(0, done_ms - claimed_ms) if claimed_ms else 0,
        done_ago_ms=max(0, now_ms - done_ms),
        package=record.package,
        kind=record.kind.value,
    )


def _replica_lag_ns(replication: Mapping[str, Any]) -> int | None:
    """The largest ``lag`` (whole seconds since a replica's last acknowledgement) of INFO replication."""
    lags = [
        int(value["lag"])
        for name, value in replication.items()
        if name.startswith("slave") and isinstance(value, Mapping) and "lag" in value
    ]
    return max(lags) * 1000 * _MS_NS if lags else None


def _persistent(persistence: Mapping[str, Any]) -> bool | None:
    """Whether the last write of the append-only file succeeded; None when there is no such file."""
    if not persistence.get("aof_enabled"):
        return None
    return bool(persistence.get("aof_last_write_status") == "ok")
