"""What every section of the settings is made of."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Meta


def says(description: str, variable: str = "", **bounds: Any) -> Meta:
    """What a setting means. ``variable``: its environment variable, without JUDGE_, when it is not the field's name."""
    return Meta(description=description, extra={"variable": variable} if variable else None, **bounds)


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of the settings file. The first line of its docstring is its heading on the page of settings."""
