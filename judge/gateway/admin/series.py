"""Is it slow, for whom, and why: the series that Redis keeps, for charts."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from starlette.responses import Response

from judge.gateway.api.handing_in import PREFIX
from judge.gateway.endpoint import Answer, Asked, Endpoint, json_answer
from judge.http_form.series import Column, SeriesForm, WorkerSeries, WorkSeries, work_series
from judge.queue.api_keys import Scope
from judge.queue.series import HOUR_S, MINUTE_S, OTHERS, Span, Whose, WorkDone, WorkerStanding, spans

#: Name of a range -> length of the spans that are read, how many of them make a step, how many steps.
_RANGES = {
    "hour": (MINUTE_S, 1, 60),
    "6-hours": (MINUTE_S, 5, 72),
    "day": (HOUR_S, 1, 24),
    "week": (HOUR_S, 1, 168),
}

#: Groups that are told apart; the others are one.
_GROUPS_MAX = 12

_Word = Annotated[str, Meta(max_length=200)]


class SeriesQuery(msgspec.Struct, frozen=True, kw_only=True):
    """How far back; what to group work by; and which work, empty = all (a tenant "-" = work that names none)."""

    range: Literal["hour", "6-hours", "day", "week"] = "hour"
    by: Literal["tenant", "class", "language"] = "tenant"
    tenant: _Word = ""
    priority_class: _Word = ""
    language: _Word = ""

    def wants(self, whose: Whose) -> bool:
        """Whether this work is asked for."""
        return (
            self.tenant in ("", whose.tenant or "-")
            and self.priority_class in ("", whose.priority_class)
            and self.language in ("", whose.language)
        )

    def group_of(self, whose: Whose) -> str:
        """The group that work belongs to."""
        names = {"tenant": whose.tenant or "-", "class": whose.priority_class, "language": whose.language or "-"}
        return names[self.by]


async def show_series(asked: Asked) -> Response:
    """Read a few spans at a time, so that Redis is not held up."""
    query: SeriesQuery = asked.query
    span_s, in_step, steps = _RANGES[query.range]
    last = int(time.time()) // span_s
    first = (last // in_step - steps + 1) * in_step
    read = [span for call in spans(span_s, first, last) for span in await asked.service.queue.run(call)]
    by_step: list[list[Span]] = [[] for _ in range(steps)]
    for span in read:
        by_step[(span.number - first) // in_step].append(span)
    total, groups = _groups(query, by_step)
    form = SeriesForm(
        begin_ms=first * span_s * 1000,
        step_ms=in_step * span_s * 1000,
        steps=steps,
        waiting=_waiting(by_step),
        running=_peaks(by_step, lambda span: span.running),
        slots=_peaks(by_step, lambda span: span.slots),
        oldest_ms=_peaks(by_step, lambda span: span.oldest_ms),
        counts=_counts(read, first, in_step, steps),
        total=total,
        groups=groups,
        workers=_workers(by_step),
    )
    return json_answer(form)


def _peaks(by_step: Sequence[Sequence[Span]], read: Callable[[Span], int | None]) -> Column:
    return tuple(max((value for span in step if (value := read(span)) is not None), default=None) for step in by_step)


def _waiting(by_step: Sequence[Sequence[Span]]) -> dict[str, Column]:
    """By class; nothing waits where a look saw none of a class."""
    classes = sorted({name for step in by_step for span in step for name in span.waiting or {}})

    def of(name: str) -> Column:
        return _peaks(by_step, lambda span: None if span.waiting is None else span.waiting.get(name, 0))

    return {name: of(name) for name in classes}


def _counts(read: Sequence[Span], first: int, in_step: int, steps: int) -> dict[str, Column]:
    """What was counted between each look and the next belongs to the step of the former."""
    found: defaultdict[str, list[int | None]] = defaultdict(lambda: [None] * steps)
    looks = [span for span in read if span.counted]
    for before, after in pairwise(looks):
        step = (before.number - first) // in_step
        for name, value in after.counted.items():
            column = found[name]
            column[step] = (column[step] or 0) + max(value - before.counted.get(name, 0), 0)
    return {name: tuple(column) for name, column in sorted(found.items()) if any(column)}


def _groups(query: SeriesQuery, by_step: Sequence[Sequence[Span]]) -> tuple[WorkSeries, tuple[WorkSeries, ...]]:
    """All work that is asked for, and its groups: those that took most, then the others as one."""
    sums: defaultdict[str, list[WorkDone | None]] = defaultdict(lambda: [None] * len(by_step))
    for index, step in enumerate(by_step):
        for span in step:
            for whose, done in span.work.items():
                if query.wants(whose):
                    column = sums[query.group_of(whose)]
                    column[index] = (column[index] or WorkDone()) + done
    rest = sums.pop(OTHERS, None)
    ranked = sorted(sums, key=lambda name: (-sum(done.slot_time_ms for done in sums[name] if done), name))
    left = [sums[name] for name in ranked[_GROUPS_MAX:]] + ([rest] if rest else [])
    shown = [work_series(name, tuple(sums[name])) for name in ranked[:_GROUPS_MAX]]
    everybody = _together([*sums.values(), *([rest] if rest else [])], len(by_step))
    if left:
        shown.append(work_series(OTHERS, _together(left, len(by_step))))
    return work_series("", everybody), tuple(shown)


def _together(columns: Iterable[Sequence[WorkDone | None]], steps: int) -> tuple[WorkDone | None, ...]:
    kept = list(columns)
    rows = ([column[index] for column in kept if column[index] is not None] for index in range(steps))
    return tuple(sum((done for done in row if done is not None), WorkDone()) if row else None for row in rows)


def _workers(by_step: Sequence[Sequence[Span]]) -> dict[str, WorkerSeries]:
    """Means of the minutes of each step."""
    names = sorted({node for step in by_step for span in step for node in span.workers})

    def column(node: str, read: Callable[[WorkerStanding], float | None]) -> tuple[float | None, ...]:
        return tuple(_mean([read(span.workers[node]) for span in step if node in span.workers]) for step in by_step)

    return {
        node: WorkerSeries(
            busy=column(node, lambda standing: standing.busy),
            load=column(node, lambda standing: standing.load),
            noise=column(node, lambda standing: standing.noise),
        )
        for node in names
    }


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(sum(known) / len(known), 3) if known else None


ENDPOINTS = (
    Endpoint("GET", f"{PREFIX}/series", "showSeries",
             "How the service did: what waited, who had what judged and how long it took, load and noise.", show_series,
             "administration", (Answer(200, "The series.", SeriesForm),), scope=Scope.ADMIN, query=SeriesQuery,
             problems=("bad-field",)),
)  # fmt: skip
