"""What a program has printed, as a value."""

from __future__ import annotations

import msgspec


class Printed(msgspec.Struct, frozen=True, kw_only=True):
    """What a program wrote to one stream, as safe text: all of it in ``head``, or its two ends.

    ``omitted_bytes`` lie between ``head`` and ``tail``.
    """

    head: str
    tail: str = ""
    omitted_bytes: int = 0
