"""Every answer of the director, as a type; what is asked: :mod:`judge.program.calls`."""

from __future__ import annotations

import msgspec


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="answer"):
    """What the director says. Unknown fields are to be passed over: a version may gain some."""


class DataInfo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Bytes that the director holds. ``truncated``: a limit cut them off."""

    handle: int
    size: int = 0
    truncated: bool = False


class NamedData(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Data under a name."""

    name: str
    data: DataInfo


class SubmissionInfo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A submission. ``name``: whose or which it is, as its sender calls it; ``language`` empty = found by its files."""

    name: str = ""
    language: str = ""
    main: str = ""
    files: tuple[NamedData, ...] = ()


class TestInfo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A test. ``answer`` None = there is none. ``group``: names of the groups that it is in, joined by ``/``."""

    __test__ = False

    name: str
    input: DataInfo
    answer: DataInfo | None = None
    group: str = ""
    sample: bool = False
    arguments: tuple[str, ...] = ()
    files: tuple[NamedData, ...] = ()


class StateInfo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an earlier piece of work has carried on. ``version`` 0 = nothing yet."""

    version: int = 0
    data: DataInfo | None = None


class QuotaInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What is left of the quotas."""

    cpu_time_ns: int
    runs: int
    programs: int
    at_once: int
    data_bytes: int
    own_cpu_time_ns: int


class Begun(Answer, frozen=True, kw_only=True, tag="begun"):
    """All that the program is given. ``parameters``: of those who named the program. ``seed``: of its random
    numbers, made from the digest of the work."""

    version: int = 1
    seed: int = 0
    submissions: tuple[SubmissionInfo, ...] = ()
    tests: tuple[TestInfo, ...] = ()
    data: tuple[NamedData, ...] = ()
    parameters: dict[str, str] = {}
    state: StateInfo = StateInfo()
    quotas: QuotaInfo


class Fetched(Answer, frozen=True, kw_only=True, tag="fetched"):
    """The payload is what was asked for."""


class Stored(Answer, frozen=True, kw_only=True, tag="stored"):
    """What is held now."""

    data: DataInfo


class Compiled(Answer, frozen=True, kw_only=True, tag="compiled"):
    """``program``: its handle, 0 = it did not compile. ``log``: what the compiler said."""

    program: int = 0
    language: str = ""
    log: str = ""
    cached: bool = False


class RunInfo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a run went. ``verdict``: of a submission that ended so, empty = its output decides. ``number``: of the run,
    for :class:`Case`. ``ending``: in words for a contestant."""

    number: int
    outcome: str
    verdict: str = ""
    exit_code: int | None = None
    signal: int | None = None
    cause: str = ""
    ending: str = ""
    cpu_time_ns: int = 0
    wall_time_ns: int = 0
    memory_bytes: int = 0


class Ran(Answer, frozen=True, kw_only=True, tag="ran"):
    """A run that is over. ``files``: those that were asked for and are there."""

    run: RunInfo
    stdout: DataInfo
    stderr: DataInfo
    files: tuple[NamedData, ...] = ()


class Started(Answer, frozen=True, kw_only=True, tag="started"):
    """``process``: its handle. ``stdout_bytes``: what it may write in all."""

    process: int
    stdout_bytes: int = 0


class ReadAnswer(Answer, frozen=True, kw_only=True, tag="read"):
    """The payload is what was read. ``end``: the program will write no more. ``late``: why it was not waited for any
    longer ("CPU", "idle", "wall"), empty = it was in time; what it has written so far stays for the next call.
    ``cpu_time_ns``: used meanwhile."""

    end: bool = False
    late: str = ""
    cpu_time_ns: int = 0


class Connected(Answer, frozen=True, kw_only=True, tag="connected"):
    """In the order of the call. ``order``: participants as they ended. ``records``: of each pipe, None = none."""

    runs: tuple[Ran, ...]
    order: tuple[int, ...] = ()
    records: tuple[DataInfo | None, ...] = ()


class Compared(Answer, frozen=True, kw_only=True, tag="compared"):
    """``reason``: the first difference."""

    same: bool = False
    reason: str = ""


class Validated(Answer, frozen=True, kw_only=True, tag="validated"):
    """``score`` or ``multiplier`` where the validator gave one."""

    accepted: bool = False
    score: float | None = None
    multiplier: float | None = None
    reason: str = ""
    feedback: str = ""
    team_feedback: str = ""


class Finished(Answer, frozen=True, kw_only=True, tag="finished"):
    """It is noted."""


class Refused(Answer, frozen=True, kw_only=True, tag="refused"):
    """A call that cannot be carried out. ``quota``: one is used up; its name. ``refused_line``: the line of the call
    that it is about, which may be an earlier one without an answer."""

    message: str
    quota: str = ""
    refused_line: int = 0
