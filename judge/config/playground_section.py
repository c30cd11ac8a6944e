"""The settings of the playground: what is shared by links, and pages of others that embed it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from judge.config.section import Section, says

#: As browsers write it; a star may stand for the first part of a name.
_Origin = Annotated[
    str, Meta(pattern=r"^(\*|https?://(\*\.)?[A-Za-z0-9.-]+(:[0-9]{1,5})?|https?://\[[0-9a-f:]+\](:[0-9]{1,5})?)$")
]


class PlaygroundSettings(Section, frozen=True, kw_only=True):
    """The playground: links to programs, and pages that embed it"""

    share_s_max: Annotated[
        int, says("How long a link to a program leads to it (0 = there are no links).", variable="SHARE_S_MAX", ge=0)
    ] = 2_592_000
    share_bytes_max: Annotated[
        int, says("Size of a program with its input and tests that is shared.", variable="SHARE_BYTES_MAX", ge=1)
    ] = 256 << 10
    tenant_shares_max: Annotated[
        int, says("Links of one tenant that lead to something.", variable="TENANT_SHARES_MAX", ge=0)
    ] = 1000
    anonymous_shares_max: Annotated[
        int, says("The same of one address without a key.", variable="ANONYMOUS_SHARES_MAX", ge=0)
    ] = 20
    shares_bytes_max: Annotated[
        int,
        says(
            "Bytes in Redis of all that is shared; a tenant has at most an eighth of it.",
            variable="SHARES_BYTES_MAX",
            ge=1,
        ),
    ] = 64 << 20
    embed_origins: Annotated[
        tuple[_Origin, ...],
        says(
            "Pages (`https://example.org`) that may show `/embed` in a frame and talk with it; `*` = all.",
            variable="EMBED_ORIGINS",
        ),
    ] = ()
    embed_time_s_max: Annotated[int, says("CPU seconds of a program there.", variable="EMBED_TIME_S_MAX", ge=1)] = 2
    embed_memory_bytes_max: Annotated[int, says("Its memory.", variable="EMBED_MEMORY_BYTES_MAX", ge=1 << 20)] = (
        256 << 20
    )
    embed_output_bytes_max: Annotated[
        int, says("What each of its two outputs may write.", variable="EMBED_OUTPUT_BYTES_MAX", ge=1)
    ] = 64 << 10
