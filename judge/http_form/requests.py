"""The bodies of requests that create work, and the work that they ask for.

The model's types (:mod:`judge.model.work`) with bytes in a form that is easy to write; what a field means is said
there. A program is one ``source`` text or several ``files``.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from judge.http_form.amounts import at_most
from judge.http_form.data import Given, GivenFile, GivenSource, data_of, file_of, source_of
from judge.http_form.ids import ID_PATTERN
from judge.model.group import COMMANDS_MAX, InputLink, OutputStream, Pipe, WantedFile
from judge.model.submission import STUDENT_CHARS_MAX, SourceFile
from judge.model.verification import Verification
from judge.model.work import (
    CONTEXT_BYTES_MAX,
    DEFAULT_LIMITS,
    NO_CONTEXT,
    TESTS_MAX,
    Command,
    CommandGroup,
    Comparison,
    ComparisonKind,
    Context,
    Evaluation,
    EvaluationTest,
    Execution,
    InputStream,
    ProgramSource,
    RequestedLimits,
    SessionRequest,
    SourceBlob,
)

#: The last moment that a request can name: the end of the year 9999.
MOMENT_MOST_MS = 253_402_300_799_999

_Id = Annotated[
    str, Meta(description="An id of your own: the same id is the same work. Empty = a fresh one.", pattern=ID_PATTERN)
]
_Context = Annotated[Context, Meta(description=f"Comes back with the report; up to {CONTEXT_BYTES_MAX} bytes of text.")]
_Class = Annotated[
    str,
    Meta(
        description="`contest`, `run`, `practice`, `bulk` or `rejudge`, none more urgent than the key's. Empty = usual."
    ),
]
_Source = Annotated[str | None, Meta(description="The program's text, when it is one file.")]
_Archive = Annotated[Given, Meta(description="A zip file: in the sandbox its files lie beside the sources.")]


class Asking(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every request for work can say. ``tags``: what the worker must offer."""

    id: _Id | None = None
    priority_class: _Class = ""
    tags: tuple[str, ...] = ()
    context: _Context = NO_CONTEXT


class GivenProgram(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A program of its own language: an output validator."""

    language: str
    source: _Source = None
    sources: tuple[GivenSource, ...] = ()
    main: str = ""
    compiler_arguments: tuple[str, ...] = ()
    archive: _Archive = ""


class RunRequest(Asking, frozen=True, kw_only=True):
    """Run a program, or a command (``argv``), once or ``repeats`` times."""

    language: Annotated[str, Meta(description="An id or alias, with a version if one is wanted: `python3@3.12`.")] = ""
    source: _Source = None
    sources: tuple[GivenSource, ...] = ()
    main: str = ""
    compiler_arguments: tuple[str, ...] = ()
    archive: _Archive = ""
    argv: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    environment: dict[str, str] = {}
    stdin: Given = ""
    files: tuple[GivenFile, ...] = ()
    limits: RequestedLimits = DEFAULT_LIMITS
    compile_limits: RequestedLimits = DEFAULT_LIMITS
    repeats: int = 1
    merge_stderr: bool = False
    pieces: bool = False
    keep: tuple[str, ...] = ()
    live: Annotated[bool, Meta(description="Send output as events while the program runs.")] = False
    reuse: bool = False
    unchecked: Annotated[
        bool, Meta(description="Run what its language only checks as it is; what is wrong with it the run shows.")
    ] = False


class EmbeddedRunRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Run a program in a page that embeds the judge; its output comes as events."""

    language: str = ""
    source: _Source = None
    sources: tuple[GivenSource, ...] = ()
    main: str = ""
    stdin: str = ""
    arguments: tuple[str, ...] = ()


class GivenTest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One test."""

    name: str = ""
    stdin: Given = ""
    expected: Given = ""
    arguments: tuple[str, ...] = ()
    files: tuple[GivenFile, ...] = ()
    weight: float = 1.0
    call_arguments: Given = ""


class GivenComparison(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an answer is compared with the expected one."""

    kind: ComparisonKind = ComparisonKind.DEFAULT
    case_sensitive: bool = False
    space_change_sensitive: bool = False
    float_absolute_tolerance: float | None = None
    float_relative_tolerance: float | None = None
    function: str = ""
    validator: GivenProgram | None = None
    validator_arguments: tuple[str, ...] = ()


class EvaluationRequest(Asking, frozen=True, kw_only=True):
    """Run a program against tests that come along, or against those of a blob."""

    language: str = ""
    source: _Source = None
    sources: tuple[GivenSource, ...] = ()
    main: str = ""
    compiler_arguments: tuple[str, ...] = ()
    archive: _Archive = ""
    tests: tuple[GivenTest, ...] = ()
    test_set: Annotated[str, Meta(description="A blob with the tests: a JSON array, bytes in base64.")] = ""
    comparison: GivenComparison = GivenComparison()
    stop_after: int = 1
    limits: RequestedLimits = DEFAULT_LIMITS
    compile_limits: RequestedLimits = DEFAULT_LIMITS
    repeat_near_limit: bool = True
    reuse: bool = False


class VerificationRequest(Asking, frozen=True, kw_only=True):
    """Judge a package's own submissions, and compare with their labels."""

    only: Annotated[tuple[str, ...], Meta(description="Paths of submissions, or how they begin. Empty = all.")] = ()
    every_case: bool = False
    check_data: Annotated[bool, Meta(description="Ask the validators about the test data as well.")] = True
    time_limit_ns: Annotated[int, Meta(ge=0, description="Instead of the package's own; 0 = that.")] = 0
    strict: Annotated[bool, Meta(description="Warnings and skipped submissions count as faults.")] = False


class GivenStream(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a command reads from a descriptor (3 to 19)."""

    descriptor: int
    data: Given


class GivenCommand(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One command of a group."""

    argv: tuple[str, ...]
    language: str = ""
    environment: dict[str, str] = {}
    files: tuple[GivenFile, ...] = ()
    stdin: Given = ""
    limits: RequestedLimits = DEFAULT_LIMITS
    compiling: bool = False
    merge_stderr: bool = False
    keep: tuple[str, ...] = ()
    links: tuple[InputLink, ...] = ()
    inputs: tuple[GivenStream, ...] = ()
    outputs: tuple[OutputStream, ...] = ()
    wanted: tuple[WantedFile, ...] = ()
    stdout_blob: str = ""
    stderr_blob: str = ""
    work_path: str = "/work"


class GroupRequest(Asking, frozen=True, kw_only=True):
    """Run up to 16 commands at once, joined by pipes."""

    commands: tuple[GivenCommand, ...]
    pipes: tuple[Pipe, ...] = ()


class SessionForm(Asking, frozen=True, kw_only=True):
    """Start a live run."""

    language: str = ""
    source: _Source = None
    sources: tuple[GivenSource, ...] = ()
    main: str = ""
    compiler_arguments: tuple[str, ...] = ()
    archive: _Archive = ""
    argv: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    environment: dict[str, str] = {}
    files: tuple[GivenFile, ...] = ()
    limits: RequestedLimits = DEFAULT_LIMITS
    compile_limits: RequestedLimits = DEFAULT_LIMITS
    terminal: bool = True
    rows: Annotated[int, Meta(ge=1, le=1000)] = 24
    columns: Annotated[int, Meta(ge=1, le=1000)] = 80
    grace_ns: Annotated[int, Meta(ge=0)] = 30_000_000_000
    keep: tuple[str, ...] = ()
    links: tuple[InputLink, ...] = ()
    wanted: tuple[WantedFile, ...] = ()
    work_path: str = "/work"


class GivenHandIn(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How work on an assignment is handed in. Without the scope `marker` all is as the judge knows it: by the key's
    student, now, with the assignment's due time."""

    student: Annotated[str, Meta(max_length=STUDENT_CHARS_MAX, description="Empty = the key's own.")] = ""
    handed_in_at_ms: Annotated[int, Meta(ge=0, le=MOMENT_MOST_MS, description="0 = now.")] = 0
    due_at_ms: Annotated[int, Meta(ge=0, le=MOMENT_MOST_MS, description="This student's; 0 = the assignment's.")] = 0


class SubmissionRequest(Asking, frozen=True, kw_only=True):
    """Judge a program against a problem package."""

    package: Annotated[str, Meta(description="The package's name or digest (`sha256:...`), never a path.")]
    language: str = ""
    source: _Source = None
    sources: tuple[GivenSource, ...] = ()
    main: str = ""
    hand_in: Annotated[GivenHandIn | None, Meta(description="Of work on an assignment.")] = None


Programmed = RunRequest | EvaluationRequest | SessionForm | GivenProgram | SubmissionRequest


def sources_of(asked: Programmed) -> tuple[SourceFile, ...]:
    """The program's files that come along; a lone text is called "main". Raises ValueError for both forms."""
    if asked.source is not None and asked.sources:
        raise ValueError("give one of source and sources")
    if asked.source is not None:
        return (SourceFile(name="main", content=asked.source.encode()),)
    return tuple(source_of(one) for one in asked.sources if not one.blob)


def execution_asked(asked: RunRequest) -> Execution:
    """Raises ValueError when there is no program, or more than one."""
    program = program_asked(asked)
    if (program is None) == (not asked.argv):
        raise ValueError("give one of source, sources and argv")
    return Execution(
        program=program,
        argv=asked.argv,
        arguments=asked.arguments,
        environment=asked.environment,
        stdin=data_of(asked.stdin),
        files=tuple(file_of(one) for one in asked.files),
        limits=asked.limits,
        compile_limits=asked.compile_limits,
        repeats=asked.repeats,
        merge_stderr=asked.merge_stderr,
        pieces=asked.pieces,
        keep=asked.keep,
        live=asked.live,
        reuse=asked.reuse,
        unchecked=asked.unchecked,
    )


def evaluation_asked(asked: EvaluationRequest) -> Evaluation:
    """Raises ValueError when there is no program, or are too many tests."""
    if (program := program_asked(asked)) is None:
        raise ValueError("give one of source and sources")
    return Evaluation(
        program=program,
        tests=tuple(_test(one) for one in at_most(TESTS_MAX, asked.tests, "tests")),
        test_set=asked.test_set,
        comparison=_comparison(asked.comparison),
        stop_after=asked.stop_after,
        limits=asked.limits,
        compile_limits=asked.compile_limits,
        repeat_near_limit=asked.repeat_near_limit,
        reuse=asked.reuse,
    )


def group_asked(asked: GroupRequest) -> CommandGroup:
    """Raises ValueError when there are too many commands."""
    few = at_most(COMMANDS_MAX, asked.commands, "commands")
    return CommandGroup(commands=tuple(map(_command, few)), pipes=asked.pipes)


def session_asked(asked: SessionForm) -> SessionRequest:
    """Raises ValueError when there is more than one program."""
    return SessionRequest(
        program=program_asked(asked),
        argv=asked.argv,
        arguments=asked.arguments,
        environment=asked.environment,
        files=tuple(file_of(one) for one in asked.files),
        limits=asked.limits,
        compile_limits=asked.compile_limits,
        terminal=asked.terminal,
        rows=asked.rows,
        columns=asked.columns,
        grace_ns=asked.grace_ns,
        keep=asked.keep,
        links=asked.links,
        wanted=asked.wanted,
        work_path=asked.work_path,
    )


def verification_asked(asked: VerificationRequest, package: str) -> Verification:
    """The verification of this package."""
    return Verification(
        package=package,
        only=asked.only,
        every_case=asked.every_case,
        check_data=asked.check_data,
        time_limit_ns=asked.time_limit_ns,
        strict=asked.strict,
    )


def program_asked(asked: RunRequest | EvaluationRequest | SessionForm | GivenProgram) -> ProgramSource | None:
    """The program; None = there is none. Raises ValueError as :func:`sources_of`."""
    sources = sources_of(asked)
    blobs = tuple(SourceBlob(name=one.name, blob=one.blob) for one in asked.sources if one.blob)
    if not sources and not blobs:
        return None
    return ProgramSource(
        sources=sources,
        source_blobs=blobs,
        language=asked.language,
        main=asked.main,
        compiler_arguments=asked.compiler_arguments,
        archive=data_of(asked.archive),
    )


def _test(given: GivenTest) -> EvaluationTest:
    return EvaluationTest(
        name=given.name,
        stdin=data_of(given.stdin),
        expected=data_of(given.expected),
        arguments=given.arguments,
        files=tuple(file_of(one) for one in given.files),
        weight=given.weight,
        call_arguments=data_of(given.call_arguments),
    )


def _comparison(given: GivenComparison) -> Comparison:
    return Comparison(
        kind=given.kind,
        case_sensitive=given.case_sensitive,
        space_change_sensitive=given.space_change_sensitive,
        float_absolute_tolerance=given.float_absolute_tolerance,
        float_relative_tolerance=given.float_relative_tolerance,
        function=given.function,
        validator=None if given.validator is None else program_asked(given.validator),
        validator_arguments=given.validator_arguments,
    )


def _command(given: GivenCommand) -> Command:
    return Command(
        argv=given.argv,
        language=given.language,
        environment=given.environment,
        files=tuple(file_of(one) for one in given.files),
        stdin=data_of(given.stdin),
        limits=given.limits,
        compiling=given.compiling,
        merge_stderr=given.merge_stderr,
        keep=given.keep,
        links=given.links,
        inputs=tuple(InputStream(descriptor=one.descriptor, data=data_of(one.data)) for one in given.inputs),
        outputs=given.outputs,
        wanted=given.wanted,
        stdout_blob=given.stdout_blob,
        stderr_blob=given.stderr_blob,
        work_path=given.work_path,
    )
