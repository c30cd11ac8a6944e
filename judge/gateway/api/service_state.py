"""The queue, the workers, and who asks."""

from __future__ import annotations

import asyncio
import contextlib
import time

from starlette.responses import Response

from judge.gateway.api.handing_in import PREFIX
from judge.gateway.endpoint import Answer, Asked, Endpoint, json_answer
from judge.http_form.answers import Me, QueueForm, WorkerForm, WorkersForm
from judge.observe.top.overview import Overview
from judge.observe.top.queue_look import QueueLook
from judge.queue.api_keys import Scope
from judge.queue.backlog import Backlog, backlog
from judge.queue.broker import Broker
from judge.queue.look import Seen, SeenWorker, look_call
from judge.queue.usage import used


async def show_queue(asked: Asked) -> Response:
    """How much waits and runs."""
    return json_answer(queue_form(await asked.service.queue.run(look_call())))


def queue_form(seen: Seen) -> QueueForm:
    """The queue by a look at it."""
    waiting = seen.counters.get("waiting", 0)
    slots = sum(worker.info.slots for worker in seen.workers)
    return QueueForm(
        waiting=waiting,
        running=seen.counters.get("running", 0),
        waiting_by_class=seen.waiting,
        slots=slots,
        judging_ms=float(seen.counters.get("judging_ms", 0)),
        wait_ms=waiting * seen.counters.get("judging_ms", 0) // max(slots, 1),
    )


async def show_backlog(asked: Asked) -> Response:
    """By class, route and tenant."""
    return json_answer(await asked.service.queue.run(backlog()))


async def list_workers(asked: Asked) -> Response:
    """All workers. What ails them is for admins alone."""
    seen = await asked.service.queue.run(look_call())
    return json_answer(WorkersForm(workers=tuple(_worker_form(worker, seen) for worker in seen.workers)))


def _worker_form(worker: SeenWorker, seen: Seen) -> WorkerForm:
    info = worker.info
    return WorkerForm(
        name=worker.name,
        state=worker.state.value,
        silent_ms=max(seen.now_ms - worker.seen_at_ms, 0),
        slots=info.slots,
        busy=worker.busy,
        languages=info.languages,
        tags=info.tags,
        version=info.version,
        reason=worker.reason,
        running={record.slot: record.id for record in seen.running if record.node == worker.name},
        load_1m=info.load_1m,
        noise_ratio=info.noise_ratio,
        attacks_held=info.attacks_held,
        disk_free_bytes=info.disk_free_bytes,
        problems=info.problems,
        versions=info.versions,
        slots_stopped=info.slots_stopped,
        preparing=info.preparing,
        unprepared=info.unprepared,
    )


async def show_overview(asked: Asked) -> Response:
    """All that ``judge top`` shows."""
    broker = asked.service.queue.broker
    return json_answer(await asyncio.to_thread(_overview, broker))


def _overview(broker: Broker) -> Overview:
    with contextlib.closing(QueueLook(broker)) as look:
        return look.overview()


async def show_me(asked: Asked) -> Response:
    """Who asks, and what they may."""
    return json_answer(await me_of(asked))


async def me_of(asked: Asked) -> Me:
    """Who asks."""
    rights, today = asked.caller.rights, int(time.time()) // 86_400
    used_lately = await asked.service.queue.run(used(today - 30, today, rights.tenant))
    return Me(
        tenant=rights.tenant,
        key=rights.id,
        scopes=rights.scopes,
        priority_class=rights.priority_class,
        expires_at_ms=rights.expires_at_ms,
        used=tuple(used_lately),
        person=asked.caller.person,
    )


ENDPOINTS = (
    Endpoint("GET", f"{PREFIX}/queue", "showQueue", "How much waits and runs.", show_queue, "service",
             (Answer(200, "The queue.", QueueForm),), scope=Scope.READ, anonymous=True),
    Endpoint("GET", f"{PREFIX}/backlog", "showBacklog", "What waits, by class, route and tenant, for admins.",
             show_backlog, "service", (Answer(200, "What waits.", Backlog),), scope=Scope.ADMIN),
    Endpoint("GET", f"{PREFIX}/workers", "listWorkers", "The workers; for admins.", list_workers, "service",
             (Answer(200, "The workers.", WorkersForm),), scope=Scope.ADMIN),
    Endpoint("GET", f"{PREFIX}/overview", "showOverview", "What the service does now, for admins.",
             show_overview, "service", (Answer(200, "The service.", Overview),), scope=Scope.ADMIN),
    Endpoint("GET", f"{PREFIX}/me", "showMe", "Who asks, and what they may.", show_me, "service",
             (Answer(200, "The caller.", Me),), scope=Scope.READ, anonymous=True),
)  # fmt: skip
