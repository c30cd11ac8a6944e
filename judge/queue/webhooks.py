"""Webhooks: whom to tell what, and what is still to be told.

The script that records something puts a *delivery* into the queue of each webhook that wants to know, in the same step:
what is recorded is told, whichever process is killed. Gateways take deliveries by :func:`claim`, each for one lease;
the number of the attempt is what fences a gateway off that comes back after its lease. A delivery that is given up is
a dead letter.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Literal

import msgspec

from judge import wire
from judge.model.work import WorkKind
from judge.queue.answers import text_of
from judge.queue.api_keys import Scope
from judge.queue.audit import Act
from judge.queue.script import Argument, Call

#: Whose webhooks are told about everybody's work.
EVERYBODY = "*"

#: The ids of webhooks and of deliveries.
WEBHOOK_ID_PATTERN = r"wh_[a-z0-9]{16}"
DELIVERY_ID_PATTERN = r"msg_[0-9a-f]{32}"


class Told(StrEnum):
    """What webhooks are told."""

    WORK_DONE = "work.done"
    WORK_FAILED = "work.failed"  #: it ended without a verdict on the program: a judge error
    WORK_CANCELLED = "work.cancelled"
    WORK_AMENDED = "work.amended"  #: a rejudge was applied to it
    BATCH_DONE = "batch.done"
    REJUDGE_DONE = "rejudge.done"
    PING = "webhook.ping"  #: only when it is asked for


class WebhookState(StrEnum):
    """Whether a webhook is told anything."""

    ON = "on"
    OFF = "off"  #: its tenant wants so
    GONE = "gone"  #: its receiver answered 410


class Outcome(StrEnum):
    """What came of one attempt."""

    SENT = "sent"
    RETRY = "retry"
    DEAD = "dead"
    GONE = "gone"  #: the receiver wants nothing more


DeliveryState = Literal["waiting", "sent", "dead"]


class Secret(msgspec.Struct, frozen=True, kw_only=True):
    """A secret that signs, as its text (`whsec_...`), until then (Unix milliseconds; 0 = for good)."""

    text: str
    until_ms: int = 0

    def __repr__(self) -> str:
        return f"Secret(until_ms={self.until_ms})"


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to tell what. ``tenant`` as in keys, :data:`EVERYBODY` = about all tenants' work.

    An empty list takes everything; ``kinds``, ``statuses``, ``languages`` and ``packages`` are about work alone.
    ``scopes`` are those of the key that made it: it is told what that key may see. ``reports``: with the reports.
    ``secrets``: the newest first. ``made_by`` as in the audit trail. ``callbacks``: it sends the callbacks that a
    dialect's work comes with, each to its own address, and nothing else; the dialect's name, empty = it is none.
    """

    id: str
    tenant: str
    url: str
    made_at_ms: int
    made_by: str
    scopes: tuple[Scope, ...]
    secrets: tuple[Secret, ...]
    events: tuple[Told, ...] = ()
    kinds: tuple[WorkKind, ...] = ()
    statuses: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    reports: bool = True
    note: str = ""
    state: WebhookState = WebhookState.ON
    callbacks: str = ""


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt of a delivery. ``status``: what was answered, 0 = nothing was; then ``error`` says why."""

    at_ms: int
    status: int = 0
    error: str = ""
    took_ms: int = 0


class WebhookView(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook as it stands. ``version`` counts its changes; ``failures`` since the last success. ``waiting`` and
    ``dead`` are deliveries, ``sent`` those that came through, ``failed`` attempts."""

    webhook: Webhook
    version: str
    sent: int
    failed: int
    failures: int
    waiting: int
    dead: int
    last_attempt: Attempt | None = None


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery in a list. ``subject`` is a record, a batch or a rejudge. ``time_ms``: when it is due, or was over."""

    id: str
    type: Told
    subject: str
    kind: str
    status: str
    at_ms: int
    state: str
    attempts: tuple[Attempt, ...]
    attempt: int
    reason: str
    ended_at_ms: int
    time_ms: int


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery to send now. ``age_ms``: since this series of attempts began, of which ``failures`` failed. ``url``:
    of a callback."""

    id: str
    webhook: Webhook
    attempt: int
    type: Told
    subject: str
    kind: str
    status: str
    at_ms: int
    age_ms: int
    failures: int
    url: str = ""


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """What there is to send. ``waiting``: deliveries of all tenants. ``pause_ms``: until there may be more; None =
    nobody knows."""

    claimed: tuple[Claimed, ...]
    waiting: int
    pause_ms: int | None


class _Rule(msgspec.Struct, frozen=True, kw_only=True):
    """What a webhook is told, for the scripts that tell it."""

    id: str
    events: tuple[Told, ...]
    kinds: tuple[WorkKind, ...]
    statuses: tuple[str, ...]
    languages: tuple[str, ...]
    packages: tuple[str, ...]


#: Words of each delivery in the answer of the script that hands them out.
_CLAIMED = 12

_WEBHOOK = msgspec.json.Decoder(Webhook)
_ATTEMPT = msgspec.json.Decoder(Attempt)
_encode = msgspec.json.encode


def keep(webhook: Webhook, version: str, most: int, by: str) -> Call[str]:
    """Keep a webhook, new (``version`` empty) or changed; a tenant has at most ``most``.

    "KEPT", or "FULL", "CHANGED" (it is of another version), "UNKNOWN". Only a new one is written down in the audit
    trail.
    """
    words: tuple[Argument, ...] = (webhook.id, version, wire_tenant(webhook.tenant), most, _encode(webhook))
    words += (
        webhook.state.value,
        _encode(_rule(webhook)),
        webhook.made_at_ms,
        "" if version else Act.WEBHOOK_MADE.value,
        by,
    )
    return Call("webhook_put", (*words, ""), lambda answer: text_of(answer[0]))


def _rule(webhook: Webhook) -> _Rule:
    return _Rule(
        id=webhook.id,
        events=webhook.events,
        kinds=webhook.kinds,
        statuses=webhook.statuses,
        languages=webhook.languages,
        packages=webhook.packages,
    )


def call_back(record: str, url: str, webhook: Webhook, by: str) -> Call[bool]:
    """Have ``url`` told of one piece of work by ``webhook``, which is made when its tenant has it not; one that is over
    already is told of at once. False = there is no such work."""
    words = (wire.check_name(record, "id"), url, webhook.id, wire_tenant(webhook.tenant), _encode(webhook))
    words += (_encode(_rule(webhook)), webhook.made_at_ms, Act.WEBHOOK_MADE.value, by)  # type: ignore[assignment]
    return Call("webhook_callback", words, bool)


def wire_tenant(tenant: str) -> str:
    """A tenant as the scripts know it."""
    return EVERYBODY if tenant == EVERYBODY else wire.tenant_key(tenant)


def remove(webhook_id: str, by: str) -> Call[bool]:
    """Remove a webhook with all that it was not told; False = there is none."""
    return Call("webhook_remove", (webhook_id, Act.WEBHOOK_REMOVED.value, by), bool)


def look(webhook_id: str) -> Call[WebhookView | None]:
    """One webhook; None = there is none."""
    return Call("webhook_list", ("one", webhook_id), lambda answer: next(iter(_views(answer)), None))


def page(tenant: str | None, seen: tuple[int, str] | None, most: int) -> Call[list[WebhookView]]:
    """Up to ``most`` webhooks of a tenant (None = of all), newest first, behind the one made then with that id."""
    whose = "" if tenant is None else wire_tenant(tenant)
    return Call("webhook_list", ("page", whose, *(seen or ("", "")), most), _views)


def _views(answer: Sequence[Any]) -> list[WebhookView]:
    found = []
    for _, values in zip(answer[::2], answer[1::2], strict=True):
        packed, version, state, sent, failed, failures, _, last, waiting, dead = values
        webhook = msgspec.structs.replace(_WEBHOOK.decode(packed), state=WebhookState(text_of(state)))
        view = WebhookView(
            webhook=webhook,
            version=text_of(version),
            sent=int(sent),
            failed=int(failed),
            failures=int(failures),
            waiting=int(waiting),
            dead=int(dead),
            last_attempt=_ATTEMPT.decode(last) if last else None,
        )
        found.append(view)
    return found


def ping(webhook_id: str) -> Call[str]:
    """Tell a webhook that it is tried; the delivery's id, empty = it is not there, or not on."""
    return Call("webhook_ping", (webhook_id,), text_of)


def claim(lease_ms: int, most: int, of_webhook: int, of_tenant: int) -> Call[Work]:
    """Take up to ``most`` deliveries that are due, each for ``lease_ms``; at once that many of a webhook and of a
    tenant."""

    def read(answer: list[Any]) -> Work:
        pause_ms, waiting, words = answer
        claimed = tuple(_claimed(words[at : at + _CLAIMED]) for at in range(0, len(words), _CLAIMED))
        return Work(claimed=claimed, waiting=int(waiting), pause_ms=None if pause_ms < 0 else int(pause_ms))

    return Call("webhook_claim", (lease_ms, most, of_webhook, of_tenant), read)


def _claimed(words: Sequence[bytes]) -> Claimed:
    delivery, webhook, attempt, kind_of_event, subject, kind, status, at, since, failures, url, now = words
    return Claimed(
        id=text_of(delivery),
        webhook=_WEBHOOK.decode(webhook),
        attempt=int(attempt),
        type=Told(text_of(kind_of_event)),
        subject=text_of(subject),
        kind=text_of(kind),
        status=text_of(status),
        at_ms=int(at),
        age_ms=int(now) - int(since),
        failures=int(failures),
        url=text_of(url or b""),
    )


def settle(claimed: Claimed, outcome: Outcome, attempt: Attempt, *, delay_ms: int = 0, reason: str = "") -> Call[bool]:
    """One attempt is over; False = another gateway has the delivery, or the webhook was removed."""
    words = (claimed.id, claimed.attempt, outcome.value, delay_ms, _encode(attempt), reason)
    return Call("webhook_settle", words, bool)


def deliveries(webhook_id: str, state: DeliveryState, seen: tuple[int, str] | None, most: int) -> Call[list[Delivery]]:
    """Up to ``most`` deliveries behind the one of that time and id: those that wait by when they are due (what is on
    its way first, at 0), the others newest first."""

    def read(answer: list[Any]) -> list[Delivery]:
        pairs = zip(answer[::2], answer[1::2], strict=True)
        return [_delivery(text_of(name), [text_of(word) for word in words]) for name, words in pairs]

    return Call("webhook_deliveries", (webhook_id, state, *(seen or ("", "")), most), read)


def _delivery(name: str, words: Sequence[str]) -> Delivery:
    kind_of_event, subject, kind, status, at, state, attempt, tries, reason, ended_at, time = words
    return Delivery(
        id=name,
        type=Told(kind_of_event),
        subject=subject,
        kind=kind,
        status=status,
        at_ms=int(at),
        state=state,
        attempts=tuple(_ATTEMPT.decode(line) for line in tries.splitlines()),
        attempt=int(attempt),
        reason=reason if state == "dead" else "",
        ended_at_ms=int(ended_at or 0) if state in ("dead", "sent") else 0,
        time_ms=int(time),
    )


def replay(webhook_id: str, delivery: str, by: str) -> Call[int]:
    """Tell again, under the same id: one delivery that is over, or ("") all dead letters. How many; -1 = it is not
    on."""
    return Call("webhook_replay", (webhook_id, delivery, Act.WEBHOOK_REPLAYED.value, by), int)


def drop_dead(webhook_id: str, delivery: str, by: str) -> Call[int]:
    """Forget one dead letter, or ("") all of them; how many there were."""
    return Call("webhook_drop", (webhook_id, delivery, Act.DEAD_LETTERS_DROPPED.value, by), int)
