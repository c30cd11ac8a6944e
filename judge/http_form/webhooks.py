"""Webhooks: as they are asked for and shown, what they are told, and the attempts to tell it."""

from __future__ import annotations

import re
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from judge.http_form.answers import WorkForm
from judge.http_form.batch import BatchForm
from judge.model.work import WorkKind
from judge.queue.api_keys import Scope
from judge.queue.webhooks import Attempt, Delivery, Told, WebhookState, WebhookView

Url = Annotated[str, Meta(min_length=1, max_length=2000, description="Where it is sent: https, printable ASCII.")]
Events = Annotated[tuple[Told, ...], Meta(max_length=8, description="What it is told; empty = everything.")]
Kinds = Annotated[tuple[WorkKind, ...], Meta(max_length=16, description="Kinds of work; empty = all.")]
Words = Annotated[tuple[Annotated[str, Meta(max_length=200)], ...], Meta(max_length=100)]
Note = Annotated[str, Meta(max_length=200, description="What it is for.")]
SecretText = Annotated[
    str, Meta(pattern=r"^whsec_[A-Za-z0-9+/]{32,88}={0,2}$", description="`whsec_` and base64 of 24 to 64 bytes.")
]
KeepOld = Annotated[
    int, Meta(ge=0, le=7 * 86400, description="For how long what was signed so far is signed with the old ones, too.")
]


class WebhookRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A webhook that is wanted. ``kinds``, ``statuses``, ``languages`` and ``packages`` (digests) say of which work it
    is told, an empty list = of all. ``reports``: with the reports. ``secret`` empty = one is made. ``tenant`` is for
    admins: whose work, `*` = everybody's."""

    url: Url
    events: Events = ()
    kinds: Kinds = ()
    statuses: Words = ()
    languages: Words = ()
    packages: Words = ()
    reports: bool = True
    note: Note = ""
    secret: SecretText | UnsetType = UNSET
    tenant: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET


class WebhookChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be changed; all else stays. ``on`` false = it is told nothing, and what waits becomes dead letters."""

    url: Url | UnsetType = UNSET
    events: Events | UnsetType = UNSET
    kinds: Kinds | UnsetType = UNSET
    statuses: Words | UnsetType = UNSET
    languages: Words | UnsetType = UNSET
    packages: Words | UnsetType = UNSET
    reports: bool | UnsetType = UNSET
    note: Note | UnsetType = UNSET
    on: bool | UnsetType = UNSET


class SecretRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A new secret, made here or given; the old ones sign beside it for ``keep_old_s`` seconds more."""

    secret: SecretText | UnsetType = UNSET
    keep_old_s: KeepOld = 86400


class SecretForm(msgspec.Struct, frozen=True, kw_only=True):
    """A new secret, shown here and never again."""

    secret: str


class WebhookForm(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook. It is told what a key with ``scopes`` sees. ``secrets_until_ms``: until when each of its secrets
    signs, the newest first, 0 = for good. ``failures`` since the last success; ``waiting`` and ``dead`` are deliveries
    now."""

    id: str
    url: str
    state: WebhookState
    tenant: str
    events: tuple[Told, ...]
    kinds: tuple[WorkKind, ...]
    statuses: tuple[str, ...]
    languages: tuple[str, ...]
    packages: tuple[str, ...]
    reports: bool
    note: str
    scopes: tuple[Scope, ...]
    made_at_ms: int
    made_by: str
    secrets_until_ms: tuple[int, ...]
    sent: int
    failures: int
    waiting: int
    dead: int
    last_attempt: Attempt | None = None


class NewWebhookForm(WebhookForm, frozen=True, kw_only=True):
    """A webhook that was made. ``secret`` signs what it is told; it is shown here and never again."""

    secret: str


class WebhookPage(msgspec.Struct, frozen=True, kw_only=True):
    """Webhooks, newest first; ``next`` is the ``after`` of the page behind."""

    items: tuple[WebhookForm, ...]
    next: str | None = None


class DeliveryForm(msgspec.Struct, frozen=True, kw_only=True):
    """What a webhook was told, or is to be told. ``id`` is the ``webhook-id`` of each attempt, of which the newest ten
    are here. ``due_at_ms``: of what waits, when it is tried next; 0 = it is on its way. ``reason``: why it was given
    up."""

    id: str
    type: Told
    subject: str
    at_ms: int
    state: str
    attempts: tuple[Attempt, ...]
    attempts_made: int
    due_at_ms: int = 0
    ended_at_ms: int = 0
    reason: str = ""


class DeliveryPage(msgspec.Struct, frozen=True, kw_only=True):
    """Deliveries: those that wait by when they are due, others newest first; ``next`` is the ``after`` of the page
    behind."""

    items: tuple[DeliveryForm, ...]
    next: str | None = None


class PingedForm(msgspec.Struct, frozen=True, kw_only=True):
    """The delivery of a ping; look for it among the webhook's deliveries."""

    delivery: str


class DroppedLettersForm(msgspec.Struct, frozen=True, kw_only=True):
    """How many dead letters were forgotten."""

    dropped: int


class ReplayedForm(msgspec.Struct, frozen=True, kw_only=True):
    """How many deliveries are sent again."""

    replayed: int


class WorkNews(msgspec.Struct, frozen=True, kw_only=True, tag_field="about", tag="work"):
    """Of a piece of work. ``work`` is what ``path`` answers: how it stands when this is sent; null = it was removed
    since. ``report_left_out``: its report is there, and too large to be sent."""

    id: str
    path: str
    kind: str
    status: str
    work: WorkForm | None = None
    report_left_out: bool = False


class BatchNews(msgspec.Struct, frozen=True, kw_only=True, tag_field="about", tag="batch"):
    """Of a batch; null = it was removed since."""

    id: str
    path: str
    batch: BatchForm | None = None


class RejudgeNews(msgspec.Struct, frozen=True, kw_only=True, tag_field="about", tag="rejudge"):
    """Of a rejudge: ``count`` submissions have their new verdict, and wait for it to be applied."""

    id: str
    path: str
    count: int


class PingNews(msgspec.Struct, frozen=True, kw_only=True, tag_field="about", tag="webhook"):
    """Nothing happened: it was asked whether this comes through."""

    id: str
    path: str


class WebhookMessage(msgspec.Struct, frozen=True, kw_only=True):
    """The body of what is sent. ``timestamp``: when it happened (RFC 3339)."""

    type: Told
    timestamp: str
    data: WorkNews | BatchNews | RejudgeNews | PingNews


#: What a secret looks like.
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{32,88}={0,2}")


def webhook_form(view: WebhookView) -> WebhookForm:
    """A webhook as its tenant sees it, without its secrets."""
    webhook = view.webhook
    return WebhookForm(
        id=webhook.id,
        url=webhook.url,
        state=webhook.state,
        tenant=webhook.tenant,
        events=webhook.events,
        kinds=webhook.kinds,
        statuses=webhook.statuses,
        languages=webhook.languages,
        packages=webhook.packages,
        reports=webhook.reports,
        note=webhook.note,
        scopes=webhook.scopes,
        made_at_ms=webhook.made_at_ms,
        made_by=webhook.made_by,
        secrets_until_ms=tuple(secret.until_ms for secret in webhook.secrets),
        sent=view.sent,
        failures=view.failures,
        waiting=view.waiting,
        dead=view.dead,
        last_attempt=view.last_attempt,
    )


def delivery_form(delivery: Delivery, public_id: str) -> DeliveryForm:
    """A delivery as its tenant sees it; ``public_id`` is what it is about."""
    over = delivery.state in ("sent", "dead")
    return DeliveryForm(
        id=delivery.id,
        type=delivery.type,
        subject=public_id,
        at_ms=delivery.at_ms,
        state=delivery.state,
        attempts=delivery.attempts,
        attempts_made=delivery.attempt,
        due_at_ms=0 if over else delivery.time_ms,
        ended_at_ms=delivery.ended_at_ms,
        reason=delivery.reason,
    )
