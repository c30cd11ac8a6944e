"""Sources that work names by their digest: read once, before anything else is done with the program."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from judge.errors import WorkError
from judge.model.submission import SourceFile
from judge.model.verification import Verification
from judge.model.work import (
    CommandGroup,
    Evaluation,
    Execution,
    ProgramJudging,
    ProgramSource,
    SessionRequest,
    Work,
)
from judge.running.inputs import within
from judge.running.runner import Runner
from judge.toolchain.sources import FILES_MAX


def with_sources(runner: Runner, work: Work) -> Work:
    """The work with all sources of its programs inline, in their order: what came along, then the blobs.

    Raises WorkError naming the field, BlobStoreError.
    """
    task, tenant = work.task, work.header.tenant
    if isinstance(task, CommandGroup | Verification):
        return work
    if isinstance(task, ProgramJudging):
        return msgspec.structs.replace(work, task=_judging_inline(runner, tenant, task))
    if not any(program.source_blobs for program in _programs(task)):
        return work
    if task.program is not None:
        task = msgspec.structs.replace(task, program=_inline(runner, tenant, task.program, "program"))
    if isinstance(task, Evaluation) and task.comparison.validator is not None:
        validator = _inline(runner, tenant, task.comparison.validator, "comparison.validator")
        task = msgspec.structs.replace(task, comparison=msgspec.structs.replace(task.comparison, validator=validator))
    return msgspec.structs.replace(work, task=task)


def _judging_inline(runner: Runner, tenant: str, task: ProgramJudging) -> ProgramJudging:
    submissions = []
    for index, one in enumerate(task.submissions):
        program = one.program and _inline(runner, tenant, one.program, f"submissions[{index}].program")
        submissions.append(msgspec.structs.replace(one, program=program))
    program = _inline(runner, tenant, task.program, "program")
    return msgspec.structs.replace(task, program=program, submissions=tuple(submissions))


def _programs(task: Execution | Evaluation | SessionRequest) -> Iterator[ProgramSource]:
    if task.program is not None:
        yield task.program
    if isinstance(task, Evaluation) and task.comparison.validator is not None:
        yield task.comparison.validator


def _inline(runner: Runner, tenant: str, program: ProgramSource, field: str) -> ProgramSource:
    if not program.source_blobs:
        return program
    field = f"{field}.source_blobs"
    if len(program.source_blobs) > FILES_MAX:
        raise WorkError(f"{len(program.source_blobs)} files; at most {FILES_MAX} are taken", field)
    bytes_max = room_bytes = runner.ceilings.code_bytes
    sources = list(program.sources)
    for index, named in enumerate(program.source_blobs):
        with within(f"{field}[{index}].blob"):
            content = runner.blobs.read(tenant, named.blob, bytes_max)
        room_bytes -= len(content)
        if room_bytes < 0:
            raise WorkError(f"more than {bytes_max} bytes together", field)
        sources.append(SourceFile(name=named.name, content=content))
    return msgspec.structs.replace(program, sources=tuple(sources), source_blobs=())
