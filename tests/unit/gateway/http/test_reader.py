"""Readers of answers: the least rate, and who is not held to it."""

from __future__ import annotations

import asyncio
import socket

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send

from judge.gateway.http.body import BYTES_PER_S_MIN
from judge.gateway.http.protocol import bounded_protocol
from judge.gateway.http.reader import Reader

MIB = 1 << 20
SILENCE_S = 20.0


def _reader(unread_bytes: int = 100 * MIB) -> Reader:
    """One that has as much to read since the time 0."""
    reader = Reader(SILENCE_S)
    reader.pause(0.0, unread_bytes)
    return reader


def test_who_takes_a_few_bytes_at_a_time_is_slow() -> None:
    reader = _reader()
    assert not reader.is_slow(SILENCE_S, 100 * MIB - 10)
    assert reader.is_slow(SILENCE_S + 1, 100 * MIB - 10)


@pytest.mark.parametrize("at_s", [1.0, 100.0, 10_000.0])
def test_who_takes_it_at_the_least_rate_is_never_slow(at_s: float) -> None:
    assert not _reader().is_slow(at_s, 100 * MIB - int(at_s * BYTES_PER_S_MIN))


def test_a_stream_that_has_nothing_to_say_waits_for_nobody() -> None:
    reader = _reader(100_000)
    reader.resume(1.0, 0)
    assert not reader.is_slow(1e6, 0)
    reader.pause(1e6, 100_000)
    assert not reader.is_slow(1e6 + SILENCE_S - 1, 100_000)


def test_writing_that_goes_on_now_and_then_forgives_nothing() -> None:
    reader, now_s = Reader(SILENCE_S), 0.0
    for _ in range(10):
        reader.pause(now_s, 64_000)
        now_s += 10 * 48_000 / BYTES_PER_S_MIN
        reader.resume(now_s, 16_000)
    reader.pause(now_s, 64_000)
    assert reader.is_slow(now_s, 64_000)


def test_what_was_taken_of_an_earlier_pause_counts() -> None:
    reader = _reader(10 * MIB)
    reader.resume(1.0, 0)
    reader.pause(2.0, 10 * MIB)
    assert not reader.is_slow(1000.0, 10 * MIB)


def test_who_has_taken_everything_begins_again() -> None:
    reader = _reader()
    reader.resume(1000.0, 0)
    reader.begin()
    reader.pause(1001.0, 100 * MIB)
    assert not reader.is_slow(1001.0 + SILENCE_S, 100 * MIB)


def test_who_trickles_an_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """By a real server, with a rate that no reader reaches who takes a piece only when the one before has come."""
    monkeypatch.setattr("judge.gateway.http.reader.BYTES_PER_S_MIN", 1 << 40)
    answer = b"x" * (64 * MIB)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        length = (b"content-length", b"%d" % len(answer))
        await send({"type": "http.response.start", "status": 200, "headers": [length]})
        await send({"type": "http.response.body", "body": answer})

    async def whole() -> int:
        protocol = bounded_protocol(8192, 0.1)
        config = uvicorn.Config(app, http=protocol, lifespan="off", log_config=None, access_log=False)
        with socket.create_server(("127.0.0.1", 0)) as listening, socket.socket() as peer:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)  # what is taken is seen here at once
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            peer.setblocking(False)
            loop, taken_bytes = asyncio.get_running_loop(), 0
            await loop.sock_connect(peer, listening.getsockname())
            await loop.sock_sendall(peer, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
            try:
                while part := await loop.sock_recv(peer, 1024):
                    taken_bytes += len(part)
                    await asyncio.sleep(0.001)
            except ConnectionError:
                pass
            server.should_exit = True
            await serving
            return taken_bytes

    async def in_time() -> int:
        async with asyncio.timeout(30):
            return await whole()

    assert 0 < asyncio.run(in_time()) < len(answer)
