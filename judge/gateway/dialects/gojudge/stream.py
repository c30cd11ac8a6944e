"""``/stream``: one command whose input and output go over the socket, by go-judge's binary messages.

In come: 1 and a request in JSON; 2 and a window's size in JSON; 3, a byte (index << 4 | fd) and input; 4 to cancel.
Out go: 2, a byte as above and output; 1 and the response in JSON, and the socket is closed.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import NamedTuple

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from judge.gateway.dialects.gojudge.execute import NotRunError
from judge.gateway.dialects.gojudge.live import LivePlan, LiveRun, live_plan
from judge.gateway.dialects.gojudge.requests import ResizeRequest, WrongRequestError, resize_request, run_request
from judge.gateway.dialects.gojudge.results import Result
from judge.gateway.endpoint import Asked
from judge.gateway.problems import problem_of
from judge.model.session import TERMINAL_SIZE_MAX

#: A client that takes nothing for this long is left alone, as with go-judge.
WRITE_S_MAX = 10.0

_REQUEST, _RESIZE, _INPUT, _CANCEL = 1, 2, 3, 4
_RESPONSE, _OUTPUT = 1, 2

_ENCODER = msgspec.json.Encoder()


class Response(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The last word."""

    request_id: str = ""
    results: tuple[Result, ...] | None = None
    error: str | msgspec.UnsetType = msgspec.UNSET


class Input(NamedTuple):
    """For a command's descriptor."""

    command: int
    descriptor: int
    data: bytes


class Cancel(NamedTuple):
    """The command is to end."""


def heard(message: bytes) -> bytes | ResizeRequest | Input | Cancel:
    """What a client says; bytes are a request in JSON. Raises WrongRequestError."""
    kind = message[0] if message else 0
    if kind == _REQUEST:
        return message[1:]
    if kind == _RESIZE:
        return resize_request(message[1:])
    if kind == _INPUT and len(message) > 1:
        return Input(message[1] >> 4, message[1] & 15, message[2:])
    if kind == _CANCEL:
        return Cancel()
    raise WrongRequestError(f"invalid type code: {kind}" if message else "unexpected EOF")


def output_message(descriptor: int, data: bytes) -> bytes:
    """Output of the one command."""
    return bytes((_OUTPUT, descriptor)) + data


def response_message(response: Response) -> bytes:
    """The last one; a newline ends it."""
    return bytes((_RESPONSE,)) + _ENCODER.encode(response) + b"\n"


async def hold_stream(asked: Asked, socket: WebSocket) -> None:
    """To its end. Raises WebSocketDisconnect."""
    try:
        response = Response(results=await _run(asked, socket))
    except (WrongRequestError, NotRunError) as error:
        response = Response(error=str(error))
    except (WebSocketDisconnect, OSError, RuntimeError, TimeoutError):
        return
    except Exception as error:
        problem = problem_of(error)
        if problem is None:
            raise
        response = Response(error=problem.detail or problem.kind.title)
    with contextlib.suppress(WebSocketDisconnect, OSError, RuntimeError, TimeoutError):
        await _send(socket, response_message(response))
        await socket.close(1000)


async def _run(asked: Asked, socket: WebSocket) -> tuple[Result, ...]:
    first = heard(await _message(socket))
    if not isinstance(first, bytes):
        raise WrongRequestError("the first stream request must be exec request")
    live = await live_plan(asked, run_request(first))

    async def take(descriptor: int, data: bytes) -> None:
        await _send(socket, output_message(descriptor, data))

    run = LiveRun(asked, live, take)
    holding = asyncio.ensure_future(run.hold())
    hearing = asyncio.ensure_future(_hear(socket, run, live))
    stopping = asyncio.ensure_future(asked.service.stopping.wait())
    try:
        await asyncio.wait((holding, hearing, stopping), return_when=asyncio.FIRST_COMPLETED)
        if not holding.done():
            await hearing if hearing.done() else None
            raise NotRunError("the gateway stops") if stopping.done() else WebSocketDisconnect
        return await holding
    finally:
        for task in (holding, hearing, stopping):
            task.cancel()
        await asyncio.gather(holding, hearing, stopping, return_exceptions=True)


async def _hear(socket: WebSocket, run: LiveRun, live: LivePlan) -> None:
    """Until the client goes. Raises WebSocketDisconnect, WrongRequestError."""
    while True:
        match heard(await _message(socket)):
            case Input(0, 0, data) if live.stream_in:
                await run.type(data)
            case Input(command, descriptor, _):
                raise WrongRequestError(f"input does not exist: {command} {descriptor}")
            case ResizeRequest() as size:
                if not live.session.terminal or not {size.rows, size.cols} <= set(range(1, TERMINAL_SIZE_MAX + 1)):
                    raise WrongRequestError("resize input does not have tty")
                await run.resize(size.rows, size.cols)
            case Cancel():
                await run.end()
            case _:
                raise WrongRequestError("invalid request")


async def _message(socket: WebSocket) -> bytes:
    """Raises WebSocketDisconnect."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1000))
    text = message.get("text")
    return text.encode() if text is not None else message.get("bytes") or b""


async def _send(socket: WebSocket, message: bytes) -> None:
    """Raises TimeoutError when the client does not take it."""
    async with asyncio.timeout(WRITE_S_MAX):
        await socket.send_bytes(message)
