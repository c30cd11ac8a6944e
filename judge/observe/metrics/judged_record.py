"""From a report to its metrics record: the one place that knows what of a report is counted. Pure and fast.

Runs on the judging path, once per won verdict, after the verdict was recorded. Work per test case is done in
loops of the C library (tuples, zip, sum), not in Python statements.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from judge.model.report import CaseReport, GroupReport, Report
from judge.model.run import RunResult, Usage
from judge.model.verdict import Verdict
from judge.model.work_report import (
    AnyWorkReport,
    CommandGroupReport,
    EvaluationReport,
    ProgramReport,
    VerificationReport,
    kind_of_report,
    results_of,
    status_of,
)
from judge.observe.metrics.buckets import DURATION_BOUNDS_NS, MEMORY_BOUNDS_BYTES, PROCESS_BOUNDS, spread
from judge.observe.metrics.pipe_records import Judged, Phase, Spread, UsageSums

_USAGE_FIELDS = Usage.__struct_fields__


def record_of(
    report: Report | AnyWorkReport,
    *,
    priority_class: str = "",
    wait_ns: int | None = None,
    judging_ns: int | None = None,
    phases_ns: Mapping[Phase, int] | None = None,
) -> Judged:
    """The record of a report of any kind."""
    if isinstance(report, Report):
        return judged_record(
            report, priority_class=priority_class, wait_ns=wait_ns, judging_ns=judging_ns, phases_ns=phases_ns
        )
    return _work_record(report, priority_class, wait_ns, judging_ns, dict(phases_ns or {}))


def _work_record(
    report: AnyWorkReport, priority_class: str, wait_ns: int | None, judging_ns: int | None, phases_ns: dict[Phase, int]
) -> Judged:
    """Nothing was run for a report that was found in the store: it counts, its runs do not."""
    runs = () if report.cached else results_of(report)
    usage, usage_spread = _account(runs)
    compiled = None
    if not isinstance(report, CommandGroupReport | VerificationReport | ProgramReport) and not report.cached:
        compiled = report.compile
    verdicts = _case_verdicts(report)
    if runs:
        phases_ns = {Phase.RUN: usage.wall_time_ns} | phases_ns
    return Judged(
        language=report.language,
        verdict=status_of(report),
        priority_class=priority_class,
        attempt=report.attempt,
        wait_ns=wait_ns,
        judging_ns=judging_ns,
        phases_ns=phases_ns,
        compiled=compiled is not None and compiled.checked,
        compile_cached=compiled is not None and compiled.cached,
        outcomes=dict(Counter([run.outcome for run in runs])),
        case_verdicts=dict(Counter(verdicts)),
        usage=usage,
        spread=usage_spread,
        kind=kind_of_report(report),
    )


def _case_verdicts(report: AnyWorkReport) -> list[Verdict]:
    """Of all tests or cases that were judged for this report."""
    match report:
        case EvaluationReport() if not report.cached:
            return [test.verdict for test in report.tests if test.verdict is not None]
        case ProgramReport():
            return [case.verdict for case in report.cases]
        case _:
            return []


def judged_record(
    report: Report,
    *,
    priority_class: str = "",
    wait_ns: int | None = None,
    judging_ns: int | None = None,
    phases_ns: Mapping[Phase, int] | None = None,
) -> Judged:
    """The record of one report. Phases that ``phases_ns`` does not name are taken from the report where it has them.

    Only the submission's own runs on test cases are accounted: neither compilers nor validators.
    """
    cases = [case for case in _cases(report.root) if case.verdict is not None]
    runs = [case.run for case in cases if case.run is not None]
    usage, usage_spread = _account(runs)
    compiled = report.compile is not None and report.compile.checked
    return Judged(
        language=report.language,
        verdict=report.verdict,
        priority_class=priority_class,
        attempt=report.attempt,
        wait_ns=wait_ns,
        judging_ns=judging_ns,
        phases_ns=_phases_of(report, cases, usage.wall_time_ns) | dict(phases_ns or {}),
        compiled=compiled,
        compile_cached=report.compile is not None and report.compile.cached,
        outcomes=dict(Counter([run.outcome for run in runs])),
        case_verdicts=dict(Counter([case.verdict for case in cases if case.verdict is not None])),
        usage=usage,
        spread=usage_spread,
        noise_ratio=report.noise_ratio,
    )


def _cases(root: GroupReport | None) -> Iterable[CaseReport]:
    """Every case of the tree, without recursion (the depth is the setter's choice)."""
    waiting = [root] if root is not None else []
    while waiting:
        group = waiting.pop()
        yield from group.cases
        waiting.extend(group.groups)


def _phases_of(report: Report, cases: list[CaseReport], run_ns: int) -> dict[Phase, int]:
    phases: dict[Phase, int] = {}
    if report.compile is not None and report.compile.run is not None and not report.compile.cached:
        phases[Phase.COMPILE] = report.compile.run.usage.wall_time_ns
    if any(case.run is not None for case in cases):
        phases[Phase.RUN] = run_ns
    validations = [case.validation.usage.wall_time_ns for case in cases if case.validation is not None]
    if validations:
        phases[Phase.VALIDATE] = sum(validations)
    return phases


def _account(runs: Sequence[RunResult]) -> tuple[UsageSums, Spread]:
    if not runs:
        return UsageSums(), Spread()
    rows = [msgspec.structs.astuple(run.usage) for run in runs]
    column = dict(zip(_USAGE_FIELDS, zip(*rows, strict=True), strict=True))
    sums = {name: sum(filter(None, column[name])) for name in UsageSums.__struct_fields__ if name in column}
    usage = UsageSums(**sums, output_bytes=sum(run.stdout_bytes + run.stderr_bytes for run in runs))
    return usage, Spread(
        cpu_time=spread(DURATION_BOUNDS_NS, column["cpu_time_ns"]),
        wall_time=spread(DURATION_BOUNDS_NS, column["wall_time_ns"]),
        memory=spread(MEMORY_BOUNDS_BYTES, column["memory_peak_bytes"]),
        processes=spread(PROCESS_BOUNDS, (count for count in column["pids_peak"] if count is not None)),
    )
