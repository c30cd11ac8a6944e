"""The worker's end of a session: two connections, of which the run loop waits for what they say.

Each frame of output is an entry of a stream whose id is the offset behind it, so that one that is sent again after a
broken connection is there once. What its client does: :mod:`judge.queue.sessions`.
"""

from __future__ import annotations

import contextlib
import select
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from redis.exceptions import RedisError, ResponseError

from judge.model.session import TYPED_BYTES_MAX, InputFrame, OutputFrame, Present, Typed
from judge.queue.answers import text_of
from judge.queue.redis_queue import Queue
from judge.queue.sessions import TYPED_WAITING_MAX
from judge.queue.values import Claim

#: Output that is kept for readers, and what each frame counts beside its bytes; what is older is dropped.
OUTPUT_KEPT_BYTES = 256 << 10
OUTPUT_FRAME_COST_BYTES = 64
#: How long streams are kept without a word, and after the end.
_KEPT_S, _KEPT_AFTER_S = 3600, 60
_FRAME_BYTES_MAX = 64 << 10
_BLOCK_MS = 10_000
#: Between two tries to reach Redis; how long the end waits for it.
_RETRY_NS = 1_000_000_000
#: How long a stream that is written to goes on without a new end of its time.
_PROLONG_NS = 60_000_000_000
_FINISH_NS = 2_000_000_000

_INPUT: msgspec.json.Decoder[InputFrame] = msgspec.json.Decoder(InputFrame)
_ENCODER = msgspec.json.Encoder()
#: Redis has an entry of this id: the frame has arrived before.
_IS_THERE = "equal or smaller"


class Missing:
    """Which ranges of the output are gone, and how much of that no reader had taken."""

    def __init__(self) -> None:
        self._ranges: deque[tuple[int, int]] = deque()
        self._taken = self._lost = 0  # as the reader says: up to where it has all but what it has missed

    @property
    def size_bytes(self) -> int:
        """How much is lost to the reader."""
        return self._lost + sum(end - begin for begin, end in self._ranges)

    def add(self, begin: int, end: int) -> None:
        """This is gone."""
        begin = max(begin, self._taken)
        if begin >= end:
            return
        if self._ranges and self._ranges[-1][1] == begin:
            begin, _ = self._ranges.pop()
        self._ranges.append((begin, end))

    def taken(self, offset: int, lost: int) -> None:
        """The reader is at an offset, and has missed so much before it."""
        self._taken, self._lost = offset, lost
        self._ranges = deque((max(begin, offset), end) for begin, end in self._ranges if end > offset)


class SessionLink:
    """See :class:`judge.running.session.SessionChannel`; connects when it is first used."""

    def __init__(self, queue: Queue, claim: Claim) -> None:
        keys = queue.link.keys
        self._pool = queue.link.client.connection_pool
        self._input_key = keys.session_input(claim.id, str(claim.fence))
        self._output_key = keys.session_output(claim.id, str(claim.fence))
        self._news = keys.news(claim.id)
        self._reader: Any = None
        self._writer: Any = None
        self._retry_ns = self._prolong_ns = 0
        self._last = "0"  # the newest frame that was read
        self._done: list[str] = []  # frames to be deleted
        self._typed: list[str] = []  # the same, once the program has taken what they hold
        self._pending: deque[OutputFrame] = deque()
        self._sent: tuple[OutputFrame, ...] = ()  # on their way: sent again when the connection breaks
        self._deleted: tuple[str, ...] = ()  # the same of frames to be deleted
        self._sent_bytes = 0  # the offset behind all frames that were ever on their way
        self._pending_bytes = self._written_bytes = 0
        self._kept: deque[tuple[int, int]] = deque()  # what the stream holds, by offsets
        self._kept_bytes = 0
        self._unanswered = 0
        self._missing = Missing()
        self._is_ending = False

    @property
    def dropped_bytes(self) -> int:
        """See the protocol."""
        return self._missing.size_bytes

    @property
    def is_ending(self) -> bool:
        """See the protocol."""
        return self._is_ending

    def end(self) -> None:
        """The worker stops; callable from a signal handler at any moment."""
        self._is_ending = True

    def watched(self) -> Mapping[int, int]:
        """See the protocol."""
        connections = [self._reader, *([self._writer] if self._unanswered else [])]
        return {one._sock.fileno(): select.POLLIN for one in connections if one is not None and one._sock is not None}

    def receive(self) -> Sequence[InputFrame]:
        """See the protocol."""
        frames: Sequence[InputFrame] = ()
        try:
            if self._reader is None and not self._connect():
                return ()
            if self._reader.can_read(timeout=0):
                frames = self._read()
        except (RedisError, OSError):
            self._drop()
        self._push()
        return frames

    def settle(self) -> None:
        """See the protocol."""
        self._done += self._typed
        self._typed.clear()

    def send(self, stream: int, data: bytes) -> None:
        """See the protocol."""
        begin, self._written_bytes = self._written_bytes, self._written_bytes + len(data)
        last = self._pending[-1] if self._pending else None
        if last is not None and last.offset >= self._sent_bytes and _is_continued(last, stream, begin, len(data)):
            self._pending[-1] = OutputFrame(offset=last.offset, data=last.data + data, stream=stream)
        else:
            for at in range(0, len(data), _FRAME_BYTES_MAX):
                piece = data[at : at + _FRAME_BYTES_MAX]
                self._pending.append(OutputFrame(offset=begin + at, data=piece, stream=stream))
                self._pending_bytes += OUTPUT_FRAME_COST_BYTES
        self._pending_bytes += len(data)
        self._push()
        while self._pending_bytes > OUTPUT_KEPT_BYTES:
            self._forget(self._pending.popleft())

    def finish(self) -> None:
        """See the protocol."""
        deadline_ns = time.monotonic_ns() + _FINISH_NS
        while (self._pending or self._unanswered) and time.monotonic_ns() < deadline_ns:
            self._push()
            try:
                if self._writer is None and not self._connect():
                    time.sleep(_RETRY_NS / 10e9)
                elif self._unanswered:
                    self._writer.can_read(timeout=0.1)
            except (RedisError, OSError):
                self._drop()
        self._take_back()
        while self._pending:
            self._forget(self._pending.popleft())

    def close(self) -> None:
        """See the protocol."""
        if self._writer is not None:
            with contextlib.suppress(RedisError, OSError):
                self._command(("EXPIRE", self._output_key, _KEPT_AFTER_S), ("DEL", self._input_key))
                while self._unanswered:
                    self._answer()
        self._drop()

    def _connect(self) -> bool:
        now_ns = time.monotonic_ns()
        if now_ns < self._retry_ns:
            return False
        self._retry_ns = now_ns + _RETRY_NS
        if self._reader is None:
            self._reader = self._pool.get_connection()
        if self._writer is None:
            self._writer = self._pool.get_connection()
            self._command(*self._beginning())
        self._ask()
        return True

    def _beginning(self) -> tuple[tuple[Any, ...], ...]:
        """That the stream is there tells the queue's scripts that the session has begun: it is not run again."""
        nothing = _ENCODER.encode(OutputFrame(offset=0, data=b""))
        return ("XADD", self._output_key, "0-1", "frame", nothing), ("EXPIRE", self._output_key, _KEPT_S)

    def _ask(self) -> None:
        words = ("XREAD", "COUNT", TYPED_WAITING_MAX, "BLOCK", _BLOCK_MS, "STREAMS", self._input_key, self._last)
        self._reader.send_command(*words)

    def _read(self) -> list[InputFrame]:
        frames: list[InputFrame] = []
        for _, entries in self._reader.read_response() or ():
            for entry_id, fields in entries:
                self._last = text_of(entry_id)
                try:
                    frame = _INPUT.decode(fields[1])
                except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                    frame = None
                if frame is None or (isinstance(frame, Typed) and len(frame.data) > TYPED_BYTES_MAX):
                    self._done.append(self._last)
                    continue
                frames.append(frame)
                (self._typed if isinstance(frame, Typed) else self._done).append(self._last)
                if isinstance(frame, Present):
                    self._missing.taken(frame.taken, frame.lost)
        self._ask()
        return frames

    def _push(self) -> None:
        """Send what was gathered, one batch at a time."""
        if self._writer is None:
            return
        try:
            while self._unanswered and self._writer.can_read(timeout=0):
                self._answer()
            if not self._unanswered:
                self._send_batch()
        except (RedisError, OSError):
            self._drop()

    def _answer(self) -> None:
        try:
            self._writer.read_response()
        except ResponseError as error:
            if _IS_THERE not in str(error):
                raise
        self._unanswered -= 1
        if not self._unanswered:
            self._sent = self._deleted = ()

    def _send_batch(self) -> None:
        commands: list[tuple[Any, ...]] = []
        if self._done:
            commands.append(("XDEL", self._input_key, *self._done))
        self._sent, self._deleted = tuple(self._pending), tuple(self._done)
        self._pending.clear()
        self._done.clear()
        self._pending_bytes = 0
        for frame in self._sent:
            self._sent_bytes = self._keep(frame)
            words = ("MAXLEN", "=", len(self._kept), f"{self._sent_bytes}-0", "frame", _ENCODER.encode(frame))
            commands.append(("XADD", self._output_key, *words))
        if self._sent:
            commands.append(("PUBLISH", self._news, ""))  # readers that wait for many sessions on one connection
        now_ns = time.monotonic_ns()
        if self._kept and commands and now_ns >= self._prolong_ns:
            commands.append(("EXPIRE", self._output_key, _KEPT_S))
            self._prolong_ns = now_ns + _PROLONG_NS
        self._command(*commands)

    def _forget(self, frame: OutputFrame) -> None:
        self._pending_bytes -= _cost(len(frame.data))
        self._missing.add(frame.offset, frame.offset + len(frame.data))

    def _take_back(self) -> None:
        """What is on its way may have been lost: as if it had not been sent."""
        self._pending.extendleft(reversed(self._sent))
        self._pending_bytes += sum(_cost(len(frame.data)) for frame in self._sent)
        self._done[:0] = self._deleted
        for _ in self._sent:
            begin, end = self._kept.pop()
            self._kept_bytes -= _cost(end - begin)
        self._sent = self._deleted = ()

    def _keep(self, frame: OutputFrame) -> int:
        """It is among what readers may have; the offset behind it."""
        end = frame.offset + len(frame.data)
        self._kept.append((frame.offset, end))
        self._kept_bytes += _cost(len(frame.data))
        while self._kept_bytes > OUTPUT_KEPT_BYTES:
            begin, end = self._kept.popleft()
            self._kept_bytes -= _cost(end - begin)
            self._missing.add(begin, end)
        return frame.offset + len(frame.data)

    def _command(self, *commands: tuple[Any, ...]) -> None:
        if commands:
            self._unanswered += len(commands)
            self._writer.send_packed_command(self._writer.pack_commands(commands))

    def _drop(self) -> None:
        """Both connections go. What was on its way is sent again."""
        self._take_back()
        self._prolong_ns = 0
        for connection in (self._reader, self._writer):
            if connection is not None:
                connection.disconnect()
                self._pool.release(connection)
        self._reader = self._writer = None
        self._unanswered = 0


def _cost(size_bytes: int) -> int:
    """What a frame of this size counts among what is kept."""
    return size_bytes + OUTPUT_FRAME_COST_BYTES


def _is_continued(frame: OutputFrame, stream: int, offset: int, size_bytes: int) -> bool:
    """Whether what comes next can be in the same frame."""
    end = frame.offset + len(frame.data)
    return frame.stream == stream and end == offset and len(frame.data) + size_bytes <= _FRAME_BYTES_MAX
