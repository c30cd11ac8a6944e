"""The body of the request for a judging by a judge program; as those of :mod:`judge.http_form.requests`."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from judge.http_form.data import Given, GivenFile, data_of, file_of
from judge.http_form.requests import Asking, GivenProgram, program_asked
from judge.model.program import ProgramQuotas
from judge.model.work import DEFAULT_LIMITS, JudgedProgram, ProgramJudging, ProgramTest, RequestedLimits

#: That of judge programs that name none.
USUAL_LANGUAGE = "python3"


class GivenSubmission(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the programs that are judged: it comes along, or is that of earlier ``work`` of the same tenant."""

    name: Annotated[str, Meta(description="What the judge program knows it by. Empty = its number, from 1.")] = ""
    work: Annotated[str, Meta(description="The id of the work whose program it is.")] = ""
    program: GivenProgram | None = None


class GivenProgramTest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A test that the judge program is given."""

    name: Annotated[str, Meta(description="Empty = its number, from 1.")] = ""
    input: Given = ""
    answer: Given | None = None
    group: Annotated[str, Meta(description="Names of the groups that it is in, joined by `/`.")] = ""
    sample: bool = False
    arguments: tuple[str, ...] = ()
    files: tuple[GivenFile, ...] = ()


class ProgramRequest(Asking, frozen=True, kw_only=True):
    """A judge program, and what it is to judge."""

    program: GivenProgram
    submissions: tuple[GivenSubmission, ...] = ()
    tests: tuple[GivenProgramTest, ...] = ()
    data: Annotated[tuple[GivenFile, ...], Meta(description="Other data, by name.")] = ()
    parameters: dict[str, str] = {}
    state: Annotated[str, Meta(description="The carried state that it reads and leaves. Empty = none.")] = ""
    state_version: Annotated[
        int, Meta(ge=0, le=1 << 53, description="0 = the newest. Else that version is read, and nothing is written.")
    ] = 0
    limits: RequestedLimits = DEFAULT_LIMITS
    own_limits: RequestedLimits = DEFAULT_LIMITS
    compile_limits: RequestedLimits = DEFAULT_LIMITS
    quotas: ProgramQuotas = ProgramQuotas()


def judging_asked(asked: ProgramRequest) -> ProgramJudging:
    """Raises ValueError where a program has no files, or a submission is not one thing."""
    program = program_asked(asked.program)
    if program is None:
        raise ValueError("program: give one of source and sources")
    return ProgramJudging(
        program=program,
        submissions=tuple(_submission(number, one) for number, one in enumerate(asked.submissions, 1)),
        tests=tuple(_test(one) for one in asked.tests),
        data=tuple(file_of(one) for one in asked.data),
        parameters=asked.parameters,
        state=asked.state,
        state_version=asked.state_version,
        limits=asked.limits,
        own_limits=asked.own_limits,
        compile_limits=asked.compile_limits,
        quotas=asked.quotas,
    )


def _submission(number: int, given: GivenSubmission) -> JudgedProgram:
    program = None if given.program is None else program_asked(given.program)
    if (program is None) == (not given.work):
        raise ValueError(f"submission {number}: give a program with source or sources, or work")
    return JudgedProgram(name=given.name, program=program, work=given.work)


def _test(given: GivenProgramTest) -> ProgramTest:
    return ProgramTest(
        name=given.name,
        input=data_of(given.input),
        answer=None if given.answer is None else data_of(given.answer),
        group=given.group,
        sample=given.sample,
        arguments=given.arguments,
        files=tuple(file_of(one) for one in given.files),
    )
