"""The settings of the Jobe dialect."""

from __future__ import annotations

from typing import Annotated

from judge.config.dialects.every import Enabled, says_enabled, says_port
from judge.config.section import Section, says


class JobeSettings(Section, frozen=True, kw_only=True):
    """For clients of Jobe"""

    enabled: Annotated[Enabled, says_enabled("JOBE_ENABLED")] = "auto"
    port: Annotated[int, says_port("JOBE_PORT", 4000)] = 0
    cputime_s_max: Annotated[int, says("The largest `cputime` that is taken.", variable="JOBE_CPUTIME_S_MAX", ge=1)] = (
        120
    )
    memory_bytes_max: Annotated[
        int,
        says(
            "Memory of a run whose `memorylimit` is 0 (none), and the most of any.",
            variable="JOBE_MEMORY_BYTES_MAX",
            ge=64 << 20,
        ),
    ] = 4 << 30
    exit_code_fails: Annotated[
        bool,
        says(
            "A program that says nothing on standard error and ends with another exit code than 0 has outcome 12; Jobe "
            "itself says 15.",
            variable="JOBE_EXIT_CODE_FAILS",
        ),
    ] = False
