"""Unit tests in Java, apart from the student's code: JUnit 5.

The tests run in a judge program of ours (``judge/course/guest/java``) against stubs of the reference solution; the
student's files are its submission, compiled with our driver, which serves what the stubs ask. What the student's side
may say is a value of the call protocol: docs/reference/call-protocol.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from judge.course.context import PartContext
from judge.course.emitting import judged_event
from judge.course.java.suite import DRIVER, JavaSuite, driver_files, ready_suite
from judge.course.scoring import part_report, part_without_tests, tests_of, unheard
from judge.errors import PackageError, WorkError
from judge.grading.limits import wall_limit_ns
from judge.model.assignment import CoursePart, CourseTest, Isolation, Process, Visibility
from judge.model.coursework import CoursePartReport, CourseTestReport, TestStatus
from judge.model.program import ProgramCase
from judge.model.verdict import Verdict
from judge.model.work import Data, RequestedLimits
from judge.program.director import direct
from judge.program.request import Allowed, ProgramRequest, ProgramResult, SubmissionInput

#: What the host says of a test besides :class:`TestStatus`: that it has begun.
_STARTED = "started"

#: How often the tests go on after one of them has ended the program that runs them all.
_RESTARTS_MAX = 8

#: Of the log, in the message of a fault.
_LOG_LINES, _MESSAGE_CHARS_MAX = 5, 1500

#: A process that serves all tests may use as much time as that many of them; then another one goes on. It is not more,
#: for one that does nothing is waited for in proportion.
_LONG_LIFE_TESTS = 10


@dataclass(frozen=True)
class _Heard:
    """What was said of the tests so far. ``titles``: of all, in their order; ``cases``: of those that are over."""

    titles: dict[str, str] = field(default_factory=dict)
    cases: dict[str, ProgramCase] = field(default_factory=dict)
    broken: tuple[str, ...] = ()  #: tests that ended what runs them


def grade_part(context: PartContext, part: CoursePart) -> CoursePartReport:
    """An :data:`~judge.course.context.Engine`."""
    where = f"assignment.yaml:{part.line}: {part.name}"
    if part.isolation is not Isolation.APART:
        raise PackageError("isolation: JUnit tests are run apart and in no other way", where)
    suite = ready_suite(context, part)
    heard = _Heard()
    for _ in range(_RESTARTS_MAX):
        try:
            result = direct(context.runner, _request(context, part, suite, heard), context.emit)
        except WorkError as error:
            raise PackageError(f"{error}", where) from error
        if result.verdict is Verdict.CE:
            message, tests = "it does not compile", tests_of(part, _heard(heard, result).titles)
            return part_without_tests(
                msgspec.structs.replace(part, tests=tests), TestStatus.ERROR, message, result.feedback
            )
        broken = _broken(result)
        heard = _heard(heard, result, broken)
        if result.fault is None:
            break
        if not broken:
            raise PackageError(_fault_of(result), where)
    return _report(context, part, heard)


def _fault_of(result: ProgramResult) -> str:
    """Why the tests could not be run: what Java said of it last."""
    said = [line.strip() for line in result.log.splitlines() if line.strip() and not line.startswith("\t")]
    return " | ".join((result.reason, *said[-_LOG_LINES:]))[:_MESSAGE_CHARS_MAX]


def _broken(result: ProgramResult) -> str:
    """The test that was at hand when the program that runs the tests ended without a word."""
    last = result.cases[-1] if result.cases else None
    return last.name if result.fault is not None and last is not None and last.reason == _STARTED else ""


def _heard(before: _Heard, result: ProgramResult, broken: str = "") -> _Heard:
    titles, cases = dict(before.titles), dict(before.cases)
    announced: set[str] = set()
    for case in result.cases:
        if case.name not in announced:  # the first word about a test is that there is one
            announced.add(case.name)
            titles.setdefault(case.name, case.feedback)
        elif case.reason != _STARTED:
            cases[case.name] = case
    return _Heard(titles, cases, (*before.broken, broken) if broken else before.broken)


def _request(context: PartContext, part: CoursePart, suite: JavaSuite, heard: _Heard) -> ProgramRequest:
    limits, ceilings = context.problem.limits, context.runner.ceilings
    cpu_ns = part.cpu_time_ns or limits.time_limit_ns
    wall_ns = part.wall_time_ns or wall_limit_ns(cpu_ns)
    tests = _LONG_LIFE_TESTS if part.process is Process.ALL else 1
    usual = RequestedLimits(
        cpu_time_ns=min(ceilings.time_limit_ns, cpu_ns * tests),
        wall_time_ns=wall_ns * tests,
        memory_bytes=limits.memory_bytes,
        stdout_bytes=ceilings.output_bytes,
    )
    compilers = RequestedLimits(cpu_time_ns=limits.compilation_time_ns, memory_bytes=limits.compilation_memory_bytes)
    return ProgramRequest(
        id=context.submission.id,
        program=suite.program,
        digest=f"{context.submission.id} {part.name}",
        tenant=context.submission.tenant,
        submissions=(SubmissionInput(name="", program=context.program(part.beside)),),
        data={file.name: Data(content=file.content) for file in driver_files()},
        beside={name: Data(content=content) for name, content in suite.beside.items()},
        parameters={
            "classes": "\n".join(suite.classes),
            "api": "\n".join(suite.api),
            "driver": DRIVER,
            "process": part.process.value,
            "cpu_time_ns": str(cpu_ns),
            "life_cpu_time_ns": str(usual.cpu_time_ns),
            "done": "\n".join((*heard.cases, *heard.broken)),
        },
        submitted=Allowed(usual, usual),
        compilers=compilers,
        quotas=context.quotas,
    )


def _report(context: PartContext, part: CoursePart, heard: _Heard) -> CoursePartReport:
    if not heard.titles:
        raise PackageError("no test was found in its files", f"assignment.yaml:{part.line}: {part.name}")
    tests = [msgspec.structs.replace(test, title=heard.titles[test.name]) for test in tests_of(part, heard.titles)]
    reports = [_test_report(test, heard) for test in tests]
    _tell(context, part, tests, heard)
    return part_report(part, reports)


def _tell(context: PartContext, part: CoursePart, tests: Sequence[CourseTest], heard: _Heard) -> None:
    visible = [test.name for test in tests if test.visibility is Visibility.VISIBLE]
    for name in visible:
        if name in heard.cases:
            context.emit(judged_event(context.submission.id, part, name, heard.cases[name].verdict, visible))


def _test_report(test: CourseTest, heard: _Heard) -> CourseTestReport:
    case = heard.cases.get(test.name)
    if case is None:
        if test.name in heard.broken:
            return unheard(test, TestStatus.ERROR, "the tests themselves ended in this test")
        return unheard(test)
    status = TestStatus(case.reason)
    usage = case.run.usage if case.run else None
    return msgspec.structs.replace(
        unheard(test, status),
        points=test.points if status is TestStatus.PASSED else 0.0,
        message=case.feedback,
        cpu_time_ns=usage.cpu_time_ns if usage else 0,
        wall_time_ns=usage.wall_time_ns if usage else 0,
    )
