"""What the queue's calls take and answer: frozen values, no I/O."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

import msgspec

from judge.model.submission import HandIn
from judge.model.work import NO_CONTEXT, Context, WorkKind

#: What has a time of its own for which it is kept when it is over.
KEPT_KINDS = (*WorkKind, "batch")

#: Work whose judging failed this often for an unforeseen reason, on hosts that proved well, is to blame.
UNFORESEEN_MAX = 2


class State(StrEnum):
    """Where a submission's record stands."""

    QUEUED = "QUEUED"
    CLAIMED = "CLAIMED"  #: a slot judges it, under a lease
    HELD = "HELD"  #: an attempt failed; waits for its delay (or for its judge error)
    DONE = "DONE"
    CANCELLED = "CANCELLED"

    @property
    def final(self) -> bool:
        """True when nothing will happen any more."""
        return self in (State.DONE, State.CANCELLED)


class WorkerState(StrEnum):
    """What is wanted of a worker."""

    ON = "on"
    DRAINING = "draining"  #: it finishes what it holds and claims nothing more
    OUT = "out"  #: its host is ill: it claims nothing until that has passed
    UNKNOWN = "?"  #: no state of ours; it claims nothing

    @classmethod
    def _missing_(cls, value: object) -> WorkerState:
        return cls.UNKNOWN


class Fault(StrEnum):
    """Why a claim is given back."""

    BLAMED = "blamed"  #: its judging failed on a host that is well; the number of such attempts is bounded
    DIED = "died"  #: its judging process died: the same
    FELL = "fell"  #: its host failed; does not count, but what two workers held when they fell is the suspect
    UNBLAMED = "unblamed"  #: its worker went away
    RETURNED = "returned"  #: handed back in order; the attempt never counted


class Fenced(Protocol):
    """A claim by its submission and fence: what a call needs to prove that it may write."""

    @property
    def id(self) -> str:
        """The submission's."""
        ...

    @property
    def fence(self) -> int:
        """Grows with each claim."""
        ...


class Claimant(msgspec.Struct, frozen=True, kw_only=True):
    """A slot that claims. ``session`` is its worker's present one, ``pid`` the slot's process."""

    node: str
    session: str
    slot: str
    pid: int


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One submission under a lease. ``fence`` grows with each claim: only the newest may write.

    ``submission`` and ``sources`` are still text: a foreign client may have written anything there.
    """

    id: str
    fence: int
    attempt: int
    submission: bytes
    sources: bytes
    wait_ms: int
    priority_class: str


class RefusalReason(StrEnum):
    """Why a slot gets no claim."""

    NONE = "none"  #: nothing waits that its worker serves
    OUT = "out"  #: its worker is out or draining
    STALE = "stale"  #: another session has the worker's name


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """No claim."""

    reason: RefusalReason


class Exhausted(msgspec.Struct, frozen=True, kw_only=True):
    """A submission out of attempts, now claimed by the caller, who owes it a judge error."""

    id: str
    fence: int
    attempt: int
    submission: bytes
    reason: str


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What a slot of a worker holds. This is its JSON in Redis, on a worker's channel and in its run directory, too."""

    slot: str
    id: str
    fence: int
    pid: int
    priority_class: str = ""


class HeartbeatReply(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a heartbeat. ``reason`` says why the state is not ON; ``lost`` are ids whose lease is lost.

    ``urgent``: work of the urgent class waits that this worker serves.
    """

    state: WorkerState
    reason: str
    held: tuple[Held, ...]
    lost: tuple[str, ...]
    urgent: bool


class Sweep(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a sweep; one soon after another finds nothing. ``workers``: how many are in the list."""

    workers: int
    exhausted: tuple[Exhausted, ...] = ()


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """The queue's policy as it lies in Redis; 0 = no limit. :class:`judge.config.Settings` has the defaults.

    ``keep_kinds_ms``: how long finished work of a kind is kept, where that is not ``keep_ms``; one of
    :data:`KEPT_KINDS` each.
    """

    weights: dict[str, int]
    queue_max: int
    tenant_per_minute: int
    tenant_running_max: int
    ageing_ms: int
    waiting_max_ms: int
    keep_ms: int
    keep_max: int
    work_bytes_max: int
    anonymous_per_minute: int = 0
    anonymous_running_max: int = 0
    anonymous_keep_ms: int = 0
    tenant_sessions_max: int = 0
    tenant_streams_max: int = 0
    tenant_sockets_max: int = 0
    keep_kinds_ms: dict[str, int] = {}
    tenant_webhooks_waiting: int = 0


class BlobPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """What blobs may be, as it lies beside the queue's policy; 0 = no limit, but for the last three."""

    blob_bytes_max: int
    tenant_blob_bytes: int
    tenant_blobs: int
    blob_life_max_ms: int
    blob_life_ms: int
    blob_upload_ms: int
    blob_redis_bytes: int


class StatePolicy(msgspec.Struct, frozen=True, kw_only=True):
    """What carried states may be, as it lies beside the queue's policy; 0 = no limit, but for the first and fourth."""

    state_bytes_max: int
    tenant_states: int
    tenant_state_bytes: int
    state_versions: int
    state_life_ms: int


class WorkerInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker says about itself; other workers' versions may say more or less.

    ``versions``: language id -> version of its toolchain there, where it is known.
    ``slots_stopped``: how many slots' processes stand stopped by a signal, and will be replaced.
    ``attacks_held``: how many attacks on its sandbox it withstood when it started; 0 = none was made.
    ``preparing``: languages whose prepared files are still to be made, in turn; ``unprepared``: language -> why it is
    judged without.
    """

    slots: int = 0
    languages: tuple[str, ...] = ()
    versions: dict[str, str] = {}
    tags: tuple[str, ...] = ()
    version: str = ""
    host: str = ""
    pid: int = 0
    load_1m: float = 0.0
    noise_ratio: float | None = None
    disk_free_bytes: int = 0
    problems: tuple[str, ...] = ()
    slots_stopped: int = 0
    preparing: tuple[str, ...] = ()
    unprepared: dict[str, str] = {}
    attacks_held: int = 0


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What lists show of a report, kept beside it in the record: the report's fields of these names.

    ``coursework``: it is of work on an assignment, so that score and verdict sum up what its student may not see.
    """

    score: float | None = None
    problem: str = ""
    deciding_case: str = ""
    cpu_time_max_ns: int = 0
    memory_peak_max_bytes: int = 0
    judged_by: str = ""
    package_digest: str = ""
    judge_version: str = ""
    toolchain_version: str = ""
    coursework: bool = False


class SubmissionView(msgspec.Struct, frozen=True, kw_only=True):
    """A submission's record without its sources and its report. Times as in :class:`judge.model.report.Report`.

    ``language`` is its id, empty while it is to be detected; ``worker`` is who has it or judged it; ``reason`` why it
    was given back last; ``rejudge`` the batch that a judging of an old submission belongs to; ``hand_in`` is there for
    work on an assignment that came over HTTP.
    """

    id: str
    state: State
    verdict: str = ""
    language: str = ""
    package: str = ""
    tenant: str = ""
    priority_class: str = ""
    tags: tuple[str, ...] = ()
    submitted_at_ms: int = 0
    claimed_at_ms: int = 0
    finished_at_ms: int = 0
    attempt: int = 0
    worker: str = ""
    reason: str = ""
    rejudge: str = ""
    kind: WorkKind = WorkKind.SUBMISSION
    context: Context = NO_CONTEXT
    summary: Summary = Summary()
    hand_in: HandIn | None = None

    @property
    def is_coursework(self) -> bool:
        """Whether it is known to be work on an assignment."""
        return self.hand_in is not None or self.summary.coursework


class LanguageCard(msgspec.Struct, frozen=True, kw_only=True):
    """A language as clients see it. ``aliases`` are the other words it goes by, ``extensions`` those of its files.

    ``versions`` are those of its toolchains on the workers that offer it; none = no worker does, or none was asked.
    ``exact`` are those that ``LANGUAGE@VERSION`` gets, oldest first; ``variants`` other names that ``LANGUAGE@NAME``
    gets: versions by the names of the language's file, and toolchains with libraries.
    """

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    extensions: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    workers: int = 0
    exact: tuple[str, ...] = ()
    variants: tuple[str, ...] = ()
