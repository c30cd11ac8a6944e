"""Parts whose tests call a function: judged as evaluations are, which never let an expected value into a container."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

import msgspec

from judge.course.context import PartContext
from judge.course.emitting import heard_of_tests
from judge.course.parts.tests import STATUS
from judge.course.scoring import part_report, part_without_tests, unheard
from judge.course.texts import printed_text
from judge.errors import PackageError, WorkError
from judge.model.assignment import Call, CoursePart, CourseTest
from judge.model.coursework import CoursePartReport, CourseTestReport, TestStatus
from judge.model.verdict import Verdict
from judge.model.work import (
    Comparison,
    ComparisonKind,
    Data,
    Evaluation,
    EvaluationTest,
    RequestedLimits,
    Work,
    WorkHeader,
    WorkKind,
)
from judge.model.work_report import EvaluationReport, TestReport
from judge.running.evaluation import evaluate

_NO_CALL = Call(function="")


def grade_part(context: PartContext, part: CoursePart) -> CoursePartReport:
    """An :data:`~judge.course.context.Engine`."""
    judged: dict[str, CourseTestReport] = {}
    for tests in _batches(part.tests):
        report = _evaluated(context, part, tests)
        if report.verdict is Verdict.CE:
            log = report.compile.log if report.compile else ""
            return part_without_tests(part, TestStatus.ERROR, f"it does not compile: {report.reason}", log)
        judged |= {test.name: _test_report(test, one) for test, one in zip(tests, report.tests, strict=True)}
    return part_report(part, [judged[test.name] for test in part.tests])


def _batches(tests: Sequence[CourseTest]) -> Iterator[tuple[CourseTest, ...]]:
    """Tests of one function with the same limits, together: they share what is compiled."""

    def key(test: CourseTest) -> tuple[str, int, int]:
        return (test.call or _NO_CALL).function, test.cpu_time_ns, test.wall_time_ns

    for _, batch in groupby(sorted(tests, key=key), key=key):
        yield tuple(batch)


def _evaluated(context: PartContext, part: CoursePart, tests: tuple[CourseTest, ...]) -> EvaluationReport:
    """Raises PackageError naming the line of what cannot be called."""
    submission, first = context.submission, tests[0]
    evaluation = Evaluation(
        program=context.program(),
        tests=tuple(map(_evaluation_test, tests)),
        comparison=_comparison(part, (first.call or _NO_CALL).function),
        stop_after=0,
        limits=_limits(context, first),
        compile_limits=RequestedLimits(
            cpu_time_ns=context.problem.limits.compilation_time_ns,
            memory_bytes=context.problem.limits.compilation_memory_bytes,
        ),
    )
    header = WorkHeader(
        id=submission.id,
        kind=WorkKind.EVALUATION,
        language=context.language.id if context.language else "",
        tenant=submission.tenant,
    )
    try:
        emit = heard_of_tests(context.emit, part, tests)
        return evaluate(context.runner, Work(header=header, task=evaluation), evaluation, emit)
    except WorkError as error:
        raise PackageError(f"{error}", f"assignment.yaml:{first.line or part.line}: {part.name}") from error


def _evaluation_test(test: CourseTest) -> EvaluationTest:
    call = test.call or _NO_CALL
    return EvaluationTest(
        name=test.name,
        call_arguments=Data(content=call.arguments.encode()),
        expected=Data(content=call.expected.encode()),
    )


def _comparison(part: CoursePart, function: str) -> Comparison:
    return Comparison(
        kind=ComparisonKind.CALL,
        function=function,
        float_absolute_tolerance=part.compare.float_absolute_tolerance,
        float_relative_tolerance=part.compare.float_relative_tolerance,
    )


def _limits(context: PartContext, test: CourseTest) -> RequestedLimits:
    limits = context.problem.limits
    return RequestedLimits(
        cpu_time_ns=test.cpu_time_ns or limits.time_limit_ns,
        wall_time_ns=test.wall_time_ns,
        memory_bytes=limits.memory_bytes,
        stdout_bytes=limits.output_bytes,
    )


def _test_report(test: CourseTest, judged: TestReport) -> CourseTestReport:
    call, status = test.call or _NO_CALL, STATUS[judged.verdict]
    usage = judged.run.usage if judged.run else None
    return msgspec.structs.replace(
        unheard(test, status),
        points=test.points if status is TestStatus.PASSED else 0.0,
        message=judged.reason,
        input=printed_text(f"{call.function}({call.arguments.strip()[1:-1]})".encode()),
        expected=printed_text(call.expected.encode()),
        output=judged.stdout,
        stderr=judged.stderr,
        cpu_time_ns=usage.cpu_time_ns if usage else 0,
        wall_time_ns=usage.wall_time_ns if usage else 0,
    )
