"""Sessions: a program runs while its client takes part, on a WebSocket that a ticket opens."""

from __future__ import annotations

import time

import msgspec
from starlette.responses import Response

from judge.gateway.api.handing_in import CREATED, HANDING_IN, PREFIX, WaitQuery, create_work, told
from judge.gateway.api.work import record_of, work_rows
from judge.gateway.endpoint import IDEMPOTENCY_KEY, Answer, Asked, Endpoint, json_answer
from judge.gateway.live.ending import end_session
from judge.gateway.live.endpoint import SOCKET_PATH, SocketQuery
from judge.gateway.problems import ProblemError, field_problem
from judge.http_form.answers import SessionEndForm, TicketForm
from judge.http_form.requests import SessionForm, session_asked
from judge.model.units import S_NS
from judge.model.work import WorkKind
from judge.queue.api_keys import Scope
from judge.queue.socket_tickets import TICKET_S, SocketTicket, issue_ticket

#: A client that was cut off needs time to come back.
_GRACE_NS_MIN = 5 * S_NS


async def create_session(asked: Asked) -> Response:
    """Hand in a session."""
    body: SessionForm = asked.body
    if body.grace_ns < _GRACE_NS_MIN:
        raise field_problem(f"at least {_GRACE_NS_MIN}: a client that was cut off needs time to come back", "/grace_ns")
    at_once = msgspec.structs.replace(asked, query=WaitQuery())
    return await create_work(at_once, "sessions", told(lambda: session_asked(body)), body.language)


async def create_ticket(asked: Asked) -> Response:
    """Make a ticket for a session's WebSocket."""
    record = await record_of(asked, WorkKind.SESSION)
    public_id, caller = asked.caller.public_id(record.id), asked.caller
    ticket = SocketTicket(
        session=record.id, tenant=record.tenant, public_id=public_id, key=caller.rights.id, admin=caller.is_admin
    )
    expires_at_ms = time.time_ns() // 1_000_000 + TICKET_S * 1000
    text = await issue_ticket(asked.service.queue, ticket)
    path = SOCKET_PATH.format(id=public_id)
    return json_answer(TicketForm(ticket=text, path=path, expires_at_ms=expires_at_ms), 201)


async def end(asked: Asked) -> Response:
    """End a session."""
    record = await record_of(asked, WorkKind.SESSION)
    return json_answer(SessionEndForm(ended=await end_session(asked.service.queue, record.id, record.tenant)))


async def no_upgrade(asked: Asked) -> Response:
    """A request that is no WebSocket's."""
    raise ProblemError("no-upgrade", headers={"upgrade": "websocket", "connection": "upgrade"})


_ONE = f"{PREFIX}/sessions/{{id}}"

ENDPOINTS = (
    Endpoint(
        "POST", f"{PREFIX}/sessions", "createSession", "Start a live run of a program, or of a language's own prompt.",
        create_session, "sessions", (CREATED,), scope=Scope.RUN, body=SessionForm, headers=(IDEMPOTENCY_KEY,),
        problems=HANDING_IN,
    ),
    Endpoint(
        "POST", f"{_ONE}/tickets", "createTicket",
        "A ticket for the session's WebSocket: once, and within half a minute.", create_ticket, "sessions",
        (Answer(201, "The ticket.", TicketForm),), scope=Scope.RUN, problems=("not-found",),
    ),
    Endpoint(
        "POST", f"{_ONE}/end", "endSession", "End it: one that runs gets its report, one that waits is withdrawn.",
        end, "sessions", (Answer(200, "Whether it was ended.", SessionEndForm),), scope=Scope.RUN,
        problems=("not-found",),
    ),
    Endpoint(
        "GET", SOCKET_PATH, "openSocket",
        "The session's WebSocket; what is said on it is in docs/howto/sessions-in-a-page.md.", no_upgrade, "sessions",
        (Answer(101, "It is open."),), scope=None, query=SocketQuery,
        problems=("bad-ticket", "foreign-page", "bad-field", "bad-request", "no-upgrade", "too-many", "stopping"),
    ),
    *work_rows("sessions", WorkKind.SESSION, "session", Scope.RUN),
)  # fmt: skip
