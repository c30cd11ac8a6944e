"""What a webhook is told: how things stand when it is sent, as a key with the webhook's scopes sees them."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from judge.gateway.access.caller import Caller
from judge.gateway.access.roles import owns_all, packages_shown, role_for
from judge.gateway.api.handing_in import PREFIX
from judge.gateway.published import Published
from judge.gateway.work_forms import form_in_role, now_ms
from judge.http_form.batch import batch_form
from judge.http_form.webhooks import BatchNews, PingNews, RejudgeNews, WebhookMessage, WorkNews
from judge.queue import batches
from judge.queue.api_keys import KeyRights
from judge.queue.records import records_call
from judge.queue.redis_queue import AsyncQueue
from judge.queue.values import State
from judge.queue.webhooks import EVERYBODY, Claimed, Told, Webhook


def caller_of(webhook: Webhook) -> Caller:
    """Whose eyes a webhook has."""
    tenant = "" if webhook.tenant == EVERYBODY else webhook.tenant
    return Caller(KeyRights(id="", tenant=tenant, scopes=webhook.scopes))


class Messages:
    """Makes the bodies."""

    def __init__(self, queue: AsyncQueue, packages: Published, bytes_max: int) -> None:
        self._queue = queue
        self._packages = packages
        self._bytes_max = bytes_max

    async def body_of(self, claimed: Claimed) -> bytes:
        """The body of a delivery. Raises QueueError."""
        at = datetime.fromtimestamp(claimed.at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        data = await self._news(claimed)
        body = msgspec.json.encode(WebhookMessage(type=claimed.type, timestamp=at, data=data))
        if len(body) <= self._bytes_max or not isinstance(data, WorkNews) or data.work is None:
            return body
        work = msgspec.structs.replace(data.work, report=None, judging=None)
        data = msgspec.structs.replace(data, work=work, report_left_out=True)
        return msgspec.json.encode(WebhookMessage(type=claimed.type, timestamp=at, data=data))

    async def _news(self, claimed: Claimed) -> WorkNews | BatchNews | RejudgeNews | PingNews:
        name = caller_of(claimed.webhook).public_id(claimed.subject)
        match claimed.type:
            case Told.PING:
                return PingNews(id=name, path=f"{PREFIX}/webhooks/{name}")
            case Told.REJUDGE_DONE:
                return RejudgeNews(id=name, path=f"{PREFIX}/rejudges/{name}", count=int(claimed.status))
            case Told.BATCH_DONE:
                view = await batches.batch_view(self._queue, claimed.subject)
                form = None if view is None else batch_form(view, name)
                return BatchNews(id=name, path=f"{PREFIX}/batches/{name}", batch=form)
        return await self._of_work(claimed, name)

    async def _of_work(self, claimed: Claimed, name: str) -> WorkNews:
        news = WorkNews(id=name, path=f"{PREFIX}/work/{name}", kind=claimed.kind, status=claimed.status)
        records = await self._queue.run(records_call((claimed.subject,)))
        caller = caller_of(claimed.webhook)
        if not records or not caller.sees(records[0].tenant):
            return news  # it was removed, and may be another's by now
        record = records[0]
        report = None
        if claimed.webhook.reports and record.state is State.DONE:
            report = await self._queue.answer(record.id)
        owns = await owns_all(self._packages, caller, packages_shown(record.package, report))
        role = role_for(caller, record.kind, owns_package=owns)
        form = form_in_role(record, report, role, name, now_ms())
        if record.is_coursework:
            news = msgspec.structs.replace(news, status=form.status)
        return msgspec.structs.replace(news, work=form)
