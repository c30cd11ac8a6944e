"""The bodies of what is asked by those who run the judge."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from judge.model.submission import STUDENT_CHARS_MAX
from judge.queue.admin import TENANT_LIMITS
from judge.queue.api_keys import KeyView, Scope
from judge.queue.audit import Entry
from judge.queue.maintenance import MESSAGE_LETTERS_MAX, RETRY_S_MAX, Maintenance

#: Larger numbers are not exact in everybody's JSON.
LIMIT_MAX = 2**53


class KeyRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A key that is wanted. ``priority_class``: the most urgent class of its work. ``expires_at_ms`` 0 = never."""

    scopes: tuple[Scope, ...]
    tenant: Annotated[str, Meta(max_length=48, description="Whose work it sees and makes; admins need none.")] = ""
    priority_class: str = "run"
    expires_at_ms: Annotated[int, Meta(ge=0, le=253_402_300_799_999)] = 0
    note: Annotated[str, Meta(max_length=200, description="What it is for.")] = ""
    student: Annotated[
        str, Meta(max_length=STUDENT_CHARS_MAX, description="Whose coursework alone it hands in and sees.")
    ] = ""


class KeyForm(msgspec.Struct, frozen=True, kw_only=True):
    """A key. ``id`` is its public part; ``used_at_ms`` its last use, to the minute, 0 = never."""

    id: str
    tenant: str
    priority_class: str
    scopes: tuple[Scope, ...]
    made_at_ms: int
    expires_at_ms: int
    note: str
    student: str = ""
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


class TenantForm(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant's own limits, by name; what is not among them is everybody's. 0 = no limit."""

    name: str
    limits: dict[str, int]


class TenantsForm(msgspec.Struct, frozen=True, kw_only=True):
    """Those that have limits of their own."""

    items: tuple[TenantForm, ...]


class TenantChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits to be set, by name: 0 = none at all, null = everybody's. All others stay."""

    limits: Annotated[
        dict[str, Annotated[int, Meta(ge=0, le=LIMIT_MAX)] | None],
        Meta(description=f"By name: {', '.join(TENANT_LIMITS)}.", max_length=len(TENANT_LIMITS)),
    ]


class WorkerChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of the two. ``draining``: it is to finish what it judges and claim nothing more; false = it claims again.
    ``prove``: it is to finish what it judges, judge a known good program, and claim again when that went well."""

    draining: bool | UnsetType = UNSET
    prove: Literal[True] | UnsetType = UNSET


def maintenance_form(standing: Maintenance | None) -> MaintenanceForm:
    """As it is shown to everybody who has a key."""
    if standing is None:
        return MaintenanceForm(on=False)
    return MaintenanceForm(on=True, message=standing.message, retry_s=standing.retry_s, since_ms=standing.since_ms)


def key_form(view: KeyView) -> KeyForm:
    """A key as it is shown."""
    return KeyForm(**msgspec.structs.asdict(view.rights), used_at_ms=view.used_at_ms)
