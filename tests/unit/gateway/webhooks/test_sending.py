"""Addresses that webhooks can have, and what is made of what receivers answer."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

import pytest

from judge.gateway.webhooks.sending import Message, Received, Sender, SendError, Target, UrlError, target_of

_HEADERS = (("webhook-id", "msg_1"),)


@pytest.mark.parametrize(
    ("url", "host", "port", "authority", "path"),
    [
        ("https://example.org", "example.org", 443, "example.org", "/"),
        ("https://Example.ORG:443/a?b=c", "example.org", 443, "example.org", "/a?b=c"),
        ("https://example.org:8443/a", "example.org", 8443, "example.org:8443", "/a"),
        ("https://[2606:4700::1]/x", "2606:4700::1", 443, "[2606:4700::1]", "/x"),
        ("https://xn--bcher-kva.example/", "xn--bcher-kva.example", 443, "xn--bcher-kva.example", "/"),
    ],
)
def test_the_parts_of_an_address(url: str, host: str, port: int, authority: str, path: str) -> None:
    assert target_of(url, http=False) == Target(True, host, port, authority, path)


@pytest.mark.parametrize(
    "url",
    [
        "", "example.org", "ftp://example.org", "http://example.org", "HTTP://example.org", "file:///etc/passwd",
        "https://", "https:///x", "https://user@example.org", "https://user:pw@example.org", "https://@example.org",
        "https://example.org#x", "https://example.org/#", "https://example.org:0", "https://example.org:65536",
        "https://example.org:x", "https://exa mple.org", "https://example.org/\r\nx: y", "https://example.org/\n",
        "https://bücher.example", "https://example.org\\@evil.org", "https://exam%70le.org", "https://[::1",
        "https://[fe80::1%25eth0]/", "https://-x.org", "https://a,b",
    ],
)  # fmt: skip
def test_what_is_no_address(url: str) -> None:
    with pytest.raises(UrlError):
        target_of(url, http=False)


def test_http_only_where_it_is_allowed() -> None:
    assert target_of("http://example.org", http=True).port == 80


async def _posted(serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], object], body: bytes) -> Received:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, EOFError):
            await serve(reader, writer)  # type: ignore[misc]
        writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        target = Target(False, "receiver.example", port, "receiver.example", "/hook?a=b")
        return await Sender().send(target, ["127.0.0.1"], Message(_HEADERS, body))


def _answering(*pieces: bytes) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], object]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for piece in pieces:
            writer.write(piece)
            await writer.drain()

    return serve


def test_what_is_sent_is_one_whole_request_to_the_address_that_was_given() -> None:
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n") + await reader.readexactly(4))
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
        await writer.drain()

    assert asyncio.run(_posted(serve, b"body")) == Received(204)
    head, _, body = seen[0].partition(b"\r\n\r\n")
    lines = head.decode().lower().split("\r\n")
    assert (lines[0], body) == ("post /hook?a=b http/1.1", b"body")
    assert {"host: receiver.example", "connection: close", "content-length: 4", "webhook-id: msg_1"} <= set(lines)


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ((b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",), Received(200)),
        ((b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"), Received(202)),
        ((b"HTTP/1.0 200 OK\r\n\r\nto the end",), Received(200)),
        ((b"HTTP/1.1 503 No\r\nRetry-After: 7\r\nContent-Length: 9\r\n\r\nx",), Received(503, "7")),
        ((b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",), Received(302)),
        ((b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",), Received(200)),
    ],
)
def test_of_an_answer_the_status_and_retry_after_count(pieces: tuple[bytes, ...], expected: Received) -> None:
    assert asyncio.run(_posted(_answering(*pieces), b"{}")) == expected


@pytest.mark.parametrize(
    "pieces",
    [
        (), (b"HTTP/1.1 20",), (b"SSH-2.0-OpenSSH_9.6\r\n\r\n",), (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000,),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000,), (b"\x00" * 100_000,),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_said_and_bounded(pieces: tuple[bytes, ...]) -> None:
    with pytest.raises(SendError):
        asyncio.run(_posted(_answering(*pieces), b"{}"))


def test_an_endless_answer_is_not_read_to_its_end() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")
            await writer.drain()

    assert asyncio.run(_posted(serve, b"{}")) == Received(200)


def test_where_nobody_listens_is_said_without_the_address() -> None:
    async def refused() -> None:
        server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        await Sender().send(Target(False, "x", port, "x", "/"), ["127.0.0.1"], Message((), b""))

    with pytest.raises(SendError) as caught:
        asyncio.run(refused())
    assert "127.0.0.1" not in str(caught.value)
