"""What a session's client and the gateway say to each other on a WebSocket.

Text messages are JSON, each with its ``type``. Input and output may go as binary messages instead: input is its offset
(8 bytes, big-endian) and the bytes; output is the number of the stream (1 byte), its offset (8 bytes) and the bytes.
"""

from __future__ import annotations

import struct
from typing import Annotated

import msgspec
from msgspec import Meta

from judge.http_form.answers import Problem, Standing, WorkForm
from judge.http_form.data import text_and_bytes
from judge.model.session import SESSION_SIGNALS, TERMINAL_SIZE_MAX, OutputFrame

#: Offsets are whole numbers that JavaScript has, too.
OFFSET_MAX = 2**53 - 1

_Offset = Annotated[int, Meta(ge=0, le=OFFSET_MAX)]
_Size = Annotated[int, Meta(ge=1, le=TERMINAL_SIZE_MAX)]

_INPUT_HEAD = struct.Struct(">Q")
_OUTPUT_HEAD = struct.Struct(">BQ")


class TypedInput(msgspec.Struct, frozen=True, kw_only=True, tag="input", forbid_unknown_fields=True):
    """Input. ``offset``: how many bytes were typed before it; what was typed already is not typed again. Without it
    the input goes behind all that was typed."""

    text: str = ""
    base64: bytes = b""
    offset: _Offset | None = None

    def __post_init__(self) -> None:
        if self.text and self.base64:
            raise ValueError("give one of text and base64")


class InputEnd(msgspec.Struct, frozen=True, kw_only=True, tag="end", forbid_unknown_fields=True):
    """No more input comes."""


class WindowSize(msgspec.Struct, frozen=True, kw_only=True, tag="resize", forbid_unknown_fields=True):
    """The window has another size, in characters."""

    rows: _Size
    columns: _Size


class SignalAsked(msgspec.Struct, frozen=True, kw_only=True, tag="signal", forbid_unknown_fields=True):
    """A signal for the program."""

    name: Annotated[str, Meta(pattern=f"^({'|'.join(SESSION_SIGNALS)})$")]


class EndAsked(msgspec.Struct, frozen=True, kw_only=True, tag="close", forbid_unknown_fields=True):
    """End the session; its report follows."""


#: What a client says.
ClientMessage = TypedInput | InputEnd | WindowSize | SignalAsked | EndAsked


class StateSaid(msgspec.Struct, frozen=True, kw_only=True, tag="state"):
    """How the session stands, at the beginning and when that changes. ``typed``: how many bytes were typed into it."""

    id: str
    state: Standing
    typed: int


class OutputSaid(msgspec.Struct, frozen=True, kw_only=True, tag="output"):
    """Output. ``stream`` 1 = standard output or the terminal, 2 = standard error. ``offset`` counts both together; one
    larger than expected: what is between was gone before it could be sent. ``base64`` is there where ``text`` is not
    exactly the bytes."""

    offset: int
    stream: int = 1
    text: str = ""
    base64: bytes = b""


class TypedSaid(msgspec.Struct, frozen=True, kw_only=True, tag="typed"):
    """How many bytes were typed in all. ``gap``: the input that was sent last does not follow them, and was dropped.
    ``ended``: so was the end of input."""

    offset: int
    gap: bool = False
    ended: bool = False


class OverSaid(msgspec.Struct, frozen=True, kw_only=True, tag="over"):
    """The session is over, and all of its output was sent; ``work`` has its report. The socket is closed (1000)."""

    work: WorkForm


class ProblemSaid(msgspec.Struct, frozen=True, kw_only=True, tag="problem"):
    """What is wrong with what the client said; the socket is closed (1008). The session goes on."""

    problem: Problem


#: What the gateway says.
ServerMessage = StateSaid | OutputSaid | TypedSaid | OverSaid | ProblemSaid


def output_said(frame: OutputFrame) -> OutputSaid:
    """Output as JSON."""
    text, exact = text_and_bytes(frame.data)
    return OutputSaid(offset=frame.offset, stream=frame.stream, text=text, base64=exact)


def packed_output(frame: OutputFrame) -> bytes:
    """Output as a binary message."""
    return _OUTPUT_HEAD.pack(frame.stream, frame.offset) + frame.data


def packed_input(offset: int, data: bytes) -> bytes:
    """Input as a binary message, for clients."""
    return _INPUT_HEAD.pack(offset) + data


def unpacked_input(message: bytes) -> TypedInput:
    """The input in a binary message. Raises ValueError."""
    if len(message) < _INPUT_HEAD.size:
        raise ValueError(f"a binary message begins with the offset, {_INPUT_HEAD.size} bytes")
    (offset,) = _INPUT_HEAD.unpack_from(message)
    if offset > OFFSET_MAX:
        raise ValueError(f"the offset is larger than {OFFSET_MAX}")
    return TypedInput(base64=message[_INPUT_HEAD.size :], offset=offset)


def unpacked_output(message: bytes) -> OutputFrame:
    """The output in a binary message, for clients. Raises ValueError."""
    if len(message) < _OUTPUT_HEAD.size:
        raise ValueError("this is no output of a session")
    stream, offset = _OUTPUT_HEAD.unpack_from(message)
    return OutputFrame(offset=offset, stream=stream, data=message[_OUTPUT_HEAD.size :])
