"""Answers that many ask for, made once: as they go over a connection, packed and not."""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from functools import cached_property

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from judge.gateway.http.packing import PACKED_BYTES_MIN, PACKING_LEVEL, VARY
from judge.gateway.http.shell import HEADERS

#: Status, the lines of the head that are always the same, body.
Bytes = tuple[int, bytes, bytes]


class Kept:
    """One JSON value with its ETag, to be asked for again each time. A GET is answered as a Response of the same body
    and headers is within shell and packing."""

    def __init__(self, body: bytes, etag: str) -> None:
        self.body = body
        self.etag = etag
        self._plain = self._whole(body)
        self._not_modified: Bytes = (304, self._head(304), b"")

    def answer_to(self, headers: Mapping[bytes, bytes]) -> Bytes:
        """The answer to a GET with these headers."""
        if headers.get(b"if-none-match") == self.etag.encode():
            return self._not_modified
        return self._packed if b"gzip" in headers.get(b"accept-encoding", b"") else self._plain

    @cached_property
    def _packed(self) -> Bytes:
        if len(self.body) < PACKED_BYTES_MIN:
            return self._plain
        return self._whole(gzip.compress(self.body, PACKING_LEVEL, mtime=0), (b"content-encoding", b"gzip"))

    def _whole(self, body: bytes, *more: tuple[bytes, bytes]) -> Bytes:
        framing = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
        return 200, self._head(200, *framing, *more), body

    def _head(self, status: int, *more: tuple[bytes, bytes]) -> bytes:
        named = [*more, (b"etag", self.etag.encode()), (b"cache-control", b"no-cache"), VARY, *HEADERS]
        return STATUS_LINE[status] + b"".join([b"%b: %b\r\n" % pair for pair in named])
