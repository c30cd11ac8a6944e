"""How calls and answers travel between a judge program and its director, version 1.

A frame is a head of 8 bytes, JSON, and a payload. The head is two unsigned 32-bit numbers, little-endian: the sizes of
the JSON and of the payload. The JSON is one object; ``call`` (of the program) or ``answer`` (of the director) names its
type in :mod:`judge.program.calls` and :mod:`judge.program.answers`, all else are the fields of that type; what has its
default may be left out. Bytes are never in the JSON: a ``Content`` is a slice of the frame's payload, or a handle of
what the director holds.

The descriptor is a stream socket. The first call is ``begin``. What comes from the program is hostile: a frame that is
too large, no JSON, of no known type or too deep is a :class:`ProtocolError`, and the end of the program.
"""

from __future__ import annotations

import struct

import msgspec

from judge.program.answers import Answer
from judge.program.calls import AnyCall

#: Of this protocol. A director serves each version that there ever was.
VERSION = 1
#: Where a judge program finds its director.
CALL_FD = 3

#: The largest JSON and payload of one call. Values within values go as deep as the types do, and no deeper.
JSON_BYTES_MAX = 1 << 20
PAYLOAD_BYTES_MAX = 64 << 20

HEAD = struct.Struct("<II")

_calls: msgspec.json.Decoder[AnyCall] = msgspec.json.Decoder(AnyCall)
_answers = msgspec.json.Encoder()


class ProtocolError(Exception):
    """What a judge program wrote to its director is no call. ``str()`` is one line, safe to show."""


def sizes_of(head: bytes) -> tuple[int, int]:
    """The sizes of the JSON and the payload of a call. Raises ProtocolError."""
    json_bytes, payload_bytes = HEAD.unpack(head)
    if json_bytes > JSON_BYTES_MAX:
        raise ProtocolError(f"a call of {json_bytes} bytes; at most {JSON_BYTES_MAX} are taken")
    if payload_bytes > PAYLOAD_BYTES_MAX:
        raise ProtocolError(f"a payload of {payload_bytes} bytes; at most {PAYLOAD_BYTES_MAX} are taken")
    return json_bytes, payload_bytes


def call_of(text: bytes | memoryview) -> AnyCall:
    """The call that the JSON of a frame is. Raises ProtocolError."""
    try:
        call: AnyCall = _calls.decode(text)
        return call
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(f"no call: {error}") from error


def frame_of(answer: Answer, payload_bytes: int = 0) -> bytes:
    """The beginning of an answer's frame; ``payload_bytes`` are to follow."""
    text = _answers.encode(answer)
    return HEAD.pack(len(text), payload_bytes) + text
