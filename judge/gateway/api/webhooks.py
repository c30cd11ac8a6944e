"""Webhooks of a tenant: made, listed, changed, removed; their secrets replaced, what they were told looked at and sent
again. What sends is :mod:`judge.gateway.webhooks`."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable
from typing import Annotated

import msgspec
from msgspec import UNSET, Meta
from starlette.responses import Response

from judge.gateway.access.caller import Caller
from judge.gateway.api.handing_in import PREFIX
from judge.gateway.endpoint import Answer, Asked, Endpoint, json_answer
from judge.gateway.problems import ProblemError, field_problem
from judge.gateway.webhooks import signing
from judge.gateway.webhooks.addresses import Ranges, literal
from judge.gateway.webhooks.messages import caller_of
from judge.gateway.webhooks.sending import UrlError, target_of
from judge.http_form.webhooks import (
    DeliveryPage,
    DroppedLettersForm,
    NewWebhookForm,
    PingedForm,
    ReplayedForm,
    SecretForm,
    SecretRequest,
    WebhookChange,
    WebhookForm,
    WebhookPage,
    WebhookRequest,
    delivery_form,
    webhook_form,
)
from judge.queue import webhooks
from judge.queue.api_keys import Scope, is_tenant
from judge.queue.webhooks import (
    DELIVERY_ID_PATTERN,
    EVERYBODY,
    WEBHOOK_ID_PATTERN,
    DeliveryState,
    Secret,
    Webhook,
    WebhookState,
    WebhookView,
)

_ID = re.compile(WEBHOOK_ID_PATTERN)
_DELIVERY_ID = re.compile(DELIVERY_ID_PATTERN)
_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"

#: Changes of the same webhook at once; each but one is made again.
_TRIES = 10


class WebhooksQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which webhooks. ``after``: the ``next`` of the page before. ``tenant``: for admins, one tenant's only."""

    limit: Annotated[int, Meta(ge=1, le=500)] = 50
    after: Annotated[str, Meta(pattern=rf"^$|^[0-9]{{1,16}}\.{WEBHOOK_ID_PATTERN}$")] = ""
    tenant: Annotated[str, Meta(max_length=200)] = ""


class DeliveriesQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which deliveries of a webhook. ``after``: the ``next`` of the page before."""

    state: DeliveryState = "dead"
    limit: Annotated[int, Meta(ge=1, le=500)] = 50
    after: Annotated[str, Meta(pattern=rf"^$|^[0-9]{{1,16}}\.{DELIVERY_ID_PATTERN}$")] = ""


async def create_webhook(asked: Asked) -> Response:
    """Make one. Its secret is in this answer and nowhere else."""
    wanted: WebhookRequest = asked.body
    asked.caller.need(Scope.READ)
    secret = _secret_asked(wanted)
    webhook = Webhook(
        id="wh_" + "".join(secrets.choice(_LETTERS) for _ in range(16)),
        tenant=_tenant_asked(asked, wanted),
        url=_checked(asked, wanted.url),
        made_at_ms=_now_ms(),
        made_by=asked.caller.actor,
        scopes=asked.caller.rights.scopes,
        secrets=(Secret(text=secret),),
        events=wanted.events,
        kinds=wanted.kinds,
        statuses=wanted.statuses,
        languages=wanted.languages,
        packages=wanted.packages,
        reports=wanted.reports,
        note=wanted.note,
    )
    most = asked.service.settings.webhooks.tenant_max
    if await asked.service.queue.run(webhooks.keep(webhook, "", most, asked.caller.actor)) == "FULL":
        raise ProblemError("quota", f"a tenant has at most {most} webhooks")
    form = webhook_form(WebhookView(webhook=webhook, version="1", sent=0, failed=0, failures=0, waiting=0, dead=0))
    made = NewWebhookForm(**msgspec.structs.asdict(form), secret=secret)
    return json_answer(made, 201, {"location": f"{PREFIX}/webhooks/{webhook.id}"})


def _tenant_asked(asked: Asked, wanted: WebhookRequest) -> str:
    """Raises ProblemError."""
    caller = asked.caller
    if wanted.tenant is UNSET:
        if caller.is_admin and not caller.tenant:
            raise field_problem(f"an admin says whose work: a tenant, or {EVERYBODY} for everybody's", "/tenant")
        return caller.tenant
    if not (caller.sees(wanted.tenant) and (wanted.tenant in ("", EVERYBODY) or is_tenant(wanted.tenant))):
        raise field_problem("there is no such tenant", "/tenant")
    return wanted.tenant


def _checked(asked: Asked, url: str) -> str:
    """An address that may be told something, as far as can be said before its name is looked up. Raises
    ProblemError."""
    settings = asked.service.settings.webhooks
    try:
        host = target_of(url, http=settings.http).host
    except UrlError as error:
        raise field_problem(str(error), "/url") from error
    address = literal(host)
    if address is not None and not Ranges(settings).may_be(address):
        raise field_problem("this address is not in the public internet", "/url")
    return url


def _secret_asked(wanted: WebhookRequest | SecretRequest) -> str:
    """Raises ProblemError."""
    if wanted.secret is UNSET:
        return signing.new_secret()
    if not signing.is_secret(wanted.secret):
        raise field_problem("`whsec_` and base64 of 24 to 64 bytes", "/secret")
    return wanted.secret


async def list_webhooks(asked: Asked) -> Response:
    """A page of them, newest first; of an admin everybody's."""
    query: WebhooksQuery = asked.query
    caller = asked.caller
    if query.tenant and not caller.sees(query.tenant):
        raise field_problem("the key is another tenant's", parameter="tenant")
    tenant = (query.tenant or None) if caller.is_admin else caller.tenant
    made_at, _, name = query.after.partition(".")
    seen = (int(made_at), name) if query.after else None
    views = await asked.service.queue.run(webhooks.page(tenant, seen, query.limit + 1))
    shown = views[: query.limit]
    last = shown[-1].webhook if len(views) > query.limit else None
    position = None if last is None else f"{last.made_at_ms}.{last.id}"
    items = tuple(webhook_form(view) for view in shown if _sees(caller, view.webhook))
    return json_answer(WebhookPage(items=items, next=position))


def _sees(caller: Caller, webhook: Webhook) -> bool:
    """Whether a webhook is there for a caller: an admin's is told what the tenant's own keys do not see, and is for
    admins alone."""
    return caller.sees(webhook.tenant) and (caller.is_admin or Scope.ADMIN not in webhook.scopes)


async def get_webhook(asked: Asked) -> Response:
    """How it stands."""
    return json_answer(webhook_form(await _webhook_of(asked)))


async def change_webhook(asked: Asked) -> Response:
    """Change what is given. From now on it is told no more than the key that changes it sees."""
    wanted: WebhookChange = asked.body
    if wanted.url is not UNSET:
        _checked(asked, wanted.url)
    given = {name: value for name, value in msgspec.structs.asdict(wanted).items() if value is not UNSET}
    turned = given.pop("on", None)
    if turned is not None:
        given["state"] = WebhookState.ON if turned else WebhookState.OFF
    scopes = asked.caller.rights.scopes
    asked.caller.need(Scope.READ)

    def changed(webhook: Webhook) -> Webhook:
        if webhook.callbacks and not given.keys() <= {"state", "note"}:
            raise field_problem("of a webhook for callbacks only `on` and `note` can be changed")
        kept = tuple(scope for scope in webhook.scopes if scope in scopes or Scope.ADMIN in scopes)
        return msgspec.structs.replace(webhook, **given, scopes=kept)

    return json_answer(webhook_form(await _change(asked, changed)))


async def replace_secret(asked: Asked) -> Response:
    """A new secret; the old ones sign beside it for a while."""
    wanted: SecretRequest = asked.body
    secret = _secret_asked(wanted)

    def changed(webhook: Webhook) -> Webhook:
        kept = signing.rotated(webhook.secrets, secret, _now_ms(), wanted.keep_old_s * 1000)
        return msgspec.structs.replace(webhook, secrets=kept)

    await _change(asked, changed)
    return json_answer(SecretForm(secret=secret), 201)


async def _change(asked: Asked, changed: Callable[[Webhook], Webhook]) -> WebhookView:
    """Change it, whatever others do to it meanwhile; as it is then. Raises ProblemError."""
    for _ in range(_TRIES):
        view = await _webhook_of(asked)
        call = webhooks.keep(changed(view.webhook), view.version, 0, asked.caller.actor)
        if await asked.service.queue.run(call) == "KEPT":
            return await _webhook_of(asked)
    raise ProblemError("too-many", "it is changed by others all the time", headers={"retry-after": "1"})


async def delete_webhook(asked: Asked) -> Response:
    """Remove it with all that it was not told yet."""
    view = await _webhook_of(asked)
    await asked.service.queue.run(webhooks.remove(view.webhook.id, asked.caller.actor))
    return Response(status_code=204)


async def ping_webhook(asked: Asked) -> Response:
    """Send it something, as soon as may be."""
    view = await _webhook_of(asked)
    if view.webhook.callbacks:
        raise ProblemError("webhook-off", "it sends callbacks alone, and has no address of its own")
    delivery = await asked.service.queue.run(webhooks.ping(view.webhook.id))
    if not delivery:
        raise ProblemError("webhook-off")
    return json_answer(PingedForm(delivery=delivery), 202)


async def list_deliveries(asked: Asked) -> Response:
    """A page of what it was told, is to be told, or could not be told."""
    query: DeliveriesQuery = asked.query
    webhook = (await _webhook_of(asked)).webhook
    time_ms, _, name = query.after.partition(".")
    seen = (int(time_ms), name) if query.after else None
    found = await asked.service.queue.run(webhooks.deliveries(webhook.id, query.state, seen, query.limit + 1))
    shown = found[: query.limit]
    seer = caller_of(webhook)
    items = tuple(delivery_form(one, seer.public_id(one.subject)) for one in shown)
    position = f"{shown[-1].time_ms}.{shown[-1].id}" if len(found) > query.limit else None
    return json_answer(DeliveryPage(items=items, next=position))


async def replay_delivery(asked: Asked) -> Response:
    """Send one again that is over, whether it came through or not."""
    delivery = asked.path["delivery"]
    return json_answer(ReplayedForm(replayed=await _replay(asked, delivery)), 202)


async def replay_dead(asked: Asked) -> Response:
    """Send all dead letters again."""
    return json_answer(ReplayedForm(replayed=await _replay(asked, "")), 202)


async def _replay(asked: Asked, delivery: str) -> int:
    webhook = (await _webhook_of(asked)).webhook
    if delivery and not _DELIVERY_ID.fullmatch(delivery):
        raise ProblemError("not-found")
    count = await asked.service.queue.run(webhooks.replay(webhook.id, delivery, asked.caller.actor))
    if count < 0:
        raise ProblemError("webhook-off")
    if delivery and not count:
        raise ProblemError("not-found", "the webhook has no such delivery that is over, or there is no room for it")
    return count


async def drop_delivery(asked: Asked) -> Response:
    """Forget one that was given up."""
    webhook, delivery = (await _webhook_of(asked)).webhook, asked.path["delivery"]
    known = _DELIVERY_ID.fullmatch(delivery)
    if not known or not await asked.service.queue.run(webhooks.drop_dead(webhook.id, delivery, asked.caller.actor)):
        raise ProblemError("not-found", "the webhook has no such dead letter")
    return Response(status_code=204)


async def drop_dead(asked: Asked) -> Response:
    """Forget all that were given up."""
    webhook = (await _webhook_of(asked)).webhook
    count = await asked.service.queue.run(webhooks.drop_dead(webhook.id, "", asked.caller.actor))
    return json_answer(DroppedLettersForm(dropped=count))


async def _webhook_of(asked: Asked) -> WebhookView:
    """The webhook that the address names. Raises ProblemError: it is not there, or not for this caller."""
    name = asked.path["id"]
    view = await asked.service.queue.run(webhooks.look(name)) if _ID.fullmatch(name) else None
    if view is None or not _sees(asked.caller, view.webhook):
        raise ProblemError("not-found")
    return view


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


_ALL = f"{PREFIX}/webhooks"
_ONE = f"{_ALL}/{{id}}"
_BODY = ("bad-json", "bad-media-type", "too-large", "bad-field", "slow-request")
_REPLAYED = (Answer(202, "They are sent again.", ReplayedForm),)

ENDPOINTS = (
    Endpoint("POST", _ALL, "createWebhook", "Have an address told what happens; its secret is shown once.",
             create_webhook, "webhooks", (Answer(201, "It is made.", NewWebhookForm, headers=("Location",)),),
             scope=Scope.WEBHOOKS, body=WebhookRequest, problems=(*_BODY, "quota")),
    Endpoint("GET", _ALL, "listWebhooks", "The tenant's webhooks, newest first.", list_webhooks, "webhooks",
             (Answer(200, "A page.", WebhookPage),), scope=Scope.WEBHOOKS, query=WebhooksQuery),
    Endpoint("GET", _ONE, "getWebhook", "A webhook as it stands.", get_webhook, "webhooks",
             (Answer(200, "As it stands.", WebhookForm),), scope=Scope.WEBHOOKS, problems=("not-found",)),
    Endpoint("PATCH", _ONE, "changeWebhook", "Change a webhook, turn it off or on.", change_webhook, "webhooks",
             (Answer(200, "As it stands now.", WebhookForm),), scope=Scope.WEBHOOKS, body=WebhookChange,
             problems=(*_BODY, "not-found", "too-many")),
    Endpoint("DELETE", _ONE, "deleteWebhook", "Remove a webhook with all that it was not told yet.", delete_webhook,
             "webhooks", (Answer(204, "It is removed."),), scope=Scope.WEBHOOKS, problems=("not-found",)),
    Endpoint("POST", f"{_ONE}/secrets", "replaceWebhookSecret",
             "A new secret, shown once; the old ones sign beside it for a while.", replace_secret, "webhooks",
             (Answer(201, "From now on it signs.", SecretForm),), scope=Scope.WEBHOOKS, body=SecretRequest,
             problems=(*_BODY, "not-found", "too-many")),
    Endpoint("POST", f"{_ONE}/ping", "pingWebhook", "Try a webhook.", ping_webhook, "webhooks",
             (Answer(202, "It is sent as soon as may be.", PingedForm),), scope=Scope.WEBHOOKS,
             problems=("not-found", "webhook-off")),
    Endpoint("GET", f"{_ONE}/deliveries", "listWebhookDeliveries",
             "Its dead letters, or what waits, or what came through (the newest hundred), with the newest attempts.",
             list_deliveries, "webhooks", (Answer(200, "A page.", DeliveryPage),), scope=Scope.WEBHOOKS,
             query=DeliveriesQuery, problems=("not-found",)),
    Endpoint("POST", f"{_ONE}/deliveries/{{delivery}}/replay", "replayWebhookDelivery",
             "Send a delivery again that is over, under the same `webhook-id`.", replay_delivery, "webhooks", _REPLAYED,
             scope=Scope.WEBHOOKS, problems=("not-found", "webhook-off")),
    Endpoint("DELETE", f"{_ONE}/deliveries/{{delivery}}", "dropWebhookDeadLetter", "Forget a dead letter.",
             drop_delivery, "webhooks", (Answer(204, "It is forgotten."),), scope=Scope.WEBHOOKS,
             problems=("not-found",)),
    Endpoint("DELETE", f"{_ONE}/deliveries", "dropWebhookDeadLetters", "Forget all dead letters.", drop_dead,
             "webhooks", (Answer(200, "They are forgotten.", DroppedLettersForm),), scope=Scope.WEBHOOKS,
             problems=("not-found",)),
    Endpoint("POST", f"{_ONE}/replay", "replayWebhookDeadLetters", "Send all dead letters again.", replay_dead,
             "webhooks", _REPLAYED, scope=Scope.WEBHOOKS, problems=("not-found", "webhook-off")),
)  # fmt: skip
