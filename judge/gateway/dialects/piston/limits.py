"""Limits by Piston's names and in its units, and what they are for a run of ours. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from judge.config import LimitSettings
from judge.config.dialects import PistonSettings
from judge.model.units import MS_NS, S_NS
from judge.model.work import RequestedLimits

#: What a request may limit in each stage, in the order in which Piston looks.
CONSTRAINTS = ("memory_limit", "timeout", "cpu_time")
STAGES = ("compile", "run")

#: Where the limits of Open-R1's packages are, which it tells those who set up Piston for it to raise.
OPEN_R1 = "open-r1"
_OPEN_R1_MS = 60_000
_OPEN_R1_BYTES = 1_000_000_000

#: A limit of less is none of ours.
_LEAST_NS = MS_NS


@dataclass(frozen=True)
class PistonLimits:
    """All limits of one job, by Piston's names (``run_timeout``). Times in ms, sizes in bytes; -1 = none."""

    amounts: Mapping[str, float]

    def of(self, name: str) -> float:
        """One of them."""
        return self.amounts[name]

    def lowered(self, asked: Mapping[str, float]) -> PistonLimits:
        """With what a request asks for; a negative amount means none of its own."""
        own = {name: amount for name, amount in asked.items() if amount >= 0}
        return PistonLimits({**self.amounts, **own})


def limits_of(settings: PistonSettings) -> dict[str, PistonLimits]:
    """By language, "" = all that have none of their own."""
    usual: dict[str, float] = {
        "compile_timeout": settings.compile_timeout_ms,
        "run_timeout": settings.run_timeout_ms,
        "compile_cpu_time": settings.compile_cpu_time_ms,
        "run_cpu_time": settings.run_cpu_time_ms,
        "compile_memory_limit": settings.compile_memory_limit_bytes,
        "unlimited_memory": settings.unlimited_memory_bytes,
        "run_memory_limit": settings.run_memory_limit_bytes,
        "output_max_size": settings.output_max_size_bytes,
        "max_process_count": settings.max_process_count,
        "max_open_files": settings.max_open_files,
        "max_file_size": settings.max_file_size_bytes,
    }
    # An amount of 0 overrides nothing, as in Piston.
    found = {"": PistonLimits(usual), OPEN_R1: PistonLimits(usual | _raised(usual))}
    for language, own in settings.limit_overrides.items():
        found[language] = PistonLimits(
            dict(found[""].amounts) | {str(name): amount for name, amount in own.items() if amount}
        )
    return found


def _raised(usual: Mapping[str, float]) -> dict[str, float]:
    times = {f"{stage}_{name}": _OPEN_R1_MS for stage in STAGES for name in ("timeout", "cpu_time")}
    least = times | {"output_max_size": _OPEN_R1_BYTES, "max_file_size": _OPEN_R1_BYTES}
    return {name: max(amount, usual[name]) for name, amount in least.items()}


def run_limits(limits: PistonLimits, most: LimitSettings) -> RequestedLimits:
    """Of the program, within what the operator lets any work have."""
    output_bytes = min(int(limits.of("output_max_size")), most.output_bytes_max)
    wall_ns = _nanoseconds(limits.of("run_timeout"), most.time_s_max)
    return RequestedLimits(
        cpu_time_ns=_nanoseconds(limits.of("run_cpu_time"), most.time_s_max),
        wall_time_ns=wall_ns,
        idle_time_ns=wall_ns,
        memory_bytes=_memory(limits, "run_memory_limit", most),
        processes=min(int(limits.of("max_process_count")), 1024),
        stdout_bytes=output_bytes,
        stderr_bytes=output_bytes,
        disk_bytes=min(int(limits.of("max_file_size")), most.memory_bytes_max),
        open_files=min(int(limits.of("max_open_files")), 4096),
    )


def compile_limits(limits: PistonLimits, most: LimitSettings) -> RequestedLimits:
    """Of the compiler: its output is not limited as a program's, or warnings would be the end of it."""
    wall_ns = _nanoseconds(limits.of("compile_timeout"), most.compilation_time_s_max)
    return RequestedLimits(
        cpu_time_ns=_nanoseconds(limits.of("compile_cpu_time"), most.compilation_time_s_max),
        wall_time_ns=wall_ns,
        memory_bytes=_memory(limits, "compile_memory_limit", most),
    )


def _nanoseconds(milliseconds: float, most_s: int) -> int:
    return min(max(round(milliseconds * MS_NS), _LEAST_NS), most_s * S_NS)


def _memory(limits: PistonLimits, name: str, most: LimitSettings) -> int:
    amount = limits.of(name)
    return min(max(int(amount if amount >= 0 else limits.of("unlimited_memory")), 1), most.memory_bytes_max)
