"""The bodies of what is asked by those who run the judge."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from judge.queue.api_keys import KeyView, Scope
from judge.queue.audit import Entry
from judge.queue.maintenance import MESSAGE_LETTERS_MAX, RETRY_S_MAX, Maintenance


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


class MaintenanceRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Take no more work in. ``message`` is shown to who hands work in; ``retry_s``: after how long to try again."""

    message: Annotated[str, Meta(min_length=1, max_length=MESSAGE_LETTERS_MAX, pattern=r"\S")]
    retry_s: Annotated[int, Meta(ge=1, le=RETRY_S_MAX)] = 60


class MaintenanceForm(msgspec.Struct, frozen=True, kw_only=True):
    """Whether work is taken in. ``on`` = it is not."""

    on: bool
    message: str = ""
    retry_s: int = 0
    since_ms: int = 0


def maintenance_form(standing: Maintenance | None) -> MaintenanceForm:
    """As it is shown to everybody who has a key."""
    if standing is None:
        return MaintenanceForm(on=False)
    return MaintenanceForm(on=True, message=standing.message, retry_s=standing.retry_s, since_ms=standing.since_ms)


def key_form(view: KeyView) -> KeyForm:
    """A key as it is shown."""
    return KeyForm(**msgspec.structs.asdict(view.rights), used_at_ms=view.used_at_ms)
