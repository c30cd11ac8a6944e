"""Packing: answers to those who take gzip are packed, when they are worth it and no streams.

Files of people are not packed: most gain nothing, and one of many megabytes would cost most of a second of our time.
"""

from __future__ import annotations

from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from judge.http_form.batch import NDJSON

#: Answers below this are not worth packing.
PACKED_BYTES_MIN = 1024
PACKING_LEVEL = 5

#: Streams, where lines would wait for others; and files, which are large or packed already.
_UNPACKED = (*DEFAULT_EXCLUDED_CONTENT_TYPES, NDJSON, "application/octet-stream", "application/pdf", "image/*")

#: For caches: who takes gzip gets another answer.
VARY = (b"vary", b"Accept-Encoding")


class Packing:
    """An ASGI application around another one, which says nothing of ``Vary`` itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._packed = GZipMiddleware(
            app, minimum_size=PACKED_BYTES_MIN, compresslevel=PACKING_LEVEL, exclude_content_types=_UNPACKED
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if any(name == b"accept-encoding" and b"gzip" in value for name, value in scope["headers"]):
            await self._packed(scope, receive, send)
            return

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], VARY]
            await send(message)

        await self._app(scope, receive, send_on)
