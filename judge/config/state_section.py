"""The settings of judge programs' carried state."""

from __future__ import annotations

from typing import Annotated

from judge.config.section import Section, says


class StateSettings(Section, frozen=True, kw_only=True):
    """Carried state of judge programs: each worker that starts writes these to Redis"""

    bytes_max: Annotated[
        int, says("Size of one version of a state.", variable="STATE_BYTES_MAX", ge=1, le=16 << 20)
    ] = 1 << 20
    tenant_count: Annotated[
        int,
        says(
            "States of one tenant (0 = no limit); `judge tenant` sets one tenant's own.",
            variable="STATE_TENANT_COUNT",
            ge=0,
        ),
    ] = 1000
    tenant_bytes: Annotated[
        int,
        says(
            "Bytes of all versions of one tenant's states; elder versions go first (0 = no limit); as above.",
            variable="STATE_TENANT_BYTES",
            ge=0,
        ),
    ] = 64 << 20
    versions: Annotated[
        int,
        says(
            "Versions of a state that are kept, so that what read them can be judged again.",
            variable="STATE_VERSIONS",
            ge=1,
            le=1000,
        ),
    ] = 100
    life_s: Annotated[
        int,
        says("How long a state is kept that nothing reads or writes (0 = for ever).", variable="STATE_LIFE_S", ge=0),
    ] = 0
