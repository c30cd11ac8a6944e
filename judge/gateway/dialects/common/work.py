"""Hands a dialect's work in, waits for its report, and finds work and outputs again, all within the tenant."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any, TypeVar

import msgspec

from judge.client.sending import Sending, work_of
from judge.errors import NoSuchRecord
from judge.gateway.access.anonymous import lowered
from judge.gateway.api.handing_in import report_in_time
from judge.gateway.endpoint import Asked
from judge.gateway.problems import ProblemError
from judge.gateway.work_forms import AnyReport
from judge.http_form.ids import fresh_id
from judge.model.work import Context, Task, Work, WorkKind
from judge.model.work_report import AnyWorkReport, Output
from judge.queue import calls
from judge.queue.records import records_call
from judge.queue.values import SubmissionView
from judge.wire import is_name

T = TypeVar("T")

#: Of a gateway that stops: what an answer takes once its report is there.
_ANSWERING_S = 2.0


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """How work of a dialect is handed in. ``dialect``: its name, the sender in the work's context; ``text`` is kept
    there (up to 4096 bytes). ``id``: as the tenant knows it, empty = a fresh one. ``language`` empty = the task's."""

    dialect: str
    id: str = ""
    language: str = ""
    usual_class: str = "run"
    tags: tuple[str, ...] = ()
    text: str = ""


class HandedIn(msgspec.Struct, frozen=True, kw_only=True):
    """``id`` is the tenant's, ``record`` the queue's. ``report`` None = it was not there in time, or was cancelled."""

    id: str
    record: str
    report: AnyWorkReport | None = None


async def hand_in(asked: Asked, task: Task, order: Order) -> HandedIn:
    """Hand it in and wait for nothing. Raises ProblemError and the errors of the queue (full, rate, maintenance, ...),
    which :func:`~judge.gateway.problems.problem_of` makes neutral problems of."""
    work = await _work(asked, task, order)
    await asked.service.queue.run(calls.submit_work(work))
    return _handed_in(asked, work)


async def run(asked: Asked, task: Task, order: Order, wait_s: float = 0.0, *, keep: bool = False) -> HandedIn:
    """Hand it in and wait for its report, up to ``wait_s`` seconds (0 = as long as the settings let anybody wait).

    Work is withdrawn whose client goes away, or which is late, unless somebody may ask for it later (``keep``). A
    gateway that stops waits for it as long as it lets requests end.
    Raises as :func:`hand_in`, and ProblemError when the caller waits for too many already, or the gateway stops and
    this is the request's first work.
    """
    work = await _work(asked, task, order)
    service, record = asked.service, work.header.id
    most_s = float(service.settings.dialects.wait_s_max)
    with service.feed.watching(record) as watch:
        if service.stopping.is_set() and not asked.exchange.timings:
            raise ProblemError("stopping", headers={"retry-after": "1"})
        new = await service.queue.run(calls.submit_work(work))
        waiting = report_in_time(asked, watch, wait_s or most_s, known=not new, most_s=most_s)
        report = None
        try:
            report = await while_connected(asked, waiting)
            if report is None and not keep and service.stopping.is_set():  # its answer could come from nowhere else
                report = await _before_the_end(asked, record)
        finally:
            if report is None and not keep:
                await asyncio.shield(_withdraw(asked, record))
    return msgspec.structs.replace(_handed_in(asked, work), report=report)


async def find(asked: Asked, name: str, dialect: str, kind: WorkKind | None = None) -> SubmissionView | None:
    """The record of what the caller calls so and this dialect took in; None = there is none for this caller."""
    record = asked.caller.record_id(name)
    if not is_name(record):
        return None
    for found in await asked.service.queue.run(records_call((record,))):
        if asked.caller.sees(found.tenant) and found.context.sender == dialect and kind in (None, found.kind):
            return found
    return None


async def report_of(asked: Asked, record: SubmissionView) -> AnyReport | None:
    """Its report; None = it is not over, or was cancelled."""
    return await asked.service.queue.answer(record.id) if record.state.final else None


async def content_of(asked: Asked, output: Output) -> bytes:
    """What was written, wherever it lies. Raises BlobError: its time is over; QueueError."""
    if not output.blob:
        return output.content
    return await asked.service.client.get_blob(output.blob, tenant=asked.caller.tenant)


async def _work(asked: Asked, task: Task, order: Order) -> Work:
    caller = asked.caller
    if caller.anonymous:
        task = lowered(task, asked.service.settings.gateway)
    sending = Sending(
        id=caller.record_id(order.id or fresh_id()),
        language=order.language,
        priority_class=caller.priority_class("", order.usual_class),
        tenant=caller.tenant,
        tags=order.tags,
        context=Context(sender=order.dialect, text=order.text),
    )
    return await asked.service.languages.exact_work(work_of(task, sending))


def _handed_in(asked: Asked, work: Work) -> HandedIn:
    return HandedIn(id=asked.caller.public_id(work.header.id), record=work.header.id)


async def _before_the_end(asked: Asked, record: str) -> AnyReport | None:
    """Its report, if it is there while requests may still end."""
    left_s = max(0.0, asked.service.settings.gateway.drain_s_max - _ANSWERING_S)
    with asked.service.feed.watching(record) as watch:
        return await while_connected(asked, report_in_time(asked, watch, left_s, known=True, most_s=left_s))


async def _withdraw(asked: Asked, record: str) -> None:
    with contextlib.suppress(NoSuchRecord):
        await asked.service.client.cancel(record)


async def while_connected(asked: Asked, waiting: Coroutine[Any, Any, T | None]) -> T | None:
    """What it gives; None when the client is gone before. The request's body must have been read."""
    if asked.request.scope["type"] != "http":
        return await waiting  # who holds the WebSocket hears that its client is gone, and cancels this
    task = asyncio.ensure_future(waiting)
    gone = asyncio.ensure_future(_gone(asked))
    try:
        await asyncio.wait((task, gone), return_when=asyncio.FIRST_COMPLETED)
        return await task if task.done() else None
    finally:
        for one in (task, gone):
            one.cancel()
        await asyncio.wait((task, gone))


async def _gone(asked: Asked) -> None:
    """Returns when the client has closed the connection."""
    while (await asked.request.receive())["type"] != "http.disconnect":
        pass
