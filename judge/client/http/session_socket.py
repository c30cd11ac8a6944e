"""A session's WebSocket, and the thread that holds it: opened with a ticket of its own each time, and again when it was
lost, behind the output that has come; what was typed twice over a broken connection is typed once.
"""

from __future__ import annotations

import contextlib
import secrets
import socket
import ssl
import threading
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Literal

import msgspec

from judge.client.http.problems import error_of, problem_in, retry_s_of
from judge.client.http.transport import ANSWER_S, API, CONNECT_S, Ask, Patience, Transport, segment
from judge.client.http.values import decoded
from judge.errors import JudgeError, ServerError
from judge.http_form.answers import TicketForm, WorkForm
from judge.http_form.socket import (
    OutputSaid,
    OverSaid,
    ProblemSaid,
    ServerMessage,
    StateSaid,
    TypedSaid,
    unpacked_output,
)
from judge.model.session import OutputFrame

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

#: Output that waits for its reader. When there is more the server waits for a while (so its program does, too), then
#: the oldest is dropped: a client that did not listen at all would be taken for gone.
_HELD_BYTES_MAX = 4 << 20
_HELD_S_MAX = 10.0

#: A report is the largest message.
_MESSAGE_BYTES_MAX = 64 << 20

_HEARD: msgspec.json.Decoder[ServerMessage] = msgspec.json.Decoder(ServerMessage)


class _Typed(msgspec.Struct):
    type: str = ""


_TYPE = msgspec.json.Decoder(_Typed)
_TYPES = ("state", "output", "typed", "over", "problem")

#: How a socket is closed that was sent too large a message.
_TOO_LARGE = 1009

#: Answers to the handshake after which it is tried again.
_LATER = (429, 502, 503, 504)


class Word:
    """What is said on the socket, until it has arrived. ``end``: how much is typed then, for input; None = nothing
    answers it."""

    def __init__(self, message: bytes | str, end: int | None = None, *, answered: bool = False) -> None:
        self.message = message
        self.end = end
        self.answered = answered or end is not None
        #: Empty = it is on its way; ``over`` = nobody will hear it.
        self.outcome: Literal["", "said", "gap", "over"] = ""


class SessionSocket:
    """See the module. ``on_change`` is called in any thread, after each change of what can be asked here."""

    def __init__(self, transport: Transport, session_id: str, on_change: Callable[[], None] = lambda: None) -> None:
        self._transport, self._id, self._on_change = transport, session_id, on_change
        self._name = secrets.token_hex(8)  # the same on each connection: what another one types is not ours
        self._changed = threading.Condition()
        self._connection: ClientConnection | None = None  # only once it is known how the session stands
        self._opening: ClientConnection | None = None
        self._thread: threading.Thread | None = None
        self._words: list[Word] = []
        self._frames: deque[OutputFrame] = deque()
        self._held_bytes = self._received = self._lost_bytes = 0
        self._reads_late = False
        self._size = ""  # of the window, as it was said last
        self._error: Exception | None = None
        self.over: WorkForm | None = None  #: the session when it was over
        self.left = False
        self.is_known = False  #: how much was typed was said
        self.typed_bytes = 0
        self.dropped_bytes = 0  #: gone before it was read

    def begin(self) -> None:
        """Hold the socket, if nothing does. Raises why it could not be held before; then the next call tries again."""
        with self._changed:
            error, self._error = self._error, None
            if error is not None:
                raise error
            if self._thread is None and self.over is None and not self.left:
                self._thread = threading.Thread(target=self._hold, name="judge-session", daemon=True)
                self._thread.start()

    def until(self, done: Callable[[], object]) -> None:
        """Block until this is so, or nobody waits any more. Raises as :meth:`begin`."""
        while not self.left:
            with self._changed:
                if done():
                    return
                if self._thread is not None:
                    self._changed.wait()
                    continue
            self.begin()

    @property
    def is_over(self) -> bool:
        """Nothing more will be heard."""
        return self.over is not None or self.left

    def next(self) -> OutputFrame | None:
        """Output that has come and was not read."""
        with self._changed:
            if not self._frames:
                return None
            self._reads_late = False
            frame = self._frames.popleft()
            self._held_bytes -= len(frame.data)
            self._changed.notify_all()
            return frame

    @property
    def has_output(self) -> bool:
        """Whether :meth:`next` has some."""
        return bool(self._frames)

    def say(self, word: Word) -> Word:
        """Send it now, and again over each new connection until it has arrived."""
        with self._changed:
            if self.is_over:
                word.outcome = "over"
            else:
                self._words.append(word)
                self._send(word)
        return word

    def take_back(self, word: Word) -> None:
        """Its sender does not wait for it any more."""
        with self._changed, contextlib.suppress(ValueError):
            self._words.remove(word)

    def resize(self, message: str) -> None:
        """Say the window's size, over each new connection, too."""
        with self._changed:
            self._size = message
            self._send(Word(message))

    def leave(self) -> None:
        """Let the session go on without this client; idempotent."""
        with self._changed:
            self.left = True
            open_one = self._connection or self._opening
            self._tell_change()
        if open_one is not None:  # that takes an answer
            threading.Thread(target=open_one.close, daemon=True).start()

    def _hold(self) -> None:
        patience = Patience(self._transport.patience_s)
        try:
            while not self.is_over:
                try:
                    with self._opened() as connection:
                        for message in _messages(connection):
                            self._take(connection, message)
                            patience = Patience(self._transport.patience_s)
                except _LostError as lost:
                    if not self.is_over:
                        patience.pause(lost.error, lost.retry_s)
        except Exception as error:  # for the thread that waits
            self._error = error
        finally:
            with self._changed:
                self._thread = None
                self._tell_change()

    @contextlib.contextmanager
    def _opened(self) -> Iterator[ClientConnection]:
        """An open socket. Raises _LostError, JudgeError."""
        with self._connect() as connection:
            with self._changed:
                self._opening = connection
                is_late = self.left
            if is_late:
                connection.close()
            try:
                yield connection
            finally:
                with self._changed:
                    self._connection = self._opening = None

    def _connect(self) -> ClientConnection:
        from websockets.exceptions import InvalidStatus, WebSocketException

        asked = Ask("POST", f"{API}/sessions/{segment(self._id)}/tickets", about=self._id)
        ticket = decoded(self._transport.ask(asked).body, TicketForm)
        where = f"?ticket={ticket.ticket}&offset={self._received}&lost={self._lost_bytes}&frames=binary"
        where += f"&client={self._name}"
        try:
            return open_socket(self._transport, ticket.path + where)
        except InvalidStatus as refusal:
            raise _refused(refusal.response, self._id) from None
        except ValueError as error:
            raise ServerError(str(error)) from error
        except (OSError, TimeoutError, WebSocketException) as error:
            raise _LostError(ServerError(f"no WebSocket from {self._transport.server.origin}: {error}")) from error

    def _take(self, connection: ClientConnection, message: str | bytes) -> None:
        heard = heard_in(message)
        with self._changed:
            match heard:
                case StateSaid():
                    self._begin(connection, heard)
                case OutputFrame():
                    self._keep(heard)
                case TypedSaid():
                    self._typed(heard)
                case OverSaid():
                    self.over = heard.work
                    for word in self._words:
                        word.outcome = "over"
                    self._words.clear()
                case ProblemSaid():
                    raise error_of(heard.problem, asked_for=self._id)
            self._tell_change()

    def _begin(self, connection: ClientConnection, said: StateSaid) -> None:
        """How the session stands; on a new connection all that did not arrive is said again."""
        self.is_known, self.typed_bytes = True, said.typed
        if self._connection is not None:
            return
        self._connection = connection
        if self._size:
            self._send(Word(self._size))
        for word in tuple(self._words):
            if word.end is not None and word.end <= said.typed:
                self._settle(word, "said")
            else:
                self._send(word)

    def _send(self, word: Word) -> None:
        from websockets.exceptions import ConnectionClosed

        if self._connection is None:
            return
        try:
            self._connection.send(word.message)
        except ConnectionClosed:
            return  # the thread that hears finds it out, too, and says it again
        if not word.answered:
            self._settle(word, "said")

    def _settle(self, word: Word, outcome: Literal["said", "gap", "over"]) -> None:
        word.outcome = outcome
        with contextlib.suppress(ValueError):
            self._words.remove(word)

    def _typed(self, said: TypedSaid) -> None:
        """One piece of input is on its way at a time: this is the answer to it."""
        self.typed_bytes = said.offset
        for word in self._words:
            if word.answered:
                has_arrived = word.end is None or said.offset >= word.end
                self._settle(word, "gap" if said.gap else "said" if has_arrived else "over")
                return

    def _keep(self, frame: OutputFrame) -> None:
        end = frame.offset + len(frame.data)
        if end <= self._received:
            return
        if frame.offset < self._received:
            rest = frame.data[self._received - frame.offset :]
            frame = OutputFrame(offset=self._received, data=rest, stream=frame.stream)
        gone = frame.offset - self._received
        self._lost_bytes, self.dropped_bytes = self._lost_bytes + gone, self.dropped_bytes + gone
        if not self._has_room(frame) and not self._reads_late:
            self._reads_late = not self._changed.wait_for(lambda: self._has_room(frame) or self.left, _HELD_S_MAX)
        while not self._has_room(frame):
            oldest = len(self._frames.popleft().data)
            self._held_bytes, self.dropped_bytes = self._held_bytes - oldest, self.dropped_bytes + oldest
        self._frames.append(frame)
        self._held_bytes, self._received = self._held_bytes + len(frame.data), end

    def _has_room(self, frame: OutputFrame) -> bool:
        return not self._frames or self._held_bytes + len(frame.data) <= _HELD_BYTES_MAX

    def _tell_change(self) -> None:
        self._changed.notify_all()
        self._on_change()


def open_socket(transport: Transport, target: str) -> ClientConnection:
    """A WebSocket of the server. Raises InvalidStatus when it answers otherwise, ValueError for an answer that leads
    elsewhere, OSError, TimeoutError, WebSocketException."""
    from websockets.sync.client import connect

    server = transport.server
    return connect(
        f"ws{server.origin.removeprefix('http')}{server.prefix}{target}",
        ssl=ssl.create_default_context(cafile=transport.ca_file or None) if server.scheme == "https" else None,
        sock=socket.create_connection((server.host, server.port), CONNECT_S),  # with one it follows no redirects
        proxy=None,
        compression=None,
        open_timeout=ANSWER_S,
        close_timeout=1,
        max_size=_MESSAGE_BYTES_MAX,
    )


class _LostError(Exception):
    """The socket cannot be held now; perhaps a new one can."""

    def __init__(self, error: JudgeError, retry_s: float = 0.0) -> None:
        super().__init__(str(error))
        self.error = error
        self.retry_s = retry_s


def _messages(connection: ClientConnection) -> Iterator[str | bytes]:
    """What the server says. Raises _LostError at its end, ServerError when it would end so again."""
    from websockets.exceptions import ConnectionClosed

    while True:
        try:
            message = connection.recv()
        except ConnectionClosed as error:
            closed = ServerError(f"the session's WebSocket was closed: {error}")
            if error.rcvd is not None and error.rcvd.code == _TOO_LARGE:
                raise closed from error
            raise _LostError(closed) from error
        yield message


def heard_in(message: str | bytes) -> ServerMessage | OutputFrame | None:
    """None = a word of later gateways. Raises ServerError."""
    try:
        if isinstance(message, bytes):
            return unpacked_output(message)
        if _TYPE.decode(message).type not in _TYPES:
            return None
        heard = _HEARD.decode(message)
    except (msgspec.MsgspecError, ValueError) as error:
        raise ServerError(f"the server's message is not a gateway's: {error}") from error
    if isinstance(heard, OutputSaid):
        data = heard.base64 or heard.text.encode()
        return OutputFrame(offset=heard.offset, stream=heard.stream, data=data)
    return heard


def _refused(response: object, session_id: str) -> Exception:
    """What an answer to the handshake means that is no WebSocket."""
    status: int = response.status_code  # type: ignore[attr-defined]
    headers, body = response.headers, response.body or b""  # type: ignore[attr-defined]
    problem = problem_in(status, headers.get("content-type", ""), body)
    retry_s = retry_s_of(headers.get("retry-after"))
    error = error_of(problem, retry_s=retry_s, asked_for=session_id)
    if status in _LATER or problem.type.endswith("/bad-ticket"):
        return _LostError(error, retry_s)
    return error
