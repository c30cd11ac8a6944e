"""Refusals before anything is compiled or run: each names its field."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from running_fakes import NOWHERE, MemoryBlobs

from judge.errors import LanguageError, WorkError
from judge.model.event import Event
from judge.model.submission import SourceFile
from judge.model.units import S_NS
from judge.model.work import Execution, InputFile, ProgramSource, RequestedLimits, Work, WorkHeader, WorkKind
from judge.package.ceilings import Ceilings
from judge.running.execution import execute
from judge.running.runner import COMPILER_ARGUMENTS_MAX, Runner
from judge.sandbox.spec import Rootfs
from judge.toolchain.compile import Toolchain
from judge.toolchain.definitions import Languages

TRUE = "/bin/true"
TOOLCHAIN = Toolchain(rootfs=Rootfs(mounts=()), digest="x")


def program(content: bytes = b"", language: str = "c", **fields: Any) -> ProgramSource:
    return ProgramSource(sources=(SourceFile(name="main.c", content=content),), language=language, **fields)


def refusal(task: Execution, language: str = "") -> WorkError:
    """How a runner that opens no container refuses it."""
    judge: Any = SimpleNamespace(
        build_context=SimpleNamespace(languages=Languages.open(), toolchain=lambda language: TOOLCHAIN)
    )
    nobody: Any = None
    ceilings = Ceilings(code_bytes=100, time_limit_ns=10 * S_NS)
    runner = Runner(slot=nobody, judge=judge, ceilings=ceilings, blobs=MemoryBlobs(), scratch=NOWHERE)
    events: list[Event] = []
    with pytest.raises(WorkError) as caught:
        execute(
            runner,
            Work(header=WorkHeader(id="x", kind=WorkKind.EXECUTION, language=language), task=task),
            task,
            events.append,
        )
    return caught.value


@pytest.mark.parametrize(
    ("task", "field"),
    [
        (Execution(), "program"),
        (Execution(program=program(), argv=(TRUE,)), "argv"),
        (Execution(argv=(TRUE,), repeats=0), "repeats"),
        (Execution(argv=(TRUE,), repeats=51), "repeats"),
        (Execution(argv=("\0",)), "argv"),
        (Execution(argv=(TRUE,), arguments=("a\0",)), "arguments"),
        (Execution(argv=(TRUE,), environment={"A=": ""}), "environment"),
        (Execution(argv=(TRUE,), keep=("../x",)), "keep"),
        (Execution(argv=(TRUE,), limits=RequestedLimits(cpu_time_ns=11 * S_NS)), "limits.cpu_time_ns"),
        (Execution(argv=(TRUE,), compile_limits=RequestedLimits(processes=9999)), "compile_limits.processes"),
        (Execution(program=ProgramSource(sources=())), "program.sources"),
        (Execution(program=program(b"x" * 101)), "program.sources"),
        (Execution(program=program(language="python3", compiler_arguments=("-O",))), "program.compiler_arguments"),
        (
            Execution(program=program(compiler_arguments=("-O",) * (COMPILER_ARGUMENTS_MAX + 1))),
            "program.compiler_arguments",
        ),
        (Execution(program=program(compiler_arguments=("x" * 9000,))), "program.compiler_arguments"),
        (Execution(program=program(compiler_arguments=("\0",))), "program.compiler_arguments"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(task: Execution, field: str) -> None:
    assert refusal(task).field == field


def test_a_command_that_is_no_path_must_be_one_of_the_files() -> None:
    files = (InputFile(name="bin/go", data=Execution().stdin),)
    assert refusal(Execution(argv=("go",), files=files), "c").field == "argv[0]"


def test_a_command_line_that_no_message_holds_is_refused() -> None:
    words = ("x" * 60_000,)
    task = Execution(argv=(TRUE, *words), arguments=words, environment={"A": "x" * 30_000})
    assert refusal(task, "c").field == "arguments"


def test_an_unknown_language_is_named() -> None:
    with pytest.raises(LanguageError, match="klingon"):
        refusal(Execution(argv=(TRUE,)), "klingon")
