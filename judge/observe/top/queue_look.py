"""One look at the queue from anywhere: for the exporter (:class:`QueueState`) and for people (:class:`Overview`).

Reads only; a round trip per look. What the numbers mean is the queue's business (``judge/queue/lua/look.lua``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from redis.exceptions import RedisError

from judge.errors import QueueError
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
from judge.queue.broker import Broker, redact
from judge.queue.redis_queue import Queue
from judge.queue.script import scripts
from judge.queue.values import State, WorkerInfo

#: How long a look keeps trying: a scrape must not hang because Redis does.
PATIENCE_S = 0.5

#: Finished submissions that a view goes back to, at most, and for how long.
RECENT_MAX = 200
RECENT_MS = 300_000

#: Judge errors and retries shown, at most.
TROUBLES_MAX = 8

_MS_NS = 1_000_000


class _Reason(msgspec.Struct):
    """The part of a report that tells why."""

    reason: str = msgspec.field(default="", name="why")


class QueueLook:
    """A reader of one queue. Use from one thread at a time; make it after a fork, not before."""

    def __init__(self, broker: Broker, patience_s: float = PATIENCE_S) -> None:
        self._queue = Queue(broker, patience_s)
        self._where = redact(broker.url)

    def close(self) -> None:
        """Close the connection; idempotent."""
        self._queue.close()

    def state(self) -> QueueState:
        """The numbers, for the exporter. Raises QueueError."""
        answer, memory, replication, persistence = self._ask(recent_max=0)
        now_ms, stat = int(answer[0]), _numbers(answer[1])
        waiting = _waiting(now_ms, _numbers(answer[2]), answer[3])
        return QueueState(
            ready={name: item.count for name, item in waiting.items()},
            leased=max(stat.get("running", 0), 0),
            tickets=int(answer[4]),
            oldest_ns={name: item.oldest_ms * _MS_NS for name, item in waiting.items()},
            recorded=stat.get("finished", 0),
            counts=stat,
            replica_lag_ns=_replica_lag_ns(replication),
            memory_bytes=int(memory["used_memory"]) if "used_memory" in memory else None,
            memory_limit_bytes=int(memory.get("maxmemory", 0)),
            persistent=_persistent(persistence),
        )

    def overview(self) -> Overview:
        """Everything, for people. Raises QueueError."""
        answer, *_ = self._ask(recent_max=RECENT_MAX)
        now_ms, stat = int(answer[0]), _numbers(answer[1])
        recent = tuple(_finished(now_ms, name, fields) for name, fields in _pairs(answer[7]))
        finished = tuple(item for item, _ in recent)
        return Overview(
            now_ms=now_ms,
            waiting=_waiting(now_ms, _numbers(answer[2]), answer[3]),
            running_count=max(stat.get("running", 0), 0),
            tickets=int(answer[4]),
            verdict_counts={verdict: stat.get(f"verdict_{verdict}", 0) for verdict in Verdict},
            counts={name: count for name, count in stat.items() if not name.startswith("verdict_")},
            workers=tuple(_worker(now_ms, row) for row in answer[5]),
            running=tuple(_running(now_ms, name, fields) for name, fields in _pairs(answer[6])),
            per_minute=per_minute(finished, complete=len(finished) < RECENT_MAX),
            languages=languages(finished),
            recent=finished,
            troubles=self._troubles(recent),
        )

    def recorded_fence(self, submission: str) -> int | None:
        """Under which claim's fence the submission's verdict was recorded; None = it was not. Raises QueueError."""
        state, fence = self._queue.command("HMGET", f"{self._queue.prefix}s:{submission}", "state", "fence")
        return int(fence) if state == b"DONE" else None

    def _ask(self, recent_max: int) -> tuple[list[Any], Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]:
        script = scripts()["look"].text
        pipeline: Any = self._queue.client.pipeline(transaction=False)
        pipeline.eval(script, 1, self._queue.prefix, recent_max, RECENT_MS)
        for section in ("memory", "replication", "persistence"):
            pipeline.info(section)
        try:
            answer, memory, replication, persistence = pipeline.execute()
        except (RedisError, OSError) as error:
            raise QueueError(f"Redis at {self._where}: {_first_line(error)}") from error
        return answer, memory, replication, persistence

    def _troubles(self, recent: Sequence[tuple[FinishedLately, str]]) -> tuple[Trouble, ...]:
        """The newest judge errors with their reason from the report, and the newest retries with theirs."""
        chosen = [(item, reason) for item, reason in recent if item.verdict == Verdict.JE or reason][:TROUBLES_MAX]
        troubles = []
        for item, reason in chosen:
            if item.verdict == Verdict.JE:
                reason = self._report_reason(item.id) or reason
            troubles.append(
                Trouble(
                    id=item.id,
                    language=item.language,
                    verdict=item.verdict,
                    done_ago_ms=item.done_ago_ms,
                    reason=reason,
                )
            )
        return tuple(troubles)

    def _report_reason(self, submission: str) -> str:
        text = self._queue.command("HGET", f"{self._queue.prefix}s:{submission}", "report")
        try:
            return msgspec.json.decode(text or b"{}", type=_Reason).reason
        except msgspec.MsgspecError:
            return "its report does not decode"


def _numbers(flat: Any) -> dict[str, int]:
    return {_text(name): round(float(value)) for name, value in _pairs(flat)}


def _waiting(now_ms: int, counts: Mapping[str, int], oldest: Sequence[Any]) -> dict[str, ClassOverview]:
    ages: dict[str, int] = {}
    for name, at in _pairs(oldest):
        age_ms = max(0, now_ms - round(float(at)))
        ages[_text(name)] = max(ages.get(_text(name), 0), age_ms)
    return {name: ClassOverview(count=count, oldest_ms=ages.get(name, 0)) for name, count in sorted(counts.items())}


def _worker(now_ms: int, row: Sequence[Any]) -> WorkerOverview:
    name, seen_at, state, reason, info_text, held = row
    try:
        info = msgspec.json.decode(info_text or b"{}", type=WorkerInfo)
    except msgspec.MsgspecError:
        info = WorkerInfo()
    return WorkerOverview(
        name=_text(name),
        state=_text(state),
        reason=_text(reason),
        seen_ago_ms=max(0, now_ms - round(float(seen_at))),
        slots=info.slots,
        busy=len(_pairs(held)),
        load_1m=info.load_1m,
        noise_ratio=info.noise_ratio,
        version=info.version,
    )


def _running(now_ms: int, name: Any, fields: Sequence[Any]) -> RunningNow:
    _, priority_class, route, attempt, _, claimed_at, _, _, language, node, slot, _, tenant = map(_text, fields)
    return RunningNow(
        id=_text(name),
        worker=node,
        slot=slot,
        language=language or route,
        priority_class=priority_class,
        attempt=_integer(attempt),
        running_ms=max(0, now_ms - _integer(claimed_at)) if claimed_at else 0,
        tenant=tenant,
    )


def _finished(now_ms: int, name: Any, fields: Sequence[Any]) -> tuple[FinishedLately, str]:
    state, priority_class, route, attempt, at, claimed_at, done_at, verdict, language, _, _, reason, _ = map(
        _text, fields
    )
    done_ms, claimed_ms = _integer(done_at), _integer(claimed_at)
    view = FinishedLately(
        id=_text(name),
        verdict=verdict if state == State.DONE else state,
        language=language or route,
        priority_class=priority_class,
        attempt=_integer(attempt),
        wait_ms=max(0, claimed_ms - _integer(at)) if claimed_at else 0,
        judging_ms=max(0, done_ms - claimed_ms) if claimed_at else 0,
        done_ago_ms=max(0, now_ms - done_ms),
    )
    return view, reason


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


def _pairs(flat: Any) -> list[tuple[Any, Any]]:
    if isinstance(flat, Mapping):
        return list(flat.items())
    return list(zip(flat[::2], flat[1::2], strict=True))


def _text(value: bytes | str) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _integer(text: str) -> int:
    return round(float(text)) if text else 0


def _first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
