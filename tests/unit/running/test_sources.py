"""Sources that are named by digest: read once, in their order, within the operator's ceiling."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from running_fakes import MemoryBlobs, runner_with

from judge.errors import WorkError
from judge.model.submission import SourceFile
from judge.model.work import (
    Comparison,
    Evaluation,
    Execution,
    ProgramSource,
    SessionRequest,
    SourceBlob,
    Task,
    Work,
    WorkHeader,
    kind_of,
)
from judge.package.ceilings import Ceilings
from judge.running.sources import with_sources
from judge.toolchain.sources import FILES_MAX


def work_of(task: Task) -> Work:
    return Work(header=WorkHeader(id="w", kind=kind_of(task), tenant="ann"), task=task)


def filled(blobs: MemoryBlobs, task: Task, code_bytes: int = 100) -> Task:
    runner = runner_with(blobs, msgspec.structs.replace(Ceilings(), code_bytes=code_bytes), Path("/nonexistent"))
    return with_sources(runner, work_of(task)).task


@pytest.mark.parametrize("kind", [Execution, Evaluation, SessionRequest])
def test_sources_of_every_program_come_after_those_inline(kind: type[Execution | Evaluation | SessionRequest]) -> None:
    blobs = MemoryBlobs()
    first, second = SourceFile(name="a.c", content=b"a"), SourceFile(name="b.c", content=b"b")
    named = (SourceBlob(name="b.c", blob=blobs.keep("ann", b"b")),)
    task = filled(blobs, kind(program=ProgramSource(sources=(first,), source_blobs=named, main="b.c")))
    assert isinstance(task, Execution | Evaluation | SessionRequest)
    assert task.program == ProgramSource(sources=(first, second), main="b.c")


def test_a_validators_sources_too() -> None:
    blobs = MemoryBlobs()
    validator = ProgramSource(source_blobs=(SourceBlob(name="v.py", blob=blobs.keep("ann", b"v")),))
    task = filled(blobs, Evaluation(program=ProgramSource(), comparison=Comparison(validator=validator)))
    assert isinstance(task, Evaluation)
    assert task.comparison.validator == ProgramSource(sources=(SourceFile(name="v.py", content=b"v"),))


@pytest.mark.parametrize(
    ("contents", "complaint"),
    [
        ([b"x" * 60, b"y" * 60], r"program\.source_blobs: more than 100 bytes together"),
        ([b"x"] * (FILES_MAX + 1), rf"program\.source_blobs: {FILES_MAX + 1} files; at most {FILES_MAX}"),
        ([b"x", None], r"program\.source_blobs\[1\]\.blob: no such blob"),
    ],
    ids=["too large", "too many", "missing"],
)
def test_what_cannot_be_read_is_refused_by_its_field(contents: list[bytes | None], complaint: str) -> None:
    blobs = MemoryBlobs()
    named = tuple(
        SourceBlob(name=f"{index}.c", blob="none" if content is None else blobs.keep("ann", content))
        for index, content in enumerate(contents)
    )
    with pytest.raises(WorkError, match=complaint):
        filled(blobs, Execution(program=ProgramSource(source_blobs=named)))
