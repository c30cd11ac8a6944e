"""Reading Redis' raw answers. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def pairs_of(answer: Any) -> list[tuple[Any, Any]]:
    """The pairs of a hash, or of what a script answers in its place: one flat list."""
    if isinstance(answer, Mapping):
        return list(answer.items())
    return list(zip(answer[::2], answer[1::2], strict=True))


def text_of(value: bytes | str) -> str:
    """What Redis answers, as text; bytes that are none show as replacement characters."""
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
