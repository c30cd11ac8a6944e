"""What the gateway says of itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Pages:
    """What the gateway says of itself. ``policy``: the content security policy of the page."""

    openapi: bytes
    etag: str
    reference: bytes
    policy: str
