"""Callbacks: what an address is told when a submission is over. Sending is the webhooks' business, with its rules.

A tenant's callbacks are those of one webhook, which is made with the first of them and has no address of its own: there
the tenant sees what came through and what did not, gets the secret that signs, and turns them off.
"""

from __future__ import annotations

import hashlib
import time

import msgspec
from starlette.requests import Request

from judge.gateway.access.caller import Caller
from judge.gateway.dialects.common.work import HandedIn
from judge.gateway.dialects.judge0.reading import is_submission, shown_submission
from judge.gateway.dialects.judge0.translate.columns import DEFAULT
from judge.gateway.dialects.judge0.translate.task import NAME
from judge.gateway.endpoint import Asked
from judge.gateway.exchange import Exchange
from judge.gateway.service import Service
from judge.gateway.webhooks.deliverer import CallbackRules
from judge.gateway.webhooks.messages import caller_of
from judge.gateway.webhooks.signing import new_secret
from judge.queue import webhooks
from judge.queue.api_keys import Scope
from judge.queue.records import records_call
from judge.queue.webhooks import Claimed, Secret, Told, Webhook

_NOTE = "callbacks of Judge0's clients; each has its own address"


async def call_back(asked: Asked, handed: HandedIn, url: str) -> None:
    """Have the address told when this work is over. Raises QueueError."""
    caller = asked.caller
    webhook = Webhook(
        id=f"wh_{hashlib.sha256(f'{NAME} {caller.tenant}'.encode()).hexdigest()[:16]}",
        tenant=caller.tenant,
        url="",
        made_at_ms=time.time_ns() // 1_000_000,
        made_by=caller.actor,
        scopes=(Scope.RUN, Scope.READ),
        secrets=(Secret(text=new_secret()),),
        events=(Told.PING,),  # of all else it is to be silent
        note=_NOTE,
        callbacks=NAME,
    )
    await asked.service.queue.run(webhooks.call_back(handed.record, url, webhook, caller.actor))


def rules_of(service: Service) -> CallbackRules:
    """How they are sent."""
    settings = service.settings.judge0

    async def body_of(claimed: Claimed) -> bytes:
        return await _body(service, claimed)

    return CallbackRules(body_of, settings.callbacks_max_tries, settings.callbacks_timeout)


async def _body(service: Service, claimed: Claimed) -> bytes:
    """The usual columns, in base64 whatever was asked for; of what was removed meanwhile nothing."""
    caller = caller_of(claimed.webhook)
    asked = _asked(service, caller)
    for record in await service.queue.run(records_call((claimed.subject,))):
        if caller.sees(record.tenant) and is_submission(record):
            return msgspec.json.encode(await shown_submission(asked, record, DEFAULT, in_base64=True))
    return b"{}"


def _asked(service: Service, caller: Caller) -> Asked:
    """As if the tenant looked at it."""
    request = Request({"type": "http", "method": "GET", "path": "/", "headers": [], "query_string": b""})
    return Asked(service, caller, request, {}, Exchange(""))
