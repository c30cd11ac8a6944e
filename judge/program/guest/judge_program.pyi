"""What a judge program imports: types and contracts of the module that lies beside this file."""

from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import Literal, Self

Verdict = Literal["AC", "WA", "TLE", "RTE", "MLE", "OLE", "CE", "JE"]

class CallError(Exception):
    """The director refuses a call: its ``args[0]`` says why."""

class QuotaError(CallError):
    """A quota is used up; ``quota`` is its name."""

    quota: str

class Data:
    """Bytes that the director holds: they pass through the program only when it reads them."""

    size: int
    truncated: bool
    def read(self, size: int = 0, offset: int = 0) -> bytes:
        """At most ``size`` bytes (0 = all) from ``offset`` on."""
    def text(self, size: int = 0) -> str:
        """The same as text; what is no UTF-8 is replaced."""
    def __len__(self) -> int: ...

#: Bytes, text (UTF-8), or data that the director holds and that do not come here.
Bytes = bytes | str | Data

class Submission:
    """One submission. ``files``: its sources, by name."""

    index: int
    name: str
    language: str
    main: str
    files: Mapping[str, Data]

class Test:
    """One test. ``group``: names of groups, joined by "/". ``files``: what lies beside it, by name."""

    name: str
    input: Data
    answer: Data | None
    group: str
    sample: bool
    arguments: Sequence[str]
    files: Mapping[str, Data]

class State:
    """What an earlier piece of work has carried on; ``version`` 0 = nothing yet."""

    version: int
    data: Data | None

class Quotas:
    """What was left at the beginning."""

    cpu_time_ns: int
    runs: int
    programs: int
    at_once: int
    data_bytes: int
    own_cpu_time_ns: int

class Inputs:
    """All that the program is given."""

    submissions: Sequence[Submission]
    tests: Sequence[Test]
    data: Mapping[str, Data]
    parameters: Mapping[str, str]
    state: State
    seed: int
    quotas: Quotas
    @property
    def submission(self) -> Submission:
        """The first one."""

inputs: Inputs

class Program:
    """What :func:`compile` gives. ``ok`` False: it did not compile; ``log`` is what the compiler said."""

    ok: bool
    language: str
    log: str
    cached: bool

class Limits:
    """Of one run; what is not given is what the package or the work gives such a program, and more is refused."""

    def __init__(
        self,
        *,
        cpu_time: float = 0,
        wall_time: float = 0,
        memory_bytes: int = 0,
        processes: int = 0,
        stdout_bytes: int = 0,
        stderr_bytes: int = 0,
        disk_bytes: int = 0,
    ) -> None: ...

class Run:
    """A run that is over. ``ok``: it ended by itself with exit code 0. ``verdict``: of a submission that ended so, ""
    = its output decides. ``outcome``: "EXITED", "CPU_LIMIT", ... ``ending``: in words for a contestant. ``files``:
    those of ``collect`` that are there. Times in seconds."""

    number: int
    ok: bool
    outcome: str
    verdict: Verdict | Literal[""]
    exit_code: int | None
    signal: int | None
    cause: str
    ending: str
    cpu_time: float
    wall_time: float
    memory_bytes: int
    stdout: Data
    stderr: Data
    files: Mapping[str, Data]

class Reading(bytes):
    """What was read of a live program. ``late``: "CPU" when it was not waited for any longer, "" = it was in time; what
    it had written stays. ``end``: it writes no more. ``cpu_time``: seconds that it used meanwhile; 0 where it answered
    within the moment (20 ms, or a fiftieth of the deadline) in which nobody counts."""

    late: str
    end: bool
    cpu_time: float
    @property
    def text(self) -> str:
        """As text, without the end of its line."""

class Process:
    """A live program. Leaving its ``with`` block stops it."""

    def write(self, data: Bytes, *, close: bool = False) -> None:
        """To its standard input; never waits: what it does not take goes later. ``close``: nothing more comes."""
    def close_input(self) -> None: ...
    def read_line(self, *, cpu_time: float = 0, size: int = 65536) -> Reading:
        """Up to and with the next line end. ``cpu_time``: seconds of CPU that it may use meanwhile; 0 = all it has."""
    def read(self, size: int = 0, *, cpu_time: float = 0) -> Reading:
        """``size`` bytes, or (0) all up to the end."""
    def read_some(self, size: int = 65536, *, cpu_time: float = 0) -> Reading:
        """Whatever comes next."""
    def wait(self) -> Run:
        """Until it is over; its input is at its end. ``stdout`` of the run: what nobody has read, or its start."""
    def stop(self) -> Run:
        """End it now."""
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

class Peer:
    """One program of :func:`connect`."""

    def __init__(
        self,
        program: Program,
        arguments: Sequence[str] = (),
        *,
        stdin: Bytes = b"",
        files: Mapping[str, Bytes] = ...,
        limits: Limits | None = None,
        collect: Sequence[str] = (),
    ) -> None: ...

class Pipe:
    """What ``source`` (a place in the list of programs) writes to ``source_fd`` is what ``target`` reads from
    ``target_fd``. ``record``: bytes of it that are kept. ``swallow``: what is written when nobody reads is lost."""

    def __init__(
        self, source: int, target: int, *, source_fd: int = 1, target_fd: int = 0, record: int = 0, swallow: bool = True
    ) -> None: ...

class Connection:
    """``runs`` in the order of the programs, ``order``: as they ended, ``records``: of each pipe."""

    runs: Sequence[Run]
    order: Sequence[int]
    records: Sequence[Data | None]
    def __iter__(self) -> Iterator[Run]: ...

class Comparison:
    """True where the output is right; ``reason``: the first difference."""

    same: bool
    reason: str
    def __bool__(self) -> bool: ...

class Validation:
    """True where it is accepted. ``score`` or ``multiplier`` where the validator gave one."""

    accepted: bool
    score: float | None
    multiplier: float | None
    reason: str
    feedback: str
    team_feedback: str
    def __bool__(self) -> bool: ...

def compile(
    source: Submission | Mapping[str, Bytes],
    language: str = "",
    *,
    main: str = "",
    arguments: Sequence[str] = (),
    beside: Mapping[str, Bytes] = ...,
) -> Program:
    """Compile a submission, with the files ``beside``, or files alone. That it does not compile is no error."""

def run(
    program: Program,
    *,
    stdin: Bytes = b"",
    args: Sequence[str] = (),
    files: Mapping[str, Bytes] = ...,
    limits: Limits | None = None,
    collect: Sequence[str] = (),
) -> Run:
    """Run a program to its end. ``collect``: names of files of its directory that are taken afterwards."""

def start(
    program: Program,
    *,
    args: Sequence[str] = (),
    files: Mapping[str, Bytes] = ...,
    limits: Limits | None = None,
    collect: Sequence[str] = (),
) -> Process:
    """Start a program to write to and read from. ``limits`` are those of its whole life."""

def connect(programs: Sequence[Peer | Program], pipes: Sequence[Pipe] = ()) -> Connection:
    """Run up to 16 programs at once, joined by pipes, until all are over. Two programs without pipes are joined
    crosswise, output to input."""

def compare(
    answer: Bytes,
    output: Bytes,
    *,
    case_sensitive: bool = False,
    space_change_sensitive: bool = False,
    float_absolute_tolerance: float | None = None,
    float_relative_tolerance: float | None = None,
    float_tolerance: float | None = None,
) -> Comparison:
    """Is ``output`` as ``answer`` says? The default output validator."""

def validate(
    program: Program,
    *,
    input: Bytes = b"",
    answer: Bytes = b"",
    output: Bytes = b"",
    kind: Literal["kattis", "testlib"] = "kattis",
    args: Sequence[str] = (),
) -> Validation:
    """Ask an output validator about an output. One that neither accepts nor rejects raises CallError."""

def store(*parts: Bytes) -> Data:
    """Have the director hold these bytes, one after the other: what many runs are given is sent only once."""

def keep(name: str, data: Bytes) -> None:
    """A file for the report."""

def carry(data: Bytes) -> None:
    """The state that the next piece of work is to find."""

def case(
    name: str,
    verdict: Verdict,
    score: float | None = None,
    feedback: str = "",
    visible: bool = True,
    *,
    reason: str = "",
    team_feedback: str = "",
    run: Run | None = None,
) -> None:
    """A test has its verdict."""

def progress(done: int, total: int = 0, message: str = "") -> None:
    """How far it has come."""

def finish(
    verdict: Verdict, score: float | None = None, feedback: str = "", *, reason: str = "", team_feedback: str = ""
) -> None:
    """The verdict. Nothing that comes later counts; ends the program."""

def fail(message: str) -> None:
    """A judge error, in words; ends the program."""
