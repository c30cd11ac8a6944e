"""What tenants used: work that ended, its CPU time, its bytes; by day (UTC), kept for 400 days."""

from __future__ import annotations

from typing import Any

import msgspec

from judge import wire
from judge.model.report import Report
from judge.model.run import Usage
from judge.model.work_report import AnyWorkReport
from judge.queue.answers import text_of
from judge.queue.script import Call

DAY_MS = 86_400_000


class UsedDay(msgspec.Struct, frozen=True, kw_only=True):
    """What a tenant used on a day. ``day``: days since 1970; ``size_bytes``: work as it lay in Redis, and its reports.

    ``tenant`` empty = work that named none; "anonymous" = all who had no key.
    """

    day: int
    tenant: str
    works: int
    cpu_time_ms: int
    size_bytes: int


def used(first_day: int, last_day: int, tenant: str | None = None) -> Call[list[UsedDay]]:
    """What was used from one day to another, both included, by day and tenant; ``tenant`` None = all of them."""

    def read(answer: list[Any]) -> list[UsedDay]:
        fields = iter(answer)
        rows = [
            UsedDay(
                day=int(day),
                tenant="" if text_of(who) == wire.tenant_key("") else text_of(who),
                works=int(works),
                cpu_time_ms=int(cpu_ms),
                size_bytes=int(size),
            )
            for day, who, works, cpu_ms, size in zip(fields, fields, fields, fields, fields, strict=True)
        ]
        return sorted(rows, key=lambda row: (row.day, row.tenant))

    return Call("usage", (first_day, last_day, "" if tenant is None else wire.tenant_key(tenant)), read)


def cpu_time_ns(report: Report | AnyWorkReport) -> int:
    """CPU time of all that a report has: compiling, runs, validators, measuring again. 0 = it was a stored one."""
    if not isinstance(report, Report) and report.cached:
        return 0
    return sum(_cpu_time_ns(getattr(report, name)) for name in report.__struct_fields__ if name != "mean")


def _cpu_time_ns(part: Any) -> int:
    if isinstance(part, Usage):
        return part.cpu_time_ns
    if isinstance(part, tuple):
        return sum(_cpu_time_ns(one) for one in part if isinstance(one, msgspec.Struct))
    if not isinstance(part, msgspec.Struct):
        return 0
    again: tuple[int, ...] = getattr(part, "reruns_ns", ()) or getattr(part, "measured_ns", ())
    return sum(again[1:]) + sum(_cpu_time_ns(getattr(part, name)) for name in part.__struct_fields__)
