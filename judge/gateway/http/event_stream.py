"""Answers that are sent as they come: server-sent events (the HTML standard, section 9.2), and other streams."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack
from typing import Any, NamedTuple

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
    """Sends pieces as they come. Ends with its source, when the reader is gone or takes nothing, or when ``until``
    returns; then ``held`` is closed."""

    def __init__(self, source: AsyncIterator[bytes], held: ExitStack, until: Callable[[], Awaitable[object]]) -> None:
        super().__init__(headers=_HEADERS)
        self._source = source
        self._held = held
        self._until = until
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._held:
            sending = asyncio.ensure_future(self._send_all(scope, send))
            gone = asyncio.ensure_future(_until_gone(receive))
            over = asyncio.ensure_future(self._until())
            try:
                await asyncio.wait((sending, gone, over), return_when=asyncio.FIRST_COMPLETED)
            finally:
                ends_by_itself = over.done() and not sending.done()
                await _ended(sending, gone, over)
                with contextlib.suppress(asyncio.CancelledError, TimeoutError, OSError):
                    sending.result()
            if ends_by_itself:
                await _send_last(send)

    async def _send_all(self, scope: Scope, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        if scope["method"] != "HEAD":
            async with contextlib.aclosing(self._source) as source:  # type: ignore[type-var]
                async for one in source:
                    async with asyncio.timeout(READER_S_MAX):
                        await send({"type": "http.response.body", "body": one, "more_body": True})
        await _send_last(send)


class EventStream(Stream):
    """Sends events as they come; None among them = a ping. Ends as :class:`Stream`."""

    media_type = "text/event-stream"

    def __init__(
        self, source: AsyncIterator[Sent | None], held: ExitStack, until: Callable[[], Awaitable[object]]
    ) -> None:
        super().__init__(_framed_all(source), held, until)


async def _send_last(send: Send) -> None:
    with contextlib.suppress(TimeoutError, OSError):
        async with asyncio.timeout(READER_S_MAX):
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _framed_all(source: AsyncIterator[Sent | None]) -> AsyncIterator[bytes]:
    async with contextlib.aclosing(source):  # type: ignore[type-var]
        async for one in source:
            yield _framed(one)


def _framed(sent: Sent | None) -> bytes:
    if sent is None:
        return PING
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (sent.id.encode(), sent.name.encode(), sent.data)


async def _ended(*tasks: asyncio.Future[Any]) -> None:
    """Cancel them, and again until they are done: who waits for Redis may take a cancellation for the end of a wait."""
    while alive := [task for task in tasks if not task.done()]:
        for task in alive:
            task.cancel()
        await asyncio.wait(alive, timeout=_CANCELLED_S)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
