"""The settings of the SandboxFusion dialect."""

from __future__ import annotations

from typing import Annotated

from judge.config.dialects.every import Enabled, says_enabled, says_port
from judge.config.section import Section, says


class FusionSettings(Section, frozen=True, kw_only=True):
    """For clients of SandboxFusion"""

    enabled: Annotated[Enabled, says_enabled("FUSION_ENABLED")] = "auto"
    port: Annotated[int, says_port("FUSION_PORT", 8080)] = 0
    patience_s: Annotated[
        int,
        says(
            "How long beyond both limits of a request it may take until it is answered 504; its client waits for ten.",
            variable="FUSION_PATIENCE_S",
            ge=1,
        ),
    ] = 9
