"""What is known of a request while it is answered."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Exchange:
    """``timings``: name -> seconds, for the header Server-Timing; ``labels``: for the log and the metrics."""

    request_id: str
    timings: dict[str, float] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
