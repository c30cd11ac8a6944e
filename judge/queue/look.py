"""A look at the whole queue in one round trip, as values: what the exporter and ``judge top`` are made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from judge.model.work import WorkKind
from judge.queue.answers import pairs_of, text_of
from judge.queue.records import sent_with
from judge.queue.redis_queue import Queue
from judge.queue.script import Call
from judge.queue.values import WorkerInfo, WorkerState

#: How long a look keeps trying: a scrape must not hang because Redis does.
PATIENCE_S = 0.5


class SeenWorker(msgspec.Struct, frozen=True, kw_only=True):
    """A worker. ``seen_at_ms``: its last sign of life; ``busy`` counts the slots that hold something."""

    name: str
    seen_at_ms: int
    state: WorkerState
    reason: str
    info: WorkerInfo
    busy: int


class SeenRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A submission's record; times are Unix time by Redis' clock, 0 = not yet."""

    id: str
    state: str
    priority_class: str
    route: str
    attempt: int
    submitted_at_ms: int
    claimed_at_ms: int
    finished_at_ms: int
    verdict: str
    language: str
    node: str
    slot: str
    reason: str
    tenant: str
    package: str
    kind: WorkKind


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What one look saw. ``waiting`` and ``oldest_at_ms`` are by class; ``recent`` begins with the newest.

    ``server``: the sections memory, replication and persistence of Redis' INFO.
    """

    now_ms: int
    counters: dict[str, int]
    waiting: dict[str, int]
    oldest_at_ms: dict[str, int]
    tickets: int
    workers: tuple[SeenWorker, ...] = ()
    running: tuple[SeenRecord, ...] = ()
    recent: tuple[SeenRecord, ...] = ()
    server: dict[str, Mapping[str, Any]] = {}


_SECTIONS = ("memory", "replication", "persistence")


def look(queue: Queue, recent_max: int, recent_ms: int) -> Seen:
    """Look; ``recent_max`` 0 = only the numbers, no workers and no records. Raises QueueError."""
    seen, infos = queue.link.run_with_info(look_call(recent_max, recent_ms), _SECTIONS)
    return msgspec.structs.replace(seen, server=dict(zip(_SECTIONS, infos, strict=True)))


def waiting_call() -> Call[int]:
    """How much waits, alone: the cheapest look."""
    return Call("waiting", (), int)


def look_call(recent_max: int = 1, recent_ms: int = 0) -> Call[Seen]:
    """The same without ``server``, for callers that do not block."""
    return Call("look", (recent_max, recent_ms), _seen)


def _seen(answer: Sequence[Any]) -> Seen:
    now_ms, counters, waiting, oldest, tickets, workers, running, recent = answer
    oldest_at_ms: dict[str, int] = {}
    for name, at in pairs_of(oldest):
        at_ms = round(float(at))
        oldest_at_ms[text_of(name)] = min(oldest_at_ms.get(text_of(name), at_ms), at_ms)
    return Seen(
        now_ms=int(now_ms),
        counters=_numbers(counters),
        waiting=_numbers(waiting),
        oldest_at_ms=oldest_at_ms,
        tickets=int(tickets),
        workers=tuple(_worker(row) for row in workers),
        running=tuple(_record(name, fields) for name, fields in pairs_of(running)),
        recent=tuple(_record(name, fields) for name, fields in pairs_of(recent)),
    )


def _numbers(flat: Any) -> dict[str, int]:
    return {text_of(name): round(float(value)) for name, value in pairs_of(flat)}


def _worker(row: Sequence[Any]) -> SeenWorker:
    name, seen_at, state, reason, info_text, held = row
    try:
        info = msgspec.json.decode(info_text or b"{}", type=WorkerInfo)
    except msgspec.MsgspecError:
        info = WorkerInfo()
    return SeenWorker(
        name=text_of(name),
        seen_at_ms=round(float(seen_at)),
        state=WorkerState(text_of(state)),
        reason=text_of(reason),
        info=info,
        busy=len(pairs_of(held)),
    )


def _record(name: Any, fields: Sequence[Any]) -> SeenRecord:
    """The fields come in the order of look.lua."""
    words = [text_of(field) for field in fields]
    state, priority_class, route, attempt, at, claimed_at, done_at, verdict, language, node, slot, *others = words
    reason, tenant, text = others
    sent = sent_with(text)
    return SeenRecord(
        id=text_of(name),
        state=state,
        priority_class=priority_class,
        route=route,
        attempt=_integer(attempt),
        submitted_at_ms=_integer(at),
        claimed_at_ms=_integer(claimed_at),
        finished_at_ms=_integer(done_at),
        verdict=verdict,
        language=language,
        node=node,
        slot=slot,
        reason=reason,
        tenant=tenant,
        package=sent.package,
        kind=sent.kind,
    )


def _integer(text: str) -> int:
    return round(float(text)) if text else 0
