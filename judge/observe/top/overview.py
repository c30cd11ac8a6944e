"""What ``judge top`` shows, as values; ``judge top --json`` prints exactly this. All times in milliseconds."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

import msgspec

from judge.model.work import WorkKind
from judge.queue.values import WorkerState

#: Verdicts per minute are told from the newest finished submissions, at most so far back.
RATE_WINDOW_MS = 60_000


class ClassOverview(msgspec.Struct, frozen=True, kw_only=True):
    """One priority class: how many wait, and the age of the oldest."""

    count: int
    oldest_ms: int


class WorkerOverview(msgspec.Struct, frozen=True, kw_only=True):
    """One worker. ``seen_ago_ms`` since its last heartbeat; ``reason`` says why it is not ON."""

    name: str
    state: WorkerState
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
    tenant: str = ""
    package: str = ""
    kind: str = WorkKind.SUBMISSION.value


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
    package: str = ""
    kind: str = WorkKind.SUBMISSION.value


class LanguageOverview(msgspec.Struct, frozen=True, kw_only=True):
    """One language lately: how many submissions were judged, and for how long each took a slot."""

    language: str
    count: int
    judging_mean_ms: int
    judging_p95_ms: int
    judging_max_ms: int


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """Something that went wrong with a submission: a judge error, or an attempt that failed before its verdict."""

    id: str
    language: str
    verdict: str
    done_ago_ms: int
    reason: str = msgspec.field(name="why")
    package: str = ""
    kind: str = WorkKind.SUBMISSION.value


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """The whole service at one moment, by Redis' clock (``now_ms``, Unix time).

    ``verdict_counts`` and ``counts`` count since the queue was made; ``recent`` are the newest finished submissions,
    which ``per_minute`` (by verdict) and ``languages`` (slowest first) sum up.
    """

    now_ms: int
    waiting: dict[str, ClassOverview]
    running_count: int
    tickets: int
    verdict_counts: dict[str, int]
    counts: dict[str, int]
    workers: tuple[WorkerOverview, ...]
    running: tuple[RunningNow, ...]
    per_minute: dict[str, float]
    languages: tuple[LanguageOverview, ...]
    recent: tuple[FinishedLately, ...]
    troubles: tuple[Trouble, ...]


def per_minute(recent: Sequence[FinishedLately], complete: bool) -> dict[str, float]:
    """Finished submissions per minute by verdict. ``complete``: ``recent`` holds everything of the last minute.

    When it does not (there were too many), the time that it spans is taken instead.
    """
    late = [item for item in recent if item.done_ago_ms <= RATE_WINDOW_MS]
    window_ms = RATE_WINDOW_MS
    if late and not complete and len(late) == len(recent):
        window_ms = max(1, *(item.done_ago_ms for item in late))
    return {
        verdict: round(count * 60_000 / window_ms, 1)
        for verdict, count in sorted(Counter(item.verdict for item in late).items())
    }


def languages(recent: Sequence[FinishedLately]) -> tuple[LanguageOverview, ...]:
    """The languages of ``recent``, the slowest (by the 95th percentile) first. Cancelled ones do not count."""
    times: defaultdict[str, list[int]] = defaultdict(list)
    for item in recent:
        if item.verdict != "CANCELLED":
            times[item.language].append(item.judging_ms)
    overviews = [_language(language, sorted(taken)) for language, taken in times.items()]
    return tuple(sorted(overviews, key=lambda item: (-item.judging_p95_ms, item.language)))


def _language(language: str, taken: Sequence[int]) -> LanguageOverview:
    return LanguageOverview(
        language=language,
        count=len(taken),
        judging_mean_ms=round(sum(taken) / len(taken)),
        judging_p95_ms=taken[-(-len(taken) * 95 // 100) - 1],
        judging_max_ms=taken[-1],
    )
