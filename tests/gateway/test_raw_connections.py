"""Whatever comes over a bare connection: the gateway answers or closes, keeps nothing of it, and serves others."""

from __future__ import annotations

import contextlib
import random
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from gateway_harness import Gateway
from service_harness import PATIENCE_S, until

_HOST = b"host: localhost\r\n"
_GOOD = b"GET /healthz HTTP/1.1\r\n" + _HOST + b"\r\n"
_POST = b"POST /api/v1/runs HTTP/1.1\r\n" + _HOST + b"content-type: application/json\r\n"

#: Nothing of this may hang: each is answered, or its connection closed.
ODD: dict[str, bytes] = {
    "nothing": b"",
    "zeros": b"\0" * 4096,
    "a TLS hello": bytes.fromhex("16030100c8010000c40303") + b"\x5a" * 190,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "an unknown version": b"GET / HTTP/9.9\r\n" + _HOST + b"\r\n",
    "no version": b"GET /\r\n\r\n",
    "an unknown method": b"FROB /healthz HTTP/1.1\r\n" + _HOST + b"\r\n",
    "a method in small letters": b"get /healthz HTTP/1.1\r\n" + _HOST + b"\r\n",
    "a long method": b"A" * 5000 + b" / HTTP/1.1\r\n" + _HOST + b"\r\n",
    "CONNECT": b"CONNECT example.org:443 HTTP/1.1\r\n" + _HOST + b"\r\n",
    "TRACE": b"TRACE / HTTP/1.1\r\n" + _HOST + b"\r\n",
    "OPTIONS *": b"OPTIONS * HTTP/1.1\r\n" + _HOST + b"\r\n",
    "a whole address": b"GET http://localhost/healthz HTTP/1.1\r\n" + _HOST + b"\r\n",
    "no host": b"GET /api/v1/me HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /api/v1/me HTTP/1.1\r\n" + _HOST + b"host: example.org\r\n\r\n",
    "a path that is no text": b"GET /api/v1/runs/%ff%fe%00 HTTP/1.1\r\n" + _HOST + b"\r\n",
    "a path of bytes": b"GET /\xff\xfe HTTP/1.1\r\n" + _HOST + b"\r\n",
    "a zero in the path": b"GET /a\0b HTTP/1.1\r\n" + _HOST + b"\r\n",
    "a path that climbs": b"GET /api/v1/../../etc/passwd HTTP/1.1\r\n" + _HOST + b"\r\n",
    "a long path": b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n" + _HOST + b"\r\n",
    "a query that is no text": b"GET /api/v1/runs?limit=%ff&\xff=%zz HTTP/1.1\r\n" + _HOST + b"\r\n",
    "many headers": b"GET /healthz HTTP/1.1\r\n" + b"a: b\r\n" * 20_000 + b"\r\n",
    "a header without a colon": b"GET /healthz HTTP/1.1\r\nhost\r\n\r\n",
    "a header without a name": b"GET /healthz HTTP/1.1\r\n: x\r\n\r\n",
    "a folded header": b"GET /healthz HTTP/1.1\r\n" + _HOST + b"a: b\r\n c\r\n\r\n",
    "a zero in a header": b"GET /healthz HTTP/1.1\r\n" + _HOST + b"a: \0\r\n\r\n",
    "headers of bytes": b"GET /api/v1/me HTTP/1.1\r\n" + _HOST + b"authorization: Bearer \xff\r\norigin: \x80\r\n\r\n",
    "line feeds alone": b"GET /healthz HTTP/1.1\nhost: localhost\n\n",
    "half a head": b"GET /healthz HTTP/1.1\r\nhost: loc",
    "half a body": _POST + b"content-length: 100\r\n\r\n{",
    "half a body for nobody": b"POST /healthz HTTP/1.1\r\n" + _HOST + b"content-length: 100\r\n\r\n{",
    "half a message for agents": b"POST /mcp HTTP/1.1\r\n" + _HOST + b"content-length: 100\r\n\r\n{",
    "a negative length": _POST + b"content-length: -1\r\n\r\n{}",
    "a length that is no number": _POST + b"content-length: 0x10\r\n\r\n{}",
    "a huge length": _POST + b"content-length: 99999999999999999999999\r\n\r\n{}",
    "a large length": _POST + b"content-length: 9999999999999999\r\n\r\n{}",
    "two lengths": _POST + b"content-length: 2\r\ncontent-length: 3\r\n\r\n{}x",
    "a length and chunks": _POST + b"content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "chunks twice over": _POST + b"transfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "an unknown coding": _POST + b"transfer-encoding: cow\r\n\r\n{}",
    "a chunk without a size": _POST + b"transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n",
    "a huge chunk": _POST + b"transfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}\r\n",
    "chunks without an end": _POST + b"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n",
    "a long extension of a chunk": _POST + b"transfer-encoding: chunked\r\n\r\n2;" + b"a" * 100_000 + b"\r\n{}\r\n",
    "an expectation and no body": _POST + b"content-length: 5\r\nexpect: 100-continue\r\n\r\n",
    "a body that is no gzip": _POST + b"content-encoding: gzip\r\ncontent-length: 4\r\n\r\nnope",
    "too many brackets": _POST + b"content-length: 200000\r\n\r\n" + b"[" * 200_000,
    "a WebSocket where there is none": b"GET /api/v1/me HTTP/1.1\r\n" + _HOST + b"upgrade: websocket\r\n"
    b"connection: upgrade\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    "a WebSocket without a key": b"GET / HTTP/1.1\r\n" + _HOST + b"connection: upgrade\r\nupgrade: websocket\r\n\r\n",
    "another upgrade": b"GET /healthz HTTP/1.1\r\n" + _HOST + b"connection: upgrade\r\nupgrade: h2c\r\n\r\n",
    "rubbish behind a request": _GOOD + b"\x01\x02\x03 rubbish\r\n\r\n",
    "far too many requests at once": _GOOD * 5000,
}  # fmt: skip


@pytest.fixture(scope="module")
def strict(start_gateway: Callable[..., Gateway]) -> Gateway:
    """A gateway with little patience."""
    return start_gateway(gateway_request_s=1, log_level="error")


def _answered(gateway: Gateway, sent: bytes) -> bytes:
    """What comes back until it closes, or at least an answer's head. Raises TimeoutError when neither comes."""
    received = b""
    with gateway.connect() as connection, contextlib.suppress(ConnectionError):
        connection.sendall(sent)
        while b"\r\n\r\n" not in received.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n"):
            part = connection.recv(1 << 16)
            if not part:
                break
            received += part
    return received.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")


@pytest.mark.parametrize("name", ODD)
def test_an_odd_request_is_answered_or_closed(strict: Gateway, name: str) -> None:
    answer = _answered(strict, ODD[name])
    assert not answer or answer.startswith(b"HTTP/1.1 ")
    assert not answer.startswith(b"HTTP/1.1 5")
    assert strict.get("/healthz").status == 200


def test_what_is_no_http_is_a_problem(strict: Gateway) -> None:
    head, _, body = _answered(strict, b"GET / HTTP/9.9\r\n\r\n").partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in head
    assert b"/problems/bad-request" in body


def _mutated(random: random.Random) -> bytes:
    sent = bytearray(random.choice(sorted(ODD.values())) or _GOOD)[:3000]
    for _ in range(random.randint(1, 6)):
        at = random.randrange(len(sent))
        match random.randrange(4):
            case 0:
                sent[at] = random.randrange(256)
            case 1:
                sent[at:at] = random.choice((b"\0", b"\r\n", b"\n", b" ", b":", b"%", b"\r\n\r\n", b"\xff" * 9))
            case 2:
                del sent[at : at + random.randint(1, 20)]
            case _:
                sent[at:at] = sent[: random.randint(1, 200)]
        if not sent:
            sent = bytearray(_GOOD)
    return bytes(sent)


def _bombard(gateway: Gateway, seed: int, count: int) -> list[bytes]:
    """Many mutated requests, 32 at once; the answers."""
    chance = random.Random(seed)
    with ThreadPoolExecutor(32) as pool:
        return list(pool.map(lambda sent: _answered(gateway, sent), [_mutated(chance) for _ in range(count)]))


def test_mutated_requests_are_answered_and_leave_nothing_behind(strict: Gateway) -> None:
    _bombard(strict, 1, 200)
    open_before, bytes_before = strict.open_files, strict.resident_bytes
    answers = _bombard(strict, 2, 400)
    assert not [answer for answer in answers if answer and not answer.startswith(b"HTTP/1.1 ")]
    assert not [answer for answer in answers if answer.startswith(b"HTTP/1.1 5")]
    until(lambda: strict.open_files <= open_before, "its connections to be closed")
    assert strict.resident_bytes - bytes_before < 16 << 20


@contextlib.contextmanager
def _readers_that_do_not_read(gateway: Gateway, count: int) -> Iterator[list[socket.socket]]:
    """Each asks for long answers, and takes none."""
    asking = (b"GET /openapi.json HTTP/1.1\r\n" + _HOST + b"\r\n") * 20
    with contextlib.ExitStack() as stack:
        readers = []
        for _ in range(count):
            reader = stack.enter_context(socket.socket())
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.settimeout(PATIENCE_S)
            reader.connect(("127.0.0.1", gateway.port))
            reader.sendall(asking)
            readers.append(reader)
        yield readers


def test_a_thousand_readers_that_do_not_read_stop_nobody(start_gateway: Callable[..., Gateway]) -> None:
    patient = start_gateway(gateway_request_s=300, log_level="error")
    patient.get("/openapi.json")
    bytes_before = patient.resident_bytes
    with _readers_that_do_not_read(patient, 1000):
        for _ in range(20):
            assert patient.get("/healthz").status == 200
        assert patient.resident_bytes - bytes_before < 100 << 20


def test_who_reads_nothing_of_an_answer_is_left(strict: Gateway) -> None:
    before = strict.open_files
    with _readers_that_do_not_read(strict, 20):
        until(lambda: strict.open_files >= before + 10, "the readers to be taken in")
        until(lambda: strict.open_files <= before, "the gateway to leave them")


def test_who_leaves_a_body_unfinished_that_was_answered_is_left(strict: Gateway) -> None:
    with strict.connect() as connection:
        connection.sendall(ODD["half a body for nobody"])
        assert connection.recv(100).startswith(b"HTTP/1.1 405 ")
        connection.sendall(b" ")  # so that the connection is not one that is idle
        with contextlib.suppress(ConnectionError):
            while connection.recv(1 << 16):
                pass


def test_too_many_requests_at_once_close_the_connection(strict: Gateway) -> None:
    with strict.connect() as connection, contextlib.suppress(ConnectionError):
        connection.sendall(_GOOD * 5000)
        received = b""
        while part := connection.recv(1 << 16):
            received += part
    assert received.count(b"HTTP/1.1 ") < 5000
    assert b"HTTP/1.1 400" not in received  # it would be taken for the answer to one of them
