"""Unit tests in JavaScript, apart from the student's code: node:test and Jest.

The tests run in a judge program of ours (``judge/course/guest/javascript/host.cjs``) with the teacher's files beside
it; the student's files are its submission, compiled with our driver, which serves calls of their module. What the
student's side may say is a value of the call protocol: docs/reference/call-protocol.md.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import msgspec

from judge.course.context import PartContext
from judge.course.emitting import judged_event
from judge.course.parts.tests import STATUS
from judge.course.scoring import part_report, part_without_tests, tests_of, unheard
from judge.course.texts import printed_text
from judge.errors import LanguageError, PackageError, WorkError
from judge.grading.limits import idle_limit_ns, wall_limit_ns
from judge.model.assignment import CoursePart, CourseTest, Isolation, Visibility
from judge.model.coursework import CoursePartReport, CourseTestReport, TestStatus
from judge.model.program import ProgramCase
from judge.model.submission import SourceFile
from judge.model.units import MS_NS
from judge.model.verdict import Verdict
from judge.model.work import ProgramSource, RequestedLimits
from judge.program.director import direct
from judge.program.director import unheard as unheard_said
from judge.program.request import Allowed, ProgramRequest, ProgramResult, SubmissionInput

_GUEST = Path(__file__).parents[1] / "guest" / "javascript"

#: Where the teacher's files lie in the working directory of the tests.
_ROOT = "course"

#: How files with tests are called; where none is, every source file is one.
_TEST_FILE = re.compile(r"(^|/)(tests?([_.-][^/]*)?|[^/]*[_.-](test|tests|spec))\.[cm]?[jt]sx?$")
_SOURCE_FILE = re.compile(r"\.[cm]?[jt]sx?$")

#: A process that serves all tests may use as much CPU time as that many of them.
_LONG_LIFE_TESTS = 50

#: Jest with what it needs is a variant of this name.
_WITH_JEST = "javascript@jest"


class _Names(msgspec.Struct, frozen=True):
    """What the host has said before the student's code ran."""

    tests: tuple[str, ...]


def grade_part(context: PartContext, part: CoursePart) -> CoursePartReport:
    """An :data:`~judge.course.context.Engine`."""
    if part.isolation is not Isolation.APART:
        words = "isolation: tests in JavaScript are always kept apart: leave it out"
        raise PackageError(words, f"assignment.yaml:{part.line}: {part.name}")
    try:
        result = direct(context.runner, _request(context, part), context.emit, unheard_said)
    except WorkError as error:
        raise PackageError(f"{error}", f"assignment.yaml:{part.line}: {part.name}") from error
    if result.fault is not None or result.verdict is Verdict.JE:
        raise PackageError(result.reason, f"assignment.yaml:{part.line}: {part.name}")
    if result.verdict is Verdict.CE:
        return part_without_tests(part, TestStatus.ERROR, "it does not compile", result.feedback)
    return _report(context, part, result)


def _request(context: PartContext, part: CoursePart) -> ProgramRequest:
    limits = context.problem.limits
    cpu_ns = part.cpu_time_ns or limits.time_limit_ns
    ceilings = context.runner.ceilings
    long_ns = min(ceilings.time_limit_ns, cpu_ns * _LONG_LIFE_TESTS)
    usual = RequestedLimits(
        cpu_time_ns=cpu_ns,
        wall_time_ns=part.wall_time_ns,
        memory_bytes=limits.memory_bytes,
        stdout_bytes=ceilings.output_bytes,
    )
    config = {
        "framework": part.framework,
        "files": _test_files(part),
        "module": part.module,
        "process": part.process.value,
        "in_place": part.in_place,
        "call_cpu_ns": cpu_ns,
        "long_cpu_ns": long_ns,
        "idle_ms": idle_limit_ns(cpu_ns) // MS_NS,
        "wall_ms": (part.wall_time_ns or wall_limit_ns(cpu_ns)) // MS_NS,
    }
    return ProgramRequest(
        id=context.submission.id,
        program=ProgramSource(sources=guest_files(), language=_language(context, part), main="host.cjs"),
        digest=f"{context.submission.id} {part.name}",
        tenant=context.submission.tenant,
        submissions=(SubmissionInput(name="", program=context.program(part.beside)),),
        beside={f"{_ROOT}/{name}": Path(path) for name, path in part.test_files},
        parameters={"config": msgspec.json.encode(config).decode()},
        submitted=Allowed(usual, msgspec.structs.replace(usual, cpu_time_ns=long_ns, wall_time_ns=0)),
        quotas=context.quotas,
    )


@cache
def guest_files() -> tuple[SourceFile, ...]:
    """What the side of the tests consists of."""
    paths = sorted(_GUEST.rglob("*.cjs"))
    return tuple(SourceFile(name=path.relative_to(_GUEST).as_posix(), content=path.read_bytes()) for path in paths)


def _test_files(part: CoursePart) -> list[str]:
    """Raises PackageError where there is nothing to run."""
    names = [name for name, _ in part.test_files if _SOURCE_FILE.search(name)]
    found = [name for name in names if _TEST_FILE.search(name)] or names
    if not found:
        raise PackageError("there is no file with tests", f"assignment.yaml:{part.line}: {part.name}")
    return found


def _language(context: PartContext, part: CoursePart) -> str:
    """Of the tests. Jest that is no variant is looked for in what the host has."""
    if part.language:
        return part.language
    if part.framework == "jest":
        try:
            return context.runner.language_named(_WITH_JEST).id
        except LanguageError:
            pass
    return "javascript"


def _report(context: PartContext, part: CoursePart, result: ProgramResult) -> CoursePartReport:
    names = msgspec.json.decode(result.state or b'{"tests":[]}', type=_Names).tests
    tests = tests_of(part, names)
    said = {int(case.name): case for case in result.cases}
    reports = [_test_report(test, said.get(index)) for index, test in enumerate(tests)]
    visible = [test.name for test in tests if test.visibility is Visibility.VISIBLE]
    for index, test in enumerate(tests):
        if test.name in visible and index in said:
            context.emit(judged_event(context.submission.id, part, test.name, said[index].verdict, visible))
    return part_report(part, reports)


def _test_report(test: CourseTest, case: ProgramCase | None) -> CourseTestReport:
    if case is None:
        return unheard(test)
    status = STATUS[case.verdict]
    usage = case.run.usage if case.run else None
    return msgspec.structs.replace(
        unheard(test, status),
        points=test.points if status is TestStatus.PASSED else 0.0,
        message=case.feedback,
        output=printed_text(case.team_feedback.encode()),
        cpu_time_ns=usage.cpu_time_ns if usage else 0,
        wall_time_ns=usage.wall_time_ns if usage else 0,
    )
