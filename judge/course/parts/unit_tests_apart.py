"""Unit tests that are kept apart from what they test: the framework and the tests in one container, the student's files
in another one.

The tests' side is a judge program (:mod:`judge.program`); it starts the student's side as a live program and speaks the
call protocol with it (docs, "The call protocol of unit tests"). What it tells us: first, by progress, each test that it
has collected, when nothing of the student's has run; then, by cases, how tests went. A test that it says nothing of has
not run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from judge.course.context import PartContext
from judge.course.parts.hosts import HOSTS, Host, files_in
from judge.course.scoring import part_report, tests_of, unheard
from judge.course.texts import printed_text
from judge.errors import PackageError
from judge.model.assignment import CoursePart, CourseTest, Isolation
from judge.model.coursework import CoursePartReport, CourseTestReport, TestStatus
from judge.model.program import ProgramCase, ProgramProgress, ProgramQuotas
from judge.model.submission import SourceFile
from judge.model.work import Data, ProgramSource, RequestedLimits
from judge.program.director import direct
from judge.program.request import Allowed, ProgramRequest, ProgramResult, SubmissionInput
from judge.program.tasks.ceilings import lowered

#: How often the tests' side is started again for what is left, when it has died in a test.
_STARTS_MAX = 4

_STATUS = {status.value: status for status in TestStatus}


@dataclass
class _Heard:
    """What the tests' side has said. Grows while it runs: names once, at first; one case a test."""

    names: list[str] = field(default_factory=list)
    cases: dict[str, ProgramCase] = field(default_factory=dict)

    def hear(self, said: ProgramCase | ProgramProgress) -> None:
        """See :data:`judge.program.judgement.Hear`."""
        if isinstance(said, ProgramProgress):
            if said.done == len(self.names) + 1 and not self.cases:
                self.names.append(said.message)
        elif said.name.isdecimal() and 0 < int(said.name) <= len(self.names):
            self.cases.setdefault(self.names[int(said.name) - 1], said)


def grade_part(context: PartContext, part: CoursePart) -> CoursePartReport:
    """An :data:`~judge.course.context.Engine`."""
    host = HOSTS[part.framework]
    _check(part, host)
    heard = _Heard()
    broken: dict[str, str] = {}
    for _ in range(_STARTS_MAX):
        left = [name for name in heard.names if name not in heard.cases and name not in broken]
        again = _Heard()
        result = direct(context.runner, _request(context, part, host, left), context.emit, again.hear)
        if result.fault is not None and not again.names:
            raise _fault(part, result)
        heard.names = heard.names or again.names
        heard.cases |= {name: case for name, case in again.cases.items() if name in heard.names}
        if result.fault is None:
            break
        at_hand = next((name for name in left or again.names if name not in again.cases), "")
        broken[at_hand] = result.reason
    reports = [_test_report(test, heard.cases.get(test.selector), broken) for test in tests_of(part, heard.names)]
    return part_report(part, reports)


def _check(part: CoursePart, host: Host) -> None:
    """Raises PackageError for what a part cannot be."""
    where = f"assignment.yaml:{part.line}: {part.name}"
    if part.isolation is not Isolation.APART:
        raise PackageError(f"isolation: tests with {part.framework} are always kept apart: leave it out", where=where)
    if host.driver_files and not part.module:  # else nothing is imported
        raise PackageError("module: say what of the student's the tests import, as in 'module: bank'", where=where)


def _fault(part: CoursePart, result: ProgramResult) -> PackageError:
    """The tests themselves cannot be used."""
    fault = result.fault
    assert fault is not None
    where = f"assignment.yaml:{part.line}: {part.name}"
    if fault.file and any(name == fault.file for name, _ in part.test_files):
        where = f"{fault.file}:{fault.line}" if fault.line else fault.file
    return PackageError(fault.message, where=where)


def _request(context: PartContext, part: CoursePart, host: Host, only: Sequence[str]) -> ProgramRequest:
    """What the director is asked; ``only``: tests that are left, empty = all."""
    source = context.program(part.beside)
    cpu_time_ns = part.cpu_time_ns or context.problem.limits.time_limit_ns
    usual = _limits(context, part, cpu_time_ns, host)
    return ProgramRequest(
        id=context.submission.id,
        program=ProgramSource(
            sources=tuple(SourceFile(name=name, content=content) for name, content in files_in(host.host_files)),
            language=part.language or host.language,
            main=host.main,
        ),
        digest=hashlib.sha256(msgspec.json.encode((part.name, source.sources))).hexdigest(),
        tenant=context.submission.tenant,
        submissions=(SubmissionInput(name=context.submission.id, program=source),),
        data={name: Data(content=content) for name, content in files_in(host.driver_files)},
        beside={name: Path(path) for name, path in part.test_files},
        parameters=_parameters(part, cpu_time_ns, only),
        submitted=Allowed(usual=usual, most=usual),
        compilers=RequestedLimits(
            cpu_time_ns=context.problem.limits.compilation_time_ns,
            memory_bytes=context.problem.limits.compilation_memory_bytes,
        ),
        quotas=lowered(_QUOTAS, context.quotas),
    )


#: Of the tests' side: as many runs and words as a part may have tests.
_QUOTAS = ProgramQuotas(text_bytes=64 << 20)


def _limits(context: PartContext, part: CoursePart, cpu_time_ns: int, host: Host) -> RequestedLimits:
    """Of one life of the student's side."""
    limits = context.problem.limits
    if part.process == "all":
        cpu_time_ns = max(cpu_time_ns, min(host.life_time_ns, context.runner.ceilings.time_limit_ns))
    return RequestedLimits(
        cpu_time_ns=cpu_time_ns,
        wall_time_ns=part.wall_time_ns,
        memory_bytes=limits.memory_bytes,
        stdout_bytes=host.answers_bytes,
    )


def _parameters(part: CoursePart, cpu_time_ns: int, only: Sequence[str]) -> Mapping[str, str]:
    return {
        "framework": part.framework,
        "module": part.module,
        "process": part.process.value,
        "files": "\n".join(name for name, _ in part.test_files),
        "in_place": " ".join(part.in_place),
        "operators": " ".join(part.operators),
        "cpu_time_ns": str(cpu_time_ns),
        "wall_time_ns": str(part.wall_time_ns),
        "only": "\n".join(only),
    }


# --- what came of it --------------------------------------------------------------------------------------


def _test_report(test: CourseTest, case: ProgramCase | None, broken: Mapping[str, str]) -> CourseTestReport:
    """Points only for a test that was said to have passed."""
    if case is None:
        reason = broken.get(test.selector, "")
        return unheard(test, TestStatus.ERROR if reason else TestStatus.NOT_RUN, reason)
    status = _STATUS.get(case.reason, TestStatus.ERROR)
    usage = case.run.usage if case.run is not None else None
    return msgspec.structs.replace(
        unheard(test, status),
        points=test.points if status is TestStatus.PASSED else 0.0,
        message=_text(case.feedback),
        output=printed_text(_text(case.team_feedback).encode("utf-8", "replace")),
        cpu_time_ns=usage.cpu_time_ns if usage else 0,
        wall_time_ns=usage.wall_time_ns if usage else 0,
    )


def _text(told: str) -> str:
    """A text that came as JSON, so that its lines stay what they are; or itself, where it is none."""
    try:
        text = json.loads(told)
    except ValueError:
        return told
    return text if isinstance(text, str) else told
