"""What a session's client and its program say to each other, one frame at a time. These types are the wire form."""

from __future__ import annotations

import msgspec

#: Typed in one frame; longer input goes in several.
TYPED_BYTES_MAX = 16 << 10
#: Of a terminal, in both directions.
TERMINAL_SIZE_MAX = 1000
#: What a client may send, by name without "SIG": every signal that has a name.
SESSION_SIGNALS = (
    *("HUP", "INT", "QUIT", "KILL", "USR1", "USR2", "TERM", "CONT", "TSTP", "WINCH", "ALRM"),
    *("ILL", "TRAP", "ABRT", "BUS", "FPE", "SEGV", "PIPE", "CHLD", "STOP", "TTIN", "TTOU"),
    *("URG", "XCPU", "XFSZ", "VTALRM", "PROF", "IO", "PWR", "SYS"),
)


class Typed(msgspec.Struct, frozen=True, kw_only=True, tag="typed"):
    """Input. ``offset``: how many bytes were typed before it."""

    offset: int
    data: bytes


class EndOfInput(msgspec.Struct, frozen=True, kw_only=True, tag="end"):
    """No more input comes: a pipe is closed, at a terminal its end-of-input character is typed."""


class Resized(msgspec.Struct, frozen=True, kw_only=True, tag="resized"):
    """The client's window has another size, in characters."""

    rows: int
    columns: int


class SentSignal(msgspec.Struct, frozen=True, kw_only=True, tag="signal"):
    """One of :data:`SESSION_SIGNALS`, for the group in the terminal's foreground or the program's."""

    name: str


class Present(msgspec.Struct, frozen=True, kw_only=True, tag="present"):
    """The client is there. ``taken``: the offset up to which it has output; ``lost``: how much before it was gone."""

    taken: int = 0
    lost: int = 0


class Closed(msgspec.Struct, frozen=True, kw_only=True, tag="closed"):
    """The client wants it to end."""


InputFrame = Typed | EndOfInput | Resized | SentSignal | Present | Closed


class OutputFrame(msgspec.Struct, frozen=True, kw_only=True):
    """Output. ``stream`` 1 = standard output or the terminal, 2 = standard error; ``offset`` counts both together."""

    offset: int
    data: bytes
    stream: int = 1
