"""What a client hands in: submissions and programs made of files or texts, work with its header."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict, Unpack

import msgspec

from judge.errors import UsageError
from judge.model.program import ProgramQuotas
from judge.model.submission import SourceFile, Submission
from judge.model.verification import Verification
from judge.model.work import (
    NO_CONTEXT,
    Comparison,
    Context,
    Data,
    Evaluation,
    EvaluationTest,
    Execution,
    InputFile,
    JudgedProgram,
    ProgramJudging,
    ProgramSource,
    ProgramTest,
    RequestedLimits,
    Task,
    Work,
    WorkHeader,
    kind_of,
)


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """With what header work is sent; fields as in :class:`judge.model.work.WorkHeader`.

    ``id`` empty = a fresh one. The same id is the same work: handed in again it is not done again.
    """

    id: str = ""
    language: str = ""
    priority_class: str = "run"
    tenant: str = ""
    tags: tuple[str, ...] = ()
    context: Context = NO_CONTEXT


SENDING = Sending()


class ExecutionFields(TypedDict, total=False):
    """Fields of :class:`judge.model.work.Execution`; ``stdin`` may be bytes or a text."""

    arguments: Sequence[str]
    environment: dict[str, str]
    stdin: bytes | str | Data
    files: Sequence[InputFile]
    limits: RequestedLimits
    compile_limits: RequestedLimits
    repeats: int
    merge_stderr: bool
    pieces: bool
    keep: Sequence[str]
    live: bool
    reuse: bool


class EvaluationFields(TypedDict, total=False):
    """Fields of :class:`judge.model.work.Evaluation`."""

    comparison: Comparison
    stop_after: int
    limits: RequestedLimits
    compile_limits: RequestedLimits
    repeat_near_limit: bool
    reuse: bool


class VerificationFields(TypedDict, total=False):
    """Fields of :class:`judge.model.verification.Verification`."""

    only: tuple[str, ...]
    every_case: bool
    check_data: bool
    time_limit_ns: int
    strict: bool


class JudgingFields(TypedDict, total=False):
    """Fields of :class:`judge.model.work.ProgramJudging`; ``data`` may be bytes or texts by name."""

    submissions: Sequence[JudgedProgram | ProgramSource]
    tests: Sequence[ProgramTest]
    data: Mapping[str, bytes | str | Data]
    parameters: dict[str, str]
    state: str
    state_version: int
    limits: RequestedLimits
    own_limits: RequestedLimits
    compile_limits: RequestedLimits
    quotas: ProgramQuotas


def new_id() -> str:
    """A fresh id. Keep it and use it again to ask for the very same submission or work."""
    return uuid.uuid4().hex


def submission_of(  # noqa: PLR0913 (each is an option by name, as on the command line)
    *files: str | Path,
    package: str,
    language: str = "",
    id: str = "",
    main: str = "",
    priority_class: str = "practice",
    tenant: str = "",
    tags: Sequence[str] = (),
) -> Submission:
    """A submission of source files on this machine; the first is the main one. Raises UsageError naming the file."""
    sources = _read(files)
    return Submission(
        id=id or new_id(),
        package=package,
        sources=sources,
        language=language,
        main=main or _first(sources),
        priority_class=priority_class,
        tenant=tenant,
        tags=tuple(tags),
    )


def program_of(
    *files: str | Path, language: str = "", main: str = "", compiler_arguments: Sequence[str] = ()
) -> ProgramSource:
    """A program of source files on this machine; the first is the main one. Raises UsageError naming the file."""
    sources = _read(files)
    return ProgramSource(
        sources=sources,
        language=language,
        main=main or _first(sources),
        compiler_arguments=tuple(compiler_arguments),
    )


def program_from(source: str | bytes, language: str, *, name: str = "main") -> ProgramSource:
    """A program of one source text in this language; ``name`` is the file's, for what compilers say."""
    content = source.encode() if isinstance(source, str) else source
    return ProgramSource(sources=(SourceFile(name=name, content=content),), language=language)


def execution_of(program: ProgramSource | Sequence[str], **fields: Unpack[ExecutionFields]) -> Execution:
    """The execution of a program, or of a command (words; the first is a path). Raises UsageError for a lone text."""
    stdin = _data(fields.pop("stdin", b""))
    if isinstance(program, str):
        raise UsageError("a command is a list of words; program_from makes a program of a source text")
    given = msgspec.structs.replace(Execution(stdin=stdin), **{name: _frozen(fields[name]) for name in fields})  # type: ignore[literal-required]
    if isinstance(program, ProgramSource):
        return msgspec.structs.replace(given, program=program)
    return msgspec.structs.replace(given, argv=tuple(program))


def evaluation_of(
    program: ProgramSource, tests: Sequence[EvaluationTest] | str, **fields: Unpack[EvaluationFields]
) -> Evaluation:
    """The evaluation of a program against tests, or against the test set of this name ("sha256:...")."""
    if isinstance(tests, str):
        return Evaluation(program=program, test_set=tests, **fields)
    return Evaluation(program=program, tests=tuple(tests), **fields)


def verification_of(package: str, **fields: Unpack[VerificationFields]) -> Verification:
    """The verification of a package."""
    return Verification(package=package, **fields)


def judging_of(program: ProgramSource, **fields: Unpack[JudgingFields]) -> ProgramJudging:
    """The judging by a judge program."""
    submissions = tuple(
        JudgedProgram(program=one) if isinstance(one, ProgramSource) else one for one in fields.pop("submissions", ())
    )
    data = tuple(InputFile(name=name, data=_data(given)) for name, given in fields.pop("data", {}).items())
    bare = ProgramJudging(program=program, submissions=submissions, data=data)
    return msgspec.structs.replace(bare, **{name: _frozen(fields[name]) for name in fields})  # type: ignore[literal-required]


def one_test(stdin: bytes | str, expected: bytes | str, *, name: str = "", weight: float = 1.0) -> EvaluationTest:
    """A test by its input and the expected output."""
    return EvaluationTest(name=name, stdin=_data(stdin), expected=_data(expected), weight=weight)


def work_of(task: Task, sending: Sending = SENDING) -> Work:
    """What is to be done, with its header."""
    program = None if isinstance(task, ProgramJudging) else getattr(task, "program", None)
    header = WorkHeader(
        id=sending.id or new_id(),
        kind=kind_of(task),
        language=sending.language or (program.language if program is not None else ""),
        priority_class=sending.priority_class,
        tenant=sending.tenant,
        tags=sending.tags,
        context=sending.context,
    )
    return Work(header=header, task=task)


def _data(given: bytes | str | Data) -> Data:
    if isinstance(given, Data):
        return given
    return Data(content=given.encode() if isinstance(given, str) else given)


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _first(sources: tuple[SourceFile, ...]) -> str:
    return sources[0].name if len(sources) > 1 else ""


def _read(files: Sequence[str | Path]) -> tuple[SourceFile, ...]:
    sources = []
    for file in files:
        try:
            sources.append(SourceFile(name=Path(file).name, content=Path(file).read_bytes()))
        except OSError as error:
            raise UsageError(f"source file {file}: {error.strerror or error}") from error
    return tuple(sources)
