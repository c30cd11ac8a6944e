"""From Jobe's parameters to limits. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from judge.gateway.dialects.jobe.recipes import Recipe
from judge.gateway.dialects.jobe.run_spec import RunSpec
from judge.model.work import RequestedLimits

_S_NS = 1_000_000_000

#: Jobe takes a thousand kibibytes for a megabyte.
_MB = 1000 << 10

_DEFAULTS = {"disklimit": 20.0, "streamsize": 2.0, "cputime": 5.0, "memorylimit": 400.0, "numprocs": 30.0}
_COMPILER_HAS = {"disklimit": 20.0, "cputime": 2.0, "memorylimit": 500.0, "numprocs": 5.0}

#: Less starts no program here.
_ADDRESS_SPACE_BYTES_MIN = 32 << 20
_PROCESSES_MAX = 1024


@dataclass(frozen=True)
class Ceilings:
    """What nobody gets more of. ``memory_bytes`` is also what those have who ask for no limit."""

    cputime_s: int
    memory_bytes: int
    output_bytes: int


def limits_of(spec: RunSpec, recipe: Recipe, ceilings: Ceilings, *, compiling: bool = False) -> RequestedLimits:
    """The limits of a run, or of a compiler. More than anybody gets is lowered: ``cputime`` was checked before."""

    def amount(name: str) -> float:
        usual = recipe.numbers.get(name, _DEFAULTS[name])
        value = spec.number(name, usual)
        if value < 0:
            value = usual
        return max(value, _COMPILER_HAS.get(name, 0)) if compiling and value else value

    cputime_s = min(amount("cputime") or _DEFAULTS["cputime"], ceilings.cputime_s)
    space_bytes = _bytes(amount("memorylimit"), 1 << 46) if recipe.has_memory_limit else 0
    has_space = bool(space_bytes) and recipe.limits_address_space
    # Jobe's limit is each process's; what they all have together is bounded as well.
    memory_bytes = min(space_bytes * (2 if has_space else 1) or ceilings.memory_bytes, ceilings.memory_bytes)
    streams_bytes = max(1, _bytes(amount("streamsize"), ceilings.output_bytes))
    return RequestedLimits(
        cpu_time_ns=max(1, round(cputime_s * _S_NS)),
        wall_time_ns=max(1, round(2 * cputime_s * _S_NS)),
        memory_bytes=max(memory_bytes, _ADDRESS_SPACE_BYTES_MIN),
        address_space_bytes=max(space_bytes, _ADDRESS_SPACE_BYTES_MIN) if has_space else 0,
        processes=int(min(max(amount("numprocs"), recipe.processes_min, 1), _PROCESSES_MAX)),
        stdout_bytes=streams_bytes,
        stderr_bytes=streams_bytes,
        disk_bytes=max(1 << 20, _bytes(amount("disklimit"), ceilings.memory_bytes)),
    )


def _bytes(megabytes: float, most: int) -> int:
    return int(min(megabytes * _MB, most))
