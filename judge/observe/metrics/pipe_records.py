"""What one process tells the exporter: small frozen records, and their bytes on the metrics pipe.

The children of a worker write records, one exporter process reads them (:mod:`judge.observe.metrics.pipe`,
:mod:`judge.observe.metrics.exporter`). Nothing here knows Prometheus.

A :class:`Judged` record counts once per *won* verdict, even when a submission was executed twice and even when the
process that recorded the verdict is killed right after: a slot sends it as :class:`Prepared` before it asks the queue
to record the verdict and :class:`Settled` after. When the second never comes, the exporter asks the queue.

A frame is ``MAGIC``, the payload's length (16 bit, big endian) and the payload (MessagePack), all within
``PIPE_BUF`` so that the kernel writes it in one piece (pipe(7)). Records are positional arrays: writer and reader
are of one installation, always.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeVar

import msgspec

from judge.model.run import Outcome
from judge.model.verdict import Verdict
from judge.model.work import WorkKind

#: Starts each frame; lets a reader find the next frame after garbage. 0xC1 is the one unused type of MessagePack.
MAGIC = b"\xc1J"

#: The largest frame: PIPE_BUF on Linux (pipe(7)); up to this size a write is atomic.
FRAME_BYTES_MAX = 4096

#: Longest text a record carries; anything longer is cut when the frame is built.
TEXT_CHARS_MAX = 64


class Phase(StrEnum):
    """The parts of judging one submission, in their order."""

    CLAIM = "claim"  #: ask the queue for work
    FETCH = "fetch"  #: find and read the problem package
    SETUP = "setup"  #: make containers and the judges' programs
    COMPILE = "compile"
    RUN = "run"  #: wall time of the submission's runs
    VALIDATE = "validate"  #: judge the output; with the built-in comparison, all that happens between two runs
    REPORT = "report"  #: encode the report and record the verdict


class SlotState(StrEnum):
    """What a slot is doing."""

    STARTING = "starting"
    FREE = "free"
    BUSY = "busy"
    FAILING = "failing"  #: its last attempt failed for our reasons; free again after one that does not
    GONE = "gone"  #: its process ended and is not back yet
    RESERVE = "spare"  #: the reserve slot for urgent work, idle; dashboards and alerts know it by this label


class Count(StrEnum):
    """Things that happen on a node and are only counted. The queue itself counts what happens to submissions."""

    LEASE_LOST = "lease_lost"  #: a slot noticed that its submission belongs to another, or was cancelled
    STATE_RACE_LOST = "state_race_lost"  #: a judging began again: the carried state that it had read changed meanwhile
    VERDICT_FENCED = "verdict_fenced"  #: a slot's verdict came too late; another's counts
    ATTEMPT_FAILED = "attempt_failed"  #: given back after an infrastructure error
    SWEPT = "swept"  #: left-overs of dead slots removed
    SLOT_RESTARTED = "slot_restarted"  #: a slot's process died and came back (the exporter counts this one)
    POOL_RESTARTED = "pool_restarted"  #: the process above the slots
    LEASES_RESTARTED = "keeper_restarted"  #: the leases process; dashboards and alerts know it by this label
    EXPORTER_RESTARTED = "exporter_restarted"
    REDIS_RESTARTED = "redis_restarted"  #: the embedded one
    LOG_LINE_DROPPED = "log_line_dropped"  #: nobody read the log, and its pipe was full
    CONTAINER_COLD = "container_cold"  #: a container was made on demand
    CONTAINER_WARM = "container_warm"  #: a container was taken from the pool
    CONTAINER_KEPT = "container_kept"  #: a container served another piece of work of the same tenant


#: Counted in series of their own; the others are values of the label ``event``.
COUNTED_APART = frozenset({Count.LOG_LINE_DROPPED, Count.CONTAINER_COLD, Count.CONTAINER_WARM, Count.CONTAINER_KEPT})


class UsageSums(msgspec.Struct, frozen=True, array_like=True):
    """Accounting of all runs of one submission's program, summed. Counters the kernel lacks stay 0."""

    cpu_user_ns: int = 0
    cpu_system_ns: int = 0
    wall_time_ns: int = 0
    cpu_time_ns: int = 0
    memory_peak_bytes: int = 0
    pids_peak: int = 0
    oom_kills: int = 0
    fork_failures: int = 0
    context_switches_voluntary: int = 0
    context_switches_involuntary: int = 0
    major_faults: int = 0
    io_read_bytes: int = 0
    io_write_bytes: int = 0
    throttled_ns: int = 0
    pressure_cpu_ns: int = 0
    pressure_memory_ns: int = 0
    pressure_io_ns: int = 0
    output_bytes: int = 0


class Spread(msgspec.Struct, frozen=True, array_like=True):
    """Runs per bucket of the bounds in :mod:`judge.observe.metrics.buckets`; one element more than bounds: the rest."""

    cpu_time: tuple[int, ...] = ()
    wall_time: tuple[int, ...] = ()
    memory: tuple[int, ...] = ()
    processes: tuple[int, ...] = ()


class Judged(msgspec.Struct, frozen=True, array_like=True, tag="judged"):
    """One verdict with its accounting; of other work the word for how it ended.

    Sent bare by those who recorded it already and cannot die in between.

    ``wait_ns`` from acceptance to claim, ``judging_ns`` from claim to recorded; None = nobody judged it.
    ``phases_ns`` holds the phases that happened, ``outcomes`` counts runs, ``case_verdicts`` judged test cases.
    ``dropped`` is the number of records that this process could not write before this one. ``noise_ratio`` as in
    the report.
    """

    language: str
    verdict: str
    priority_class: str = ""
    attempt: int = 1
    wait_ns: int | None = None
    judging_ns: int | None = None
    phases_ns: dict[Phase, int] = {}
    compiled: bool = False
    compile_cached: bool = False
    outcomes: dict[Outcome, int] = {}
    case_verdicts: dict[Verdict, int] = {}
    usage: UsageSums = UsageSums()
    spread: Spread = Spread()
    noise_ratio: float | None = None
    dropped: int = 0
    kind: WorkKind = WorkKind.SUBMISSION


class Prepared(msgspec.Struct, frozen=True, array_like=True, tag="prepared"):
    """Slot ``slot`` is about to record this verdict in the queue; counted when it is known to be recorded.

    ``fence`` is the claim's number: the queue remembers under which one a verdict was recorded.
    """

    slot: int
    submission: str
    fence: int
    judged: Judged


class Settled(msgspec.Struct, frozen=True, array_like=True, tag="settled"):
    """What became of the verdict that ``slot`` prepared: ``won`` = recorded, else another's was or it was cancelled.

    ``report_ns`` is what encoding and recording took.
    """

    slot: int
    won: bool
    report_ns: int = 0


class SlotChanged(msgspec.Struct, frozen=True, array_like=True, tag="slot"):
    """Slot ``slot`` (from 0) is now in ``state``."""

    slot: int
    state: SlotState


class Counted(msgspec.Struct, frozen=True, array_like=True, tag="count"):
    """``what`` happened ``amount`` more times."""

    what: Count
    amount: int = 1


class LanguageReady(msgspec.Struct, frozen=True, array_like=True, tag="language"):
    """Whether a language's toolchain is there and proved itself."""

    language: str
    ready: bool


class SelfTested(msgspec.Struct, frozen=True, array_like=True, tag="selftest"):
    """One attack of the start-up self-test. ``held`` = the sandbox withstood it."""

    attack: str
    held: bool


class CacheMeasured(msgspec.Struct, frozen=True, array_like=True, tag="cache"):
    """The size of a cache. ``limit_bytes`` 0 = unlimited."""

    cache: str
    size_bytes: int
    limit_bytes: int = 0
    entries: int = 0


class CacheUsed(msgspec.Struct, frozen=True, array_like=True, tag="cache_use"):
    """Look-ups in a cache."""

    cache: str
    hits: int = 0
    misses: int = 0


Record = Judged | Prepared | Settled | SlotChanged | Counted | LanguageReady | SelfTested | CacheMeasured | CacheUsed

_AnyRecord = TypeVar("_AnyRecord", bound=msgspec.Struct)

_ENCODER = msgspec.msgpack.Encoder()
_DECODER: msgspec.msgpack.Decoder[Record] = msgspec.msgpack.Decoder(Record)


def encode_frame(record: Record) -> bytes:
    """The frame of one record, at most FRAME_BYTES_MAX long. Raises ValueError when it cannot be.

    Text comes from configuration (language ids, attack and cache names), yet it is cut here: a record's size is
    bounded by construction, not by good manners.
    """
    payload = _ENCODER.encode(record)
    if len(payload) > FRAME_BYTES_MAX - 4:
        payload = _ENCODER.encode(_with_short_text(record))
    if len(payload) > FRAME_BYTES_MAX - 4:
        raise ValueError(f"a record of {len(payload)} bytes does not fit a frame")
    return MAGIC + len(payload).to_bytes(2, "big") + payload


def decode_payload(payload: bytes | memoryview) -> Record:
    """The record in one frame. Raises msgspec.MsgspecError when it is not one."""
    return _DECODER.decode(payload)


def _with_short_text(record: Record) -> Record:
    if isinstance(record, Prepared):  # its submission id must stay whole: the queue may be asked about it
        return msgspec.structs.replace(record, judged=_cut(record.judged))
    return _cut(record)


def _cut(record: _AnyRecord) -> _AnyRecord:
    fields = {name: getattr(record, name) for name in record.__struct_fields__}
    short = {name: value[:TEXT_CHARS_MAX] for name, value in fields.items() if isinstance(value, str)}
    return msgspec.structs.replace(record, **short)
