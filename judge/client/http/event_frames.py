"""Server-sent events (the HTML standard, section 9.2) out of bytes as they come. Pure."""

from __future__ import annotations

from typing import NamedTuple

from judge.errors import QueueAnswerError

#: A longer line is no event of a gateway: a report that large is a blob.
_LINE_BYTES_MAX = 64 << 20


class Frame(NamedTuple):
    """One event: where to go on behind it, and its JSON."""

    id: str
    data: bytes


class Frames:
    """Takes bytes, gives events. Lines end with CR, LF or both; comments and unknown fields are passed over."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._id = ""
        self._data: list[bytes] = []

    def take(self, chunk: bytes) -> list[Frame]:
        """The events that are whole now. Raises QueueAnswerError for a line without an end."""
        self._rest += chunk
        if b"\n" not in chunk and b"\r" not in chunk:
            if len(self._rest) > _LINE_BYTES_MAX:
                raise QueueAnswerError("the server sent an event that does not end")
            return []
        text, found = bytes(self._rest).replace(b"\r\n", b"\n"), []
        held = b"\r" if text.endswith(b"\r") else b""  # perhaps the first half of an end
        *lines, rest = text[: len(text) - len(held)].replace(b"\r", b"\n").split(b"\n")
        self._rest = bytearray(rest + held)
        for line in lines:
            frame = self._line(line)
            if frame is not None:
                found.append(frame)
        return found

    def _line(self, line: bytes) -> Frame | None:
        if not line:
            data, self._data = self._data, []
            return Frame(self._id, b"\n".join(data)) if data else None
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
        elif name == b"id" and b"\0" not in value:
            self._id = value.decode("utf-8", "replace")
        return None
