"""The WebSocket of a session, ``/api/v1/sessions/ID/socket``: who may open it, and what is said when it ends."""

from __future__ import annotations

import contextlib
import logging
import time
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from starlette.responses import Response
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from judge.gateway.api.handing_in import PREFIX
from judge.gateway.endpoint import query_of
from judge.gateway.exchange import Exchange
from judge.gateway.live.conversation import Closing, Conversation, Session
from judge.gateway.problems import ProblemError, problem_of, problem_response
from judge.gateway.service import Service
from judge.gateway.work_forms import form_in_role, now_ms
from judge.http_form.answers import WorkForm
from judge.http_form.socket import OFFSET_MAX
from judge.queue.api_keys import key_holds
from judge.queue.records import found_one, records_call
from judge.queue.sessions import reading_of
from judge.queue.socket_tickets import SocketTicket, redeem_ticket
from judge.render.view import Role

log = logging.getLogger("judge.access")

#: Its address.
SOCKET_PATH = f"{PREFIX}/sessions/{{id}}/socket"


class SocketQuery(msgspec.Struct, frozen=True, kw_only=True):
    """How a socket is opened. ``offset``: output before it is here already; ``lost``: so much of that never came.

    ``frames``: how output is sent. ``client``: a name of the client's own, the same each time that it connects: what
    another one types is not taken for its input then.
    """

    ticket: str = ""
    offset: Annotated[int, Meta(le=OFFSET_MAX)] = 0
    lost: Annotated[int, Meta(le=OFFSET_MAX)] = 0
    frames: Literal["json", "binary"] = "json"
    client: Annotated[str, Meta(max_length=64)] = ""


def socket_route(service: Service) -> WebSocketRoute:
    """The route."""

    async def serve(socket: WebSocket) -> None:
        await _serve(service, socket)

    return WebSocketRoute(SOCKET_PATH, serve)


async def _serve(service: Service, socket: WebSocket) -> None:
    exchange: Exchange = socket.scope["state"]["exchange"]
    closing, began_s = Closing("refused"), time.perf_counter()
    try:
        query = query_of(SocketQuery, socket)
        ticket = await _ticket(service, socket, query)
        address = socket.client.host if socket.client else ""
        exchange.labels.update(key=ticket.key, tenant=ticket.tenant)
        async with service.holding_socket(ticket.tenant, address):
            closing = await _converse(service, socket, ticket, query)
    except (WebSocketDisconnect, OSError):
        closing = Closing("gone")
    except Exception as error:
        problem = problem_of(error)
        if problem is None:
            log.exception("request %s: a fault of the gateway", exchange.request_id)
            problem = ProblemError("internal")
        exchange.labels["problem"] = problem.kind.name
        await _refuse(socket, problem_response(problem, exchange.request_id))
    finally:
        _log(socket, exchange, closing, time.perf_counter() - began_s)


async def _ticket(service: Service, socket: WebSocket, query: SocketQuery) -> SocketTicket:
    """Raises ProblemError: a page of somebody else, a query or a ticket that is none, a gateway that stops."""
    if not (0 <= query.lost <= query.offset <= OFFSET_MAX):
        raise ProblemError("bad-request", f"0 <= lost <= offset <= {OFFSET_MAX}")
    if service.stopping.is_set():
        raise ProblemError("stopping", headers={"retry-after": "1"})
    ticket = await redeem_ticket(service.queue, query.ticket)
    if ticket is None or ticket.public_id != socket.path_params["id"]:
        raise ProblemError("bad-ticket")
    if ticket.key and not await key_holds(service.queue, ticket.key):
        raise ProblemError("bad-ticket")
    service.authenticator.check_origin(socket.headers, with_key=bool(ticket.key))
    return ticket


async def _converse(service: Service, socket: WebSocket, ticket: SocketTicket, query: SocketQuery) -> Closing:
    session = Session(ticket.session, ticket.tenant, ticket.public_id, ticket.key, query.client)
    reading = reading_of(service.queue, ticket.session, "", offset=query.offset, lost_bytes=query.lost)
    await socket.accept()
    conversation = Conversation(service.queue, socket, session, reading, binary=query.frames == "binary")
    closing = Closing("fault", 1011, "a fault of the judge: it is in our log")
    service.metrics.socket_opened()

    async def over() -> WorkForm:
        return await _form(service, ticket)

    try:
        closing = await conversation.hold(service.feed, over, service.key_ends)
    except Exception:
        log.exception("a session's WebSocket: a fault of the gateway")
    finally:
        service.metrics.socket_closed(closing.word, conversation.lost_bytes)
    if closing.code:
        with contextlib.suppress(WebSocketDisconnect, OSError, RuntimeError):
            await socket.close(closing.code, closing.reason)
    return closing


async def _form(service: Service, ticket: SocketTicket) -> WorkForm:
    """The session, with its report, for who asked for the ticket. Raises QueueError, UsageError."""
    record = found_one(await service.queue.run(records_call((ticket.session,))), ticket.session)
    report = await service.queue.answer(record.id)
    return form_in_role(record, report, Role.JUDGE if ticket.admin else Role.SENDER, ticket.public_id, now_ms())


async def _refuse(socket: WebSocket, response: Response) -> None:
    """Answer the handshake. After it nothing of the kind can be said."""
    with contextlib.suppress(WebSocketDisconnect, OSError, RuntimeError):
        await socket.send_denial_response(response)


def _log(socket: WebSocket, exchange: Exchange, closing: Closing, took_s: float) -> None:
    """A line as for each request; the address without its query, which has the ticket."""
    client = socket.client.host if socket.client else ""
    fields = {
        "request": exchange.request_id,
        "client": client,
        "path": socket.scope["path"][:200],
        "end": closing.word,
        "took_ms": round(took_s * 1000, 1),
        **exchange.labels,
    }
    log.info("websocket", extra={"fields": fields})
