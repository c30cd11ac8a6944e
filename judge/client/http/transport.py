"""Requests to one gateway over kept connections; safe from any thread.

What may be repeated is repeated for as long as patience lasts: when nothing answers, and when a gateway or a proxy says
that it cannot now (502, 503, 504; for reading also 429), after the time that Retry-After names. Handing in is among it:
the work's id is its idempotency key. Redirects are never followed: the key is for this server.
"""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, Protocol
from urllib.parse import quote, urlencode

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NewConnectionError,
    ReadTimeoutError,
    SSLError,
)

from judge.client.http.address import Server
from judge.client.http.event_frames import Frame, Frames
from judge.client.http.problems import error_of, problem_in, retry_s_of
from judge.errors import NotFinished, ServerError
from judge.release import judge_version
from judge.tenant_blobs.transfer import Watch

API = "/api/v1"

CONNECT_S = 5.0

#: An answer begins within this, beside the time that it was asked to wait.
ANSWER_S = 30.0

#: A stream says something, a ping at least, within this (the gateway's are 15 seconds apart).
_SILENCE_S = 45.0

_CHUNK_BYTES = 1 << 16
_PAUSE_S_MIN = 0.05
_PAUSE_S_MAX = 1.0

_LATER = (502, 503, 504)

#: What is for the caller to wait for, or not.
_SAID = ("/queue-full", "/maintenance", "/no-store")


class Readable(Protocol):
    """A body that is read as it is sent, from its beginning at each try."""

    def read(self, size: int = -1, /) -> bytes:
        """Some of it."""
        ...

    def seek(self, offset: int, /) -> int:
        """Go to this place."""
        ...


@dataclass(frozen=True)
class Reply:
    """A good answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Ask:
    """One request. ``about``: what its address names, an id or (``thing``) a "blob", a "package" ... ``repeat``: it may
    be sent twice."""

    method: str
    path: str
    query: Mapping[str, object] | None = None
    body: bytes | Readable | None = None
    media: str = "application/json"
    wait_s: float = 0.0
    about: str = ""
    thing: str = ""
    repeat: bool = True

    @property
    def target(self) -> str:
        """Path and query, escaped."""
        given = {name: value for name, value in (self.query or {}).items() if value not in ("", None, 0, 0.0)}
        return self.path + (f"?{urlencode(given)}" if given else "")


def segment(name: str) -> str:
    """A name as one segment of a path."""
    return quote(name, safe="") if name not in (".", "..") else name.replace(".", "%2E")


class Transport:
    """Talks to one gateway."""

    def __init__(self, server: Server, patience_s: float, *, ca_file: str = "", connections: int = 10) -> None:
        self.server = server
        self.patience_s = patience_s
        self.ca_file = ca_file
        options: dict[str, Any] = {"ca_certs": ca_file} if ca_file and server.scheme == "https" else {}
        kind = urllib3.HTTPSConnectionPool if server.scheme == "https" else urllib3.HTTPConnectionPool
        self._pool = kind(server.host, server.port, maxsize=connections, retries=False, **options)
        self._headers = {"user-agent": f"judge/{judge_version() or '0'}", "accept": "application/json"}
        if server.key:
            self._headers["authorization"] = f"Bearer {server.key}"

    def close(self) -> None:
        """Close the connections; idempotent."""
        self._pool.close()

    def ask(self, asked: Ask) -> Reply:
        """The answer. Raises the error that a refusal means (:mod:`judge.client.http.problems`), QueueError."""
        patience = Patience(self.patience_s)
        while True:
            try:
                with self._opened(asked, timeout_s=asked.wait_s + ANSWER_S) as response:
                    return Reply(response.status, response.headers, response.read())
            except HTTPError as error:
                self._again(asked, error, patience)
            except _LaterError as later:
                patience.pause(later.error, later.retry_s)

    def look(self, path: str) -> bytes:
        """The body of an answer of any status, asked for once. Raises QueueError."""
        try:
            answer = self._pool.request(
                "GET", self.server.prefix + path, headers=self._headers, redirect=False, timeout=ANSWER_S
            )
        except HTTPError as error:
            raise ServerError(f"no answer from {self.server.origin}: {_words(error)}") from error
        return bytes(answer.data)

    def fetch(self, asked: Ask, file: IO[bytes], watch: Watch | None = None) -> Mapping[str, str]:
        """Write the body of the answer to a file, from its beginning; the headers. Raises as :meth:`ask`."""
        patience = Patience(self.patience_s)
        while True:
            try:
                with self._opened(asked, timeout_s=ANSWER_S) as response:
                    file.seek(0)
                    file.truncate()
                    total = int(response.headers.get("content-length") or 0)
                    for chunk in response.stream(_CHUNK_BYTES):
                        file.write(chunk)
                        if watch is not None:
                            watch(file.tell(), total or file.tell())
                    return response.headers
            except HTTPError as error:
                self._again(asked, error, patience)
            except _LaterError as later:
                patience.pause(later.error, later.retry_s)

    @contextlib.contextmanager
    def _opened(
        self, asked: Ask, *, timeout_s: float, headers: Mapping[str, str] | None = None
    ) -> Iterator[urllib3.BaseHTTPResponse]:
        """A good answer, its body still to be read. Raises JudgeError, _LaterError, HTTPError."""
        sent = self._headers | dict(headers or {})
        if asked.body is not None:
            sent["content-type"] = asked.media
            if not isinstance(asked.body, bytes):
                asked.body.seek(0)
        response = self._pool.request(
            asked.method,
            self.server.prefix + asked.target,
            body=asked.body,  # type: ignore[arg-type] # what it needs of a stream is read()
            headers=sent,
            preload_content=False,
            redirect=False,
            timeout=urllib3.Timeout(connect=CONNECT_S, read=timeout_s),
        )
        whole = False
        try:
            if not 200 <= response.status < 300:
                self._refuse(asked, response)
            yield response
            whole = True
        finally:
            if whole:
                response.drain_conn()
                response.release_conn()
            else:
                response.close()

    def _refuse(self, asked: Ask, response: Any) -> None:
        status = response.status
        if 300 <= status < 400:
            where = response.headers.get("location", "")[:200]
            raise ServerError(f"{self.server.origin} answers with a redirect ({where}), which is not followed")
        body = response.read()
        problem = problem_in(status, response.headers.get("content-type", ""), body)
        retry_s = retry_s_of(response.headers.get("retry-after"))
        error = error_of(problem, retry_s=retry_s, asked_for=asked.about, thing=asked.thing)
        is_later = status in _LATER and not problem.type.endswith(_SAID)
        if asked.repeat and (is_later or (status == 429 and asked.method == "GET")):
            raise _LaterError(error, retry_s)
        raise error

    def _again(self, asked: Ask, error: HTTPError, patience: Patience) -> None:
        """Wait, if the request may be sent again. Raises QueueError."""
        text = f"no answer from {self.server.origin}: {_words(error)}"
        if isinstance(error, SSLError):
            raise ServerError(text) from error
        unsent = isinstance(error, NewConnectionError | ConnectTimeoutError)
        if not unsent and not asked.repeat:
            raise ServerError(text) from error
        patience.pause(ServerError(text), 0.0)

    def lines(self, ask: Callable[[], Ask], leaving: Leaving) -> Iterator[bytes]:
        """The lines of an answer that goes on, but for empty ones. Ended, it is asked for again, as ``ask`` says then,
        until there is nothing more (204), or another thread is ``leaving``. Raises as :meth:`ask`."""
        patience = Patience(self.patience_s)
        while not leaving.left:
            asked = ask()
            try:
                with self._opened(asked, timeout_s=_SILENCE_S) as response:
                    if response.status == 204:
                        return
                    rest = b""
                    for chunk in _chunks(response, None, leaving, patience):
                        *whole, rest = (rest + chunk).split(b"\n")
                        yield from filter(None, whole)
            except HTTPError as error:
                if leaving.left:
                    return
                self._again(asked, error, patience)
            except _LaterError as later:
                patience.pause(later.error, later.retry_s)

    def events(
        self, asked: Ask, after: str, deadline_s: float | None, leaving: Leaving | None = None
    ) -> Iterator[Frame]:
        """The events behind a position, taken up again where the connection ended, until the server says that there
        are no more, or another thread is ``leaving``. ``deadline_s``: of the monotonic clock; then raises
        NotFinished."""
        patience, leaving = Patience(self.patience_s), leaving or Leaving()
        while not leaving.left:
            try:
                headers = {"accept": "text/event-stream", "last-event-id": after}
                with self._opened(asked, timeout_s=_left_s(deadline_s), headers=headers) as response:
                    if response.status == 204:
                        return
                    for frame in _frames(response, deadline_s, leaving, patience):
                        after = frame.id or after
                        yield frame
                if not leaving.left:
                    patience.pause(ServerError(f"{self.server.origin} ended the stream again and again"), 0.0)
            except HTTPError as error:
                if leaving.left:
                    return
                _left_s(deadline_s)
                self._again(asked, error, patience)
            except _LaterError as later:
                patience.pause(later.error, later.retry_s)


class _LaterError(Exception):
    """The server says: not now."""

    def __init__(self, error: Exception, retry_s: float) -> None:
        super().__init__(str(error))
        self.error = error
        self.retry_s = retry_s


class Patience:
    """How long a request goes on trying; begins with the first failure."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self.renew()

    def renew(self) -> None:
        """The other side is there, be it with a mere ping: the next failure is a first one."""
        self._end_s: float | None = None
        self._pause_s = _PAUSE_S_MIN

    def pause(self, error: Exception, least_s: float) -> None:
        """Wait before the next try. Raises the error when patience is at its end, or would be by then."""
        now_s = time.monotonic()
        self._end_s = self._end_s or now_s + self._patience_s
        pause_s = max(least_s, self._pause_s)
        if now_s + pause_s > self._end_s:
            raise error
        time.sleep(pause_s)
        self._pause_s = min(self._pause_s * 2, _PAUSE_S_MAX)


class Leaving:
    """Ends a stream from another thread than the one that reads it."""

    def __init__(self) -> None:
        self.left = False
        self._sock: socket.socket | None = None

    def reading(self, sock: socket.socket) -> None:
        """The stream is read from here now."""
        self._sock = sock

    def leave(self) -> None:
        """Wake who reads: there is nothing more for them. Idempotent."""
        self.left = True
        if self._sock is not None:
            with contextlib.suppress(OSError):
                self._sock.shutdown(socket.SHUT_RDWR)


def _frames(response: Any, deadline_s: float | None, leaving: Leaving, patience: Patience) -> Iterator[Frame]:
    frames = Frames()
    for chunk in _chunks(response, deadline_s, leaving, patience):
        yield from frames.take(chunk)
        _left_s(deadline_s)


def _chunks(response: Any, deadline_s: float | None, leaving: Leaving, patience: Patience) -> Iterator[bytes]:
    """A body as it comes, to its end, or until another thread is leaving. Whatever comes renews the patience."""
    while True:
        sock = getattr(response.connection, "sock", None)
        if sock is not None:
            sock.settimeout(_left_s(deadline_s))
            leaving.reading(sock)
        if leaving.left:
            return
        chunk = response.read1(_CHUNK_BYTES)
        if not chunk:
            return
        patience.renew()
        yield chunk


def _left_s(deadline_s: float | None) -> float:
    """How long to wait for the next bytes. Raises NotFinished when the time is over."""
    if deadline_s is None:
        return _SILENCE_S
    left_s = deadline_s - time.monotonic()
    if left_s <= 0:
        raise NotFinished("it was not finished in time")
    return min(left_s, _SILENCE_S)


def _words(error: HTTPError) -> str:
    """What urllib3 says, without its objects."""
    if isinstance(error, ReadTimeoutError):
        return "it took too long"
    return str(error).rpartition(">: ")[2][:300] or type(error).__name__
