"""The units of the house. Every number carries its unit in its name; these are the factors."""

from __future__ import annotations

KIB = 1 << 10
MIB = 1 << 20
GIB = 1 << 30

US_NS = 1_000
MS_NS = 1_000_000
S_NS = 1_000_000_000


def seconds_to_ns(seconds: float) -> int:
    """Convert once, at the edge: seconds as people write them to integer nanoseconds."""
    return round(seconds * S_NS)


def format_ns(ns: int) -> str:
    """``1.234 s`` or ``12.3 ms``: for people, never parsed back."""
    return f"{ns / S_NS:.3f} s" if ns >= S_NS else f"{ns / MS_NS:.1f} ms"


def format_bytes(size_bytes: int) -> str:
    """``12.3 MiB``: for people, never parsed back."""
    for unit, name in ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if size_bytes >= unit:
            return f"{size_bytes / unit:.1f} {name}"
    return f"{size_bytes} B"


def brief_ns(ns: int) -> str:
    """``2 s``, ``1.5 s`` or ``200 ms``: a limit as people say it."""
    return f"{ns / S_NS:.4g} s" if ns >= S_NS else f"{ns / MS_NS:.4g} ms"


def brief_bytes(size_bytes: int) -> str:
    """``256 MiB``, ``1.5 GiB``: a limit as people say it."""
    for unit, name in ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if size_bytes >= unit:
            return f"{size_bytes / unit:.4g} {name}"
    return f"{size_bytes} bytes"
