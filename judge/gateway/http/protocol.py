"""HTTP/1.1 on one connection: uvicorn's, which leaves open how large a request's head is and how long it may take."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"

#: What stands around a header's name and value.
_AROUND_BYTES = 4


def bounded_protocol(head_bytes_max: int, head_s_max: float) -> type[asyncio.Protocol]:
    """A protocol whose requests' heads have at most this many bytes and are there within this time."""
    return type("Bounded", (_Bounded,), {"head_bytes_max": head_bytes_max, "head_s_max": head_s_max})


class _Bounded(HttpToolsProtocol):
    """Counts bytes until a head is complete; the timer runs from a head's first byte (of the first request: from the
    connection's beginning) to its last."""

    head_bytes_max = 0
    head_s_max = 0.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._in_head = True
        self._head_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_timer is None:
                self._expect_head()
        super().data_received(data)
        if self._in_head and self._head_bytes > self.head_bytes_max:
            self._refuse(_TOO_LARGE)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._head_bytes = 0
        self._forget_timer()
        size = sum(len(name) + len(value) + _AROUND_BYTES for name, value in self.headers) + len(self.url)
        if size > self.head_bytes_max:
            self._refuse(_TOO_LARGE)
            return
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._in_head = True

    def _expect_head(self) -> None:
        self._head_timer = self.loop.call_later(self.head_s_max, self._refuse, _TOO_SLOW)

    def _forget_timer(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _refuse(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(answer)
            self.transport.close()
