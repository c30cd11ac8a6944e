"""Answers that are sent as they come: server-sent events (the HTML standard, section 9.2), and other streams."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import NamedTuple

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

#: A reader that takes nothing for this long is left alone.
READER_S_MAX = 60.0

#: Until a task that was cancelled is told so again.
_CANCELLED_S = 0.2

_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


class Sent(NamedTuple):
    """One event. ``id`` is where a reader goes on behind it; ``data`` is JSON, and so one line."""

    id: str
    name: str
    data: bytes


#: A comment: it keeps connections open that proxies would close.
PING = b": ping\n\n"


class Stream(Response):
    """Sends pieces as they come. Ends with its source, or when the reader is gone or takes nothing; then ``held`` is
    closed."""

    def __init__(self, source: AsyncIterator[bytes], held: ExitStack) -> None:
        super().__init__(headers=_HEADERS)
        self._source = source
        self._held = held
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._held:
            sending = asyncio.ensure_future(self._send_all(scope, send))
            gone = asyncio.ensure_future(_until_gone(receive))
            try:
                await asyncio.wait((sending, gone), return_when=asyncio.FIRST_COMPLETED)
            finally:
                await _ended(sending, gone)
                with contextlib.suppress(asyncio.CancelledError, TimeoutError, OSError):
                    sending.result()

    async def _send_all(self, scope: Scope, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        if scope["method"] != "HEAD":
            async with contextlib.aclosing(self._source) as source:  # type: ignore[type-var]
                async for one in source:
                    async with asyncio.timeout(READER_S_MAX):
                        await send({"type": "http.response.body", "body": one, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class EventStream(Stream):
    """Sends events as they come; None among them = a ping. Ends with its source, or when the reader is gone."""

    media_type = "text/event-stream"

    def __init__(self, source: AsyncIterator[Sent | None], held: ExitStack) -> None:
        super().__init__(_framed_all(source), held)


async def _framed_all(source: AsyncIterator[Sent | None]) -> AsyncIterator[bytes]:
    async with contextlib.aclosing(source):  # type: ignore[type-var]
        async for one in source:
            yield _framed(one)


def _framed(sent: Sent | None) -> bytes:
    if sent is None:
        return PING
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (sent.id.encode(), sent.name.encode(), sent.data)


async def _ended(*tasks: asyncio.Future[None]) -> None:
    """Cancel them, and again until they are done: who waits for Redis may take a cancellation for the end of a wait."""
    while alive := [task for task in tasks if not task.done()]:
        for task in alive:
            task.cancel()
        await asyncio.wait(alive, timeout=_CANCELLED_S)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
