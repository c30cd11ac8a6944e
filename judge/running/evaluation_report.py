"""The report of an evaluation from that of the pipeline which judged it. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from judge.grading.scoring.report import first_error
from judge.model.report import CaseReport, Report
from judge.model.verdict import Verdict
from judge.model.work import EvaluationTest
from judge.model.work_report import BlameOn, EvaluationReport, TestReport

#: Kept of the validator's messages of a report together; the first tests come first.
FEEDBACK_CHARS_MAX = 64 << 10

#: Lines of a failed build that an error shows.
_LOG_LINES = 20


def test_report(test: EvaluationTest, case: CaseReport) -> TestReport:
    """One test, without what the validator said at length."""
    return TestReport(
        name=case.name,
        verdict=case.verdict,
        weight=test.weight,
        score=case.score or 0.0,
        reason=case.reason,
        run=case.run,
        stdout=case.stdout,
        stderr=case.stderr,
        measured_ns=case.reruns_ns,
    )


def judged_report(blank: EvaluationReport, tests: Sequence[EvaluationTest], report: Report) -> EvaluationReport:
    """``blank`` filled with what judging came to. A judge error is the client's: ours are raised, never reported."""
    cases = report.root.cases if report.root else ()
    reports = _with_feedback([test_report(*pair) for pair in zip(tests, cases, strict=True)], cases)
    error = next((test for test in reports if test.verdict is Verdict.JE), None)
    failed = error or next((test for test in reports if test.verdict not in (None, Verdict.AC)), None)
    passed = sum(test.verdict is Verdict.AC for test in reports)
    weight = math.fsum(test.weight for test in tests)
    blame = BlameOn.CLIENT if error else BlameOn.PROGRAM if failed else BlameOn.NONE
    return msgspec.structs.replace(
        blank,
        verdict=failed.verdict if failed else Verdict.AC,
        blame=blame,
        reason=f"test {failed.name}: {failed.reason}" if failed else "",
        tests=reports,
        passed=passed,
        pass_rate=passed / len(reports),
        score=min(math.fsum(test.score for test in reports) / weight, 1.0) if weight else 0.0,
        measured_again=any(test.measured_ns for test in reports),
    )


def report_of_compile_error(blank: EvaluationReport, tests: Sequence[EvaluationTest]) -> EvaluationReport:
    """``blank`` for a program that does not compile."""
    return msgspec.structs.replace(
        blank,
        verdict=Verdict.CE,
        blame=BlameOn.PROGRAM,
        reason=first_error(blank.compile.log if blank.compile else ""),
        tests=tuple(TestReport(name=test.name, weight=test.weight) for test in tests),
    )


def shortened_log(log: str) -> str:
    """A compiler's log in one line."""
    lines = [line for line in log.splitlines()[:_LOG_LINES] if line.strip()]
    return " | ".join(lines) or "the compiler says nothing"


def _with_feedback(tests: Sequence[TestReport], cases: Sequence[CaseReport]) -> tuple[TestReport, ...]:
    """The tests with what the validator said about each, as far as there is room."""
    room, told = FEEDBACK_CHARS_MAX, []
    for test, case in zip(tests, cases, strict=True):
        fits = len(case.feedback) <= room
        room -= len(case.feedback) if fits else 0
        told.append(msgspec.structs.replace(test, feedback=case.feedback) if fits and case.feedback else test)
    return tuple(told)
