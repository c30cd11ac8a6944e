"""The series of a service as they go over HTTP: columns, one value for each step of time."""

from __future__ import annotations

import msgspec

from judge.queue.series import WorkDone

#: A column; null = nobody was there to look, or there was nothing to measure.
Column = tuple[int | None, ...]


class WorkSeries(msgspec.Struct, frozen=True, kw_only=True):
    """Work that was over: of how many in all and for how long in slots, then the same by step, and quantiles of how
    long it waited for a slot and was judged (estimates: times are kept in buckets of a factor of two).

    ``name``: whose; "-" = work that named no tenant, "anonymous" = of all who had no key, "*" = of all others.
    """

    name: str
    judged: int
    slot_time_ms: int
    wait_p50_ms: int | None
    wait_p95_ms: int | None
    judging_p50_ms: int | None
    judging_p95_ms: int | None
    judged_by_step: Column
    slot_time_ms_by_step: Column
    wait_p50_ms_by_step: Column
    wait_p95_ms_by_step: Column
    judging_p50_ms_by_step: Column
    judging_p95_ms_by_step: Column


class WorkerSeries(msgspec.Struct, frozen=True, kw_only=True):
    """One worker: slots that held something, load average and noise (see `judge workers`)."""

    busy: tuple[float | None, ...]
    load: tuple[float | None, ...]
    noise: tuple[float | None, ...]


class SeriesForm(msgspec.Struct, frozen=True, kw_only=True):
    """How the service did. Step i begins at ``begin_ms`` + i * ``step_ms`` (Unix time); there are ``steps`` of them,
    the last one not over yet.

    ``waiting`` (by class), ``running``, ``slots`` and ``oldest_ms`` (the age of what waited longest) are the peaks of
    looks once a minute. ``counts``: by the names of the queue's counters, what was counted in a step. ``groups``: those
    with the most time in slots first; what is left of them is one group, "*". ``workers``: of spans up to six hours.
    """

    begin_ms: int
    step_ms: int
    steps: int
    waiting: dict[str, Column]
    running: Column
    slots: Column
    oldest_ms: Column
    counts: dict[str, Column]
    total: WorkSeries
    groups: tuple[WorkSeries, ...]
    workers: dict[str, WorkerSeries]


def work_series(name: str, by_step: tuple[WorkDone | None, ...]) -> WorkSeries:
    """Some work, by step."""
    whole = sum((done for done in by_step if done is not None), WorkDone())

    def column(read: str, share: float) -> Column:
        return tuple(None if done is None else getattr(done, read).quantile_ms(share) for done in by_step)

    return WorkSeries(
        name=name,
        judged=whole.waiting.total,
        slot_time_ms=whole.slot_time_ms,
        wait_p50_ms=whole.waiting.quantile_ms(0.5),
        wait_p95_ms=whole.waiting.quantile_ms(0.95),
        judging_p50_ms=whole.judging.quantile_ms(0.5),
        judging_p95_ms=whole.judging.quantile_ms(0.95),
        judged_by_step=tuple(0 if done is None else done.waiting.total for done in by_step),
        slot_time_ms_by_step=tuple(0 if done is None else done.slot_time_ms for done in by_step),
        wait_p50_ms_by_step=column("waiting", 0.5),
        wait_p95_ms_by_step=column("waiting", 0.95),
        judging_p50_ms_by_step=column("judging", 0.5),
        judging_p95_ms_by_step=column("judging", 0.95),
    )
