"""Judge programs: what one may use, and what it says of what it judged. Values of the wire."""

from __future__ import annotations

import msgspec

from judge.model.run import RunResult
from judge.model.units import MIB, S_NS
from judge.model.verdict import Verdict


class ProgramQuotas(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a judge program may use in all: itself, and all that it starts. Nothing that it says widens any of them.

    ``cpu_time_ns``: CPU time of everything that it has compiled and run, together. ``wall_time_ns``: real time of the
    whole. ``runs``: programs started, ``programs``: programs compiled, ``at_once``: programs that live at the same
    time. ``calls``: requests to the director. ``data_bytes``: what is held for it at one moment (outputs, files, what
    it stored), ``handles`` in how many pieces. ``kept_bytes`` and ``kept_files``: what goes into the report as blobs;
    ``cases`` how many verdicts of tests; ``text_bytes`` all feedback together, of which more is left out;
    ``state_bytes`` the state that is carried on. ``served_time_ns``: CPU time of the director, which compares and
    copies. ``own_*``: of the judge program itself.
    """

    cpu_time_ns: int = 600 * S_NS
    wall_time_ns: int = 1800 * S_NS
    runs: int = 20_000
    programs: int = 64
    at_once: int = 16
    calls: int = 1_000_000
    data_bytes: int = 512 * MIB
    handles: int = 20_000
    kept_bytes: int = 64 * MIB
    kept_files: int = 256
    cases: int = 10_000
    text_bytes: int = 4 * MIB
    state_bytes: int = MIB
    served_time_ns: int = 120 * S_NS
    own_cpu_time_ns: int = 60 * S_NS
    own_memory_bytes: int = 512 * MIB
    own_processes: int = 64

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative")


DEFAULT_QUOTAS = ProgramQuotas()


class ProgramCase(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One test, match or part as a judge program has judged it, in the order in which it said so.

    ``score`` None = it gave none. ``reason``: one line of evidence; ``feedback`` is for judges, ``team_feedback`` for
    the contestant. ``visible`` False: only judges may see this case. ``run``: the run that it is about.
    """

    name: str
    verdict: Verdict
    score: float | None = None
    reason: str = ""
    feedback: str = ""
    team_feedback: str = ""
    visible: bool = True
    run: RunResult | None = None


class ProgramProgress(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far a judge program has come, by its own count: ``done`` of ``total`` (0 = not known)."""

    done: int
    total: int = 0
    message: str = ""


class ProgramTotals(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a judge program has used of its quotas."""

    cpu_time_ns: int = 0
    wall_time_ns: int = 0
    runs: int = 0
    programs: int = 0
    calls: int = 0
    data_peak_bytes: int = 0


NO_TOTALS = ProgramTotals()


class StateRead(msgspec.Struct, frozen=True, kw_only=True):
    """A version as a claim has read it; ``version`` 0 = there is none yet, and ``content`` is empty.

    ``number``: that of the version that this claim may write, 0 = what was judged before is judged again: nothing is
    written. ``bytes_max``: of what is written.
    """

    name: str
    version: int
    number: int
    bytes_max: int
    content: bytes


class StateUse(msgspec.Struct, frozen=True, kw_only=True):
    """What a judging did with a carried state. ``read``: the version it was given, 0 = there was none yet.

    ``written``: the version that it left, 0 = it changed nothing, or what it judged was judged before.
    """

    name: str
    read: int = 0
    written: int = 0
