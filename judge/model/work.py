"""What the queue carries besides submissions: work that brings along all it needs. Only a verification names a package.

A :class:`Work` is what every kind has in common, its ``task`` what is to be done. A new kind is one more task type here
and a module in :mod:`judge.running`. These types are the wire form: what is as usual is left out of a task, so that a
worker of an earlier version takes any that asks for nothing newer.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from judge.model.group import InputLink, OutputStream, Pipe, WantedFile
from judge.model.program import ProgramQuotas
from judge.model.submission import SourceFile
from judge.model.verification import Verification


class WorkKind(StrEnum):
    """What the queue can carry; the first is a :class:`judge.model.submission.Submission`."""

    SUBMISSION = "submission"
    EXECUTION = "execution"
    EVALUATION = "evaluation"
    GROUP = "group"
    SESSION = "session"
    VERIFICATION = "verification"
    PROGRAM = "program"


class Data(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Bytes that come along: ``content`` itself, or the ``blob`` that holds them ("sha256:" and 64 hex digits)."""

    content: bytes = b""
    blob: str = ""

    def __post_init__(self) -> None:
        if self.content and self.blob:
            raise ValueError("data have either content or a blob, not both")


NO_DATA = Data()


class InputFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A file that a program finds in /work. ``name`` is a relative POSIX path."""

    name: str
    data: Data
    executable: bool = False


class RequestedLimits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a client asks for, as in :class:`judge.model.limits.Limits`; 0 = the service's default.

    ``cpu_time_ns`` is where the run ends (there is no soft limit: nobody gives a verdict). ``address_space_bytes`` and
    ``data_segment_bytes`` are RLIMIT_AS and RLIMIT_DATA of each process, for clients that count on ``malloc`` failing;
    0 = none. What is 0 is not written: workers that do not know an amount take all work that does not ask for it.
    """

    cpu_time_ns: int = 0
    wall_time_ns: int = 0
    idle_time_ns: int = 0
    memory_bytes: int = 0
    address_space_bytes: int = 0
    data_segment_bytes: int = 0
    processes: int = 0
    stdout_bytes: int = 0
    stderr_bytes: int = 0
    disk_bytes: int = 0
    disk_inodes: int = 0
    open_files: int = 0
    stack_bytes: int = 0

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative")


DEFAULT_LIMITS = RequestedLimits()


class SourceBlob(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A source file whose content is a blob of the work's tenant ("sha256:" and 64 hex digits, or a name of it)."""

    name: str
    blob: str


class ProgramSource(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A program to be compiled where it must be, in the language of its work or its own.

    Its files are ``sources``, and after them ``source_blobs``; at least one of all.
    ``language``: an id or alias, with a version if one is wanted (``python3@3.12``); empty = found by the files.
    ``main``: the main file's name, empty = found. ``compiler_arguments`` stand right before the sources.
    ``archive``: a zip file that is unpacked in the sandbox. Its files lie beside the sources when those are compiled,
    no compiler is told of them, and a source of the same name wins; the program finds them in /work.
    """

    sources: tuple[SourceFile, ...] = ()
    source_blobs: tuple[SourceBlob, ...] = ()
    language: str = ""
    main: str = ""
    compiler_arguments: tuple[str, ...] = ()
    archive: Data = NO_DATA


class Execution(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag="execution"
):
    """One program run, ``repeats`` times, or until it fails. Either ``program`` or ``argv`` (raw files and a command,
    in the root of the work's language, without one in the plain root; its first word is an absolute path, or a file of
    ``files``).

    ``environment`` is laid over PATH, HOME and LANG; what a language's runtime needs stays. ``keep``: globs of files
    below /work to be kept as blobs. ``merge_stderr``: what it writes on standard error goes where its standard output
    goes. ``pieces``: the report says in which order both streams arrived. ``live``: output is also sent as it comes.
    ``reuse``: a stored report of the same tenant, program, input, limits and toolchain may be the answer.
    ``unchecked``: sources that the language only checks are run as they are; what is wrong with them the run shows.
    ``note``: kept with the task for its sender; means nothing to anybody else.
    """

    program: ProgramSource | None = None
    argv: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    environment: dict[str, str] = {}
    stdin: Data = NO_DATA
    files: tuple[InputFile, ...] = ()
    limits: RequestedLimits = DEFAULT_LIMITS
    compile_limits: RequestedLimits = DEFAULT_LIMITS
    repeats: int = 1
    merge_stderr: bool = False
    pieces: bool = False
    keep: tuple[str, ...] = ()
    live: bool = False
    reuse: bool = False
    unchecked: bool = False
    note: Data = NO_DATA


class ComparisonKind(StrEnum):
    """How an evaluation decides whether an answer is right."""

    EXACT = "exact"  #: byte for byte
    DEFAULT = "default"  #: the default output validator, with its flags
    LINES = "lines"  #: line by line; blanks at a line's edges do not matter, nor empty lines at the two ends
    FLOATS = "floats"  #: the default output validator; numbers may differ by the tolerances
    CALL = "call"  #: a function is called with JSON arguments; its value is compared as JSON
    VALIDATOR = "validator"  #: a program of the client's decides, as an output validator does (42 accepts, 43 rejects)


class Comparison(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """See :class:`ComparisonKind`. Flags as in :class:`judge.model.problem.CompareFlags`; with LINES,
    ``space_change_sensitive`` leaves only blanks at a line's end and empty lines at the end out of account. FLOATS need
    a tolerance; where there is one, DEFAULT, LINES and CALL compare numbers by it, too.

    ``function``: for calls, the function's name, or ``Class.method`` (the class is made without arguments).
    ``validator``: the program that decides, ``validator_arguments`` its arguments.
    """

    kind: ComparisonKind = ComparisonKind.DEFAULT
    case_sensitive: bool = False
    space_change_sensitive: bool = False
    float_absolute_tolerance: float | None = None
    float_relative_tolerance: float | None = None
    function: str = ""
    validator: ProgramSource | None = None
    validator_arguments: tuple[str, ...] = ()


#: Of one evaluation.
TESTS_MAX = 10_000

#: A test set as it lies in its blob. In memory its texts may take four bytes for each of its own.
TEST_SET_BYTES_MAX = 64 << 20


class EvaluationTest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One test that came along. ``name`` empty = its number, from 1.

    For calls ``call_arguments`` is a JSON array and ``expected`` a JSON value; there is no ``stdin`` then.
    """

    name: str = ""
    stdin: Data = NO_DATA
    expected: Data = NO_DATA
    arguments: tuple[str, ...] = ()
    files: tuple[InputFile, ...] = ()
    weight: float = 1.0
    call_arguments: Data = NO_DATA


class Evaluation(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag="evaluation"
):
    """One program against tests that come along, or against those of the blob ``test_set`` (JSON: an array of
    :class:`EvaluationTest`).

    ``stop_after``: how many failed tests end it; 0 = all tests are run. ``repeat_near_limit``: a time near the limit is
    measured again. ``reuse`` as in :class:`Execution`.
    """

    program: ProgramSource
    tests: tuple[EvaluationTest, ...] = ()
    test_set: str = ""
    comparison: Comparison = Comparison()
    stop_after: int = 1
    limits: RequestedLimits = DEFAULT_LIMITS
    compile_limits: RequestedLimits = DEFAULT_LIMITS
    repeat_near_limit: bool = True
    reuse: bool = False


class InputStream(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a command reads from a descriptor (3 to 19) that no pipe leads to."""

    descriptor: int
    data: Data


class Command(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One command of a group, with a /work of its own. ``language``: whose toolchain it finds; empty = the plain root,
    or where that has no such command that of the first language that has it.

    ``argv[0]`` is an absolute path, or a file of ``files``. ``stdin``: where no pipe leads to descriptor 0.
    ``keep`` as in :class:`Execution`: what is kept can be a file of a later group, as a blob. ``wanted`` is taken out
    by name. ``stdout_blob``, ``stderr_blob``: the name of a blob that this output becomes, however little it is.
    ``work_path``: where it finds its /work, and begins: "/work" or "/w".
    """

    argv: tuple[str, ...]
    language: str = ""
    environment: dict[str, str] = {}
    files: tuple[InputFile, ...] = ()
    stdin: Data = NO_DATA
    limits: RequestedLimits = DEFAULT_LIMITS
    compiling: bool = False  #: it is a compiler: the system-call policy and the root are those of compiling
    merge_stderr: bool = False
    keep: tuple[str, ...] = ()
    links: tuple[InputLink, ...] = ()
    inputs: tuple[InputStream, ...] = ()
    outputs: tuple[OutputStream, ...] = ()
    wanted: tuple[WantedFile, ...] = ()
    stdout_blob: str = ""
    stderr_blob: str = ""
    work_path: str = "/work"


class CommandGroup(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag="group"
):
    """Up to 16 commands at once, joined by pipes."""

    commands: tuple[Command, ...]
    pipes: tuple[Pipe, ...] = ()


class SessionRequest(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag="session"
):
    """A live run, with a pseudo-terminal or with pipes. Program or argv as in :class:`Execution`; neither = the
    language's own interactive command.

    ``limits.idle_time_ns`` counts from the last input or output. ``grace_ns``: how long it goes on without its client.
    ``links``, ``wanted`` and ``work_path``: as in :class:`Command`.
    """

    program: ProgramSource | None = None
    argv: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    environment: dict[str, str] = {}
    files: tuple[InputFile, ...] = ()
    limits: RequestedLimits = DEFAULT_LIMITS
    compile_limits: RequestedLimits = DEFAULT_LIMITS
    terminal: bool = True
    rows: int = 24
    columns: int = 80
    grace_ns: int = 30_000_000_000
    keep: tuple[str, ...] = ()
    links: tuple[InputLink, ...] = ()
    wanted: tuple[WantedFile, ...] = ()
    work_path: str = "/work"


class JudgedProgram(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One of the programs that a judge program judges: ``program``, or that of the tenant's own work of the id ``work``
    (a submission, an execution, an evaluation or another judging by a program, whose first it is then).

    ``name`` empty = its number, from 1.
    """

    name: str = ""
    program: ProgramSource | None = None
    work: str = ""


class ProgramTest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A test that a judge program is given. ``name`` empty = its number, from 1. ``answer`` None = there is none.

    ``group``: names of the groups that it is in, joined by ``/``.
    """

    name: str = ""
    input: Data = NO_DATA
    answer: Data | None = None
    group: str = ""
    sample: bool = False
    arguments: tuple[str, ...] = ()
    files: tuple[InputFile, ...] = ()


class ProgramJudging(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag="program"
):
    """A judge program, ``program``, judges ``submissions``.

    ``tests`` and ``data`` (by name) are what it judges by, ``parameters`` texts of its sender's. ``limits``: what one
    run of a submission may take, and gets where the program asks for nothing; ``own_limits`` the same of any other
    program that it runs, ``compile_limits`` of compilers. ``quotas`` bound all of it together.

    ``state``: the name of what is carried from one judging to the next in the same tenant; empty = nothing is.
    ``state_version`` 0 = the newest is read, and what the program makes of it is written when the report is recorded,
    unless it changed meanwhile: then it is judged again by that. Else that version is read and nothing is written, as
    when something is judged again.
    """

    program: ProgramSource
    submissions: tuple[JudgedProgram, ...] = ()
    tests: tuple[ProgramTest, ...] = ()
    data: tuple[InputFile, ...] = ()
    parameters: dict[str, str] = {}
    state: str = ""
    state_version: int = 0
    limits: RequestedLimits = DEFAULT_LIMITS
    own_limits: RequestedLimits = DEFAULT_LIMITS
    compile_limits: RequestedLimits = DEFAULT_LIMITS
    quotas: ProgramQuotas = ProgramQuotas()

    def __post_init__(self) -> None:
        if self.state_version < 0:
            raise ValueError("state_version must not be negative")


Task = Execution | Evaluation | CommandGroup | SessionRequest | Verification | ProgramJudging


class Context(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the sender of work wants back with it; means nothing to anybody else.

    ``sender``: the name of the gateway or program that took the work in. ``text``: at most :data:`CONTEXT_BYTES_MAX`
    in UTF-8.
    """

    sender: str = ""
    text: str = ""


CONTEXT_BYTES_MAX = 4096
NO_CONTEXT = Context()


class WorkHeader(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Work as the queue sees it. Fields as in :class:`judge.model.submission.Submission`.

    ``language`` steers the queue: the work goes to a worker that offers it; empty = any. A verification has none.
    """

    id: str
    kind: WorkKind
    language: str = ""
    priority_class: str = "run"
    tenant: str = ""
    tags: tuple[str, ...] = ()
    context: Context = NO_CONTEXT


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """A header and what is to be done."""

    header: WorkHeader
    task: Task


def kind_of(task: Task) -> WorkKind:
    """Which kind of work a task is."""
    return WorkKind(str(task.__struct_config__.tag))
