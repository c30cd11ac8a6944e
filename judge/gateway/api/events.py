"""The progress of work as server-sent events. ``id`` is the position in the stream, ``Last-Event-ID`` goes on behind
it: at any gateway, however long ago that was."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from judge.gateway.access.roles import role_at
from judge.gateway.api.handing_in import PREFIX
from judge.gateway.api.work import record_of
from judge.gateway.endpoint import EVENTS, LAST_EVENT_ID, Answer, Asked, Endpoint
from judge.gateway.http.event_stream import EventStream, Sent
from judge.gateway.problems import ProblemError, field_problem
from judge.gateway.work_forms import now_ms
from judge.http_form.reports import EventForm, event_form
from judge.model.event import Cancelled, Done, Event, WorkDone
from judge.model.work import WorkKind
from judge.queue.api_keys import Scope
from judge.queue.feed import Watch
from judge.queue.records import records_call
from judge.queue.values import SubmissionView
from judge.render.record_view import course_event_view_of, event_view_of
from judge.render.view import Role

#: Nothing happens for this long: a comment keeps the connection open.
PING_S = 15.0

#: How often a stream looks by itself: what was said may have been lost with a connection.
_LOOK_S = 5.0

#: Events read at once.
_PAGE = 200

_BEGINNING = "0"
_POSITION = re.compile(r"\d{1,20}(-\d{1,20})?")
_ENDINGS = (Done, WorkDone, Cancelled)


class AfterQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Where to go on, for readers that cannot set a header."""

    after: Annotated[str, Meta(description="As the header Last-Event-ID, which wins.")] = ""


async def stream_events(asked: Asked, kind: WorkKind | None) -> Response:
    """The events of one piece of work, from the beginning or a position, to the last one."""
    after = asked.header("last-event-id") or asked.query.after or _BEGINNING
    if not _POSITION.fullmatch(after):
        raise field_problem("this is no id of an event", parameter="Last-Event-ID")
    record = await record_of(asked, kind)
    if record.state.final and not await asked.service.queue.events_after(record.id, after, 1):
        return Response(status_code=204)  # there is nothing more: a browser's EventSource stops asking
    if asked.service.stopping.is_set():
        raise ProblemError("stopping", headers={"retry-after": "1"})
    held = await asked.service.begin_stream(asked.caller)
    return EventStream(_sent(asked, record, after), held, asked.until_key_ends)


async def _sent(asked: Asked, record: SubmissionView, after: str) -> AsyncIterator[Sent | None]:
    role = await role_at(asked, record)
    public_id = asked.caller.public_id(record.id)
    coursework = record.is_coursework
    only = record if role is Role.JUDGE and not asked.caller.is_admin else None
    said_s = time.monotonic()
    async for position, event in _followed(asked, record.id, after, only):
        sent = None
        if event is not None:
            if isinstance(event, Done):  # its report is the record's, perhaps a rejudge's
                role = await role_at(asked, record, event.report)
            seen = course_event_view_of(event, role, now_ms()) if coursework else event_view_of(event, role, now_ms())
            if seen is not None:
                form: EventForm = event_form(seen, public_id)
                sent = Sent(position, str(form.__struct_config__.tag), msgspec.json.encode(form))
            elif time.monotonic() - said_s < PING_S:  # of many such, one after the other, a reader would hear nothing
                continue
        said_s = time.monotonic()
        yield sent


async def _followed(
    asked: Asked, record: str, after: str, only: SubmissionView | None
) -> AsyncIterator[tuple[str, Event | None]]:
    """Events with their positions; None = nothing happened for a while. ``only``: end when the id stands for other work
    than this: the reader is slow, and what it may see of this one says nothing of that one."""
    service = asked.service
    with service.feed.watching(record, events=True) as watch:
        await service.feed.hear(watch)
        try:
            silent_s = 0.0
            while not watch.released:
                found = await service.queue.events_after(record, after, _PAGE)
                if only is not None and found and not await _is_still(asked, only):
                    return
                for position, event in found:
                    after = position
                    yield position, event
                    if isinstance(event, _ENDINGS):
                        return
                silent_s = 0.0 if found else silent_s + await _pause(watch)
                if silent_s >= PING_S:
                    silent_s = 0.0
                    yield after, None
        finally:
            await service.feed.unhear(watch)


async def _is_still(asked: Asked, seen: SubmissionView) -> bool:
    """Whether the record is of the work that it was of when it was looked at."""
    now = await asked.service.queue.run(records_call((seen.id,)))
    return [(one.kind, one.package, one.submitted_at_ms) for one in now] == [
        (seen.kind, seen.package, seen.submitted_at_ms)
    ]


async def _pause(watch: Watch) -> float:
    """Wait until something is said; how long nothing was."""
    return 0.0 if await watch.changed(_LOOK_S) else _LOOK_S


def _row(path: str, kind: WorkKind, word: str) -> Endpoint:
    async def stream(asked: Asked) -> Response:
        return await stream_events(asked, kind)

    events = Answer(200, "Events; the data of each is JSON.", EventForm, media=EVENTS)
    return Endpoint(
        "GET", f"{PREFIX}/{path}/{{id}}/events", f"stream{word}Events",
        f"The progress of a {word.lower()}, live: tests, output when asked for (`live`), and at the end its report.",
        stream, path,
        (events, Answer(204, "There is nothing more behind that event.")), scope=Scope.READ, query=AfterQuery,
        headers=(LAST_EVENT_ID,), problems=("not-found", "bad-field", "too-many", "stopping"),
        anonymous=True,
    )  # fmt: skip


ENDPOINTS = (
    _row("runs", WorkKind.EXECUTION, "Run"),
    _row("evaluations", WorkKind.EVALUATION, "Evaluation"),
    _row("groups", WorkKind.GROUP, "Group"),
    _row("sessions", WorkKind.SESSION, "Session"),
    _row("submissions", WorkKind.SUBMISSION, "Submission"),
    _row("verifications", WorkKind.VERIFICATION, "Verification"),
    _row("programs", WorkKind.PROGRAM, "Program"),
)
