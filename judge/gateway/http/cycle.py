"""One request and its answer, as uvicorn has it; but an answer's head is looked at as a whole.

uvicorn looks at each name and each value of a head by itself: that is a third of what a small answer costs.
"""

from __future__ import annotations

import re
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

#: A header's name (RFC 9110, section 5.6.2), in small letters as ASGI has it.
_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9a-z]+")

#: What no value may have (RFC 9110, section 5.5): with a line's end in it, a value would be another header.
_NO_VALUE = bytes({*range(0x20), 0x7F} - {0x09})

#: What says how the answer is framed; all but a length is left to uvicorn.
_FRAMING = frozenset({b"transfer-encoding", b"connection"})

#: Names that were looked at; ours are some thirty.
_KNOWN_MAX = 256
_known: set[bytes] = set()


class Cycle(RequestResponseCycle):
    """Sends what uvicorn's sends, and refuses what that refuses."""

    async def send(self, message: Any) -> None:
        """See ASGI."""
        if not self.response_started and message["type"] == "http.response.start" and not self.flow.write_paused:
            headers = self.default_headers + message["headers"] if self.default_headers else message["headers"]
            if not self.disconnected and self._begin(message["status"], headers):
                return
        await super().send(message)

    def _begin(self, status: int, headers: list[tuple[bytes, bytes]]) -> bool:
        """Write the head. False = it is none of the usual ones, and nothing was done."""
        named = dict(headers)
        length = named.get(b"content-length")
        values = b"".join([value for _, value in headers])
        if (
            length is None
            or not length.isdigit()
            or not self.keep_alive
            or not named.keys().isdisjoint(_FRAMING)
            or not _all_known(named)
            or len(values.translate(None, _NO_VALUE)) != len(values)
        ):
            return False
        self.response_started = True
        self.waiting_for_100_continue = False
        self.chunked_encoding = False
        self.expected_content_length = int(length)
        lines = b"\r\n".join([b"%b: %b" % pair for pair in headers])
        self.transport.write(b"%b%b\r\n\r\n" % (STATUS_LINE[status], lines))
        return True


def _all_known(named: dict[bytes, bytes]) -> bool:
    if named.keys() <= _known:
        return True
    if not all(map(_NAME.fullmatch, named)):
        return False
    if len(_known) + len(named) > _KNOWN_MAX:
        _known.clear()
    _known.update(named)
    return True
