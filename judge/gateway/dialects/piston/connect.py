"""``/connect``: a job's program is run while its client takes part, on a WebSocket. It is a session of ours.

Piston's messages: ``init``, ``data`` and ``signal`` come in; ``runtime``, ``stage``, ``data``, ``exit`` and ``error``
go out. Signals arrive at the program; in Piston itself they do not.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from judge.gateway.dialects.common.callers import KeyPlaces, caller_of
from judge.gateway.dialects.common.work import Order, hand_in
from judge.gateway.dialects.piston.executing import DIALECT, head_of
from judge.gateway.dialects.piston.job import Job, RefusedError
from judge.gateway.dialects.piston.live_job import DONE, GONE, Closing, FailedError, LiveJob, heard
from judge.gateway.dialects.piston.server import PistonServer
from judge.gateway.dialects.piston.translate import large_contents, session_of
from judge.gateway.endpoint import Asked
from judge.gateway.live.ending import end_session
from judge.gateway.problems import ProblemError, problem_of
from judge.queue.api_keys import Scope

log = logging.getLogger(__name__)

CONNECT_PATH = "/api/v2/connect"

#: How long a client may take to say what it wants.
_INIT_S = 1.0

_LATE = Closing(4001, "Initialization Timeout")
_NOT_YET = Closing(4003, "Not yet initialized")
_FAILED = Closing(4002, "Notified Error")
_REVOKED = Closing(1008, "the key is not valid any more")
_STOPPING = Closing(1012, "this gateway stops: connect again")


def connect_route(server: PistonServer) -> WebSocketRoute:
    """The route."""

    async def serve(socket: WebSocket) -> None:
        await _Connection(server, socket).serve()

    return WebSocketRoute(CONNECT_PATH, serve)


@dataclass(frozen=True)
class _Connection:
    """One WebSocket."""

    server: PistonServer
    socket: WebSocket

    async def serve(self) -> None:
        """To its end."""
        service = self.server.service
        try:
            caller = await caller_of(service, self.socket, KeyPlaces())
            caller.need(Scope.RUN)
            if service.stopping.is_set():
                raise ProblemError("stopping")
            async with service.holding_socket(caller.tenant, caller.address):
                asked = Asked(service, caller, _handshake(self.socket), {}, self.socket.scope["state"]["exchange"])
                await self.socket.accept()
                service.metrics.socket_opened()
                closing = GONE
                try:
                    closing = await service.key_ends.while_holding(caller.rights.id, self._converse(asked))
                except ProblemError:  # all other errors were said
                    closing = _REVOKED
                finally:
                    service.metrics.socket_closed("over" if closing.code == DONE.code else "gone", 0)
                if closing.code:
                    await _quietly(self.socket.close(closing.code, closing.reason))
        except (WebSocketDisconnect, OSError):
            pass
        except Exception as error:
            problem = problem_of(error)
            if problem is None:
                raise
            said = JSONResponse({"message": problem.detail or problem.kind.title}, problem.kind.status)
            await _quietly(self.socket.send_denial_response(said))

    async def _converse(self, asked: Asked) -> Closing:
        """Errors are said, then the socket is closed. Raises WebSocketDisconnect."""
        try:
            said = await self._init()
            if isinstance(said, Closing):
                return said
            job = await self.server.job(said)
            if job.runtime.kind.is_judged:
                raise RefusedError(f"{job.runtime.language} is not run live")
            return await self._run(asked, job)
        except RefusedError as error:
            message = str(error)
        except FailedError as error:
            message = str(error)
        except TimeoutError:
            return GONE
        except Exception as error:
            problem = problem_of(error)
            if isinstance(error, WebSocketDisconnect | OSError):
                raise
            if problem is None:
                log.exception("a WebSocket of Piston's: a fault of the gateway")
            message = "a fault of the judge" if problem is None else problem.detail or problem.kind.title
        await _quietly(self.socket.send_json({"type": "error", "message": message}))
        return _FAILED

    async def _init(self) -> Any:
        """The first message that says what is wanted, or how the socket is closed. Raises FailedError for one that is
        no JSON."""
        deadline_s = time.monotonic() + _INIT_S
        while True:
            try:
                async with asyncio.timeout(deadline_s - time.monotonic()):
                    message = await self.socket.receive()
            except TimeoutError:
                return _LATE
            if message["type"] == "websocket.disconnect":
                return GONE
            said = heard(message)
            match said.get("type"):
                case "init":
                    return said
                case "data" | "signal":
                    return _NOT_YET

    async def _run(self, asked: Asked, job: Job) -> Closing:
        settings, queue = self.server.service.settings, self.server.service.queue
        blobs = await self.server.kept(large_contents(job), asked.caller.tenant)
        done = await hand_in(asked, session_of(job, blobs, settings.limits), Order(dialect=DIALECT))
        live = LiveJob(self.socket, self.server.service, job, done.record, asked.caller.tenant)
        try:
            await self.socket.send_json({"type": "runtime", **head_of(job)})
            return await live.hold() or _STOPPING
        finally:
            with contextlib.suppress(Exception):  # it is over by itself soon
                await asyncio.shield(end_session(queue, done.record, asked.caller.tenant))


def _handshake(socket: WebSocket) -> Request:
    """It was a request, too."""
    return Request({**socket.scope, "type": "http", "method": "GET"})


async def _quietly(sending: Any) -> None:
    """To a client that may be gone."""
    with contextlib.suppress(WebSocketDisconnect, OSError, RuntimeError):
        await sending
