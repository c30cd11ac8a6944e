"""What a report's work used: every run of it, once, whatever the kind."""

from __future__ import annotations

from judge.model.report import CaseReport, CompileReport, GroupReport, Report
from judge.model.run import Outcome, RunResult, Usage
from judge.model.verdict import Verdict
from judge.model.work_report import (
    CommandGroupReport,
    CommandReport,
    EvaluationReport,
    ExecutionReport,
    RunReport,
    SessionReport,
    TestReport,
)
from judge.queue.usage import cpu_time_ns


def ran(cpu_ns: int) -> RunResult:
    """A run that used this."""
    return RunResult(outcome=Outcome.EXITED, usage=Usage(cpu_time_ns=cpu_ns, cpu_user_ns=cpu_ns))


COMPILED = CompileReport(ok=True, run=ran(1))


def test_a_judging_counts_compiling_runs_validators_and_measuring_again() -> None:
    case = CaseReport(name="a", verdict=Verdict.AC, run=ran(10), validation=ran(100), reruns_ns=(10, 1_000, 2_000))
    inner = GroupReport(name="in", verdict=Verdict.AC, cases=(CaseReport(name="b", verdict=None), case))
    root = GroupReport(name="", verdict=Verdict.AC, groups=(inner,), cases=(case,))
    report = Report(submission="s", problem="p", language="c", verdict=Verdict.AC, compile=COMPILED, root=root)
    assert cpu_time_ns(report) == 1 + 2 * 3_110
    assert cpu_time_ns(Report(submission="s", problem="p", language="c", verdict=Verdict.JE)) == 0


def test_other_work_counts_its_runs() -> None:
    run = RunReport(result=ran(10))
    assert cpu_time_ns(ExecutionReport(id="w", compile=COMPILED, runs=(run, run), mean=ran(10).usage)) == 21
    test = TestReport(name="a", run=ran(10), measured_ns=(10, 500))
    assert cpu_time_ns(EvaluationReport(id="w", compile=COMPILED, tests=(test, TestReport(name="b")))) == 511
    command = CommandReport(result=ran(10))
    assert cpu_time_ns(CommandGroupReport(id="w", commands=(command, command))) == 20
    assert cpu_time_ns(SessionReport(id="w", compile=CompileReport(ok=True), result=ran(10))) == 10


def test_a_stored_answer_used_nothing() -> None:
    assert cpu_time_ns(ExecutionReport(id="w", runs=(RunReport(result=ran(10)),), cached=True)) == 0
