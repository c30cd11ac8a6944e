"""The way between a session's client and its program: two streams in Redis, tied to the fence of one claim.

:class:`SessionLink` is the worker's end: two connections, of which the run loop waits for what they say. What its
client does is a call (:func:`stands`, :func:`say`) and a :class:`Reading`.
"""

from __future__ import annotations

import contextlib
import select
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from redis.exceptions import RedisError

from judge import wire
from judge.errors import UsageError
from judge.model.session import InputFrame, OutputFrame, Present, Typed
from judge.queue.answers import pairs_of, text_of
from judge.queue.keys import Keys
from judge.queue.redis_queue import FOLLOW_BLOCK_MS, AsyncQueue, Queue
from judge.queue.script import Call
from judge.queue.values import Claim, State

#: Output that is kept for readers; what is older is dropped.
OUTPUT_KEPT_BYTES = 256 << 10
#: Frames that may wait for their worker: input, and beyond that what else a client says.
_TYPED_WAITING_MAX, _FRAMES_WAITING_MAX = 64, 256
#: How long streams are kept without a word, and after the end.
_KEPT_S, _KEPT_AFTER_S = 3600, 60
_FRAME_BYTES_MAX = 64 << 10
_BLOCK_MS = 10_000
#: The fence of what no worker has had.
_NEVER_CLAIMED = "0"
#: Between two tries to reach Redis; how long the end waits for it.
_RETRY_NS = 1_000_000_000
_FINISH_NS = 2_000_000_000

_INPUT: msgspec.json.Decoder[InputFrame] = msgspec.json.Decoder(InputFrame)
_OUTPUT = msgspec.json.Decoder(OutputFrame)
_ENCODER = msgspec.json.Encoder()


class Missing:
    """Which ranges of the output are gone, and how much of that no reader had taken."""

    def __init__(self) -> None:
        self._ranges: deque[tuple[int, int]] = deque()
        self._lost = 0  # as the reader says, up to what it has taken

    @property
    def size_bytes(self) -> int:
        """How much is lost to the reader."""
        return self._lost + sum(end - begin for begin, end in self._ranges)

    def add(self, begin: int, end: int) -> None:
        """This is gone."""
        if self._ranges and self._ranges[-1][1] == begin:
            begin, _ = self._ranges.pop()
        self._ranges.append((begin, end))

    def taken(self, offset: int, lost: int) -> None:
        """The reader is at an offset, and has missed so much before it."""
        self._lost = lost
        self._ranges = deque((max(begin, offset), end) for begin, end in self._ranges if end > offset)


class SessionLink:
    """See :class:`judge.running.session.SessionChannel`; connects when it is first used."""

    def __init__(self, queue: Queue, claim: Claim) -> None:
        keys = queue.link.keys
        self._pool = queue.link.client.connection_pool
        self._input_key = keys.session_input(claim.id, str(claim.fence))
        self._output_key = keys.session_output(claim.id, str(claim.fence))
        self._reader: Any = None
        self._writer: Any = None
        self._retry_ns = 0
        self._last = "0"  # the newest frame that was read
        self._done: list[str] = []  # frames to be deleted
        self._typed: list[str] = []  # the same, once the program has taken what they hold
        self._pending: deque[OutputFrame] = deque()
        self._pending_bytes = self._written_bytes = 0
        self._kept: deque[tuple[int, int]] = deque()  # what the stream holds, by offsets
        self._kept_bytes = 0
        self._unanswered = 0
        self._missing = Missing()

    @property
    def dropped_bytes(self) -> int:
        """See the protocol."""
        return self._missing.size_bytes

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
        if last is not None and _is_continued(last, stream, begin, len(data)):
            self._pending[-1] = OutputFrame(offset=last.offset, data=last.data + data, stream=stream)
        else:
            for at in range(0, len(data), _FRAME_BYTES_MAX):
                piece = data[at : at + _FRAME_BYTES_MAX]
                self._pending.append(OutputFrame(offset=begin + at, data=piece, stream=stream))
        self._pending_bytes += len(data)
        while self._pending_bytes > OUTPUT_KEPT_BYTES:
            self._forget(self._pending.popleft())
        self._push()

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
        self._ask()
        return True

    def _ask(self) -> None:
        words = ("XREAD", "COUNT", _TYPED_WAITING_MAX, "BLOCK", _BLOCK_MS, "STREAMS", self._input_key, self._last)
        self._reader.send_command(*words)

    def _read(self) -> list[InputFrame]:
        frames: list[InputFrame] = []
        for _, entries in self._reader.read_response() or ():
            for entry_id, fields in entries:
                self._last = text_of(entry_id)
                try:
                    frame = _INPUT.decode(fields[1])
                except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
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
        self._writer.read_response()
        self._unanswered -= 1

    def _send_batch(self) -> None:
        commands: list[tuple[Any, ...]] = []
        if self._done:
            commands += [("XDEL", self._input_key, *self._done), ("EXPIRE", self._output_key, _KEPT_S)]
            self._done.clear()
        while self._pending:
            frame = self._pending.popleft()
            self._pending_bytes -= len(frame.data)
            self._keep(frame)
            trimmed = ("MAXLEN", "=", len(self._kept))
            commands.append(("XADD", self._output_key, *trimmed, "*", "frame", _ENCODER.encode(frame)))
        if len(self._kept) and commands:
            commands.append(("EXPIRE", self._output_key, _KEPT_S))
        self._command(*commands)

    def _forget(self, frame: OutputFrame) -> None:
        self._pending_bytes -= len(frame.data)
        self._missing.add(frame.offset, frame.offset + len(frame.data))

    def _keep(self, frame: OutputFrame) -> None:
        end = frame.offset + len(frame.data)
        self._kept.append((frame.offset, end))
        self._kept_bytes += len(frame.data)
        while self._kept_bytes > OUTPUT_KEPT_BYTES:
            begin, end = self._kept.popleft()
            self._kept_bytes -= end - begin
            self._missing.add(begin, end)

    def _command(self, *commands: tuple[Any, ...]) -> None:
        if commands:
            self._unanswered += len(commands)
            self._writer.send_packed_command(self._writer.pack_commands(commands))

    def _drop(self) -> None:
        """Both connections go. What was on its way has arrived or is lost; a reader sees a gap then."""
        for connection in (self._reader, self._writer):
            if connection is not None:
                connection.disconnect()
                self._pool.release(connection)
        self._reader = self._writer = None
        self._unanswered = 0


def _is_continued(frame: OutputFrame, stream: int, offset: int, size_bytes: int) -> bool:
    """Whether what comes next can be in the same frame."""
    end = frame.offset + len(frame.data)
    return frame.stream == stream and end == offset and len(frame.data) + size_bytes <= _FRAME_BYTES_MAX


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a session stands: which claim runs it, and how much was typed for that."""

    state: State
    fence: str
    typed_bytes: int


def stands(session_id: str, tenant: str) -> Call[Standing]:
    """Look a session up. Raises UsageError when the tenant has none of this id."""

    def read(answer: list[Any]) -> Standing:
        words = [text_of(word) for word in answer[1:3]]
        if text_of(answer[0]) == "UNKNOWN":
            raise _no_session(session_id)
        return Standing(state=State(words[0]), fence=words[1], typed_bytes=int(answer[3]))

    return Call("session", (wire.check_name(session_id, "id"), wire.tenant_key(tenant), "", 0, 0, "", 0), read)


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a frame: ``sent``, or there is no room yet (``full``), or the session is ``over``.

    ``typed_bytes``: how much was typed in all, where that is known; another number than the sender's is a gap.
    """

    outcome: str
    typed_bytes: int = -1


def say(session_id: str, tenant: str, fence: str, frame: InputFrame) -> Call[Said]:
    """Say something to the claim that runs a session; may be repeated: what was typed is typed once."""

    def read(answer: list[Any]) -> Said:
        outcome = text_of(answer[0])
        if outcome == "UNKNOWN":
            raise _no_session(session_id)
        return Said(outcome=outcome.lower(), typed_bytes=int(answer[1]) if len(answer) > 1 else -1)

    offset, size = (frame.offset, len(frame.data)) if isinstance(frame, Typed) else (0, 0)
    waiting_max = _TYPED_WAITING_MAX if size else _FRAMES_WAITING_MAX
    words = (session_id, wire.tenant_key(tenant), fence, offset, size, _ENCODER.encode(frame), waiting_max)
    return Call("session", words, read)


def _no_session(session_id: str) -> UsageError:
    return UsageError(f"there is no session {session_id!r} of this tenant")


class Reading:
    """A reader of one session's output: what to ask Redis next, and what its answer means. Pure."""

    def __init__(self, keys: Keys, session_id: str, fence: str = "") -> None:
        self._keys = keys
        self._id = session_id
        self._events, self._last_event, self._last_output = keys.events(session_id), "0", "0"
        self._fence = fence
        self._frames: deque[OutputFrame] = deque()
        self._offset = 0
        self._ended = self._is_drained = False
        self.lost_bytes = 0  #: gone before it was read
        self.wants_fence = False  #: the session may have begun: how it stands is to be told to :meth:`begin`

    @property
    def over(self) -> bool:
        """It has ended, and all was read."""
        return self._ended and self._is_drained and not self._frames

    def begin(self, standing: Standing) -> None:
        """How it stands now."""
        self.wants_fence = False
        if standing.fence != self._fence and standing.fence != _NEVER_CLAIMED and standing.state is not State.QUEUED:
            self._fence, self._last_output = standing.fence, "0"
        self._is_drained = self._ended and not self._fence

    def words(self) -> tuple[Any, ...]:
        """The command that waits for something new: output, an event, the end."""
        if not self._fence:
            return ("XREAD", "BLOCK", FOLLOW_BLOCK_MS, "STREAMS", self._events, self._last_event)
        key = self._keys.session_output(self._id, self._fence)
        block_ms = 1 if self._ended else FOLLOW_BLOCK_MS
        return ("XREAD", "BLOCK", block_ms, "STREAMS", self._events, key, self._last_event, self._last_output)

    def take(self, answer: Any) -> None:
        """What :meth:`words` was answered."""
        self._is_drained = self._ended and bool(self._fence)
        streams = answer.items() if isinstance(answer, Mapping) else answer or ()
        for key, entries in streams:
            for entry_id, fields in entries:
                pairs = dict(pairs_of(fields))
                if text_of(key) == self._events:
                    self._last_event = text_of(entry_id)
                    self._take_event(text_of(pairs[b"type"]))
                else:
                    self._last_output = text_of(entry_id)
                    self._is_drained = False
                    self._take_output(_OUTPUT.decode(pairs[b"frame"]))

    def next(self) -> OutputFrame | None:
        """What was taken and not read yet."""
        return self._frames.popleft() if self._frames else None

    def present(self) -> Present:
        """What to say of what has been read."""
        return Present(taken=self._offset, lost=self.lost_bytes)

    def _take_event(self, kind: str) -> None:
        if kind in ("done", "cancelled"):
            self._ended, self._is_drained = True, False
            self.wants_fence = not self._fence
        elif not self._fence or kind == "claimed":
            self.wants_fence = True

    def _take_output(self, frame: OutputFrame) -> None:
        """Sent again after a broken connection it may be there twice, or not at all."""
        end = frame.offset + len(frame.data)
        if end <= self._offset:
            return
        self.lost_bytes += max(0, frame.offset - self._offset)
        self._frames.append(frame)
        self._offset = end


def reading_of(queue: Queue | AsyncQueue, session_id: str, fence: str) -> Reading:
    """A reader of a session's output; ``fence``: of the claim that runs it, empty = that is not known yet."""
    return Reading(queue.link.keys, session_id, fence)


def listen(queue: Queue, reading: Reading) -> None:
    """Wait a while for something new. Raises QueueError."""
    reading.take(queue.link.command(*reading.words()))


async def listen_async(queue: AsyncQueue, reading: Reading) -> None:
    """The same for asyncio."""
    reading.take(await queue.link.command(*reading.words()))
