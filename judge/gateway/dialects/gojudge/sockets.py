"""go-judge's WebSockets: who may open them, and /ws, on which many requests run at once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, cast

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from judge.errors import NoSuchRecord
from judge.gateway.dialects.common.bodies import body_bytes_max
from judge.gateway.dialects.common.callers import KeyPlaces, caller_of
from judge.gateway.dialects.gojudge.execute import NotRunError
from judge.gateway.dialects.gojudge.live import run_any
from judge.gateway.dialects.gojudge.requests import RunRequest, WrongRequestError, run_request
from judge.gateway.dialects.gojudge.results import Result, Status
from judge.gateway.dialects.gojudge.series import Series
from judge.gateway.dialects.gojudge.stream import hold_stream
from judge.gateway.endpoint import Asked
from judge.gateway.exchange import Exchange
from judge.gateway.http.socket_protocol import accept_up_to
from judge.gateway.problems import ProblemError, problem_of
from judge.gateway.service import Service
from judge.http_form.ids import fresh_id
from judge.queue.api_keys import Scope
from judge.queue.values import State

log = logging.getLogger(__name__)

#: Requests at once on one socket; each key has a limit besides.
_REQUESTS_MAX = 512
#: Of these, as they were sent; one may be larger by itself.
_HELD_BYTES_MAX = 64 << 20
#: A client that takes nothing for this long is left alone, as with go-judge.
WRITE_S_MAX = 10.0

_ENCODER = msgspec.json.Encoder()
_SIGKILL = 9

Hold = Callable[[Asked, WebSocket], Coroutine[Any, Any, None]]


class Answer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is said on /ws to one request."""

    request_id: str
    results: tuple[Result, ...] | None = None
    error: str | msgspec.UnsetType = msgspec.UNSET


def routes_of_sockets(service: Service, series: Series) -> Sequence[BaseRoute]:
    """The routes."""

    async def many(asked: Asked, socket: WebSocket) -> None:
        await _Many(asked, socket, series).hold()

    return (
        WebSocketRoute("/ws", _opening(service, "ws", many)),
        WebSocketRoute("/stream", _opening(service, "stream", hold_stream)),
    )


def _opening(service: Service, name: str, hold: Hold) -> Callable[[WebSocket], Awaitable[None]]:
    """Refuses whom the addresses of the interface refuse, and lets in all others, for as long as their keys hold."""

    async def serve(socket: WebSocket) -> None:
        exchange: Exchange = socket.scope["state"]["exchange"]
        exchange.labels["endpoint"] = f"gojudge.{name}"
        try:
            asked = await _asked(service, socket, exchange)
            address = socket.client.host if socket.client else ""
            async with service.holding_socket(asked.caller.tenant, address):
                await accept_up_to(socket, body_bytes_max(asked))
                service.metrics.socket_opened()
                try:
                    await service.key_ends.while_holding(asked.caller.rights.id, hold(asked, socket))
                finally:
                    service.metrics.socket_closed("over", 0)
        except (WebSocketDisconnect, OSError):
            return
        except Exception as error:
            problem = problem_of(error)
            if problem is None:
                log.exception("request %s: a fault of the gateway", exchange.request_id)
                problem = ProblemError("internal")
            await _refuse(socket, problem)

    return serve


async def _asked(service: Service, socket: WebSocket, exchange: Exchange) -> Asked:
    """Raises ProblemError, QueueError."""
    if service.stopping.is_set():
        raise ProblemError("stopping", headers={"retry-after": "1"})
    caller = await caller_of(service, socket, KeyPlaces())
    exchange.labels.update(key=caller.rights.id, tenant=caller.tenant)
    caller.need(Scope.RUN)
    return Asked(service, caller, cast(Request, socket), {}, exchange)


async def _refuse(socket: WebSocket, problem: ProblemError) -> None:
    """Answer the handshake; an open socket is closed."""
    status = problem.kind.status
    with contextlib.suppress(WebSocketDisconnect, OSError, RuntimeError):
        await socket.send_denial_response(Response(status_code=status))
        return
    with contextlib.suppress(WebSocketDisconnect, OSError, RuntimeError):
        await socket.close(1008 if status == 401 else 1011)


class _Many:
    """One /ws: requests by their ids, until the client or the gateway goes."""

    def __init__(self, asked: Asked, socket: WebSocket, series: Series) -> None:
        self._asked, self._socket, self._series = asked, socket, series
        self._sending = asyncio.Lock()
        self._running: dict[str, asyncio.Task[None]] = {}  # by the ids that the client gave
        self._held_bytes = 0  # of these
        self._records: dict[str, str] = {}  # of these, the queue's
        self._cancelled: dict[str, bool] = {}  # of those that the client gave up: whether a worker had them

    async def hold(self) -> None:
        """Blocks until it is over."""
        stopping = asyncio.ensure_future(self._asked.service.stopping.wait())
        hearing = asyncio.ensure_future(self._hear())
        try:
            await asyncio.wait((stopping, hearing), return_when=asyncio.FIRST_COMPLETED)
        finally:
            tasks = [stopping, hearing, *self._running.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(RuntimeError, OSError, WebSocketDisconnect):
            await self._socket.close(1012 if self._asked.service.stopping.is_set() else 1000)

    async def _hear(self) -> None:
        """Until the client goes, or says what makes no sense: then it is closed, as by go-judge."""
        with contextlib.suppress(WebSocketDisconnect, WrongRequestError, OSError):
            while True:
                message = await self._socket.receive()
                if message["type"] == "websocket.disconnect":
                    return
                text = message.get("text")
                said = text.encode() if text is not None else message.get("bytes") or b""
                await self._take(run_request(said), len(said))

    async def _take(self, request: RunRequest, size_bytes: int) -> None:
        request_id = request.request_id or ""
        if request.cancel_request_id:
            await self._cancel(request.cancel_request_id)
        elif not request_id:
            await self._say(Answer(request_id="", error="empty request id"))
        elif request_id in self._running:
            await self._say(Answer(request_id=request_id, error=f"duplicated request id: {request_id}"))
        elif len(self._running) >= _REQUESTS_MAX or 0 < self._held_bytes > _HELD_BYTES_MAX - size_bytes:
            await self._say(Answer(request_id=request_id, error="worker queue is full"))
        else:
            work_id = fresh_id()
            self._records[request_id] = self._asked.caller.record_id(work_id)
            self._held_bytes += size_bytes
            running = asyncio.create_task(self._run(request_id, request, work_id))
            running.add_done_callback(lambda _: self._let_go(size_bytes))
            self._running[request_id] = running

    def _let_go(self, size_bytes: int) -> None:
        self._held_bytes -= size_bytes

    async def _cancel(self, request_id: str) -> None:
        """Who waits for it is told so by :meth:`_run`."""
        task = self._running.get(request_id)
        if task is None or request_id in self._cancelled:
            return
        self._cancelled[request_id] = False
        with contextlib.suppress(NoSuchRecord):
            state = await self._asked.service.queue.state(self._records[request_id])
            self._cancelled[request_id] = state is State.CLAIMED
        task.cancel()

    async def _run(self, request_id: str, request: RunRequest, work_id: str) -> None:
        try:
            answer = await self._answer(request_id, request, work_id)
        except asyncio.CancelledError:
            if request_id not in self._cancelled:
                raise
            answer = self._given_up(request_id, len(request.cmd or ()))
        self._running.pop(request_id, None)
        self._records.pop(request_id, None)
        self._cancelled.pop(request_id, None)
        await self._say(answer)

    def _given_up(self, request_id: str, count: int) -> Answer:
        """What ran was killed."""
        if not self._cancelled[request_id]:
            return Answer(request_id=request_id, results=(), error="request cancelled before execute")
        return Answer(request_id=request_id, results=(Result(status=Status.SIGNALLED, exit_status=_SIGKILL),) * count)

    async def _answer(self, request_id: str, request: RunRequest, work_id: str) -> Answer:
        try:
            results = await run_any(self._asked, request, work_id)
        except (WrongRequestError, NotRunError) as error:
            self._series.failed()
            return Answer(request_id=request_id, results=(), error=str(error))
        except Exception as error:
            problem = problem_of(error)
            if problem is None:
                log.exception("request %s: a fault of the gateway", self._asked.exchange.request_id)
                problem = ProblemError("internal")
            full = problem.kind.name in ("queue-full", "too-many")
            words = "worker queue is full" if full else problem.detail or problem.kind.title
            return Answer(request_id=request_id, results=(), error=words)
        self._series.ran(results)
        return Answer(request_id=request_id, results=results)

    async def _say(self, answer: Answer) -> None:
        with contextlib.suppress(WebSocketDisconnect, OSError, RuntimeError, TimeoutError):
            async with self._sending, asyncio.timeout(WRITE_S_MAX):
                await self._socket.send_text(_ENCODER.encode(answer).decode())
