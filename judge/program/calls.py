"""Every call that a judge program may make, as a type; how they travel: :mod:`judge.program.protocol`.

The program asks, the director answers, one after the other and in this order. Types that say "no answer" have none:
what was wrong with such a call is the answer to the next one that has.
"""

from __future__ import annotations

import msgspec

#: Of one call.
FILES_MAX, PROGRAMS_MAX, PIPES_MAX = 1000, 16, 64


class Content(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Bytes: what the director holds as ``handle``, or (0) ``size`` bytes of the frame's payload from ``offset`` on."""

    handle: int = 0
    offset: int = 0
    size: int = 0


NOTHING = Content()


class File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A file that a program finds in /work, or a source file. ``name``: a relative POSIX path."""

    name: str
    content: Content = NOTHING
    executable: bool = False


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Of one run; 0 = what the package or the work gives such a program. More than that is refused."""

    cpu_time_ns: int = 0
    wall_time_ns: int = 0
    memory_bytes: int = 0
    processes: int = 0
    stdout_bytes: int = 0
    stderr_bytes: int = 0
    disk_bytes: int = 0


USUAL = Limits()


class Call(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="call"):
    """What every call may say."""

    line: int = 0
    drop: tuple[int, ...] = ()


class Begin(Call, frozen=True, kw_only=True, tag="begin"):
    """The program speaks this version. Answer: :class:`Begun`."""

    version: int = 1


class Fetch(Call, frozen=True, kw_only=True, tag="fetch"):
    """Bytes of a handle, from ``offset`` on, at most ``size`` (0 = all). Answer: :class:`Fetched` with a payload."""

    handle: int
    offset: int = 0
    size: int = 0


class Store(Call, frozen=True, kw_only=True, tag="store"):
    """Hold these bytes, parts one after the other. Answer: :class:`Stored`."""

    parts: tuple[Content, ...]


class Compile(Call, frozen=True, kw_only=True, tag="compile"):
    """Compile a submission (by its number, from 0) with ``files`` beside it, or (-1) ``files`` alone.

    ``language`` empty = the submission's, or found by the files. ``main`` names the main file, empty = found.
    Answer: :class:`Compiled`; that it does not compile is no error."""

    submission: int = -1
    files: tuple[File, ...] = ()
    language: str = ""
    main: str = ""
    arguments: tuple[str, ...] = ()


class Run(Call, frozen=True, kw_only=True, tag="run"):
    """Run a program to its end. ``collect``: files of /work to be taken, by name. Answer: :class:`Ran`."""

    program: int
    stdin: Content = NOTHING
    arguments: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    limits: Limits = USUAL
    collect: tuple[str, ...] = ()


class Start(Call, frozen=True, kw_only=True, tag="start"):
    """Start a program with pipes to its standard input and output. ``limits`` are those of its whole life.

    ``direct``: the pipes come with the answer, as two descriptors (SCM_RIGHTS): one to write to its input, and one to
    read its output from. Neither blocks. What goes through them nobody counts; who has to wait long reads by
    :class:`Read`, where CPU time is. Answer: :class:`Started`."""

    program: int
    arguments: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    limits: Limits = USUAL
    collect: tuple[str, ...] = ()
    direct: bool = False


class Read(Call, frozen=True, kw_only=True, tag="read"):
    """Write ``write`` to a live program, and read what it answers: up to and with ``until`` (a byte; 256: any,
    so that it is whatever comes), at most ``size`` bytes (0 = the most there is, 16 MiB); without a
    byte (-1) it is read up to that size or to the end.

    ``cpu_time_ns``: the CPU time that it may use meanwhile; 0 = what is left of its life. ``passed``: how many bytes
    were read directly since the last call that says so. Answer: :class:`ReadAnswer`
    with a payload."""

    process: int
    write: Content = NOTHING
    until: int = -1
    size: int = 0
    cpu_time_ns: int = 0
    passed: int = 0


class Write(Call, frozen=True, kw_only=True, tag="write"):
    """Write to a live program; ``close``: and nothing more comes. Of one that is over nothing is written. No answer."""

    process: int
    content: Content = NOTHING
    close: bool = False


class Wait(Call, frozen=True, kw_only=True, tag="wait"):
    """Until a live program is over; ``stop``: end it now. What it writes meanwhile is dropped, what it reads is at its
    end. ``passed`` as in :class:`Read`. Answer: :class:`Ran` (its stdout is what nobody has read)."""

    process: int
    stop: bool = False
    passed: int = 0


class Participant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One program of several. ``stdin`` where no pipe leads to its descriptor 0."""

    program: int
    stdin: Content = NOTHING
    arguments: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    limits: Limits = USUAL
    collect: tuple[str, ...] = ()


class Pipe(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What participant ``source`` (from 0) writes to ``source_fd`` is what ``target`` reads from ``target_fd``.

    ``record``: bytes of it that are kept. ``swallow``: what is written when nobody reads any more is lost, instead
    of an error to the writer."""

    source: int
    source_fd: int = 1
    target: int
    target_fd: int = 0
    record: int = 0
    swallow: bool = True


class Connect(Call, frozen=True, kw_only=True, tag="connect"):
    """Run programs at once, joined by pipes, until all are over. Answer: :class:`Connected`."""

    programs: tuple[Participant, ...]
    pipes: tuple[Pipe, ...] = ()


class Compare(Call, frozen=True, kw_only=True, tag="compare"):
    """The default output validator: is ``output`` as ``answer`` says? Flags as in a package's
    ``validator_flags``. Answer: :class:`Compared`."""

    answer_data: Content
    output: Content
    case_sensitive: bool = False
    space_change_sensitive: bool = False
    float_absolute_tolerance: float | None = None
    float_relative_tolerance: float | None = None


class Validate(Call, frozen=True, kw_only=True, tag="validate"):
    """Ask an output validator. ``kind``: "kattis" (42 accepts, 43 rejects) or "testlib". Answer: :class:`Validated`;
    a validator that does neither is an error."""

    program: int
    kind: str = "kattis"
    input: Content = NOTHING
    answer_data: Content = NOTHING
    output: Content = NOTHING
    arguments: tuple[str, ...] = ()


class Case(Call, frozen=True, kw_only=True, tag="case"):
    """A test has its verdict. ``run``: the number of the run that it is about, 0 = none. No answer."""

    name: str
    verdict: str
    score: float | None = None
    reason: str = ""
    feedback: str = ""
    team_feedback: str = ""
    visible: bool = True
    run: int = 0


class Progress(Call, frozen=True, kw_only=True, tag="progress"):
    """How far it has come: ``done`` of ``total`` (0 = not known). No answer."""

    done: int
    total: int = 0
    message: str = ""


class Keep(Call, frozen=True, kw_only=True, tag="keep"):
    """A file for the report. No answer."""

    name: str
    content: Content


class Carry(Call, frozen=True, kw_only=True, tag="carry"):
    """The state that the next piece of work is to find; the last one counts. No answer."""

    content: Content


class Finish(Call, frozen=True, kw_only=True, tag="finish"):
    """The verdict: nothing that comes later counts. Answer: :class:`Finished`; then the program has a moment to end."""

    verdict: str
    score: float | None = None
    reason: str = ""
    feedback: str = ""
    team_feedback: str = ""


class Fail(Call, frozen=True, kw_only=True, tag="fail"):
    """The judge program gives up: a judge error. ``at``: the line of ``file`` that it is about, 0 = that of the call.
    ``trace``: for its author. Answer: :class:`Finished`."""

    message: str
    file: str = ""
    at: int = 0
    trace: str = ""


AnyCall = (
    Begin
    | Fetch
    | Store
    | Compile
    | Run
    | Start
    | Read
    | Write
    | Wait
    | Connect
    | Compare
    | Validate
    | Case
    | Progress
    | Keep
    | Carry
    | Finish
    | Fail
)

#: Calls without an answer.
UNANSWERED = (Write, Case, Progress, Keep, Carry)
