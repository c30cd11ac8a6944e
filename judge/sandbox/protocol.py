"""What the processes of a slot say to each other, written down once; :mod:`judge.sandbox.channel` carries it.

::

    slot's process  -- ZygoteRequest ------>  zygote       one answer to each request, before the next
                    <-- ZygoteAnswer --------
    slot's process  -- LauncherRequest ---->  launcher     one after the other
                    -- KILL, MORE (raw) --->
                    <-- reports (raw) -------
    zygote          <-- MOUNTS, then READY or FAILED --  launcher, while it is set up

    StartRun         KILL ends it early   -> FINISHED, then STATE; or NOT_STARTED
                     SIGNAL at any time      on a terminal TERMINAL comes before all else, unless NOT_STARTED does
    CollectFiles     MORE every 16 files  -> FILE or MISSED for each wanted, FILE for each other, then FILES_END
    HandOutNamespaces                     -> NAMESPACES
    PutFiles, NoteFreshMounts, UseTemplate-> nothing: what went wrong is reported by the next StartRun

A start-up conversation comes first: the zygote says Unshared, hears Mapped, says Ready (or CallFailed).

Requests, and the zygote's answers, are marshalled tuples: a word, then the fields of the type that belongs to the word
in :data:`TYPES`. The slot's process trusts the zygote, and both it and the launcher trust the slot's process. The
launcher lives beside hostile programs, so what *it* says are fixed binary layouts that cannot build objects.

Imported by the zygote: standard library's light modules only.
"""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

#: A step of a plan (:mod:`judge.sandbox.plan`): the operation's name, then its arguments.
Step = tuple[str | int | bytes, ...]
#: The step whose argument, a policy's name, the zygote replaces by the assembled policy.
FILTER = "install seccomp filter"
#: Arguments of mount(2): source, target, type, flags, data.
MountCall = tuple[str, str, str, int, str]

#: Instead of the number of a run group.
NO_GROUP = -1
#: The descriptors by which a run group is joined are sent once: a launcher keeps those of this many groups. When a
#: request brings more than there is room for, both sides forget all that came before it.
JOIN_FDS_KEPT = 16
#: Files handed out without a MORE: the kernel lets a user have no more descriptors under way than he may have open
#: (unix(7), ETOOMANYREFS).
FILES_UNASKED_MAX = 16

#: The file systems that are renewed between runs, in the order of the bits of :class:`MountState`.
RUN_MOUNTS = ("/work", "/tmp", "/dev/shm", "/dev/pts")
#: Beside those bits: local sockets of the run may still exist.
DIRTY_NETWORK = 1 << 4

# Steps of a run that may fail because of the files or the command that it was given.
PUT = "put "  # and the file's name
PREPARE_WORK = "prepare /work"
EXECUTE = "execute"
# And one that is the host's.
COPY = "copy template"


# -- to the launcher ------------------------------------------------------------------------------------------


class Program(NamedTuple):
    """What to execute, and the limits that the launcher sets."""

    argv: tuple[str, ...]
    env: dict[str, str]
    cwd: str
    directories: tuple[str, ...]  #: made below /work first
    open_files: int  #: soft limit
    stack_bytes: int  #: soft limit
    address_space_bytes: int  #: soft limit; 0 = none
    data_segment_bytes: int  #: soft limit; 0 = none
    processes: int  #: written by the launcher once it has left the run's group, where it leaves it


class StartRun(NamedTuple):
    """Spawn a program in a run group.

    Descriptors: one for each of ``targets``, then the ``RunGroup.launch_fds`` of each of ``new_groups``.
    """

    program: Program | None  #: None = the same as the last time
    targets: tuple[int, ...]  #: the numbers that the program gets its descriptors under
    group: int  #: RunGroup.group_id, of which the launcher has the descriptors or gets them now
    next_group: int  #: where to wait for the next run; NO_GROUP = in the idle group
    new_groups: tuple[int, ...]  #: those whose descriptors come along
    terminal: tuple[int, int] | None = None  #: rows and columns of the one it runs on; then ``targets`` has no 0 to 2
    is_copy: bool = False  #: of the template, which was started with the program's command line; ``next_group`` is none


class PutFile(NamedTuple):
    """One file for /work, copied from one of the message's descriptors."""

    name: str  #: relative to /work
    mode: int
    fd_index: int
    offset_bytes: int
    size_bytes: int  #: negative = to the end


class PutFiles(NamedTuple):
    """Copy files into /work; what goes wrong is reported by the next StartRun."""

    files: list[PutFile]
    links: tuple[tuple[str, str], ...] = ()  #: symbolic links, made last: (name relative to /work, where it leads)


class CollectFiles(NamedTuple):
    """Hand out the regular files of /work that match one of the patterns; look for ``cpu_time_ns`` at most.

    Before them, in order, those that are ``wanted`` by name, or a MISSED in the place of each that cannot be had.
    """

    patterns: tuple[str, ...]
    files_max: int
    bytes_max: int
    cpu_time_ns: int
    wanted: tuple[str, ...] = ()


class NoteFreshMounts(NamedTuple):
    """The file systems were renewed: what they look like now is what an unused one looks like."""


class HandOutNamespaces(NamedTuple):
    """Hand out NAMESPACES, for a template to enter."""


class UseTemplate(NamedTuple):
    """Runs may be copies of the template behind the descriptor that comes along, and of no other."""


LauncherRequest = StartRun | PutFiles | CollectFiles | NoteFreshMounts | HandOutNamespaces | UseTemplate

#: Raw: kill the program that runs. Anything longer is a request.
KILL = b"K"
#: Raw, and the number of a signal in one byte more: for the group in the terminal's foreground, or the program's.
SIGNAL = b"S"
#: Raw: FILES_UNASKED_MAX files were taken.
MORE = b"M"


# -- to the zygote --------------------------------------------------------------------------------------------


class JoinGroups(NamedTuple):
    """The cgroups that every launcher enters: descriptors of the idle groups, then of the slot's other groups."""

    idle_groups: int


class AddPolicy(NamedTuple):
    """A system-call policy, assembled, under the name that plans use."""

    name: str
    program: bytes


class StageRoot(NamedTuple):
    """Mount a root once, below ``name`` in the stage."""

    name: str
    mounts: list[tuple[str, list[str]]]  #: (target, lower directories topmost first)


class OpenContainer(NamedTuple):
    """A container made by this plan. The answer brings its launcher's control socket and its seccomp listener."""

    number: int  #: never used twice
    steps: list[Step]
    artifact: list[str]  #: lower directories of the artifact's overlay, topmost first


class RenewMounts(NamedTuple):
    """Lay fresh file systems over the used ones of a container."""

    number: int
    mounts: list[MountCall]


class ShowArtifact(NamedTuple):
    """Put another artifact in the place of that of an open container."""

    number: int
    hide: bool  #: there is one now
    artifact: list[str]  #: as in OpenContainer; empty = none


class StartTemplate(NamedTuple):
    """Start an interpreter in an open container that shows no artifact, in the place of the one that is there.

    It stands outside of the container's process namespace, where no program can name it. Descriptors: the launcher's
    NAMESPACES. The answer brings the template's control socket and its seccomp listener. What is heard first on that
    socket is TEMPLATE_BEGUN, then the interpreter's own :data:`TEMPLATE_READY`.
    """

    number: int
    steps: list[Step]  #: what it is set up by, as a container is
    argv: tuple[str, ...]
    env: dict[str, str]
    open_files: int  #: soft limits that it starts with
    stack_bytes: int


class EndTemplate(NamedTuple):
    """End a container's template, if it has one."""

    number: int


class CloseContainer(NamedTuple):
    """End a container with everything in it; the answer comes when it is gone. One that is gone already is no error."""

    number: int


class KillContainer(NamedTuple):
    """Kill a container whose launcher does not answer; it still must be closed."""

    number: int


ZygoteRequest = (
    JoinGroups
    | AddPolicy
    | StageRoot
    | OpenContainer
    | RenewMounts
    | ShowArtifact
    | StartTemplate
    | EndTemplate
    | CloseContainer
    | KillContainer
)


class Mapped(NamedTuple):
    """At the start, after Unshared: the uid maps are written."""

    setup_uid: int  #: the zygote's own from now on


# -- from the zygote ------------------------------------------------------------------------------------------


class Unshared(NamedTuple):
    """At the start: the user namespace is made, and waits for its uid maps."""


class Ready(NamedTuple):
    """At the start: requests are answered from now on."""


# Whether an opened container was made in advance or when it was asked for.
POOLED = "pooled"
ON_DEMAND = "on demand"
#: Beside them where containers are counted: it had served another piece of work, and nobody had to open one.
KEPT = "kept"


class Done(NamedTuple):
    """The request was carried out."""

    opened: str  #: POOLED or ON_DEMAND when it opened a container, else empty


class SetUpFailed(NamedTuple):
    """A launcher could not be set up: the fields of its Failure."""

    step_index: int
    errno: int
    step: str
    detail: str


class CallFailed(NamedTuple):
    """A system call of the zygote failed."""

    errno: int
    detail: str


ZygoteAnswer = Done | SetUpFailed | CallFailed
StartUpAnswer = Unshared | Ready | CallFailed

Message = LauncherRequest | ZygoteRequest | Mapped | ZygoteAnswer | StartUpAnswer

#: The first element of a marshalled message, and the type that the others are the fields of.
TYPES: dict[str, type[Message]] = {
    "run": StartRun,
    "put": PutFiles,
    "collect": CollectFiles,
    "note fresh mounts": NoteFreshMounts,
    "hand out namespaces": HandOutNamespaces,
    "use template": UseTemplate,
    "join groups": JoinGroups,
    "add policy": AddPolicy,
    "stage root": StageRoot,
    "open": OpenContainer,
    "renew": RenewMounts,
    "show": ShowArtifact,
    "start template": StartTemplate,
    "end template": EndTemplate,
    "close": CloseContainer,
    "kill": KillContainer,
    "mapped": Mapped,
    "unshared": Unshared,
    "ready": Ready,
    "done": Done,
    "set-up failed": SetUpFailed,
    "call failed": CallFailed,
}
_WORDS = {kind: word for word, kind in TYPES.items()}


def to_wire(message: Message) -> tuple[Any, ...]:
    """A message as what marshal takes: plain tuples, no subclasses of them."""
    word = _WORDS[type(message)]
    if isinstance(message, StartRun) and message.program is not None:
        return (word, tuple(message.program), *message[1:])
    if isinstance(message, PutFiles):
        return (word, [tuple(file) for file in message.files], message.links)
    return (word, *message)


def from_wire(wire: tuple[Any, ...]) -> Message:
    """The message that :func:`to_wire` made this of."""
    kind, fields = TYPES[wire[0]], wire[1:]
    if kind is StartRun and fields[0] is not None:
        return StartRun(Program._make(fields[0]), *fields[1:])
    if kind is PutFiles:
        return PutFiles([PutFile._make(file) for file in fields[0]], fields[1])
    return kind._make(fields)


# -- from the launcher: one byte that says what it is, then a layout of judge.sandbox.reports -----------------

MOUNTS = b"M"  # to the zygote, with the container's mount namespace
READY = b"R"  # to the zygote, with the seccomp listener
FAILED = b"E"  # to the zygote: a set-up step failed: Failure
TERMINAL = b"T"  # of a run, before it starts: both sides of its pseudo-terminal, the master first
FINISHED = b"F"  # a run ended: Finish
STATE = b"S"  # after FINISHED: MountState
NOT_STARTED = b"N"  # a run could not start: Failure
NAMESPACES = b"P"  # those of the container but that of its mounts, in the order of NAMESPACE_KINDS
FILE = b"L"  # one collected file: FileHead, with its descriptor
MISSED = b"X"  # a wanted file cannot be had: MISSED_BODY, the errno of why; 0 = it is no regular file
FILES_END = b"Z"  # no more files: FILES_END_BODY, how many were passed over because of a limit

#: By their names below /proc/self/ns.
NAMESPACE_KINDS = ("pid", "net", "ipc", "uts", "cgroup")

# Of a template. What it is asked stands at the head of judge/rootfs/guest/judge_template.py, as this does.
TEMPLATE_BEGUN = b"B"  # COPIED_BODY: CPU time of its process before it became the interpreter
TEMPLATE_READY = b"R"  # TEMPLATE_READY_BODY: CPU time until it was ready, and memory that no file holds
TEMPLATE_REAPS = b"W"  # asked, and answered when it is done
COPIED = b"C"  # COPIED_BODY: the process number of a copy that goes on
TEMPLATE_READY_BODY = struct.Struct("<QQ")
COPIED_BODY = struct.Struct("<Q")
#: Where the interpreter finds that file, and where it listens.
TEMPLATE_DIRECTORY = "/var/judge"
TEMPLATE_FD = 20

FILES_END_BODY = struct.Struct("<I")
MISSED_BODY = struct.Struct("<i")
