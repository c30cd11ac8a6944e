"""The way between a session's client and its program: two streams in Redis, tied to the fence of one claim.

What its client does is a call (:func:`stands`, :func:`say`) and a :class:`Reading`. The worker's end:
:mod:`judge.queue.session_link`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

import msgspec

from judge import wire
from judge.errors import UsageError
from judge.model.event import Compiled
from judge.model.session import TYPED_BYTES_MAX, InputFrame, OutputFrame, Present, Typed
from judge.queue.answers import pairs_of, text_of
from judge.queue.keys import Keys
from judge.queue.redis_queue import FOLLOW_BLOCK_MS, AsyncQueue, Queue
from judge.queue.script import Call
from judge.queue.values import State

#: Frames that may wait for their worker: input, and beyond that what else a client says.
TYPED_WAITING_MAX, _FRAMES_WAITING_MAX = 64, 256
#: A reader says what it has taken before the worker takes it for lost.
_TOLD_EVERY_BYTES = 64 << 10
#: How many frames of output, and events, are looked at together.
_LOOK_FRAMES = 8
#: The fence of what no worker has had.
_NEVER_CLAIMED = "0"

_OUTPUT = msgspec.json.Decoder(OutputFrame)
_ENCODER = msgspec.json.Encoder()


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
    """What became of a frame: ``sent``, or there is no room yet (``full``), or the session is ``over``, or another one
    has typed something else there (``taken``).

    ``typed_bytes``: how much was typed in all, where that is known; another number than the sender's is a gap.
    """

    outcome: str
    typed_bytes: int = -1


def say(session_id: str, tenant: str, fence: str, frame: InputFrame, typist: str = "") -> Call[Said]:
    """Say something to the claim that runs a session; may be repeated: what was typed is typed once. ``typist`` tells
    one who types from another, so that neither takes the other's input for its own; empty = it is not said.

    Raises UsageError when the tenant has none of this id, or for a frame that is too large.
    """

    def read(answer: list[Any]) -> Said:
        outcome = text_of(answer[0])
        if outcome == "UNKNOWN":
            raise _no_session(session_id)
        if outcome == "REFUSED":
            raise UsageError(f"a session does not take such a frame; {TYPED_BYTES_MAX} bytes are typed at once")
        return Said(outcome=outcome.lower(), typed_bytes=int(answer[1]) if len(answer) > 1 else -1)

    offset, size = (frame.offset, len(frame.data)) if isinstance(frame, Typed) else (0, 0)
    waiting_max = TYPED_WAITING_MAX if size else _FRAMES_WAITING_MAX
    words = (session_id, wire.tenant_key(tenant), fence, offset, size, _ENCODER.encode(frame), waiting_max, typist)
    return Call("session", words, read)


def _no_session(session_id: str) -> UsageError:
    return UsageError(f"there is no session {session_id!r} of this tenant")


class Reading:
    """A reader of one session's output: what to ask Redis next, and what its answer means. Pure.

    ``offset``: what is before it is not read, and ``lost_bytes`` of that were gone already.
    """

    def __init__(self, keys: Keys, session_id: str, fence: str = "", *, offset: int = 0, lost_bytes: int = 0) -> None:
        self._keys = keys
        self._id = session_id
        self._events, self._last_event = keys.events(session_id), "0"
        self._first_output = self._last_output = f"{offset}-0" if offset else "0"
        self._fence = fence
        self._frames: deque[OutputFrame] = deque()
        self._offset = self._told = offset
        self._ended = self._is_drained = False
        self.lost_bytes = lost_bytes  #: gone before it was read
        self.compiled: bool | None = None  #: whether the program compiles, None = it is not known yet
        self.wants_fence = False  #: the session may have begun: how it stands is to be told to :meth:`begin`

    @property
    def over(self) -> bool:
        """It has ended, and all was read."""
        return self._ended and self._is_drained and not self._frames

    def begin(self, standing: Standing) -> None:
        """How it stands now."""
        self.wants_fence = False
        if standing.fence != self._fence and standing.fence != _NEVER_CLAIMED and standing.state is not State.QUEUED:
            self._fence, self._last_output = standing.fence, self._first_output
        self._is_drained = self._ended and not self._fence

    def words(self) -> tuple[Any, ...]:
        """The command that waits for something new: output, an event, the end."""
        if not self._fence:
            return ("XREAD", "BLOCK", FOLLOW_BLOCK_MS, "STREAMS", self._events, self._last_event)
        key = self._keys.session_output(self._id, self._fence)
        block_ms = 1 if self._ended else FOLLOW_BLOCK_MS
        return ("XREAD", "BLOCK", block_ms, "STREAMS", self._events, key, self._last_event, self._last_output)

    def looking(self) -> tuple[Any, ...]:
        """The same command, but it does not wait."""
        words = ("XREAD", "COUNT", _LOOK_FRAMES, "STREAMS", self._events)
        if not self._fence:
            return (*words, self._last_event)
        return (*words, self._keys.session_output(self._id, self._fence), self._last_event, self._last_output)

    def take(self, answer: Any) -> None:
        """What :meth:`words` or :meth:`looking` was answered."""
        self._is_drained = self._ended and bool(self._fence)
        streams = answer.items() if isinstance(answer, Mapping) else answer or ()
        for key, entries in streams:
            for entry_id, fields in entries:
                pairs = dict(pairs_of(fields))
                if text_of(key) == self._events:
                    self._last_event = text_of(entry_id)
                    self._take_event(text_of(pairs[b"type"]), pairs.get(b"event", b""))
                else:
                    self._last_output = text_of(entry_id)
                    self._is_drained = False
                    self._take_output(_OUTPUT.decode(pairs[b"frame"]))

    def next(self) -> OutputFrame | None:
        """What was taken and not read yet."""
        return self._frames.popleft() if self._frames else None

    @property
    def wants_telling(self) -> bool:
        """So much has been read that the worker should hear :meth:`present`."""
        return self._offset - self._told >= _TOLD_EVERY_BYTES

    def present(self) -> Present:
        """What to say of what has been read."""
        self._told = self._offset
        return Present(taken=self._offset, lost=self.lost_bytes)

    def _take_event(self, kind: str, text: bytes) -> None:
        if kind == "compiled":
            event = wire.decode_event(text)
            self.compiled = isinstance(event, Compiled) and event.ok
        elif kind == "claimed":
            self.compiled = None
        if kind in ("done", "cancelled"):
            self._ended, self._is_drained = True, False
            self.wants_fence = not self._fence
        elif not self._fence or kind == "claimed":
            self.wants_fence = True

    def _take_output(self, frame: OutputFrame) -> None:
        """Where Redis has lost what it had a frame may be there twice, or not at all."""
        end = frame.offset + len(frame.data)
        if end <= self._offset:
            return
        if frame.offset < self._offset:
            rest = frame.data[self._offset - frame.offset :]
            frame = OutputFrame(offset=self._offset, data=rest, stream=frame.stream)
        self.lost_bytes += max(0, frame.offset - self._offset)
        self._frames.append(frame)
        self._offset = end


def reading_of(
    queue: Queue | AsyncQueue, session_id: str, fence: str, *, offset: int = 0, lost_bytes: int = 0
) -> Reading:
    """A reader of a session's output; ``fence``: of the claim that runs it, empty = that is not known yet."""
    return Reading(queue.link.keys, session_id, fence, offset=offset, lost_bytes=lost_bytes)


def listen(queue: Queue, reading: Reading) -> None:
    """Wait a while for something new. Raises QueueError."""
    reading.take(queue.link.command(*reading.words()))


async def listen_async(queue: AsyncQueue, reading: Reading) -> None:
    """The same for asyncio."""
    reading.take(await queue.link.command(*reading.words()))


async def look(queue: AsyncQueue, reading: Reading) -> bool:
    """Read what is there now; whether that was anything. Who waits for more is woken by
    :meth:`judge.queue.feed.Feed.hear`: so no connection waits for one session alone. Raises QueueError."""
    answer = await queue.link.command(*reading.looking())
    reading.take(answer)
    return bool(answer)
