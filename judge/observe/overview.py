"""What ``judge top`` shows, as values; ``judge top --once --json`` prints exactly this. All times in milliseconds."""

from __future__ import annotations

import msgspec


class ClassOverview(msgspec.Struct, frozen=True, kw_only=True):
    """One priority class: how many wait, and the age of the oldest."""

    count: int
    oldest_ms: int


class WorkerOverview(msgspec.Struct, frozen=True, kw_only=True):
    """One worker. ``seen_ago_ms`` since its last heartbeat; ``reason`` tells why it is not "on"."""

    name: str
    state: str
    reason: str
    seen_ago_ms: int
    slots: int
    busy: int
    load_1m: float
    noise_ratio: float | None
    version: str


class RunningNow(msgspec.Struct, frozen=True, kw_only=True):
    """One submission in a slot. ``language`` is "any" while it is still to be detected."""

    id: str
    worker: str
    slot: str
    language: str
    priority_class: str
    attempt: int
    running_ms: int


class FinishedLately(msgspec.Struct, frozen=True, kw_only=True):
    """One finished submission. ``verdict`` is "CANCELLED" when it was withdrawn."""

    id: str
    verdict: str
    language: str
    priority_class: str
    attempt: int
    wait_ms: int
    judging_ms: int
    done_ago_ms: int


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """Something that went wrong with a submission: a judge error, or an attempt that failed before its verdict."""

    id: str
    language: str
    verdict: str
    done_ago_ms: int
    why: str


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """The whole service at one moment, by Redis' clock (``now_ms``, Unix time).

    ``verdict_counts`` and ``counts`` count since the queue was made; ``recent`` are the newest finished submissions.
    """

    now_ms: int
    waiting: dict[str, ClassOverview]
    running_count: int
    tickets: int
    verdict_counts: dict[str, int]
    counts: dict[str, int]
    workers: tuple[WorkerOverview, ...]
    running: tuple[RunningNow, ...]
    recent: tuple[FinishedLately, ...]
    troubles: tuple[Trouble, ...]
