"""What asks a server over HTTP in the benches: bare connections, that cost less than the server they ask.

One blocking connection for latency, many connections of one event loop for rates, ``wrk`` where it is installed.
"""

from __future__ import annotations

import asyncio
import re
import resource
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Self, cast

from judge.errors import InfrastructureError

_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_WRK_RATE = re.compile(r"Requests/sec:\s*([\d.]+)")
_WRK_ERRORS = re.compile(r"(Non-2xx[^\n]*|Socket errors[^\n]*)")
_TIMEOUT_S = 120.0

#: Files that a process has open besides its waiters.
_OTHER_FILES = 256


def request(method: str, path: str, body: bytes = b"", *, key: str = "") -> bytes:
    """One request as it goes over a connection that is kept."""
    lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1"]
    if key:
        lines.append(f"authorization: Bearer {key}")
    if body:
        lines += ["content-type: application/json", f"content-length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Answered:
    """Takes in one answer after the other; those that are sent in chunks it does not know."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def take(self, data: bytes) -> tuple[int, bytes] | None:
        """Status and body of an answer that is whole now. Raises InfrastructureError for one without a length."""
        self._buffer += data
        end = self._buffer.find(_END_OF_HEAD)
        if end < 0:
            return None
        length = _LENGTH.search(self._buffer, 0, end)
        if length is None:
            raise InfrastructureError(f"an answer without a length: {bytes(self._buffer[:200])!r}")
        begin = end + len(_END_OF_HEAD)
        if len(self._buffer) < begin + int(length[1]):
            return None
        found = int(self._buffer[9:12]), bytes(self._buffer[begin : begin + int(length[1])])
        self._buffer.clear()
        return found


class Connection:
    """One blocking connection; a context."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=_TIMEOUT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answered = Answered()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def ask(self, sent: bytes) -> tuple[int, bytes]:
        """Send a request and wait for its answer. Raises InfrastructureError when the server closes."""
        self._socket.sendall(sent)
        while True:
            data = self._socket.recv(1 << 16)
            if not data:
                raise InfrastructureError("the server closed the connection")
            found = self._answered.take(data)
            if found is not None:
                return found


class _Asking(asyncio.Protocol):
    """One of many connections: sends the next request when it has the answer to the one before."""

    def __init__(self, requests: Iterator[bytes], accept: Callable[[int, bytes], None]) -> None:
        self.over = asyncio.get_running_loop().create_future()
        self._requests = requests
        self._accept = accept
        self._answered = Answered()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        try:
            found = self._answered.take(data)
            if found is not None:
                self._accept(*found)
                self._next()
        except Exception as error:
            self._end(error)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(InfrastructureError("the server closed a connection"))

    def _next(self) -> None:
        sent = next(self._requests, None)
        if sent is None or self._transport is None:
            self._end(None)
        else:
            self._transport.write(sent)

    def _end(self, error: Exception | None) -> None:
        if self.over.done():
            return
        if error is None:
            self.over.set_result(None)
        else:
            self.over.set_exception(error)
        if self._transport is not None:
            self._transport.close()


async def ask_all(port: int, connections: int, requests: Iterator[bytes], accept: Callable[[int, bytes], None]) -> None:
    """Send all requests over this many connections, one at a time on each. ``accept`` is given each answer, and raises
    when it is none that was wanted."""
    loop = asyncio.get_running_loop()
    opened = [
        (await loop.create_connection(lambda: _Asking(requests, accept), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    async with asyncio.timeout(_TIMEOUT_S):
        await asyncio.gather(*(one.over for one in opened))


@contextmanager
def open_waiters(port: int, requests: Sequence[bytes]) -> Iterator[None]:
    """A connection for each request, whose answer nobody reads."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, len(requests) + _OTHER_FILES), hard), hard))
    with ExitStack() as stack:
        for sent in requests:
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=_TIMEOUT_S)).sendall(sent)
        yield


def load_generator() -> str:
    """What :func:`answers_per_second` asks with."""
    return "wrk" if shutil.which("wrk") else "ours"


def answers_per_second(port: int, path: str, key: str, *, connections: int, seconds: float) -> float:
    """How many answers a second to one GET: by ``wrk`` where that is installed, else by :func:`ask_all`."""
    if shutil.which("wrk"):
        return _wrk(port, path, key, connections, seconds)
    count = 0
    began_s = time.perf_counter()

    def requests() -> Iterator[bytes]:
        sent = request("GET", path, key=key)
        while time.perf_counter() < began_s + seconds:
            yield sent

    def accept(status: int, body: bytes) -> None:
        nonlocal count
        if status != 200:
            raise InfrastructureError(f"{path} answered {status}: {body[:200]!r}")
        count += 1

    asyncio.run(ask_all(port, connections, requests(), accept))
    return count / (time.perf_counter() - began_s)


def _wrk(port: int, path: str, key: str, connections: int, seconds: float) -> float:
    words = [
        "wrk",
        "-t",
        "1",
        "-c",
        str(connections),
        "-d",
        f"{max(round(seconds), 1)}s",
        "-H",
        f"Authorization: Bearer {key}",
    ]
    done = subprocess.run([*words, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=False)
    rate, wrong = _WRK_RATE.search(done.stdout), _WRK_ERRORS.search(done.stdout)
    if rate is None or wrong is not None:
        raise InfrastructureError(f"wrk: {wrong[1] if wrong else done.stdout + done.stderr}")
    return float(rate[1])
