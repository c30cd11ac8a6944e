"""Sessions: live runs with input, output, signals and a terminal, blocking (:class:`Session`) and for asyncio.

A session whose client is gone goes on for its grace time: one that joins it again by its id takes up where the other
stopped, and what is typed twice over a broken connection is typed once. Output that nobody reads is dropped after a
while and counted.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import Self

from judge.client.opening import report_of_type, reported, work_report
from judge.errors import QueueError, UsageError
from judge.model.event import WorkDone
from judge.model.session import (
    SESSION_SIGNALS,
    TERMINAL_SIZE_MAX,
    TYPED_BYTES_MAX,
    Closed,
    EndOfInput,
    InputFrame,
    OutputFrame,
    Resized,
    SentSignal,
    Typed,
)
from judge.model.work import SessionRequest
from judge.model.work_report import SessionReport
from judge.queue import calls
from judge.queue.broker import Broker
from judge.queue.redis_queue import AsyncQueue, Queue
from judge.queue.sessions import Said, Standing, listen, listen_async, reading_of, say, stands
from judge.queue.values import State

#: A client says this often that it is there, or four times in a shorter grace time.
_PRESENT_S = 5.0
#: How long to wait before asking again: for the session to begin, for room for what is typed.
_PAUSE_S = 0.02


def resized(rows: int, columns: int) -> Resized:
    """The frame for a window of this size. Raises UsageError for one that no terminal has."""
    if not 1 <= min(rows, columns) <= max(rows, columns) <= TERMINAL_SIZE_MAX:
        raise UsageError(f"a terminal has 1 to {TERMINAL_SIZE_MAX} rows and columns, not {rows} and {columns}")
    return Resized(rows=rows, columns=columns)


def sent_signal(name: str) -> SentSignal:
    """The frame for a signal. Raises UsageError for one that is not among those that may be sent."""
    name = name.upper().removeprefix("SIG")
    if name not in SESSION_SIGNALS:
        raise UsageError(f"signal {name[:40]!r}: there are {', '.join(SESSION_SIGNALS)}")
    return SentSignal(name=name)


class _Typing:
    """What one client has typed: which pieces are to be sent, and what an answer means."""

    def __init__(self, standing: Standing) -> None:
        self.typist = secrets.token_hex(8)
        self.fence = standing.fence if standing.state is State.CLAIMED else ""
        self.over = standing.state in (State.DONE, State.CANCELLED)
        self.typed_bytes = standing.typed_bytes

    def take(self, standing: Standing) -> None:
        """A newer standing."""
        if standing.state is State.CLAIMED and standing.fence != self.fence:
            self.fence, self.typed_bytes = standing.fence, standing.typed_bytes
        self.over = standing.state in (State.DONE, State.CANCELLED)

    def frames(self, data: bytes) -> Iterator[Typed]:
        """The pieces of some input, each to be sent before the next is asked for."""
        for at in range(0, len(data), TYPED_BYTES_MAX):
            yield Typed(offset=self.typed_bytes, data=data[at : at + TYPED_BYTES_MAX])

    def said(self, frame: InputFrame, answer: Said) -> bool:
        """True = it has arrived (or there is nobody left to hear it). Raises UsageError when another one types, too."""
        if answer.outcome == "over":
            self.fence = ""
            return False
        if answer.outcome in ("gap", "taken"):
            self.typed_bytes = answer.typed_bytes
            raise UsageError("another client has typed into this session: send it again to go on behind that")
        if answer.outcome == "sent" and isinstance(frame, Typed):
            self.typed_bytes = frame.offset + len(frame.data)
        return answer.outcome == "sent"


class Session:
    """A session of the blocking client. One thread reads its output; any may send. A context manager, which closes it.

    ``terminal`` and all limits are those of its request. Made by :meth:`judge.client.Client.open_session`.
    """

    def __init__(self, broker: Broker, session_id: str, tenant: str = "", *, present_s: float = _PRESENT_S) -> None:
        """Join a session. Raises UsageError when the tenant has none of this id."""
        self.id = session_id
        self.tenant = tenant
        self._queue, self._sender = Queue(broker), Queue(broker)
        self._lock = threading.Lock()
        # One piece of input after the other: each begins where the one before it ended.
        self._sending = threading.Lock()
        self._gone = threading.Event()
        try:
            self._typing = _Typing(self._queue.run(stands(session_id, tenant)))
        except BaseException:
            self.leave()
            raise
        self._reading = reading_of(self._queue, session_id, self._typing.fence)
        self._present = threading.Thread(target=self._stay_present, args=(present_s,), daemon=True)
        self._present.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(QueueError):
            self.close()

    @property
    def dropped_bytes(self) -> int:
        """Output that was gone before it was read here."""
        return self._reading.lost_bytes

    def send(self, data: bytes) -> None:
        """Type; blocks until the session has begun and there is room. What is sent when it is over is dropped.

        Raises QueueError: then call it again with the rest, from :attr:`typed_bytes` on.
        """
        with self._sending:
            for frame in self._typing.frames(data):
                if not self._say(frame):
                    return

    @property
    def typed_bytes(self) -> int:
        """How much was typed into the session in all."""
        return self._typing.typed_bytes

    def resize(self, rows: int, columns: int) -> None:
        """Give its terminal another size. Raises UsageError, QueueError."""
        self._say(resized(rows, columns))

    def signal(self, name: str) -> None:
        """Send "INT", "TERM", ...: to the group in the terminal's foreground or the program's. Raises UsageError."""
        self._say(sent_signal(name))

    def end_input(self) -> None:
        """No more input: the program reads an end of file. Raises QueueError."""
        with self._sending:
            self._say(EndOfInput())

    def read(self) -> OutputFrame | None:
        """The next output; blocks. None = the session is over, and all was read. Raises QueueError."""
        while (frame := self._reading.next()) is None and not self._reading.over:
            listen(self._queue, self._reading)
            if self._reading.wants_fence:
                self._reading.begin(self._queue.run(stands(self.id, self.tenant)))
            if self._reading.wants_telling:
                self._tell()
        return frame

    def output(self) -> Iterator[OutputFrame]:
        """All output from here to the end; blocks between."""
        while (frame := self.read()) is not None:
            yield frame

    def result(self) -> SessionReport:
        """The report; blocks until the session is over. Raises SubmissionCancelled, QueueError."""
        answer = self._queue.answer(self.id)
        if answer is None:
            for _, event in self._queue.follow(self.id):
                answer = event.report if isinstance(event, WorkDone) else None
        return report_of_type(SessionReport, work_report(reported(answer, self.id), self.id))

    def close(self) -> None:
        """End it, and leave; idempotent. Raises QueueError."""
        if not self._gone.is_set():
            try:
                self.end()
            finally:
                self.leave()

    def leave(self) -> None:
        """Let it go on without a client, for its grace time; idempotent."""
        self._gone.set()
        self._queue.close()
        with self._lock:
            self._sender.close()

    def end(self) -> None:
        """End it; what it has written can still be read. Raises QueueError."""
        with self._lock:
            if self._typing.over or self._reading.over:
                return
            fence = self._fence()
            if fence and self._sender.run(say(self.id, self.tenant, fence, Closed())).outcome == "sent":
                return
            self._sender.run(calls.cancel(self.id))

    def _say(self, frame: InputFrame) -> bool:
        """Blocks until it was heard; False = the session is over."""
        while not self._gone.is_set():
            with self._lock:
                if self._typing.over:
                    return False
                if self._fence():
                    answer = self._sender.run(say(self.id, self.tenant, self._typing.fence, frame, self._typing.typist))
                    if self._typing.said(frame, answer):
                        return True
            time.sleep(_PAUSE_S)
        return False

    def _fence(self) -> str:
        """Of the claim that runs it, empty = none does now. The caller holds the lock."""
        if not self._typing.fence:
            self._typing.take(self._sender.run(stands(self.id, self.tenant)))
        return self._typing.fence

    def _stay_present(self, present_s: float) -> None:
        while not self._gone.wait(present_s):
            self._tell()

    def _tell(self) -> None:
        """That its client is there, and what it has read."""
        with self._lock, contextlib.suppress(QueueError):
            if not self._gone.is_set() and (fence := self._fence()):
                self._sender.run(say(self.id, self.tenant, fence, self._reading.present()))


def present_every_s(request: SessionRequest) -> float:
    """How often its client is to show itself."""
    return min(_PRESENT_S, request.grace_ns / 4e9)


class AsyncSession:
    """The same for asyncio. One task reads; any may send. An asynchronous context manager, which closes it."""

    def __init__(self, queue: AsyncQueue, session_id: str, tenant: str, standing: Standing, present_s: float) -> None:
        self.id = session_id
        self.tenant = tenant
        self._queue = queue
        self._lock = asyncio.Lock()
        self._sending = asyncio.Lock()
        self._typing = _Typing(standing)
        self._reading = reading_of(queue, session_id, self._typing.fence)
        self._is_left = False
        self._present = asyncio.create_task(self._stay_present(present_s))

    @classmethod
    async def join(
        cls, queue: AsyncQueue, session_id: str, tenant: str = "", *, present_s: float = _PRESENT_S
    ) -> AsyncSession:
        """See :class:`Session`."""
        return cls(queue, session_id, tenant, await queue.run(stands(session_id, tenant)), present_s)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        with contextlib.suppress(QueueError):
            await self.close()

    @property
    def dropped_bytes(self) -> int:
        """See :attr:`Session.dropped_bytes`."""
        return self._reading.lost_bytes

    @property
    def typed_bytes(self) -> int:
        """See :attr:`Session.typed_bytes`."""
        return self._typing.typed_bytes

    async def send(self, data: bytes) -> None:
        """See :meth:`Session.send`."""
        async with self._sending:
            for frame in self._typing.frames(data):
                if not await self._say(frame):
                    return

    async def resize(self, rows: int, columns: int) -> None:
        """See :meth:`Session.resize`."""
        await self._say(resized(rows, columns))

    async def signal(self, name: str) -> None:
        """See :meth:`Session.signal`."""
        await self._say(sent_signal(name))

    async def end_input(self) -> None:
        """See :meth:`Session.end_input`."""
        async with self._sending:
            await self._say(EndOfInput())

    async def read(self) -> OutputFrame | None:
        """See :meth:`Session.read`."""
        while (frame := self._reading.next()) is None and not self._reading.over:
            await listen_async(self._queue, self._reading)
            if self._reading.wants_fence:
                self._reading.begin(await self._queue.run(stands(self.id, self.tenant)))
            if self._reading.wants_telling:
                await self._tell()
        return frame

    async def output(self) -> AsyncIterator[OutputFrame]:
        """See :meth:`Session.output`."""
        while (frame := await self.read()) is not None:
            yield frame

    async def result(self) -> SessionReport:
        """See :meth:`Session.result`."""
        answer = await self._queue.answer(self.id)
        if answer is None:
            async for _, event in self._queue.follow(self.id):
                answer = event.report if isinstance(event, WorkDone) else None
        return report_of_type(SessionReport, work_report(reported(answer, self.id), self.id))

    async def close(self) -> None:
        """See :meth:`Session.close`."""
        if not self._is_left:
            self.leave()
            await self.end()

    async def end(self) -> None:
        """See :meth:`Session.end`."""
        if not self._typing.over and not self._reading.over:
            fence = await self._fence()
            if not fence or (await self._queue.run(say(self.id, self.tenant, fence, Closed()))).outcome != "sent":
                await self._queue.run(calls.cancel(self.id))

    def leave(self) -> None:
        """See :meth:`Session.leave`."""
        self._is_left = True
        self._present.cancel()

    async def _say(self, frame: InputFrame) -> bool:
        while True:
            async with self._lock:
                if self._typing.over:
                    return False
                if await self._fence():
                    answer = await self._queue.run(
                        say(self.id, self.tenant, self._typing.fence, frame, self._typing.typist)
                    )
                    if self._typing.said(frame, answer):
                        return True
            await asyncio.sleep(_PAUSE_S)

    async def _stay_present(self, present_s: float) -> None:
        while True:
            await asyncio.sleep(present_s)
            await self._tell()

    async def _tell(self) -> None:
        with contextlib.suppress(QueueError):
            if fence := await self._fence():
                await self._queue.run(say(self.id, self.tenant, fence, self._reading.present()))

    async def _fence(self) -> str:
        if not self._typing.fence:
            self._typing.take(await self._queue.run(stands(self.id, self.tenant)))
        return self._typing.fence
