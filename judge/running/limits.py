"""From the limits that a client asks for to those of a run: defaults filled in, the operator's ceilings kept."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from judge.errors import WorkError
from judge.grading.limits import STDERR_BYTES, idle_limit_ns, kill_limit_ns, wall_limit_ns
from judge.model.language import LanguageSpec
from judge.model.limits import COMPILE_LIMITS, Limits
from judge.model.units import MIB, S_NS
from judge.model.work import RequestedLimits
from judge.package.ceilings import Ceilings
from judge.toolchain.definitions import with_minima, with_runtime_memory, with_time_factor

#: What a client gets who asks for nothing.
RUN_LIMITS = Limits(stdout_bytes=16 * MIB, stderr_bytes=STDERR_BYTES)

#: The same for a session: it lasts, and a language's prompt may be a large program.
SESSION_LIMITS = RequestedLimits(cpu_time_ns=60 * S_NS, memory_bytes=512 * MIB)

#: What starts a program has the same limit in that moment, and needs half of this.
ADDRESS_SPACE_BYTES_MIN = 32 * MIB

#: Amounts that no operator's setting bounds.
_MOST = {
    "processes": 1024,
    "disk_inodes": 1 << 20,
    "open_files": 4096,
    "address_space_bytes": 1 << 46,
    "data_segment_bytes": 1 << 46,
}


def run_limits(asked: RequestedLimits, ceilings: Ceilings, field: str = "limits") -> Limits:
    """Limits of one run. Raises WorkError for an amount above the operator's ceiling, naming ``field``."""
    return _limits(asked, RUN_LIMITS, ceilings, ceilings.time_limit_ns, field)


def judged_limits(asked: RequestedLimits, ceilings: Ceilings, language: LanguageSpec, field: str = "limits") -> Limits:
    """Limits of one run that gets a verdict: the time limit decides, but a run that is a little too slow shows its true
    time; all as :func:`judge.grading.limits.submission_limits` does it. Raises as :func:`run_limits`.
    """
    limits = run_limits(asked, ceilings, field)
    cpu_ns = with_time_factor(limits.cpu_time_ns, language)
    return msgspec.structs.replace(
        with_minima(limits, language),
        cpu_time_ns=cpu_ns,
        cpu_time_hard_ns=kill_limit_ns(cpu_ns),
        wall_time_ns=asked.wall_time_ns or wall_limit_ns(cpu_ns),
        idle_time_ns=asked.idle_time_ns or idle_limit_ns(cpu_ns),
        memory_bytes=with_runtime_memory(limits.memory_bytes, language),
    )


def compile_limits(asked: RequestedLimits, ceilings: Ceilings, field: str = "compile_limits") -> Limits:
    """Limits of each compile command. Raises as :func:`run_limits`."""
    return _limits(asked, COMPILE_LIMITS, ceilings, ceilings.compilation_time_ns, field)


def session_limits(asked: RequestedLimits, ceilings: Ceilings) -> RequestedLimits:
    """What a session's client asks for, and where it says nothing what a session gets."""
    return msgspec.structs.replace(
        asked,
        cpu_time_ns=asked.cpu_time_ns or min(SESSION_LIMITS.cpu_time_ns, ceilings.time_limit_ns),
        memory_bytes=asked.memory_bytes or min(SESSION_LIMITS.memory_bytes, ceilings.memory_bytes),
    )


@lru_cache(maxsize=256)  # nearly everybody asks for the same
def _limits(asked: RequestedLimits, default: Limits, ceilings: Ceilings, time_ns_max: int, field: str) -> Limits:
    most = _MOST | {
        "cpu_time_ns": time_ns_max,
        "wall_time_ns": wall_limit_ns(time_ns_max),
        "idle_time_ns": wall_limit_ns(time_ns_max),
        "memory_bytes": ceilings.memory_bytes,
        "disk_bytes": ceilings.memory_bytes,
        "stack_bytes": ceilings.memory_bytes,
        "stdout_bytes": ceilings.output_bytes,
        "stderr_bytes": ceilings.output_bytes,
    }
    amounts: dict[str, int] = {}
    for name in asked.__struct_fields__:
        amount = getattr(asked, name)
        if amount > most[name]:
            whose = "the most that is possible" if name in _MOST else "the operator's ceiling"
            raise WorkError(f"{amount} is above {whose}, {most[name]}", f"{field}.{name}")
        amounts[name] = amount or min(getattr(default, name), most[name])
    for name in ("address_space_bytes", "data_segment_bytes"):
        if 0 < getattr(asked, name) < ADDRESS_SPACE_BYTES_MIN:
            raise WorkError(f"must be 0 or at least {ADDRESS_SPACE_BYTES_MIN}", f"{field}.{name}")
    cpu_ns = amounts["cpu_time_ns"]
    wall_ns = asked.wall_time_ns or wall_limit_ns(cpu_ns)
    return Limits(**(amounts | {"cpu_time_hard_ns": cpu_ns, "wall_time_ns": wall_ns}))
