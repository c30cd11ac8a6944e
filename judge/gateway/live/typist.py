"""One client's words on their way into a session: input in order and once, the rest beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from judge.gateway.problems import ProblemError
from judge.http_form.socket import TypedSaid
from judge.model.session import TYPED_BYTES_MAX, EndOfInput, InputFrame, Typed
from judge.queue.redis_queue import AsyncQueue
from judge.queue.sessions import Said, Standing, say
from judge.queue.values import State

#: Input that may be on its way: sent, and not said to be typed yet.
AHEAD_BYTES_MAX = 256 << 10
#: The same for pieces of it, and for all that is not input.
_AHEAD_MAX = 1024

#: Until there is room again for what is typed.
_ROOM_FIRST_S, _ROOM_MAX_S = 0.02, 0.5

#: What each piece counts beside its bytes.
_PIECE_BYTES = 64


class _Piece(NamedTuple):
    """Input. ``offset`` None = behind all that was typed; ``data`` None = the end of it."""

    offset: int | None
    data: bytes | None


class Typist:
    """Says what a client wants to say to the claim that runs its session, once there is one.

    ``on_typed`` is told of each piece of input what became of it. ``name`` is the client's, the same on each of its
    connections; empty = it has none.
    """

    def __init__(
        self,
        queue: AsyncQueue,
        session: str,
        tenant: str,
        on_typed: Callable[[TypedSaid], Awaitable[None]],
        name: str = "",
    ) -> None:
        self._queue, self._session, self._tenant, self._on_typed = queue, session, tenant, on_typed
        self._name = name
        self._is_taken = False
        self._fence = ""
        self._begun = asyncio.Event()
        self._pieces: asyncio.Queue[_Piece] = asyncio.Queue()
        self._frames: asyncio.Queue[InputFrame] = asyncio.Queue()
        self._ahead_bytes = 0
        self.over = False
        self.typed_bytes = 0

    @property
    def ahead_bytes(self) -> int:
        """How much input is on its way."""
        return self._ahead_bytes

    def take(self, standing: Standing) -> None:
        """How the session stands now."""
        self.over = standing.state in (State.DONE, State.CANCELLED)
        self._fence = standing.fence if standing.state is State.CLAIMED else ""
        self.typed_bytes = max(self.typed_bytes, standing.typed_bytes)
        if self._fence or self.over:
            self._begun.set()
        else:
            self._begun.clear()

    def type(self, offset: int | None, data: bytes | None) -> None:
        """Input, or its end (None). Raises ProblemError when too much is on its way."""
        size = _PIECE_BYTES + len(data or b"")
        if self._ahead_bytes + size > AHEAD_BYTES_MAX + _PIECE_BYTES:
            raise ProblemError("too-many", f"at most {AHEAD_BYTES_MAX} bytes of input may be ahead of `typed`")
        self._ahead_bytes += size
        self._pieces.put_nowait(_Piece(offset, data))

    def tell(self, frame: InputFrame) -> None:
        """What is no input, and does not wait for it. Raises ProblemError when too much is on its way."""
        if self._frames.qsize() >= _AHEAD_MAX:
            raise ProblemError("too-many", "the session does not keep up with sizes and signals")
        self._frames.put_nowait(frame)

    async def say_now(self, frame: InputFrame) -> bool:
        """Say it to the claim that runs the session; False = none does, or it has no room. Raises QueueError."""
        return bool(self._fence) and (await self._say(frame)).outcome == "sent"

    async def type_always(self) -> None:
        """Carry what :meth:`type` was given, until another client has typed where this one meant to: what else is on
        its way from this one is out of place then. Raises QueueError, UsageError when the session is gone."""
        while not self._is_taken:
            piece = await self._pieces.get()
            if piece.data is None:
                await self._until_said(EndOfInput())
                typed = TypedSaid(offset=self.typed_bytes, ended=True)
            else:
                typed = await self._type(piece.offset, piece.data)
            await self._on_typed(typed)
            self._ahead_bytes -= _PIECE_BYTES + len(piece.data or b"")

    async def tell_always(self) -> None:
        """Carry what :meth:`tell` was given. Raises QueueError, UsageError when the session is gone."""
        while True:
            await self._until_said(await self._frames.get())

    async def _type(self, offset: int | None, data: bytes) -> TypedSaid:
        await self._begun.wait()
        at = self.typed_bytes if offset is None else offset
        while data:
            if at > self.typed_bytes:
                return TypedSaid(offset=self.typed_bytes, gap=True)
            if not self._name:  # what was typed there is taken for it
                data, at = data[self.typed_bytes - at :], self.typed_bytes
            piece = data[:TYPED_BYTES_MAX]
            said = await self._until_said(Typed(offset=at, data=piece)) if piece else None
            if said is None:
                break  # all was typed; or it is over, and nobody reads it
            self.typed_bytes = max(self.typed_bytes, said.typed_bytes)
            if said.outcome == "sent":
                data, at = data[len(piece) :], at + len(piece)
            elif offset is None:
                at = said.typed_bytes  # another client types, too
            elif said.outcome == "taken":
                self._is_taken = True
                return TypedSaid(offset=self.typed_bytes, gap=True)
            elif at < said.typed_bytes:  # its beginning was typed before
                data, at = data[said.typed_bytes - at :], said.typed_bytes
            else:
                return TypedSaid(offset=said.typed_bytes, gap=True)
        return TypedSaid(offset=self.typed_bytes)

    async def _until_said(self, frame: InputFrame) -> Said | None:
        """None = the session is over."""
        pause_s = _ROOM_FIRST_S
        while True:
            await self._begun.wait()
            if self.over:
                return None
            said = await self._say(frame)
            if said.outcome == "full":
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, _ROOM_MAX_S)
            elif said.outcome != "over":
                return said

    async def _say(self, frame: InputFrame) -> Said:
        fence = self._fence
        said = await self._queue.run(say(self._session, self._tenant, fence, frame, self._name))
        if said.outcome == "over" and fence == self._fence:
            self._fence = ""
            self._begun.clear()  # until what became of it is told to take()
        return said
