"""Bounds of every amount that a package may ask for. Values only.

A package is a stranger's: each of its numbers that costs memory, time or disk of this host has a ceiling that the
operator sets. One above is a blocking finding that names file, line, key and the setting; what a format gives by
default is lowered to the ceiling without a finding. Besides, there are numbers that mean nothing anywhere.
"""

from __future__ import annotations

import msgspec

from judge import defaults
from judge.model.problem import ProblemLimits
from judge.model.units import MIB, MS_NS, S_NS

#: Scores up to here can be added up, as many as there are, without overflow.
SCORE_MAX = 1e100
#: Of the safety margins around a time limit.
MARGIN_MAX = 1000.0


class Bound(msgspec.Struct, frozen=True):
    """What an amount in ns, bytes or pieces must keep; ``setting``: the operator's that gives ``most``, if one does."""

    least: int
    most: int
    setting: str = ""

    def complaint(self, amount: float, unit: int) -> str:
        """Why ``amount`` is refused, in terms of ``unit``; empty when it is fine. Takes infinities."""
        if amount < self.least:
            return f"must be at least {self.least / unit:g}"
        if amount > self.most:
            whose = f", the operator's ceiling ({self.setting})" if self.setting else ""
            return f"must be at most {self.most / unit:g}{whose}"
        return ""


class Ceilings(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator lets packages ask for: the settings ``limit_*_max``, converted once.

    ``time_limit_ns`` also bounds the resolution of time limits and limits that the jury's submissions give.
    ``memory_bytes`` is for submissions, compilers and setters' programs; ``output_bytes`` for what is captured of a
    submission and of a setter's program, which this host holds in memory. ``case_files_bytes`` and ``case_files`` are
    about the files that one test case puts beside a submission. Work without a package keeps them, too.
    """

    time_limit_ns: int = defaults.TIME_LIMIT_S_MAX * S_NS
    memory_bytes: int = defaults.MEMORY_BYTES_MAX
    output_bytes: int = defaults.OUTPUT_BYTES_MAX
    code_bytes: int = defaults.CODE_BYTES_MAX
    compilation_time_ns: int = defaults.COMPILATION_TIME_S_MAX * S_NS
    validation_time_ns: int = defaults.VALIDATION_TIME_S_MAX * S_NS
    validation_passes: int = defaults.VALIDATION_PASSES_MAX
    case_files: int = defaults.CASE_FILES_MAX
    case_files_bytes: int = defaults.CASE_FILES_BYTES_MAX

    def bound(self, field: str) -> Bound:
        """The bound of a field of :class:`~judge.model.problem.ProblemLimits`."""
        ceiling, least, setting = _BOUNDS[field]
        return Bound(least, max(least, getattr(self, ceiling)), setting)

    def lowered(self, limits: ProblemLimits) -> ProblemLimits:
        """``limits`` with nothing above the ceilings."""
        values = {field: min(getattr(limits, field), self.bound(field).most) for field in _BOUNDS}
        return msgspec.structs.replace(limits, time_limit_ns_max=self.time_limit_ns, **values)


#: Field of ProblemLimits -> (field of Ceilings, the least that makes sense, the setting). A time limit below a
#: millisecond or memory below a mebibyte is a slip of units.
_BOUNDS = {
    "time_limit_ns": ("time_limit_ns", MS_NS, "limit_time_s_max"),
    "time_resolution_ns": ("time_limit_ns", MS_NS, "limit_time_s_max"),
    "memory_bytes": ("memory_bytes", MIB, "limit_memory_bytes_max"),
    "output_bytes": ("output_bytes", 1, "limit_output_bytes_max"),
    "code_bytes": ("code_bytes", 1, "limit_code_bytes_max"),
    "compilation_time_ns": ("compilation_time_ns", MS_NS, "limit_compilation_time_s_max"),
    "compilation_memory_bytes": ("memory_bytes", MIB, "limit_memory_bytes_max"),
    "validation_time_ns": ("validation_time_ns", MS_NS, "limit_validation_time_s_max"),
    "validation_memory_bytes": ("memory_bytes", MIB, "limit_memory_bytes_max"),
    "validation_output_bytes": ("output_bytes", 1, "limit_output_bytes_max"),
    "validation_passes": ("validation_passes", 2, "limit_validation_passes_max"),
}

DEFAULT_CEILINGS = Ceilings()
