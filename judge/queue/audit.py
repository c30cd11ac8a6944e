"""The audit trail: what those who run the judge did, and who. Written with the act itself where a script does it.

Redis keeps the newest 100,000 acts.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import msgspec

from judge.queue.answers import text_of
from judge.queue.script import Call

#: Who acts where nobody says it.
UNKNOWN = "unknown"

#: A position in the trail.
POSITION_PATTERN = r"[0-9]{1,16}-[0-9]{1,16}"


class Act(StrEnum):
    """What is written down."""

    KEY_CREATED = "key-created"
    KEY_REVOKED = "key-revoked"
    ADMIN_SIGNED_IN = "admin-signed-in"
    SIGNED_OUT = "signed-out"  #: by somebody else
    REJUDGE_STARTED = "rejudge-started"
    REJUDGE_APPLIED = "rejudge-applied"
    REJUDGE_DROPPED = "rejudge-dropped"
    VERDICT_CHANGED = "verdict-changed"
    PACKAGE_PUBLISHED = "package-published"
    PACKAGE_REMOVED = "package-removed"
    MAINTENANCE_BEGAN = "maintenance-began"
    MAINTENANCE_ENDED = "maintenance-ended"
    TENANT_LIMITED = "tenant-limited"
    WORKER_STEERED = "worker-steered"
    WEBHOOK_MADE = "webhook-made"
    WEBHOOK_REMOVED = "webhook-removed"
    WEBHOOK_REPLAYED = "webhook-replayed"  #: a delivery, or its dead letters
    DEAD_LETTERS_DROPPED = "dead-letters-dropped"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One act. ``by``: ``key:ID`` over HTTP, ``USER@HOST`` for commands. ``what``: the id or name it was done to.

    ``position`` orders the trail; ``at_ms`` is Redis' clock, Unix milliseconds.
    """

    position: str
    at_ms: int
    act: str
    by: str
    what: str
    detail: str


def note(act: Act, by: str, what: str, detail: str = "") -> Call[None]:
    """Write an act down."""
    return Call("audit_note", (act.value, by, what, detail), lambda _: None)


def entries(after: str, limit: int) -> Call[list[Entry]]:
    """Up to ``limit`` acts, newest first, older than the position ``after`` (empty = from the newest on)."""
    return Call("audit_list", (f"({after}" if after else "+", limit), _entries)


def _entries(answer: Sequence[Any]) -> list[Entry]:
    found = []
    for position, words in zip(answer[::2], answer[1::2], strict=True):
        act, by, what, detail = (text_of(word) for word in words)
        at_ms = int(text_of(position).partition("-")[0])
        found.append(Entry(position=text_of(position), at_ms=at_ms, act=act, by=by, what=what, detail=detail))
    return found
