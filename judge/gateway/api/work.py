"""What the resources that are work have in common: looking, listing, withdrawing, removing. One set of rows a kind."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from starlette.responses import Response

from judge.errors import BlobError, NoSuchRecord
from judge.gateway.access.roles import sees_work
from judge.gateway.api.handing_in import PREFIX, WaitQuery, report_in_time
from judge.gateway.api.work_list import ListQuery, list_work
from judge.gateway.endpoint import Answer, Asked, Endpoint, json_answer
from judge.gateway.problems import ProblemError
from judge.gateway.work_forms import AnyReport, form_of_record
from judge.http_form.answers import CancelForm, WorkForm, WorkPage
from judge.model.work import WorkKind
from judge.model.work_report import CommandGroupReport, ExecutionReport, ProgramReport, RunReport, SessionReport
from judge.queue import calls
from judge.queue.api_keys import Scope
from judge.queue.records import records_call
from judge.queue.values import SubmissionView
from judge.wire import is_name


async def record_of(asked: Asked, kind: WorkKind | None = None, *, of_others: bool = False) -> SubmissionView:
    """The record that the address names. Raises ProblemError: it is not there, or not for this caller.

    A tenant's work that came by HTTP has a record of its own name; what came straight through Redis is found by its
    plain one. Admins name any record. ``of_others``: also another student's coursework, for views that tell nothing of
    it.
    """
    name = asked.path["id"]
    names = dict.fromkeys((asked.caller.record_id(name), name))
    found = await asked.service.queue.run(records_call(tuple(one for one in names if is_name(one))))
    for record in found:
        is_seen = asked.caller.sees(record.tenant) and (of_others or sees_work(asked.caller, record))
        if is_seen and kind in (None, record.kind):
            return record
    raise ProblemError("not-found")


def work_rows(path: str, kind: WorkKind, word: str, change: Scope) -> tuple[Endpoint, ...]:
    """The rows of one kind of work, beside the one that hands it in. ``word``: what one of it is called."""

    async def look(asked: Asked) -> Response:
        return await look_at(asked, kind)

    async def list_(asked: Asked) -> Response:
        return await list_work(asked, kind)

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
    record = await record_of(asked, kind, of_others=True)
    if asked.query.wait and not record.state.final:
        with asked.service.feed.watching(record.id) as watch:
            await report_in_time(asked, watch, asked.query.wait, known=True)
        record = await record_of(asked, kind, of_others=True)
    report = await asked.service.queue.answer(record.id) if record.state.final else None
    return json_answer(await form_of_record(asked, record, report))


async def remove_work(asked: Asked, record: SubmissionView) -> Response:
    """Remove a piece of work that is over, and the blobs that it left. Raises ProblemError when it is not, and for
    coursework, which stays as it was handed in: its id would stand for an attempt, and a time, of something else."""
    if record.is_coursework and not (asked.caller.may(Scope.MARKER) or asked.caller.may(Scope.PACKAGES)):
        raise ProblemError("no-scope", f"to remove coursework the scope {Scope.MARKER} is needed")
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
        case ProgramReport():
            return [file.blob for file in report.files if file.blob]
    return ()


def _blobs_of(runs: Sequence[RunReport]) -> list[str]:
    outputs = [output.blob for run in runs for output in (run.stdout, run.stderr)]
    files = [file.blob for run in runs for file in run.files]
    return [blob for blob in (*outputs, *files) if blob]
