"""Submissions to packages that name a judge program: the request that its director gets, and the report."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from judge.errors import PackageError, PackageMissing, WorkError
from judge.model.event import Emit
from judge.model.problem import JudgeProgram, Problem, ProblemLimits, Program, TestCase, TestGroup
from judge.model.program import ProgramQuotas, StateRead
from judge.model.report import CompileReport, GroupReport, Report
from judge.model.submission import SourceFile, Submission
from judge.model.verdict import Verdict
from judge.model.work import NO_DATA, ProgramSource, RequestedLimits
from judge.program.director import direct
from judge.program.request import Allowed, ProgramRequest, ProgramResult, SubmissionInput, TestInput
from judge.program.tasks.carried import CarriedState
from judge.program.tasks.ceilings import lowered
from judge.program.tasks.of_work import state_input
from judge.program.tasks.said import as_submission, case_report
from judge.running.runner import Runner
from judge.wire import package_state

#: The group of tests whose data are public, and how names of those in it begin.
_SAMPLE = "sample"

#: To a judge program that wants to carry something on, and its package names no state.
_STATELESS = "the package names no state; add 'state: NAME' to judge_program.yaml"

#: The root of the tests.
_DATA = "data"


def judge_submission(
    runner: Runner, submission: Submission, problem: Problem, emit: Emit, carried: CarriedState, most: ProgramQuotas
) -> Report:
    """Have the problem's judge program judge a submission; blocks. ``most``: what the operator lets any of them have.

    Raises PackageError (the setter's fault; PackageMissing: another worker may have it), LanguageError, BlobStoreError,
    CancelledError, ClaimLost, StateBusy, InfrastructureError; what the judge program does wrong is in the report.
    """
    named = problem.judge_program
    if named is None:
        raise PackageError("it names no judge program", problem.name)
    quotas = lowered(named.quotas, most)
    state = carried.read(state_name(problem, named)) if named.state else None
    tests = tuple(_tests(problem.root, ""))
    hear = as_submission(submission.id, emit, len(tests))
    try:
        result = direct(runner, _request(submission, problem, named, tests, state, quotas), emit, hear)
        carried.leave(result.state)
    except WorkError as error:
        raise PackageError(f"{error}", named.program.name) from error
    language = runner.judge.language_of(submission, problem).id
    return report_of(submission, problem, result, language)


def state_name(problem: Problem, named: JudgeProgram) -> str:
    """The name of a package's state: in each tenant the problem's own, whichever version of the package judges."""
    return package_state(problem.name, named.state)


def _request(
    submission: Submission,
    problem: Problem,
    named: JudgeProgram,
    tests: tuple[TestInput, ...],
    state: StateRead | None,
    quotas: ProgramQuotas,
) -> ProgramRequest:
    if state is not None and state.bytes_max:
        quotas = msgspec.structs.replace(quotas, state_bytes=min(quotas.state_bytes, state.bytes_max))
    own, compilers = _own_limits(problem.limits), _compile_limits(problem.limits)
    submitted = _submitted_limits(problem.limits)
    return ProgramRequest(
        id=submission.id,
        program=source_of(named.program),
        digest=_digest(submission, problem),
        tenant=submission.tenant,
        submissions=(SubmissionInput(name=submission.id, program=_submitted(submission)),),
        tests=tests,
        data=_paths(named.data),
        beside=_paths(named.beside),
        parameters=dict(named.parameters),
        state=state_input(state),
        stateless="" if named.state else _STATELESS,
        submitted=Allowed(usual=submitted, most=submitted),
        own=Allowed(usual=own, most=own),
        compilers=compilers,
        quotas=quotas,
    )


def _digest(submission: Submission, problem: Problem) -> str:
    """Of what is judged: judged again it is the same."""
    judged = (problem.name, submission.sources, submission.language, submission.main)
    return hashlib.sha256(msgspec.json.encode(judged)).hexdigest()


def _submitted(submission: Submission) -> ProgramSource:
    return ProgramSource(sources=submission.sources, language=submission.language, main=submission.main)


def source_of(program: Program) -> ProgramSource:
    """A setter's program with its files. Raises PackageMissing for one that cannot be read on this machine."""
    sources = []
    for name, path in program.files:
        try:
            sources.append(SourceFile(name=name, content=Path(path).read_bytes()))
        except OSError as error:
            raise PackageMissing(f"cannot be read: {error.strerror}", path) from error
    return ProgramSource(sources=tuple(sources), language=program.language)


def _paths(pairs: tuple[tuple[str, str], ...]) -> dict[str, Path]:
    return {name: Path(path) for name, path in pairs}


def _submitted_limits(limits: ProblemLimits) -> RequestedLimits:
    return RequestedLimits(
        cpu_time_ns=limits.time_limit_ns, memory_bytes=limits.memory_bytes, stdout_bytes=limits.output_bytes
    )


def _own_limits(limits: ProblemLimits) -> RequestedLimits:
    return RequestedLimits(
        cpu_time_ns=limits.validation_time_ns,
        memory_bytes=limits.validation_memory_bytes,
        stdout_bytes=limits.validation_output_bytes,
    )


def _compile_limits(limits: ProblemLimits) -> RequestedLimits:
    return RequestedLimits(cpu_time_ns=limits.compilation_time_ns, memory_bytes=limits.compilation_memory_bytes)


def _tests(group: TestGroup, path: str) -> Iterator[TestInput]:
    """All tests below a group, in judging order."""
    groups = {inner.name: inner for inner in group.groups}
    cases = {case.name: case for case in group.cases}
    for name in group.order or (*cases, *groups):
        if name in groups:
            yield from _tests(groups[name], name)
        elif name in cases:
            yield _test(cases[name], path)


def _test(case: TestCase, group: str) -> TestInput:
    return TestInput(
        name=case.name,
        input=Path(case.input_path) if case.input_path else NO_DATA,
        answer=Path(case.answer_path) if case.answer_path else None,
        group=group,
        sample=case.name.startswith(f"{_SAMPLE}/"),
        arguments=case.args,
        files=_paths(case.files),
    )


def report_of(submission: Submission, problem: Problem, result: ProgramResult, language: str) -> Report:
    """What a judge program has said of a submission, as every submission's report says it."""
    cases = tuple(map(case_report, result.cases))
    runs = [case.run.usage for case in cases if case.run is not None]
    deciding = next((case.name for case in cases if case.verdict is not Verdict.AC and not case.hidden), "")
    return Report(
        submission=submission.id,
        problem=problem.name,
        language=language,
        verdict=result.verdict,
        score=result.score,
        reason=result.reason or _first_line(result.team_feedback),
        compile=_compile(result),
        deciding_case="" if result.verdict is Verdict.AC else deciding,
        time_limit_ns=problem.limits.time_limit_ns,
        memory_limit_bytes=problem.limits.memory_bytes,
        cpu_time_max_ns=max((usage.cpu_time_ns for usage in runs), default=0),
        wall_time_max_ns=max((usage.wall_time_ns for usage in runs), default=0),
        memory_peak_max_bytes=max((usage.memory_peak_bytes for usage in runs), default=0),
        pids_peak_max=max((usage.pids_peak or 0 for usage in runs), default=0),
        root=GroupReport(
            name=_DATA, verdict=result.verdict, score=result.score, reason=_first_line(result.feedback), cases=cases
        ),
    )


def _compile(result: ProgramResult) -> CompileReport | None:
    """Of a submission that its judge program says does not compile: its words are the compiler's."""
    if result.verdict is not Verdict.CE:
        return None
    return CompileReport(ok=False, log=result.team_feedback or result.feedback)


def _first_line(text: str) -> str:
    return text.partition("\n")[0]
