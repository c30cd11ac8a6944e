"""The settings of the Piston dialect: those of its server, by its names, and what is ours."""

from __future__ import annotations

from typing import Annotated, Literal

from judge.config.dialects.every import Enabled, says_enabled, says_port
from judge.config.section import Section, says

#: What can be another limit for one language; Piston's names.
OverriddenLimit = Literal[
    "compile_timeout",
    "run_timeout",
    "compile_cpu_time",
    "run_cpu_time",
    "compile_memory_limit",
    "run_memory_limit",
    "output_max_size",
    "max_process_count",
    "max_open_files",
    "max_file_size",
]


class PistonSettings(Section, frozen=True, kw_only=True):
    """For clients of Piston"""

    enabled: Annotated[Enabled, says_enabled("PISTON_ENABLED")] = "auto"
    port: Annotated[int, says_port("PISTON_PORT", 2000)] = 0
    run_timeout_ms: Annotated[
        int, says("Real time of a program; a request may ask for less.", variable="PISTON_RUN_TIMEOUT", ge=1)
    ] = 3000
    compile_timeout_ms: Annotated[int, says("Real time of a compiler.", variable="PISTON_COMPILE_TIMEOUT", ge=1)] = (
        10_000
    )
    run_cpu_time_ms: Annotated[
        int, says("CPU time of a program; a request may ask for less.", variable="PISTON_RUN_CPU_TIME", ge=1)
    ] = 3000
    compile_cpu_time_ms: Annotated[int, says("CPU time of a compiler.", variable="PISTON_COMPILE_CPU_TIME", ge=1)] = (
        10_000
    )
    run_memory_limit_bytes: Annotated[
        int,
        says(
            "Memory of a program; a request may ask for less (-1 = whatever it asks for).",
            variable="PISTON_RUN_MEMORY_LIMIT",
            ge=-1,
        ),
    ] = -1
    compile_memory_limit_bytes: Annotated[
        int,
        says("The same for a compiler.", variable="PISTON_COMPILE_MEMORY_LIMIT", ge=-1),
    ] = -1
    unlimited_memory_bytes: Annotated[
        int,
        says("Memory of a program or compiler without such a limit.", variable="PISTON_UNLIMITED_MEMORY_BYTES", ge=1),
    ] = 2 << 30
    output_max_size_bytes: Annotated[
        int, says("What a program may write on each of its two outputs.", variable="PISTON_OUTPUT_MAX_SIZE", ge=1)
    ] = 1024
    max_process_count: Annotated[
        int, says("Processes and threads of a program.", variable="PISTON_MAX_PROCESS_COUNT", ge=1)
    ] = 64
    max_open_files: Annotated[
        int, says("Files that a process may have open.", variable="PISTON_MAX_OPEN_FILES", ge=1)
    ] = 2048
    max_file_size_bytes: Annotated[
        int, says("What a program may write into files, in all.", variable="PISTON_MAX_FILE_SIZE", ge=1)
    ] = 10_000_000
    limit_overrides: Annotated[
        dict[str, dict[OverriddenLimit, int]],
        says("Other limits for one language, by Piston's names of both.", variable="PISTON_LIMIT_OVERRIDES"),
    ] = {}
    strict_content_type: Annotated[
        bool,
        says(
            "Take bodies of the type `application/json` alone, as Piston does.", variable="PISTON_STRICT_CONTENT_TYPE"
        ),
    ] = False
    body_bytes_max: Annotated[
        int, says("Size of a request's body, unpacked.", variable="PISTON_BODY_BYTES_MAX", ge=1024)
    ] = 32 << 20
