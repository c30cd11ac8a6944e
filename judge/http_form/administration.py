"""The bodies of what is asked by those who run the judge."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from judge.queue.api_keys import KeyView, Scope
from judge.queue.audit import Entry


class KeyRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key that is wanted. ``priority_class``: the most urgent class of its work. ``expires_at_ms`` 0 = never."""

    scopes: tuple[Scope, ...]
    tenant: Annotated[str, Meta(max_length=48, description="Whose work it sees and makes; admins need none.")] = ""
    priority_class: str = "run"
    expires_at_ms: Annotated[int, Meta(ge=0, le=253_402_300_799_999)] = 0
    note: Annotated[str, Meta(max_length=200, description="What it is for.")] = ""


class KeyForm(msgspec.Struct, frozen=True, kw_only=True):
    """A key. ``id`` is its public part; ``used_at_ms`` its last use, to the minute, 0 = never."""

    id: str
    tenant: str
    priority_class: str
    scopes: tuple[Scope, ...]
    made_at_ms: int
    expires_at_ms: int
    note: str
    used_at_ms: int = 0


class NewKeyForm(msgspec.Struct, frozen=True, kw_only=True):
    """A key that was made. ``key`` is its whole text, which is shown here and never again."""

    key: str
    rights: KeyForm


class KeyPage(msgspec.Struct, frozen=True, kw_only=True):
    """Keys, newest first; ``next`` is the ``after`` of the page behind."""

    items: tuple[KeyForm, ...]
    next: str | None = None


class AuditPage(msgspec.Struct, frozen=True, kw_only=True):
    """Acts, newest first; ``next`` is the ``after`` of the page behind."""

    items: tuple[Entry, ...]
    next: str | None = None


def key_form(view: KeyView) -> KeyForm:
    """A key as it is shown."""
    return KeyForm(**msgspec.structs.asdict(view.rights), used_at_ms=view.used_at_ms)
