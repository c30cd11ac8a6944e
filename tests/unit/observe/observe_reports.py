"""Reports to count, made by hand."""

from __future__ import annotations

from judge.model.report import CaseReport, CompileReport, GroupReport, Report
from judge.model.run import Outcome, RunResult, Usage
from judge.model.verdict import Verdict


def run_result(outcome: Outcome = Outcome.EXITED, **usage: int | None) -> RunResult:
    """A run with the given accounting."""
    defaults: dict[str, int | None] = {
        "cpu_time_ns": 1_000_000,
        "wall_time_ns": 2_000_000,
        "memory_peak_bytes": 3 << 20,
    }
    return RunResult(outcome=outcome, exit_code=0, usage=Usage(**{**defaults, **usage}))  # type: ignore[arg-type]


def case(name: str, verdict: Verdict | None = Verdict.AC, run: RunResult | None = None) -> CaseReport:
    """One judged case; without a run when ``verdict`` is None."""
    return CaseReport(name=name, verdict=verdict, run=None if verdict is None else run or run_result())


def report(
    *cases: CaseReport,
    verdict: Verdict = Verdict.AC,
    language: str = "cpp",
    compiled: CompileReport | None = None,
    attempt: int = 1,
) -> Report:
    """A report with its cases spread over a tree."""
    middle = len(cases) // 2
    inner = GroupReport(name="secret/1", verdict=verdict, cases=cases[middle:])
    root = GroupReport(name="data", verdict=verdict, cases=cases[:middle], groups=(inner,))
    return Report(
        submission="s",
        problem="p",
        language=language,
        verdict=verdict,
        root=root if cases else None,
        compile=compiled,
        attempt=attempt,
    )
