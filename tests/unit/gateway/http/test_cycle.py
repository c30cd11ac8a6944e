"""What our HTTP/1.1 writes is what uvicorn's writes, byte for byte, and it refuses the same heads."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import pytest
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from judge.gateway.http.protocol import bounded_protocol

_GET = b"GET /a%20b?c=d HTTP/1.1\r\nHost: h\r\n\r\n"
_Headers = list[tuple[bytes, bytes]]


class _Wire(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = b""
        self.closed = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return ("127.0.0.1", 1) if name in ("peername", "sockname") else default

    def write(self, data: Any) -> None:
        self.sent += data

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass

    def get_write_buffer_size(self) -> int:
        return 0


def _talk(protocol: type[asyncio.Protocol], app: ASGIApp, *received: bytes) -> _Wire:
    """What the protocol writes when it is sent this, all answers over."""

    async def talk() -> _Wire:
        config = uvicorn.Config(app, log_config=None, lifespan="off", server_header=False, proxy_headers=False)
        config.load()
        state = ServerState()
        state.default_headers = [(b"date", b"today")]
        made: Any = protocol
        connection, wire = made(config=config, server_state=state, app_state={}), _Wire()
        connection.connection_made(wire)
        for data in received:
            connection.data_received(data)
        while state.tasks:
            await asyncio.wait(state.tasks, timeout=30)
        connection.connection_lost(None)
        return wire

    return asyncio.run(talk())


def _answering(headers: _Headers, bodies: tuple[bytes, ...] = (b"hello",), status: int = 200) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        for number, body in enumerate(bodies, 1):
            message: Message = {"type": "http.response.body", "body": body, "more_body": number < len(bodies)}
            await send(message)

    return app


_OURS = bounded_protocol(65536, 30)
_LENGTH = (b"content-length", b"5")


@pytest.mark.parametrize(
    "headers",
    [
        [_LENGTH],
        [(b"content-type", b"text/plain; a=\"b\""), _LENGTH, (b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")],
        [],
        [(b"transfer-encoding", b"chunked")],
        [_LENGTH, (b"connection", b"close")],
        [(b"Content-Length", b"5"), (b"X-Odd", b"a\tb\xff")],
    ],
)  # fmt: skip
@pytest.mark.parametrize("sent", [_GET, _GET.replace(b"GET", b"HEAD"), _GET.replace(b"1.1", b"1.0"), _GET * 3])
def test_the_same_bytes_are_written(headers: _Headers, sent: bytes) -> None:
    app = _answering(headers)
    expected, found = _talk(HttpToolsProtocol, app, sent), _talk(_OURS, app, sent)
    assert (found.sent, found.closed) == (expected.sent, expected.closed)
    assert found.sent.startswith(b"HTTP/1.1 200 OK\r\ndate: today\r\n")


@pytest.mark.parametrize(
    "headers",
    [
        [(b"x", b"a\r\nset-cookie: b"), _LENGTH],
        [(b"x", b"a\nb"), _LENGTH],
        [(b"x", b"\0"), _LENGTH],
        [(b"x", b"\x7f"), _LENGTH],
        [(b"x: y\r\nz", b"a"), _LENGTH],
        [(b"x y", b"a"), _LENGTH],
        [(b"content-length", b"4")],
        [(b"content-length", b"6")],
    ],
)
def test_a_head_that_would_be_read_otherwise_is_refused(headers: _Headers, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "uvicorn.error")
    app = _answering(headers)
    expected, found = _talk(HttpToolsProtocol, app, _GET), _talk(_OURS, app, _GET)
    assert (found.sent, found.closed) == (expected.sent, expected.closed)
    assert b"set-cookie" not in found.sent


def test_an_application_is_told_of_a_request_as_by_uvicorn() -> None:
    told: list[Scope] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        told.append(scope)
        assert (await receive())["body"] == b"body"
        await _answering([_LENGTH])(scope, receive, send)

    post = b"POST /a%20b?c=d%20e HTTP/1.1\r\nHost: h\r\nX: y\r\ncontent-length: 4\r\n\r\nbody"
    for protocol in (HttpToolsProtocol, _OURS):
        _talk(protocol, app, post[:30], post[30:])
    assert told[0] == told[1]
    assert told[1]["path"] == "/a b"


def test_what_is_answered_at_once_takes_no_turn_of_another_request() -> None:
    def at_once(scope: Mapping[str, Any], default_headers: _Headers) -> bytes | None:
        del default_headers
        return b"at once " if scope["path"] == "/now" else None

    now, slow = b"GET /now HTTP/1.1\r\nHost: h\r\n\r\n", b"GET /slow HTTP/1.1\r\nHost: h\r\n\r\n"
    protocol, app = bounded_protocol(65536, 30, at_once), _answering([_LENGTH])
    answer = _talk(_OURS, app, slow).sent
    assert _talk(protocol, app, now).sent == b"at once "
    assert _talk(protocol, app, now + now, now).sent == b"at once " * 3
    assert _talk(protocol, app, now + slow).sent == b"at once " + answer
    assert _talk(protocol, app, slow + now).sent == answer * 2  # the turn is another's: it goes the way of all
    assert _talk(protocol, app, now.replace(b"1.1", b"1.0")).sent.endswith(b"connection: close\r\n\r\nhello")
    closing = now.replace(b"Host", b"Connection: close\r\nHost")
    assert _talk(protocol, app, closing).sent.endswith(b"connection: close\r\n\r\nhello")
