"""Batches: up to a hundred thousand runs, evaluations and groups in one body, and their results as they come."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from judge.errors import BlobError
from judge.gateway.api.events import PING_S
from judge.gateway.api.handing_in import PREFIX
from judge.gateway.api.work import blobs_left
from judge.gateway.batches.intake import Intake
from judge.gateway.endpoint import IDEMPOTENCY_KEY, Answer, Asked, Endpoint, json_answer
from judge.gateway.http.body import chunks_of
from judge.gateway.http.event_stream import Stream
from judge.gateway.http.ndjson import encoding_of, lines_of
from judge.gateway.problems import ProblemError, field_problem
from judge.gateway.work_forms import form_of_record
from judge.http_form.answers import CancelForm, Problem
from judge.http_form.batch import (
    NDJSON,
    BatchForm,
    BatchLine,
    BatchPage,
    BatchResult,
    LineState,
    Received,
    batch_form,
)
from judge.http_form.ids import ID_PATTERN, fresh_id, id_of_key
from judge.queue import batches
from judge.queue.api_keys import Scope
from judge.queue.batches import BatchView, LineResult, Order
from judge.wire import is_name

#: What clients call NDJSON.
_TYPES = (NDJSON, "application/ndjson", "application/jsonl", "application/x-jsonlines")

#: Results read at once, and bytes of them.
_PAGE = 64
_PAGE_BYTES = 1 << 20

_DAY_S = 86_400.0

_PROBLEM = msgspec.json.Decoder(Problem)


class CreateQuery(msgspec.Struct, frozen=True, kw_only=True):
    """How a batch is sent."""

    id: Annotated[
        str,
        Meta(description="An id of your own, as an Idempotency-Key. Empty = a fresh one.", pattern=f"^$|{ID_PATTERN}"),
    ] = ""


class ResultsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which results of a batch, and how long to wait for them."""

    order: Annotated[Order, Meta(description="As the lines came in, or as they were done.")] = "completion"
    after: Annotated[int, Meta(description="The `position` behind which to go on.", ge=0, le=1 << 40)] = 0
    limit: Annotated[int, Meta(description="At most this many; 0 = all.", ge=0, le=1 << 40)] = 0
    wait: Annotated[
        float, Meta(description="End when this many seconds are over, though more will come; 0 = at once.", ge=0)
    ] = _DAY_S


class BatchListQuery(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a list. ``after``: the ``next`` of the page before."""

    limit: Annotated[int, Meta(ge=1, le=500)] = 50
    after: Annotated[str, Meta(pattern=r"^$|^[0-9]{1,16}\.[!-~]{1,200}$")] = ""


async def create_batch(asked: Asked) -> Response:
    """Take a batch in; what was there of it stays."""
    kind = (asked.header("content-type") or "").partition(";")[0].strip().lower()
    if kind not in _TYPES:
        raise ProblemError("bad-media-type", f"Content-Type {kind[:80]!r}: {NDJSON} is read here")
    encoding = encoding_of(asked.header("content-encoding"))
    batch, limits = asked.caller.record_id(_id_asked(asked)), asked.service.settings.gateway
    chunks = chunks_of(asked.request, limits.batch_bytes_max, limits.request_s_max)
    lines = lines_of(chunks, encoding, bytes_max=limits.batch_bytes_max, line_bytes_max=limits.batch_line_bytes_max)
    with asked.service.receiving(asked.caller):
        received = await Intake(asked, batch).take(lines)
    view = await batches.batch_view(asked.service.queue, batch)
    if view is None:
        raise ProblemError("superseded")
    location = {"location": f"{PREFIX}/batches/{asked.caller.public_id(batch)}"}
    return json_answer(_form(asked, view, received), 201, location)


def _id_asked(asked: Asked) -> str:
    key = asked.header("idempotency-key")
    if key is None:
        return asked.query.id or fresh_id()
    found = id_of_key(asked.caller.tenant, key)
    if asked.query.id or found is None:
        detail = "give one of id and the header" if asked.query.id else "1 to 255 printable ASCII characters"
        raise field_problem(detail, parameter="Idempotency-Key")
    return found


async def get_batch(asked: Asked) -> Response:
    """How it stands."""
    return json_answer(_form(asked, await _batch_of(asked)))


async def list_batches(asked: Asked) -> Response:
    """The tenant's batches, newest first."""
    query: BatchListQuery = asked.query
    queue = asked.service.queue
    at, _, name = query.after.partition(".")
    before = (int(at), name) if query.after else None
    ids = await batches.batches_of(queue, asked.caller.tenant, before, query.limit + 1)
    views = [view for one in ids[: query.limit] if (view := await batches.batch_view(queue, one)) is not None]
    more = len(ids) > query.limit and views
    position = f"{views[-1].submitted_at_ms}.{views[-1].id}" if more else None
    return json_answer(BatchPage(items=tuple(_form(asked, view) for view in views), next=position))


async def cancel_batch(asked: Asked) -> Response:
    """Withdraw what is not done."""
    view = await _batch_of(asked)
    cancelled = await asked.service.queue.run(batches.cancel_batch(view.id))
    asked.service.batches.poke(view.id, view.tenant)
    return json_answer(CancelForm(cancelled=cancelled))


async def delete_batch(asked: Asked) -> Response:
    """Remove it, its results, and the blobs that they left."""
    view, queue = await _batch_of(asked), asked.service.queue
    if not view.finished_at_ms:
        raise ProblemError("unfinished", "cancel it first")
    position = 0
    while page := await queue.run(batches.read_results(view.id, "completion", position, _PAGE, _PAGE_BYTES)):
        position += len(page[1])
        for blob in dict.fromkeys(blob for one in page[1] for blob in blobs_left(one.report)):
            with contextlib.suppress(BlobError):  # its time was over, or it is gone already
                await asked.service.client.remove_blob(blob, tenant=view.tenant)
        if not page[1]:
            break
    if not await queue.run(batches.remove_batch(view.id)):
        raise ProblemError("unfinished", "cancel it first")
    return Response(status_code=204)


async def read_results(asked: Asked) -> Response:
    """Results as they come, a line each."""
    view, query = await _batch_of(asked), asked.query
    page = await asked.service.queue.run(batches.read_results(view.id, query.order, query.after, 1, 1))
    if page is None:
        raise ProblemError("not-found")
    if not page[0] and not page[1]:
        return Response(status_code=204)
    if asked.service.stopping.is_set():
        raise ProblemError("stopping", headers={"retry-after": "1"})
    answer = Stream(_sent(asked, view.id), await asked.service.begin_stream(asked.caller), asked.until_key_ends)
    answer.headers["content-type"] = NDJSON
    return answer


async def _sent(asked: Asked, batch: str) -> AsyncIterator[bytes]:
    """Lines; an empty one = nothing happened for a while."""
    service, query = asked.service, asked.query
    until_s, position, left = time.monotonic() + query.wait, query.after, query.limit or 1 << 40
    with service.feed.watching(batch, events=True) as watch:
        await service.feed.hear(watch)
        try:
            silent_since_s = time.monotonic()
            while page := await _page(asked, batch, position, left):
                for result in page[1]:
                    position, left = position + 1, left - 1
                    yield msgspec.json.encode(await _result_form(asked, result, position)) + b"\n"
                wait_s = min(until_s - time.monotonic(), PING_S)
                if not page[0] or not left or watch.released or (not page[1] and wait_s <= 0):
                    return
                if page[1]:
                    silent_since_s = time.monotonic()
                elif not await watch.changed(wait_s) or time.monotonic() - silent_since_s > PING_S:
                    silent_since_s = time.monotonic()
                    yield b"\n"
        finally:
            await service.feed.unhear(watch)


async def _page(asked: Asked, batch: str, position: int, left: int) -> tuple[bool, tuple[LineResult, ...]] | None:
    await asyncio.sleep(0)
    count = min(_PAGE, left)
    return await asked.service.queue.run(batches.read_results(batch, asked.query.order, position, count, _PAGE_BYTES))


async def _result_form(asked: Asked, result: LineResult, position: int) -> BatchResult:
    if result.problem:
        problem = _PROBLEM.decode(result.problem)
        return BatchResult(position=position, custom_id=result.custom_id, state=LineState.REFUSED, problem=problem)
    if result.record is None:
        return BatchResult(position=position, custom_id=result.custom_id, state=LineState.WITHDRAWN)
    work = await form_of_record(asked, result.record, result.report)
    return BatchResult(position=position, custom_id=result.custom_id, state=LineState.DONE, work=work)


async def _batch_of(asked: Asked) -> BatchView:
    """The batch that the address names. Raises ProblemError: it is not there, or not for this caller."""
    name = asked.path["id"]
    for one in dict.fromkeys((asked.caller.record_id(name), name)):
        view = await batches.batch_view(asked.service.queue, one) if is_name(one) else None
        if view is not None and asked.caller.sees(view.tenant):
            return view
    raise ProblemError("not-found")


def _form(asked: Asked, view: BatchView, received: Received | None = None) -> BatchForm:
    return batch_form(view, asked.caller.public_id(view.id), received)


_ONE = f"{PREFIX}/batches/{{id}}"
_FORM = Answer(200, "As it stands.", BatchForm)
_MISSING = ("not-found",)
_RESULTS = Answer(
    200, "Results, each a JSON object in a line of its own; empty lines mean nothing.", BatchResult, NDJSON
)

ENDPOINTS = (
    Endpoint("POST", f"{PREFIX}/batches", "createBatch",
             "Hand in many runs, evaluations and groups, one a line; packed by gzip or zstd if you like.",
             create_batch, "batches",
             (Answer(201, "All lines are there; those that are wrong have a problem for their result.", BatchForm,
                     headers=("Location",)),),
             scope=Scope.RUN, query=CreateQuery, takes=NDJSON, line=BatchLine, headers=(IDEMPOTENCY_KEY,),
             problems=("bad-media-type", "too-large", "bad-field", "slow-request", "quota", "too-many", "superseded",
                       "cancelled", "stopping", "maintenance")),
    Endpoint("GET", f"{PREFIX}/batches", "listBatches", "The tenant's batches, newest first.", list_batches, "batches",
             (Answer(200, "A page.", BatchPage),), query=BatchListQuery, problems=("bad-field",)),
    Endpoint("GET", _ONE, "getBatch", "A batch, as it stands.", get_batch, "batches", (_FORM,), problems=_MISSING),
    Endpoint("GET", f"{_ONE}/results", "readBatchResults",
             "The results of a batch, as they come, until each line has one.", read_results, "batches",
             (_RESULTS, Answer(204, "There is nothing more behind that position.")), query=ResultsQuery,
             problems=("not-found", "bad-field", "too-many", "stopping")),
    Endpoint("POST", f"{_ONE}/cancel", "cancelBatch", "Withdraw all lines of a batch that are not done.", cancel_batch,
             "batches", (Answer(200, "Whether there were any.", CancelForm),), scope=Scope.RUN, problems=_MISSING),
    Endpoint("DELETE", _ONE, "deleteBatch", "Remove a batch that is over, its results, and the blobs that they left.",
             delete_batch, "batches", (Answer(204, "It is removed."),), scope=Scope.RUN,
             problems=("not-found", "unfinished")),
)  # fmt: skip
