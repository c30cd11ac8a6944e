"""The settings of the go-judge dialect."""

from __future__ import annotations

from typing import Annotated

from judge.config.dialects.every import Enabled, says_enabled, says_port
from judge.config.section import Section, says


class GoJudgeSettings(Section, frozen=True, kw_only=True):
    """For clients of go-judge"""

    enabled: Annotated[Enabled, says_enabled("GOJUDGE_ENABLED")] = "auto"
    port: Annotated[int, says_port("GOJUDGE_PORT", 5050)] = 0
    version: Annotated[
        str, says("The version that `/version` tells: clients compare it.", variable="GOJUDGE_VERSION")
    ] = "v1.12.0"
    src_prefixes: Annotated[
        tuple[str, ...],
        says(
            "Directories of the gateway's machine whose files every caller that may run programs can name as `src`. "
            "Empty = none: such requests are refused.",
            variable="GOJUDGE_SRC_PREFIXES",
        ),
    ] = ()
    queue_full_status: Annotated[
        int,
        says(
            "The status of an answer when the queue is full: 500 as go-judge, or 503.",
            variable="GOJUDGE_QUEUE_FULL_STATUS",
            ge=500,
            le=503,
        ),
    ] = 500
