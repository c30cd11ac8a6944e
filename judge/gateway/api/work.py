"""What the resources that are work have in common: looking, listing, withdrawing, removing. One set of rows a kind."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from judge.errors import BlobError, NoSuchRecord
from judge.gateway.api.handing_in import PREFIX, WaitQuery, report_in_time
from judge.gateway.endpoint import Answer, Asked, Endpoint, json_answer
from judge.gateway.problems import ProblemError
from judge.gateway.work_forms import AnyReport, form_of_record
from judge.http_form.answers import CancelForm, WorkForm, WorkPage
from judge.model.work import WorkKind
from judge.model.work_report import CommandGroupReport, ExecutionReport, RunReport, SessionReport
from judge.queue import calls
from judge.queue.api_keys import Scope
from judge.queue.records import Filter, Listing, records_call
from judge.queue.values import SubmissionView
from judge.wire import is_name

#: How many pages of the index one request looks through for what it asks for.
_PAGES_MAX = 10


class ListQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Which work of a kind. ``after``: the ``next`` of the page before."""

    limit: Annotated[int, Meta(ge=1, le=500)] = 50
    after: Annotated[str, Meta(pattern=r"^$|^[0-9]{1,16}\.[!-~]{1,200}$")] = ""
    status: str = ""
    language: str = ""
    package: str = ""
    priority_class: str = ""
    since_ms: Annotated[int, Meta(ge=0)] = 0
    until_ms: Annotated[int, Meta(ge=0)] = 0


async def record_of(asked: Asked, kind: WorkKind | None = None) -> SubmissionView:
    """The record that the address names. Raises ProblemError: it is not there, or not for this caller.

    A tenant's work that came by HTTP has a record of its own name; what came straight through Redis is found by its
    plain one. Admins name any record.
    """
    name = asked.path["id"]
    names = dict.fromkeys((asked.caller.record_id(name), name))
    found = await asked.service.queue.run(records_call(tuple(one for one in names if is_name(one))))
    for record in found:
        if asked.caller.sees(record.tenant) and kind in (None, record.kind):
            return record
    raise ProblemError("not-found")


def work_rows(path: str, kind: WorkKind, word: str, change: Scope) -> tuple[Endpoint, ...]:
    """The rows of one kind of work, beside the one that hands it in. ``word``: what one of it is called."""

    async def look(asked: Asked) -> Response:
        return await look_at(asked, kind)

    async def list_(asked: Asked) -> Response:
        return await list_work(asked, kind, path)

    async def cancel(asked: Asked) -> Response:
        record = await record_of(asked, kind)
        return json_answer(CancelForm(cancelled=await asked.service.client.cancel(record.id)))

    async def remove(asked: Asked) -> Response:
        return await remove_work(asked, await record_of(asked, kind))

    one, tag, name = f"{PREFIX}/{path}/{{id}}", path, word.capitalize()
    a_word = f"an {word}" if word.startswith(tuple("aeiou")) else f"a {word}"
    report = Answer(200, "As it stands; the report is there when it is done.", WorkForm)
    page = Answer(200, "A page.", WorkPage, headers=("Link",))
    done = Answer(200, "Whether it was withdrawn.", CancelForm)
    gone = Answer(204, "It is removed.")
    missing = ("not-found",)
    return (
        Endpoint("GET", one, f"get{name}", f"A{a_word[1:]}, with its report; with `wait` when it is done.", look, tag,
                 (report,), query=WaitQuery, problems=(*missing, "bad-field", "too-many"), anonymous=True),
        Endpoint("GET", f"{PREFIX}/{path}", f"list{name}s", f"The tenant's {word}s, newest first.", list_, tag,
                 (page,), query=ListQuery, problems=("bad-field",)),
        Endpoint("POST", f"{one}/cancel", f"cancel{name}", f"Withdraw {a_word}.", cancel, tag, (done,), scope=change,
                 problems=missing, anonymous=True),
        Endpoint("DELETE", one, f"delete{name}",
                 f"Remove {a_word} that is over, with its report, its sources, and the blobs that it left.", remove,
                 tag, (gone,), scope=change, problems=(*missing, "unfinished"), anonymous=True),
    )  # fmt: skip


async def look_at(asked: Asked, kind: WorkKind | None) -> Response:
    """One piece of work, once it is done if the caller waits; ``kind`` None = of any."""
    record = await record_of(asked, kind)
    if asked.query.wait and not record.state.final:
        with asked.service.feed.watching(record.id) as watch:
            await report_in_time(asked, watch, asked.query.wait, known=True)
        record = await record_of(asked, kind)
    report = await asked.service.queue.answer(record.id) if record.state.final else None
    return json_answer(await form_of_record(asked, record, report))


async def list_work(asked: Asked, kind: WorkKind | None, path: str) -> Response:
    """A page of the work that the caller sees; ``kind`` None = of any."""
    query: ListQuery = asked.query
    items, position = await _page(asked, _filter_of(asked, kind), query)
    page = WorkPage(items=tuple([await form_of_record(asked, one) for one in items]), next=position)
    following = asked.request.url.include_query_params(after=position)
    link = f'<{following.path}?{following.query}>; rel="next"'
    return json_answer(page, headers={} if position is None else {"link": link})


def _filter_of(asked: Asked, kind: WorkKind | None) -> Filter:
    query: ListQuery = asked.query
    cursor_ms = int(query.after.partition(".")[0]) if query.after else 0
    ends = [moment for moment in (query.until_ms, cursor_ms) if moment]
    return Filter(
        kind="" if kind is None else kind.value,
        sender=getattr(query, "sender", ""),
        tenant=getattr(query, "tenant", "") if asked.caller.is_admin else asked.caller.tenant,
        package=query.package,
        language=query.language,
        verdict=query.status,
        priority_class=query.priority_class,
        since_ms=query.since_ms,
        until_ms=min(ends, default=0),
    )


async def _page(asked: Asked, chosen: Filter, query: ListQuery) -> tuple[list[SubmissionView], str | None]:
    """Items, and the position behind what was looked at; None = that was all."""
    listing, items = Listing(chosen), []
    cursor_ms, _, cursor_id = query.after.partition(".")
    for _ in range(_PAGES_MAX):
        raw = await asked.service.queue.run(listing.page_call())
        for view in listing.take(raw):
            if query.after and view.submitted_at_ms == int(cursor_ms) and view.id >= cursor_id:
                continue  # of that very millisecond, on the page before: the index goes down by id, too
            if not asked.caller.sees(view.tenant):
                continue
            items.append(view)
            if len(items) == query.limit:
                return items, _position(view)
        if not listing.unfinished:
            return items, None
    return items, _position(raw[-1]) if raw else None


def _position(view: SubmissionView) -> str:
    return f"{view.submitted_at_ms}.{view.id}"


async def remove_work(asked: Asked, record: SubmissionView) -> Response:
    """Remove a piece of work that is over, and the blobs that it left. Raises ProblemError when it is not."""
    report = await asked.service.queue.answer(record.id) if record.state.final else None
    try:
        dropped = await asked.service.queue.run(calls.drop(record.id))
    except NoSuchRecord:
        dropped = True  # somebody else was faster
    if not dropped:
        raise ProblemError("unfinished", "cancel it first")
    for blob in dict.fromkeys(blobs_left(report)):
        with contextlib.suppress(BlobError):  # its time was over, or it is gone already
            await asked.service.client.remove_blob(blob, tenant=record.tenant)
    return Response(status_code=204)


def blobs_left(report: AnyReport | None) -> Sequence[str]:
    """The blobs that work has left: large outputs, files it was asked to keep."""
    match report:
        case ExecutionReport():
            return _blobs_of(report.runs)
        case CommandGroupReport():
            records = [pipe.record.blob for pipe in report.pipes if pipe.record.blob]
            return [*_blobs_of(report.commands), *records]
        case SessionReport():
            return [file.blob for file in report.files if file.blob]
    return ()


def _blobs_of(runs: Sequence[RunReport]) -> list[str]:
    outputs = [output.blob for run in runs for output in (run.stdout, run.stderr)]
    files = [file.blob for run in runs for file in run.files]
    return [blob for blob in (*outputs, *files) if blob]
