"""Maintenance: no work is taken in, with a message; what is in goes on being judged."""

from __future__ import annotations

from typing import Any

import msgspec

from judge.errors import UsageError
from judge.queue.answers import text_of
from judge.queue.audit import Act
from judge.queue.script import Call

MESSAGE_LETTERS_MAX = 500
RETRY_S_MAX = 86_400


class Maintenance(msgspec.Struct, frozen=True, kw_only=True):
    """It holds. ``message`` is for who hands work in; ``retry_s``: after how long to try again; ``since_ms`` is Unix
    milliseconds; ``by``: who began it."""

    message: str
    retry_s: int
    since_ms: int
    by: str


def begin(message: str, retry_s: int, by: str) -> Call[Maintenance | None]:
    """Take no more work in; again = with another message. Raises UsageError for a message or a time that cannot be."""
    if not message.strip() or len(message) > MESSAGE_LETTERS_MAX:
        raise UsageError(f"message: 1 to {MESSAGE_LETTERS_MAX} letters")
    if not 1 <= retry_s <= RETRY_S_MAX:
        raise UsageError(f"retry_s {retry_s}: 1 to {RETRY_S_MAX} seconds")
    return Call("maintenance", ("begin", message, retry_s, Act.MAINTENANCE_BEGAN.value, by), _standing)


def end(by: str) -> Call[Maintenance | None]:
    """Take work in again; idempotent."""
    return Call("maintenance", ("end", Act.MAINTENANCE_ENDED.value, by), _standing)


def standing() -> Call[Maintenance | None]:
    """How it stands; None = work is taken in."""
    return Call("maintenance", ("show",), _standing)


def _standing(answer: list[Any]) -> Maintenance | None:
    if not answer:
        return None
    message, retry_s, since_ms, by = (text_of(word) for word in answer)
    return Maintenance(message=message, retry_s=int(retry_s), since_ms=int(since_ms), by=by)
