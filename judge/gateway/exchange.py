"""What is known of a request while it is answered."""

from __future__ import annotations

import msgspec


class Exchange(msgspec.Struct, frozen=True):
    """``timings``: name -> seconds, for the header Server-Timing; ``labels``: for the log and the metrics."""

    request_id: str
    timings: dict[str, float] = {}
    labels: dict[str, str] = {}
