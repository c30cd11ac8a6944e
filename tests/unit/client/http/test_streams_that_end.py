"""Streams that end again and again, by themselves or cut off, and say nothing but that they are there."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator

import pytest

from judge.client.http.address import server_of
from judge.client.http.transport import Ask, Leaving, Transport
from judge.errors import ServerError

#: Pauses grow from a twentieth of a second: with this patience four of them, if nothing renews it.
PATIENCE_S = 0.5

_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
_NOTHING_MORE = b"HTTP/1.1 204 No Content\r\n\r\n"


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


@pytest.fixture
def transport_to() -> Iterator[Callable[[list[bytes]], Transport]]:
    """Leads to a server that gives these answers, one for each connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    opened: list[Transport] = []

    def begin(answers: list[bytes]) -> Transport:
        def serve() -> None:
            for answer in answers:
                connection, _ = listener.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)

        threading.Thread(target=serve, daemon=True).start()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        opened.append(Transport(server_of(address, "", plain_http=True), PATIENCE_S))
        return opened[-1]

    with listener:
        yield begin
    for transport in opened:
        transport.close()


@pytest.mark.parametrize("end", [_chunk(b""), b""], ids=["by itself", "cut off"])
def test_a_follower_goes_on_as_long_as_pings_come(transport_to: Callable[[list[bytes]], Transport], end: bytes) -> None:
    event = _chunk(b"id: 9-0\nevent: cancelled\ndata: {}\n\n") + _chunk(b"")
    transport = transport_to([_HEAD + _chunk(b": ping\n\n") + end] * 12 + [_HEAD + event, _NOTHING_MORE])
    assert [frame.id for frame in transport.events(Ask("GET", "/x"), "0", None)] == ["9-0"]


def test_lines_go_on_as_long_as_empty_ones_come(transport_to: Callable[[list[bytes]], Transport]) -> None:
    transport = transport_to([_HEAD + _chunk(b"\n")] * 12 + [_HEAD + _chunk(b"one\n") + _chunk(b""), _NOTHING_MORE])
    assert list(transport.lines(lambda: Ask("GET", "/x"), Leaving())) == [b"one"]


def test_a_server_that_says_nothing_is_given_up(transport_to: Callable[[list[bytes]], Transport]) -> None:
    transport = transport_to([_HEAD + _chunk(b"")] * 100)
    with pytest.raises(ServerError, match="ended the stream again and again"):
        list(transport.events(Ask("GET", "/x"), "0", None))
