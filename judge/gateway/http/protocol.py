"""HTTP/1.1 on one connection: uvicorn's, which leaves open how large a request's head is, how long it may take, how
many requests come at once, and how long an answer lies that nobody reads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from itertools import chain
from typing import Any
from urllib.parse import unquote

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from judge.gateway.http.cycle import Cycle
from judge.gateway.http.reader import Reader
from judge.gateway.problems import ProblemError, problem_response

_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"

#: What stands around a header's name and value.
_AROUND_BYTES = 4

#: Requests that wait for the answer to one before them. Few clients send any so; each costs us some 3 KiB.
_PIPELINED_MAX = 64


#: Answers to a request at once, in bytes, or None; it is given the ASGI scope, and headers of every answer.
AtOnce = Callable[[Mapping[str, Any], list[tuple[bytes, bytes]]], bytes | None]


def bounded_protocol(
    head_bytes_max: int, silence_s_max: float, at_once: AtOnce | None = None
) -> type[asyncio.Protocol]:
    """A protocol whose requests' heads have at most this many bytes and are there within this time.

    A connection is closed whose peer reads nothing of an answer, or leaves a body unfinished that was answered
    already, for once to twice that time; or whose peer reads an answer more slowly than bodies may come.
    """
    given = {
        "head_bytes_max": head_bytes_max,
        "silence_s_max": silence_s_max,
        "at_once": staticmethod(at_once or _never),
    }
    return type("Bounded", (_Bounded,), given)


def _never(scope: Mapping[str, Any], default_headers: list[tuple[bytes, bytes]]) -> None:
    del scope, default_headers


class _Answered:
    """In the place of the cycle of a request that was answered at once."""

    response_complete = response_started = True
    message_event = asyncio.Event()


_ANSWERED: Any = _Answered()


class _Bounded(HttpToolsProtocol):
    """Counts bytes until a head is complete; the timer runs from a head's first byte (of the first request: from the
    connection's beginning) to its last."""

    head_bytes_max = 0
    silence_s_max = 0.0
    at_once: AtOnce = staticmethod(_never)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._in_head = True
        self._head_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = None
        self._look_timer: asyncio.TimerHandle | None = None
        self._unread_bytes = 0  # of an answer, at the last look
        self._reader = Reader(self.silence_s_max)
        self._was_answered_early = False

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._expect_head()
        self._look_timer = self.loop.call_later(self.silence_s_max, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_timers()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        self._forget_timers()
        super().handle_websocket_upgrade()

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes:
            if self._head_bytes > self.head_bytes_max:
                self._refuse(_TOO_LARGE)
            elif self._head_timer is None:
                self._expect_head()

    def on_message_begin(self) -> None:
        if len(self.pipeline) >= _PIPELINED_MAX:
            raise ValueError("too many requests at once")  # the parser ends with it: send_400_response
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._head_bytes = 0
        self._forget_head_timer()
        size = sum(map(len, chain.from_iterable(self.headers))) + _AROUND_BYTES * len(self.headers) + len(self.url)
        if size > self.head_bytes_max:
            self._refuse(_TOO_LARGE)
            return
        if self.parser.should_upgrade():
            super().on_headers_complete()
        else:
            self._begin_request()

    def _begin_request(self) -> None:
        """What uvicorn does when a head is complete, for a cycle of our own."""
        version, url = self.parser.get_http_version(), httptools.parse_url(self.url)
        path = url.path.decode("ascii")
        scope: Any = self.scope
        scope.update(
            method=self.parser.get_method().decode("ascii"),
            http_version=version,
            path=unquote(path) if "%" in path else path,
            raw_path=url.path,
            query_string=url.query or b"",
        )
        if not self.transport.get_write_buffer_size():
            self._reader.begin()
        before = self.cycle
        keep_alive = version != "1.0" and self.parser.should_keep_alive()
        is_turn = before is None or before.response_complete
        if is_turn and keep_alive and self._is_answered_at_once():
            return
        self.cycle = Cycle(
            self.scope,
            self.transport,
            self.flow,
            self.logger,
            self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=keep_alive,
            on_response=self.on_response_complete,
        )
        if is_turn:
            self._start_asgi_task(self.cycle, self.app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))

    def _is_answered_at_once(self) -> bool:
        if self.flow.write_paused or self.transport.is_closing():
            return False
        answer = self.at_once(self.scope, self.server_state.default_headers)
        if answer is None:
            return False
        self.cycle = _ANSWERED
        self.transport.write(answer)
        self.on_response_complete()
        return True

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_head = True

    def send_400_response(self, msg: str) -> None:
        """For what is no HTTP."""
        answer = problem_response(ProblemError("bad-request", msg, headers={"connection": "close"}))
        headers = b"".join(b"%b: %b\r\n" % pair for pair in answer.raw_headers)
        self._refuse(b"HTTP/1.1 400 Bad Request\r\n%b\r\n%b" % (headers, bytes(answer.body)))

    def pause_writing(self) -> None:
        self._reader.pause(self.loop.time(), self.transport.get_write_buffer_size())
        super().pause_writing()

    def resume_writing(self) -> None:
        self._unread_bytes = 0
        self._reader.resume(self.loop.time(), self.transport.get_write_buffer_size())
        super().resume_writing()

    def _expect_head(self) -> None:
        self._head_timer = self.loop.call_later(self.silence_s_max, self._refuse, _TOO_SLOW)

    def _forget_head_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _forget_timers(self) -> None:
        self._forget_head_timer()
        if self._look_timer is not None:
            self._look_timer.cancel()
            self._look_timer = None

    def _refuse(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            if self._is_turn():
                self.transport.write(answer)
            self.transport.close()

    def _is_turn(self) -> bool:
        """Whether an answer written now is not taken for that to an earlier request, or for a part of one."""
        if self.cycle is None or self.cycle.response_complete:
            return True
        return not (self._in_head or self.pipeline or self.cycle.response_started)

    def _waits(self) -> bool:
        """Whether something is to be written that its reader has not taken yet."""
        return self.flow.write_paused or self.transport.is_closing()

    def _look(self) -> None:
        waits, left_bytes, now_s = self._waits(), self.transport.get_write_buffer_size(), self.loop.time()
        if waits:
            self._reader.pause(now_s, left_bytes)
        elif not left_bytes:
            self._reader.begin()
        unread_bytes = left_bytes if waits else 0
        answered_early = not self._in_head and self.cycle is not None and self.cycle.response_complete
        stalls = unread_bytes >= self._unread_bytes > 0 or self._reader.is_slow(now_s, left_bytes)
        if stalls or (answered_early and self._was_answered_early):
            self.transport.abort()
            return
        self._unread_bytes, self._was_answered_early = unread_bytes, answered_early
        self._look_timer = self.loop.call_later(self.silence_s_max, self._look)
