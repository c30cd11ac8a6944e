"""Output while it comes: the order in which both streams arrived, and the events of live output."""

from __future__ import annotations

from judge.model.event import Emit, OutputChunk
from judge.model.work_report import OutputPiece

#: After this many changes of the stream, the order of what follows is not told.
PIECES_MAX = 4096

#: Of one attempt, both streams and all repeats together. What comes later is in the report alone.
LIVE_BYTES_MAX = 1 << 20
#: Each chunk counts this much beside its content: a program that writes byte by byte makes events of them.
LIVE_CHUNK_COST_BYTES = 64
#: Of one event.
LIVE_CHUNK_BYTES_MAX = 32 << 10


class ArrivalOrder:
    """Notes which stream bytes came from, in a bounded number of pieces; of one run."""

    def __init__(self) -> None:
        self._pieces: list[tuple[int, int]] = []
        self._full = False

    def note(self, stream: int, data: bytes) -> None:
        """``data`` came from ``stream``."""
        if self._full:
            return
        if self._pieces and self._pieces[-1][0] == stream:
            self._pieces[-1] = stream, self._pieces[-1][1] + len(data)
        elif len(self._pieces) < PIECES_MAX:
            self._pieces.append((stream, len(data)))
        else:
            self._full = True

    @property
    def pieces(self) -> tuple[OutputPiece, ...]:
        """In order."""
        return tuple(OutputPiece(stream=stream, size_bytes=size) for stream, size in self._pieces)


class LiveOutput:
    """Sends what runs write as events, up to a bound that it says when it is reached; of one attempt."""

    def __init__(self, emit: Emit, submission: str) -> None:
        self._emit = emit
        self._submission = submission
        self._left_bytes = LIVE_BYTES_MAX
        self._run = 0
        self._offsets = {1: 0, 2: 0}

    def begin_run(self) -> None:
        """The next of the repeats: its streams start at 0 again."""
        self._run += 1
        self._offsets = {1: 0, 2: 0}

    def send(self, stream: int, data: bytes) -> None:
        """``data`` came from ``stream``. Raises what the emitter raises."""
        view = memoryview(data)
        while view and self._left_bytes > 0:
            room = min(LIVE_CHUNK_BYTES_MAX, self._left_bytes)
            content, view = bytes(view[:room]), view[room:]
            self._left_bytes -= len(content) + LIVE_CHUNK_COST_BYTES
            self._emit(
                OutputChunk(
                    submission=self._submission,
                    run=self._run,
                    stream=stream,
                    offset=self._offsets[stream],
                    content=content,
                    last=self._left_bytes <= 0,
                )
            )
            self._offsets[stream] += len(content)
