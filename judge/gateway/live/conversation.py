"""One WebSocket of a session: what is typed goes in, what the program writes comes out, until one of them ends.

Six tasks: one hears the client, one shows output, two carry what was heard, one says that the client is there, one
waits for the end of its key. Output is looked at in Redis only when the client has taken what was sent: a slow one
costs nothing here, and what Redis has dropped meanwhile it finds missing (the offsets tell). The first that is done
ends the others.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple

import msgspec
from starlette.websockets import WebSocket, WebSocketDisconnect

from judge.errors import QueueError, UsageError
from judge.gateway.access.key_ends import KeyEnds
from judge.gateway.live.ending import end_session
from judge.gateway.live.typist import Typist
from judge.gateway.problems import ProblemError, problem_of, problem_value, validation_problem
from judge.http_form.answers import WorkForm, standing_of
from judge.http_form.socket import (
    ClientMessage,
    EndAsked,
    InputEnd,
    OverSaid,
    ProblemSaid,
    ServerMessage,
    SignalAsked,
    StateSaid,
    TypedInput,
    WindowSize,
    output_said,
    packed_output,
    unpacked_input,
)
from judge.model.session import OutputFrame, Resized, SentSignal
from judge.queue.feed import Feed, Watch
from judge.queue.redis_queue import AsyncQueue
from judge.queue.sessions import Reading, look, stands
from judge.queue.values import State

#: A client that takes nothing for this long is left alone.
READER_S_MAX = 30.0
#: The gateway says this often that a client is there, and how much it has read; the least grace is longer.
_PRESENT_S = 2.0
#: How often output is looked for though nothing was said: that may have been lost with a connection.
_LOOK_S = 5.0
#: Until a task that was cancelled is told so again.
_CANCELLED_S = 0.2

_HEARD: msgspec.json.Decoder[ClientMessage] = msgspec.json.Decoder(ClientMessage)
_ENCODER = msgspec.json.Encoder()


class Closing(NamedTuple):
    """How a socket ends: ``code`` 0 = nothing can be said any more. ``word`` is for the metrics."""

    word: str
    code: int = 0
    reason: str = ""


OVER = Closing("over", 1000, "the session is over")
GONE = Closing("gone")
SLOW = Closing("slow")
STOPPING = Closing("stopping", 1012, "this gateway stops: connect again")
REMOVED = Closing("removed", 1008, "the session is not there any more")
REVOKED = Closing("revoked", 1008, "the key is not valid any more")
SHARED = Closing("shared", 1012, "another client types into this session, too: connect again")
UNAVAILABLE = Closing("unavailable", 1013, "the queue does not answer: connect again")
BAD_MESSAGE = Closing("bad-message", 1008, "see the problem")


class Session(NamedTuple):
    """Whose session it is: its record, its name for the client, the client's key (empty = none was needed), and what
    the client calls itself (empty = nothing)."""

    record: str
    tenant: str
    public_id: str
    key: str
    client: str = ""


class Conversation:
    """See the module. ``binary``: output goes as binary messages."""

    def __init__(
        self, queue: AsyncQueue, socket: WebSocket, session: Session, reading: Reading, *, binary: bool
    ) -> None:
        self._queue, self._socket, self._session, self._reading = queue, socket, session, reading
        self._binary = binary
        self._state: State | None = None
        self._lost_before = reading.lost_bytes
        self._sending = asyncio.Lock()
        self._typist = Typist(queue, session.record, session.tenant, self._say, session.client)

    @property
    def lost_bytes(self) -> int:
        """Output that was gone before this client had it."""
        return self._reading.lost_bytes - self._lost_before

    async def hold(self, feed: Feed, over: Callable[[], Awaitable[WorkForm]], key_ends: KeyEnds) -> Closing:
        """To its end; ``over`` makes the last word."""
        revoked = self._until_revoked(key_ends)
        parts = (self._show(feed, over), self._hear(), self._present(), self._type(), self._tell(), revoked)
        tasks = [asyncio.ensure_future(part) for part in parts]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return await self._closing_of(done.pop())
        finally:
            await _cancelled(tasks)

    async def _until_revoked(self, key_ends: KeyEnds) -> Closing:
        await key_ends.until_ended(self._session.key)
        return REVOKED

    async def _type(self) -> Closing:
        await self._typist.type_always()
        return SHARED

    async def _tell(self) -> Closing:
        await self._typist.tell_always()
        return GONE

    async def _closing_of(self, task: asyncio.Future[Closing]) -> Closing:
        """How what ended first ends all."""
        try:
            return task.result()
        except (WebSocketDisconnect, OSError):
            return GONE
        except TimeoutError:
            return SLOW
        except UsageError:
            return REMOVED
        except QueueError:
            return UNAVAILABLE
        except ProblemError as problem:
            with contextlib.suppress(WebSocketDisconnect, OSError, TimeoutError):
                await self._say(ProblemSaid(problem=problem_value(problem)))
            return BAD_MESSAGE

    async def _show(self, feed: Feed, over: Callable[[], Awaitable[WorkForm]]) -> Closing:
        async with feed.hearing(self._session.record) as watch:
            await self._show_all(watch)
        if not self._reading.over:
            return STOPPING
        await self._say(OverSaid(work=await over()))
        return OVER

    async def _show_all(self, watch: Watch) -> None:
        """Until the session is over, or the gateway stops."""
        await self._stand()
        while not self._reading.over and not watch.released:
            found = await look(self._queue, self._reading)
            if self._reading.wants_fence:
                await self._stand()
            while (frame := self._reading.next()) is not None:
                await self._output(frame)
            if self._reading.wants_telling:
                await self._typist.say_now(self._reading.present())
            if not found and not self._reading.over and not watch.released:
                await watch.changed(_LOOK_S)

    async def _stand(self) -> None:
        """Look how the session stands, and say so when that is new."""
        standing = await self._queue.run(stands(self._session.record, self._session.tenant))
        self._reading.begin(standing)
        self._typist.take(standing)
        if standing.state is not self._state:
            self._state = standing.state
            state = standing_of(standing.state)
            await self._say(StateSaid(id=self._session.public_id, state=state, typed=standing.typed_bytes))

    async def _hear(self) -> Closing:
        """What the client says. Raises ProblemError for what makes no sense."""
        while True:
            message = await self._socket.receive()
            if message["type"] == "websocket.disconnect":
                return GONE
            heard = _heard(message.get("text"), message.get("bytes"))
            match heard:
                case TypedInput():
                    self._typist.type(heard.offset, heard.base64 or _utf8(heard.text))
                case InputEnd():
                    self._typist.type(None, None)
                case WindowSize():
                    self._typist.tell(Resized(rows=heard.rows, columns=heard.columns))
                case SignalAsked():
                    self._typist.tell(SentSignal(name=heard.name))
                case EndAsked():
                    await end_session(self._queue, self._session.record, self._session.tenant)

    async def _present(self) -> Closing:
        """Say that the client is there, while it may be."""
        while True:
            await asyncio.sleep(_PRESENT_S)
            await self._typist.say_now(self._reading.present())

    async def _output(self, frame: OutputFrame) -> None:
        if self._binary:
            async with self._sending, asyncio.timeout(READER_S_MAX):
                await self._socket.send_bytes(packed_output(frame))
        else:
            await self._say(output_said(frame))

    async def _say(self, message: ServerMessage) -> None:
        """Raises TimeoutError when the client does not take it."""
        async with self._sending, asyncio.timeout(READER_S_MAX):
            await self._socket.send_text(_ENCODER.encode(message).decode())


async def _cancelled(tasks: Iterable[asyncio.Future[Closing]]) -> None:
    """End them. One may miss that it was cancelled while it asks Redis: it is told again."""
    waiting = set(tasks)
    while waiting:
        for task in waiting:
            task.cancel()
        _, waiting = await asyncio.wait(waiting, timeout=_CANCELLED_S)


def _heard(text: str | None, packed: bytes | None) -> ClientMessage:
    """Raises ProblemError."""
    try:
        return unpacked_input(packed) if packed is not None else _HEARD.decode(text or "")
    except msgspec.ValidationError as error:
        raise validation_problem(error, ClientMessage) from error
    except RecursionError:
        raise ProblemError("bad-json", "it is nested too deeply") from None
    except (msgspec.DecodeError, ValueError) as error:
        raise ProblemError("bad-json" if packed is None else "bad-request", str(error)) from error


def _utf8(text: str) -> bytes:
    """Raises ProblemError for half a surrogate pair."""
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        problem = problem_of(error)
        assert problem is not None
        raise problem from error
