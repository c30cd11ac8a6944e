"""What holds for all dialects alike."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from judge.config.section import Section, says

#: Whether a dialect is served. ``auto``: where the gateway listens for this machine alone.
Enabled = Literal["auto", "yes", "no"]


def says_enabled(variable: str) -> Meta:
    """What each dialect's ``enabled`` means."""
    return says("Whether it is served; `auto` = where the gateway listens on a loopback address.", variable=variable)


def says_port(variable: str, usual: int) -> Meta:
    """What each dialect's ``port`` means; ``usual`` is the port that its clients know."""
    return says(
        f"A port of its own beside its prefix, `{usual}` say (0 = none, -1 = any free one).",
        variable=variable,
        ge=-1,
        le=65535,
    )


class DialectSettings(Section, frozen=True, kw_only=True):
    """All dialects: what clients of other systems speak"""

    origins: Annotated[
        tuple[str, ...],
        says(
            "Pages whose scripts may ask a dialect (CORS); `*` = all, for requests with a key.",
            variable="DIALECTS_ORIGINS",
        ),
    ] = ("*",)
    forms_without_key: Annotated[
        bool,
        says(
            "Take bodies without a key also of the types that any page may send unasked (forms, plain text, none), "
            "from browsers, too.",
            variable="DIALECTS_FORMS_WITHOUT_KEY",
        ),
    ] = False
    wait_s_max: Annotated[
        int,
        says("The longest that a request waits for its program.", variable="DIALECTS_WAIT_S_MAX", ge=1),
    ] = 600
