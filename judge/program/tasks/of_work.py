"""Work that brings its judge program along: the request that its director gets, and the report."""

from __future__ import annotations

import hashlib

import msgspec

from judge.errors import WorkError
from judge.model.event import Emit
from judge.model.program import ProgramQuotas, StateRead
from judge.model.verdict import Verdict
from judge.model.work import JudgedProgram, ProgramJudging, ProgramTest, Work
from judge.model.work_report import BlameOn, ProgramReport
from judge.program.director import direct
from judge.program.request import Allowed, ProgramRequest, ProgramResult, StateInput, SubmissionInput, TestInput
from judge.program.tasks.carried import CarriedState
from judge.program.tasks.ceilings import bounded
from judge.program.tasks.said import as_work
from judge.running.runner import Runner


def judge_by_program(
    runner: Runner, work: Work, task: ProgramJudging, emit: Emit, carried: CarriedState, most: ProgramQuotas
) -> ProgramReport:
    """Do the work; blocks. ``most``: what the operator lets any judge program have.

    Raises WorkError (the client's fault), LanguageError, BlobStoreError, CancelledError, ClaimLost, StateBusy,
    InfrastructureError; what the judge program does wrong is in the report.
    """
    quotas = bounded(task.quotas, most)
    state = carried.read(task.state, task.state_version) if task.state else None
    result = direct(runner, _request(work, task, state, quotas), emit, as_work(work.header.id, emit))
    use = carried.leave(result.state if result.fault is None else None)
    return msgspec.structs.replace(_report(work, result), state=use)


def state_input(read: StateRead | None) -> StateInput:
    """What a director is told of the state that was read."""
    if read is None or not read.version:
        return StateInput()
    return StateInput(content=read.content, version=read.version)


def _request(work: Work, task: ProgramJudging, state: StateRead | None, quotas: ProgramQuotas) -> ProgramRequest:
    if state is not None and state.bytes_max:
        quotas = msgspec.structs.replace(quotas, state_bytes=min(quotas.state_bytes, state.bytes_max))
    return ProgramRequest(
        id=work.header.id,
        program=task.program,
        digest=hashlib.sha256(msgspec.json.encode(task)).hexdigest(),
        tenant=work.header.tenant,
        submissions=tuple(_submission(number, one) for number, one in enumerate(task.submissions, 1)),
        tests=tuple(_test(number, one) for number, one in enumerate(task.tests, 1)),
        data={file.name: file.data for file in task.data},
        parameters=task.parameters,
        state=state_input(state),
        submitted=Allowed(usual=task.limits, most=task.limits),
        own=Allowed(usual=task.own_limits, most=task.own_limits),
        compilers=task.compile_limits,
        quotas=quotas,
    )


def _submission(number: int, one: JudgedProgram) -> SubmissionInput:
    if one.program is None:
        raise WorkError("there is no program", f"submissions[{number - 1}]")
    return SubmissionInput(name=one.name or str(number), program=one.program)


def _test(number: int, test: ProgramTest) -> TestInput:
    return TestInput(
        name=test.name or str(number),
        input=test.input,
        answer=test.answer,
        group=test.group,
        sample=test.sample,
        arguments=test.arguments,
        files={file.name: file.data for file in test.files},
    )


def _report(work: Work, result: ProgramResult) -> ProgramReport:
    header = work.header
    return ProgramReport(
        id=header.id,
        blame=BlameOn.CLIENT if result.verdict is Verdict.JE else BlameOn.NONE,
        reason=result.reason,
        tenant=header.tenant,
        context=header.context,
        verdict=result.verdict,
        score=result.score,
        feedback=result.feedback,
        team_feedback=result.team_feedback,
        cases=result.cases,
        files=result.kept,
        result=result.run,
        log=result.log,
        seed=result.seed,
        totals=result.totals,
    )
