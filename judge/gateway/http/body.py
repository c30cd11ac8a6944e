"""Reads a request's body within its limits: size as sent, size unpacked, and how long the sender may be silent."""

from __future__ import annotations

import asyncio
import time
import zlib
from collections.abc import AsyncIterator

from starlette.requests import Request

from judge.gateway.problems import ProblemError

#: A sender that is slower than this, from the beginning on, has the silence to spare and no more.
BYTES_PER_S_MIN = 4096

#: Tells zlib to expect gzip's own frame.
_GZIP_BITS = 16 + zlib.MAX_WBITS


async def chunks_of(request: Request, bytes_max: int, silence_s: float) -> AsyncIterator[bytes]:
    """The body as it comes, as it was sent. Raises ProblemError: too large, too slow, or its sender is gone."""
    said = request.headers.get("content-length", "")
    if bytes_max and said.isdecimal() and int(said) > bytes_max:
        raise ProblemError("too-large", f"the body has {said} bytes; {bytes_max} are taken")
    size, began_s = 0, time.monotonic()
    while True:
        left_s = began_s + silence_s + size / BYTES_PER_S_MIN - time.monotonic()
        try:
            async with asyncio.timeout(min(silence_s, left_s)):
                message = await request.receive()
        except TimeoutError:
            raise ProblemError("slow-request", headers={"connection": "close"}) from None
        if message["type"] != "http.request":
            raise ProblemError("bad-request", "the connection ended within the body")
        chunk = message.get("body", b"")
        size += len(chunk)
        if bytes_max and size > bytes_max:
            raise ProblemError(
                "too-large", f"the body has more than {bytes_max} bytes", headers={"connection": "close"}
            )
        if chunk:
            yield chunk
        if not message.get("more_body", False):
            return


async def body_of(request: Request, bytes_max: int, silence_s: float) -> bytes:
    """The whole body, unpacked when it is gzip. Raises ProblemError as :func:`chunks_of`, and for other encodings."""
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip"):
        raise ProblemError("bad-media-type", f"Content-Encoding {encoding[:40]!r}: identity and gzip are read")
    packed = encoding != "identity"
    parts = [chunk async for chunk in chunks_of(request, bytes_max, silence_s)]
    body = b"".join(parts)
    return _unpacked(body, bytes_max) if packed else body


def _unpacked(packed: bytes, bytes_max: int) -> bytes:
    unpacker = zlib.decompressobj(_GZIP_BITS)
    try:
        body = unpacker.decompress(packed, bytes_max + 1)
    except zlib.error as error:
        raise ProblemError("bad-request", f"the body is no gzip: {error}") from error
    if len(body) > bytes_max:
        raise ProblemError("too-large", f"the body unpacks to more than {bytes_max} bytes")
    if not unpacker.eof or unpacker.unused_data:
        raise ProblemError("bad-request", "the body is not one whole gzip member")
    return body
