"""The settings of judge programs."""

from __future__ import annotations

from typing import Annotated

from judge.config.section import Section, says

_MIB = 1 << 20


class ProgramSettings(Section, frozen=True, kw_only=True):
    """Judge programs: the most that one may use, a package's or one that was sent along"""

    cpu_s_max: Annotated[
        int, says("CPU time of all that it has compiled and run.", variable="PROGRAM_CPU_S_MAX", ge=1)
    ] = 600
    wall_s_max: Annotated[int, says("Real time of the whole.", variable="PROGRAM_WALL_S_MAX", ge=1)] = 1800
    runs_max: Annotated[int, says("Programs that it starts.", variable="PROGRAM_RUNS_MAX", ge=1)] = 20_000
    compiled_max: Annotated[int, says("Programs that it has compiled.", variable="PROGRAM_COMPILED_MAX", ge=1)] = 64
    at_once_max: Annotated[int, says("Programs that live at the same time.", variable="PROGRAM_AT_ONCE_MAX", ge=1)] = 16
    data_bytes_max: Annotated[
        int, says("Bytes that are held for it at one moment.", variable="PROGRAM_DATA_BYTES_MAX", ge=_MIB)
    ] = 512 * _MIB
    kept_bytes_max: Annotated[
        int, says("Bytes of the blobs that it leaves in its report.", variable="PROGRAM_KEPT_BYTES_MAX", ge=0)
    ] = 64 * _MIB
    own_cpu_s_max: Annotated[int, says("CPU time of its own.", variable="PROGRAM_OWN_CPU_S_MAX", ge=1)] = 60
    own_memory_bytes_max: Annotated[
        int, says("Memory of its own.", variable="PROGRAM_OWN_MEMORY_BYTES_MAX", ge=16 * _MIB)
    ] = 512 * _MIB
