"""Parts of tests with standard input and output: judged by the pipeline of all submissions, compiled once.

What a test wants as output never enters a container.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from itertools import groupby

import msgspec

from judge.course.context import PartContext
from judge.course.emitting import heard_of_tests
from judge.course.scoring import part_report, part_without_tests, unheard
from judge.course.texts import printed_file
from judge.errors import PackageError
from judge.grading.limits import submission_limits
from judge.grading.pipeline import Judging
from judge.grading.scoring.report import first_error, report_without_judging
from judge.grading.setup import Tools
from judge.model.assignment import CoursePart, CourseTest
from judge.model.coursework import CoursePartReport, CourseTestReport, TestStatus
from judge.model.language import LanguageSpec
from judge.model.limits import Limits
from judge.model.problem import Problem, ScorePolicy, TestCase, TestGroup
from judge.model.report import CaseReport, Report
from judge.model.verdict import Verdict

STATUS = {
    None: TestStatus.NOT_RUN,
    Verdict.AC: TestStatus.PASSED,
    Verdict.WA: TestStatus.FAILED,
    Verdict.OLE: TestStatus.FAILED,
    Verdict.RTE: TestStatus.ERROR,
    Verdict.MLE: TestStatus.ERROR,
    Verdict.TLE: TestStatus.TIMEOUT,
    Verdict.JE: TestStatus.JUDGE_ERROR,
}


def grade_part(context: PartContext, part: CoursePart) -> CoursePartReport:
    """An :data:`~judge.course.context.Engine`."""
    assert context.language is not None
    judged: dict[str, CourseTestReport] = {}
    for tests in _batches(part.tests):
        report = _judged(context, part, tests, context.language)
        if report.root is None:
            return _not_judged(part, report)
        cases = {case.name: case for case in report.root.cases}
        judged |= {test.name: test_report(test, cases[test.name]) for test in tests}
    return part_report(part, [judged[test.name] for test in part.tests])


def _not_judged(part: CoursePart, report: Report) -> CoursePartReport:
    """A part of which nothing was run: a compile error, or the setter's fault."""
    if report.verdict is Verdict.JE:
        raise PackageError(report.reason)
    log = report.compile.log if report.compile else ""
    return part_without_tests(part, TestStatus.ERROR, f"it does not compile: {report.reason}", log)


def _batches(tests: Sequence[CourseTest]) -> Iterator[tuple[CourseTest, ...]]:
    """Tests that have the same limits, together."""

    def times(test: CourseTest) -> tuple[int, int]:
        return test.cpu_time_ns, test.wall_time_ns

    for _, batch in groupby(sorted(tests, key=times), key=times):
        yield tuple(batch)


def _judged(context: PartContext, part: CoursePart, tests: tuple[CourseTest, ...], language: LanguageSpec) -> Report:
    """All of these tests; CE and JE as reports without a root."""
    problem = _problem(context, part, tests)
    judge = context.runner.judge
    judge = dataclasses.replace(judge, options=msgspec.structs.replace(judge.options, run_all=True))
    submission = msgspec.structs.replace(
        context.submission,
        sources=context.sources(),
        language=language.id,
        main=context.submission.main or context.assignment.main,
    )
    emit = heard_of_tests(context.emit, part, tests)
    judging = Judging(judge, submission, problem, emit, _limits(problem, language, tests[0]))
    compiled = judging.compile(language)
    if not compiled.report.ok:
        reason = first_error(compiled.report.log)
        return report_without_judging(submission, problem, language.id, Verdict.CE, reason, compiled.report)
    with judging.program_judged(compiled, Tools()) as report:
        return report


def _problem(context: PartContext, part: CoursePart, tests: Sequence[CourseTest]) -> Problem:
    """What the pipeline judges by: these tests, each for itself."""
    cases = tuple(
        TestCase(
            name=test.name,
            input_path=test.input_path,
            answer_path=test.expected_path,
            args=test.arguments,
            files=test.files,
            compare=part.compare,
            max_score=1.0,
        )
        for test in tests
    )
    root = TestGroup(
        name="", policy=ScorePolicy(on_reject_break=False), cases=cases, order=tuple(case.name for case in cases)
    )
    limits = context.problem.limits
    if tests[0].cpu_time_ns:
        limits = msgspec.structs.replace(limits, time_limit_ns=tests[0].cpu_time_ns)
    return msgspec.structs.replace(
        context.problem, assignment=None, root=root, limits=limits, languages=(), submissions=(), diagnostics=()
    )


def _limits(problem: Problem, language: LanguageSpec, test: CourseTest) -> Limits:
    limits = submission_limits(problem, language)
    return msgspec.structs.replace(limits, wall_time_ns=test.wall_time_ns) if test.wall_time_ns else limits


def test_report(test: CourseTest, case: CaseReport) -> CourseTestReport:
    """A test as its case of the pipeline went."""
    status = STATUS[case.verdict]
    usage = case.run.usage if case.run else None
    return msgspec.structs.replace(
        unheard(test, status),
        points=test.points if status is TestStatus.PASSED else 0.0,
        message=case.reason,
        input=printed_file(test.input_path),
        expected=printed_file(test.expected_path),
        output=case.stdout,
        stderr=case.stderr,
        cpu_time_ns=usage.cpu_time_ns if usage else 0,
        wall_time_ns=usage.wall_time_ns if usage else 0,
    )
