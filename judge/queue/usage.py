"""What tenants used: work that ended, its CPU time, its bytes; by day (UTC), kept for 400 days."""

from __future__ import annotations

from typing import Any

import msgspec

from judge import wire
from judge.model.report import CompileReport, GroupReport, Report
from judge.model.run import RunResult
from judge.model.work_report import (
    AnyWorkReport,
    CommandGroupReport,
    EvaluationReport,
    ExecutionReport,
    ProgramReport,
    SessionReport,
    VerificationReport,
)
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
    match report:
        case Report():
            return _compiling_ns(report.compile) + (0 if report.root is None else _group_ns(report.root))
        case _ if report.cached:
            return 0
        case ExecutionReport():
            return _compiling_ns(report.compile) + sum(_run_ns(run.result) for run in report.runs)
        case EvaluationReport():
            return _compiling_ns(report.compile) + sum(_run_ns(t.run) + sum(t.measured_ns[1:]) for t in report.tests)
        case CommandGroupReport():
            return sum(_run_ns(command.result) for command in report.commands)
        case SessionReport():
            return _compiling_ns(report.compile) + _run_ns(report.result)
        case ProgramReport():
            return report.totals.cpu_time_ns + _run_ns(report.result)
        case VerificationReport():
            return report.cpu_time_ns


def _group_ns(group: GroupReport) -> int:
    cases = sum(_run_ns(case.run) + _run_ns(case.validation) + sum(case.reruns_ns[1:]) for case in group.cases)
    return cases + sum(map(_group_ns, group.groups))


def _compiling_ns(compiling: CompileReport | None) -> int:
    return 0 if compiling is None else _run_ns(compiling.run)


def _run_ns(run: RunResult | None) -> int:
    return 0 if run is None else run.usage.cpu_time_ns
