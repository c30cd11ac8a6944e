"""Work of any kind by its id alone, for clients that keep ids and no kinds: looking, following, listing, ending."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta
from starlette.responses import Response

from judge.gateway.api.events import AfterQuery, stream_events
from judge.gateway.api.handing_in import PREFIX, WaitQuery
from judge.gateway.api.work import look_at, record_of, remove_work
from judge.gateway.api.work_list import ListQuery, list_work
from judge.gateway.endpoint import EVENTS, LAST_EVENT_ID, Answer, Asked, Endpoint, json_answer
from judge.http_form.answers import CancelForm, InterruptForm, WorkForm, WorkPage
from judge.http_form.reports import EventForm
from judge.model.work import WorkKind
from judge.queue import calls
from judge.queue.api_keys import Scope

#: The scope that handing in needs, where it is not that of running.
_SCOPES = {WorkKind.SUBMISSION: Scope.SUBMIT, WorkKind.VERIFICATION: Scope.PACKAGES}


class AnyListQuery(ListQuery, frozen=True, kw_only=True):
    """Which work."""

    kind: WorkKind | None = None
    sender: Annotated[str, Meta(max_length=200)] = ""


async def look(asked: Asked) -> Response:
    """One piece of work."""
    return await look_at(asked, None)


async def list_all(asked: Asked) -> Response:
    """Work of every kind, or of one."""
    query: AnyListQuery = asked.query
    return await list_work(asked, query.kind)


async def cancel(asked: Asked) -> Response:
    """Withdraw it, with the scope that handing it in needs."""
    record = await record_of(asked)
    asked.caller.need(_SCOPES.get(record.kind, Scope.RUN))
    return json_answer(CancelForm(cancelled=await asked.service.client.cancel(record.id)))


async def remove(asked: Asked) -> Response:
    """Remove what is over, with the scope that handing it in needs."""
    record = await record_of(asked)
    asked.caller.need(_SCOPES.get(record.kind, Scope.RUN))
    return await remove_work(asked, record)


async def interrupt(asked: Asked) -> Response:
    """SIGINT to its programs; the report still comes."""
    record = await record_of(asked)
    return json_answer(InterruptForm(interrupted=await asked.service.queue.run(calls.interrupt(record.id))))


async def stream(asked: Asked) -> Response:
    """Its events."""
    return await stream_events(asked, None)


_ONE = f"{PREFIX}/work/{{id}}"

ENDPOINTS = (
    Endpoint("GET", _ONE, "getWork", "Work of any kind, with its report; with `wait` when it is done.", look, "work",
             (Answer(200, "As it stands; the report is there when it is done.", WorkForm),), query=WaitQuery,
             problems=("not-found", "bad-field", "too-many")),
    Endpoint("GET", f"{PREFIX}/work", "listWork", "The tenant's work of every kind, newest first.", list_all, "work",
             (Answer(200, "A page.", WorkPage, headers=("Link",)),), query=AnyListQuery, problems=("bad-field",)),
    Endpoint("POST", f"{_ONE}/cancel", "cancelWork", "Withdraw work, with the scope that handing it in needs.", cancel,
             "work", (Answer(200, "Whether it was withdrawn.", CancelForm),), problems=("not-found",)),
    Endpoint("DELETE", _ONE, "deleteWork",
             "Remove work that is over, with its report, its sources, and the blobs that it left.", remove, "work",
             (Answer(204, "It is removed."),), problems=("not-found", "unfinished")),
    Endpoint("POST", f"{_ONE}/interrupt", "interruptWork",
             "Interrupt (SIGINT) the programs of a run or a group: its report still comes.", interrupt, "work",
             (Answer(200, "Whether it runs now.", InterruptForm),), scope=Scope.RUN, problems=("not-found",)),
    Endpoint("GET", f"{_ONE}/events", "streamWorkEvents",
             "The progress of work of any kind, live, and at the end its report.", stream, "work",
             (Answer(200, "Events; the data of each is JSON.", EventForm, media=EVENTS),
              Answer(204, "There is nothing more behind that event.")), query=AfterQuery, headers=(LAST_EVENT_ID,),
             problems=("not-found", "bad-field", "too-many", "stopping")),
)  # fmt: skip
