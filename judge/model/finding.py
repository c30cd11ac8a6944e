"""What was found of one prerequisite, of this host or of a Redis."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Status(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"  #: it works, with less isolation, accuracy or speed, or with a risk that the finding names
    MISSING = "missing"  #: nothing can be run, or submissions would be lost or refused


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One prerequisite. ``remedy`` is empty when there is nothing to mend."""

    name: str
    status: Status
    found: str
    remedy: str = ""
