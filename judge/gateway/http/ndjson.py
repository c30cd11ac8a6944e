"""Reads lines out of a body as it comes: packed or not, in memory that does not depend on what is sent."""

from __future__ import annotations

import asyncio
import hashlib
import sys
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from typing import Any

from judge.gateway.problems import ProblemError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

#: Unpacked at once.
_PIECE_BYTES = 64 << 10

#: Tells zlib to expect gzip's own frame.
_GZIP_BITS = 16 + zlib.MAX_WBITS

#: RFC 9659: what is packed for HTTP needs no larger window (8 MiB).
_WINDOW_LOG_MAX = 23

#: Members (or frames) of one body. Each costs time even when it is empty.
_MEMBERS_MAX = 10_000

#: The encodings that are read.
ENCODINGS = ("identity", "gzip", "zstd")


@dataclass(frozen=True)
class GivenLine:
    """One line that is not empty, without its end. ``number`` counts from 1. ``text`` None = it is too long."""

    number: int
    text: bytes | None
    digest: str


class _Members:
    """Unpacks members (or frames) one behind the other, a bounded piece at a time."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._make: Callable[[], Any] = _gzip if name == "gzip" else _zstd
        self._one: Any = self._make()
        self._begun = False
        self._count = 0

    def pieces(self, packed: bytes) -> Iterator[bytes]:
        """What these bytes add. Raises ProblemError."""
        data = packed
        while True:
            try:
                piece = self._one.decompress(data, _PIECE_BYTES)
            except (zlib.error, zstd.ZstdError) as error:
                raise ProblemError("bad-request", f"the body is no {self._name}: {error}") from error
            self._begun = self._begun or bool(data)
            if piece:
                yield piece
            if self._one.eof:
                data = self._one.unused_data
                self._one, self._begun = self._make(), False
                self._count += 1
                if self._count > _MEMBERS_MAX:
                    raise ProblemError("bad-request", f"the body has more than {_MEMBERS_MAX} {self._name} members")
                if not data:
                    return
            else:
                data = getattr(self._one, "unconsumed_tail", b"")
                if not data and not (piece and len(piece) >= _PIECE_BYTES):
                    return

    def end(self) -> None:
        """Raises ProblemError when a member is not whole."""
        if self._begun:
            raise ProblemError("bad-request", f"the body ends within the {self._name}")


def _gzip() -> Any:
    return zlib.decompressobj(_GZIP_BITS)


def _zstd() -> Any:
    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _WINDOW_LOG_MAX})


def encoding_of(header: str | None) -> str:
    """Which of :data:`ENCODINGS` a body has. Raises ProblemError."""
    name = (header or "identity").strip().lower().removeprefix("x-")
    if name not in ENCODINGS:
        raise ProblemError("bad-media-type", f"Content-Encoding {name[:40]!r}: {', '.join(ENCODINGS)} are read")
    return name


async def _unpacked(chunks: AsyncIterator[bytes], encoding: str, bytes_max: int) -> AsyncIterator[bytes]:
    members, size = None if encoding == "identity" else _Members(encoding), 0
    async for chunk in chunks:
        for piece in (chunk,) if members is None else members.pieces(chunk):
            size += len(piece)
            if size > bytes_max:
                raise ProblemError(
                    "too-large", f"the body has more than {bytes_max} bytes", headers={"connection": "close"}
                )
            yield piece
            await asyncio.sleep(0)  # others have their turn, however much comes out of one chunk
    if members is not None:
        members.end()


async def lines_of(
    chunks: AsyncIterator[bytes], encoding: str, *, bytes_max: int, line_bytes_max: int
) -> AsyncIterator[GivenLine]:
    """The lines of a body. Raises ProblemError: what ``chunks`` raises, too large, not packed as it says."""
    number, rest, long = 0, bytearray(), None
    async for piece in _unpacked(chunks, encoding, bytes_max):
        first, *others = piece.split(b"\n")
        for text in (first, *others[:-1]) if others else ():
            number += 1
            rest += text
            if long is not None or len(rest) > line_bytes_max:
                long = long or hashlib.sha256()
                long.update(rest)
                yield GivenLine(number, None, long.hexdigest())
            elif line := bytes(rest).strip():
                yield GivenLine(number, line, hashlib.sha256(line).hexdigest())
            rest, long = bytearray(), None
        rest += others[-1] if others else first
        if len(rest) > line_bytes_max:
            long = long or hashlib.sha256()
            long.update(rest)
            rest = bytearray()
    if long is not None:
        long.update(rest)
        yield GivenLine(number + 1, None, long.hexdigest())
    elif line := bytes(rest).strip():
        yield GivenLine(number + 1, line, hashlib.sha256(line).hexdigest())
