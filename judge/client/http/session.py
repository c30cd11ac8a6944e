"""Sessions over HTTP: what :mod:`judge.client.session` does, on a WebSocket of the gateway."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Self

import msgspec

from judge.client.http.session_socket import SessionSocket, Word
from judge.client.http.transport import API, Ask, Transport, segment
from judge.client.http.values import answer_of, decoded
from judge.client.opening import report_of_type, reported, work_report
from judge.client.session import resized, sent_signal
from judge.errors import QueueError, UsageError
from judge.http_form.answers import SessionEndForm, WorkForm
from judge.http_form.socket import ClientMessage, InputEnd, SignalAsked, WindowSize, packed_input
from judge.model.session import TYPED_BYTES_MAX, OutputFrame
from judge.model.work import WorkKind
from judge.model.work_report import AnyWorkReport, SessionReport

#: Input in one message; longer input goes in several.
_PIECE_BYTES = TYPED_BYTES_MAX

_END = msgspec.json.encode(InputEnd()).decode()


def check_session(form: WorkForm) -> str:
    """The id of a session. Raises UsageError for other work."""
    if form.kind is not WorkKind.SESSION:
        raise UsageError(f"{form.id!r} is no session but other work")
    return form.id


class HttpSession:
    """A session of the blocking client over HTTP, as :class:`judge.client.session.Session`; end it before its client.

    A connection that is lost is opened again for as long as the client's patience lasts; a signal that was just then
    on its way may be lost.
    """

    def __init__(
        self, transport: Transport, session_id: str, tenant: str, report: Callable[[str], AnyWorkReport]
    ) -> None:
        """``report`` waits for the report of this id."""
        self.id = session_id
        self.tenant = tenant
        self._transport, self._report = transport, report
        self._typing = threading.Lock()
        self._socket = SessionSocket(transport, session_id)
        self._socket.begin()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(QueueError):
            self.close()

    @property
    def dropped_bytes(self) -> int:
        """See :attr:`judge.client.session.Session.dropped_bytes`."""
        return self._socket.dropped_bytes

    @property
    def typed_bytes(self) -> int:
        """See :attr:`judge.client.session.Session.typed_bytes`."""
        return self._socket.typed_bytes

    def send(self, data: bytes) -> None:
        """See :meth:`judge.client.session.Session.send`."""
        self._socket.until(lambda: self._socket.is_known or self._socket.is_over)
        with self._typing:
            for piece in _pieces(data):
                if not self._say(_typed(self._socket, piece)):
                    return

    def resize(self, rows: int, columns: int) -> None:
        """See :meth:`judge.client.session.Session.resize`."""
        self._socket.resize(_size(rows, columns))

    def signal(self, name: str) -> None:
        """See :meth:`judge.client.session.Session.signal`."""
        self._say(_signal(name))

    def end_input(self) -> None:
        """See :meth:`judge.client.session.Session.end_input`."""
        with self._typing:
            self._say(Word(_END, answered=True))

    def read(self) -> OutputFrame | None:
        """See :meth:`judge.client.session.Session.read`."""
        self._socket.until(lambda: self._socket.has_output or self._socket.is_over)
        return self._socket.next()

    def output(self) -> Iterator[OutputFrame]:
        """See :meth:`judge.client.session.Session.output`."""
        while (frame := self.read()) is not None:
            yield frame

    def result(self) -> SessionReport:
        """See :meth:`judge.client.session.Session.result`."""
        if self._socket.over is not None:
            return _report_of(self._socket.over)
        return report_of_type(SessionReport, self._report(self.id))

    def close(self) -> None:
        """See :meth:`judge.client.session.Session.close`."""
        if not self._socket.left:
            try:
                self.end()
            finally:
                self.leave()

    def leave(self) -> None:
        """See :meth:`judge.client.session.Session.leave`."""
        self._socket.leave()

    def end(self) -> None:
        """See :meth:`judge.client.session.Session.end`."""
        if self._socket.over is None:
            decoded(self._transport.ask(_ending(self.id)).body, SessionEndForm)

    def _say(self, word: Word) -> bool:
        """Blocks until it has arrived; False = the session is over."""
        try:
            self._socket.say(word)
            self._socket.until(lambda: word.outcome)
        finally:
            self._socket.take_back(word)
        return _has_arrived(word)


class AsyncHttpSession:
    """The same for asyncio, as :class:`judge.client.session.AsyncSession`. Made in a running loop."""

    def __init__(
        self, transport: Transport, session_id: str, tenant: str, report: Callable[[str], Awaitable[AnyWorkReport]]
    ) -> None:
        self.id = session_id
        self.tenant = tenant
        self._transport, self._report = transport, report
        self._loop = asyncio.get_running_loop()
        self._changed = asyncio.Event()
        self._typing = asyncio.Lock()
        self._socket = SessionSocket(transport, session_id, self._wake)
        self._socket.begin()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        with contextlib.suppress(QueueError):
            await self.close()

    @property
    def dropped_bytes(self) -> int:
        """See :attr:`judge.client.session.Session.dropped_bytes`."""
        return self._socket.dropped_bytes

    @property
    def typed_bytes(self) -> int:
        """See :attr:`judge.client.session.Session.typed_bytes`."""
        return self._socket.typed_bytes

    async def send(self, data: bytes) -> None:
        """See :meth:`judge.client.session.Session.send`."""
        await self._until(lambda: self._socket.is_known or self._socket.is_over)
        async with self._typing:
            for piece in _pieces(data):
                if not await self._say(_typed(self._socket, piece)):
                    return

    async def resize(self, rows: int, columns: int) -> None:
        """See :meth:`judge.client.session.Session.resize`."""
        await asyncio.to_thread(self._socket.resize, _size(rows, columns))

    async def signal(self, name: str) -> None:
        """See :meth:`judge.client.session.Session.signal`."""
        await self._say(_signal(name))

    async def end_input(self) -> None:
        """See :meth:`judge.client.session.Session.end_input`."""
        async with self._typing:
            await self._say(Word(_END, answered=True))

    async def read(self) -> OutputFrame | None:
        """See :meth:`judge.client.session.Session.read`."""
        await self._until(lambda: self._socket.has_output or self._socket.is_over)
        return self._socket.next()

    async def output(self) -> AsyncIterator[OutputFrame]:
        """See :meth:`judge.client.session.Session.output`."""
        while (frame := await self.read()) is not None:
            yield frame

    async def result(self) -> SessionReport:
        """See :meth:`judge.client.session.Session.result`."""
        if self._socket.over is not None:
            return _report_of(self._socket.over)
        return report_of_type(SessionReport, await self._report(self.id))

    async def close(self) -> None:
        """See :meth:`judge.client.session.Session.close`."""
        if not self._socket.left:
            try:
                await self.end()
            finally:
                self.leave()

    def leave(self) -> None:
        """See :meth:`judge.client.session.Session.leave`."""
        self._socket.leave()

    async def end(self) -> None:
        """See :meth:`judge.client.session.Session.end`."""
        if self._socket.over is None:
            answer = await asyncio.to_thread(self._transport.ask, _ending(self.id))
            decoded(answer.body, SessionEndForm)

    async def _say(self, word: Word) -> bool:
        try:
            await asyncio.to_thread(self._socket.say, word)
            await self._until(lambda: word.outcome)
        finally:
            self._socket.take_back(word)
        return _has_arrived(word)

    async def _until(self, done: Callable[[], object]) -> None:
        while not self._socket.left:
            self._changed.clear()
            if done():
                return
            self._socket.begin()
            await self._changed.wait()

    def _wake(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
            self._loop.call_soon_threadsafe(self._changed.set)


def _pieces(data: bytes) -> Iterator[bytes]:
    for at in range(0, len(data), _PIECE_BYTES):
        yield data[at : at + _PIECE_BYTES]


def _typed(socket: SessionSocket, piece: bytes) -> Word:
    offset = socket.typed_bytes
    return Word(packed_input(offset, piece), offset + len(piece))


def _size(rows: int, columns: int) -> str:
    """Raises UsageError."""
    frame = resized(rows, columns)
    return _text(WindowSize(rows=frame.rows, columns=frame.columns))


def _signal(name: str) -> Word:
    """Raises UsageError."""
    return Word(_text(SignalAsked(name=sent_signal(name).name)))


def _text(message: ClientMessage) -> str:
    return msgspec.json.encode(message).decode()


def _has_arrived(word: Word) -> bool:
    """Raises UsageError when another one types, too."""
    if word.outcome == "gap":
        raise UsageError("another client has typed into this session: send it again to go on behind that")
    return word.outcome == "said"


def _ending(session_id: str) -> Ask:
    return Ask("POST", f"{API}/sessions/{segment(session_id)}/end", about=session_id)


def _report_of(form: WorkForm) -> SessionReport:
    return report_of_type(SessionReport, work_report(reported(answer_of(form), form.id), form.id))
