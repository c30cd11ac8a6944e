"""Sessions over WebSockets: tickets, origins, input and output with offsets, coming back, ends."""

from __future__ import annotations

import base64
import contextlib
import json
import signal
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from gateway_harness import Gateway
from service_harness import PATIENCE_S, until
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from judge.client import Client
from judge.http_form.socket import packed_input, unpacked_output
from judge.model.work_report import SessionReport
from judge.queue.api_keys import Scope, revoke_key

#: Sessions of the test that runs, and their keys.
_STARTED: list[tuple[str, str]] = []

ECHO = "import sys\nfor line in sys.stdin:\n    print(line.strip()[::-1], flush=True)\n"


class Socket:
    """A WebSocket of a session."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    def say(self, message: bytes | Mapping[str, object]) -> None:
        """Bytes as they are, anything else as JSON."""
        self.connection.send(message if isinstance(message, bytes) else json.dumps(message))

    def hear(self) -> Any:
        """The next message; a binary one as its frame."""
        message = self.connection.recv(PATIENCE_S)
        return unpacked_output(message) if isinstance(message, bytes) else json.loads(message)

    def until(self, kind: str) -> Any:
        """The next message of a type."""
        while True:
            message = self.hear()
            if isinstance(message, dict) and message["type"] == kind:
                return message

    def output_until(self, text: str) -> list[Any]:
        """Messages with output, up to where a text was written."""
        heard: list[Any] = []
        while text not in "".join(message["text"] for message in heard):
            message = self.hear()
            if message["type"] == "output":
                heard.append(message)
        return heard

    def code(self) -> int:
        """The code with which it is closed; what comes before is passed over."""
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                self.connection.recv(PATIENCE_S)
        assert closed.value.rcvd is not None
        return closed.value.rcvd.code


def session(gateway: Gateway, key: str, source: str = ECHO, **fields: object) -> str:
    """A new session; its id."""
    body = {"language": "python3", "source": source, "terminal": False, **fields}
    answer = gateway.post("/api/v1/sessions", body, key=key)
    assert answer.status == 201, answer.body
    _STARTED.append((key, answer.json()["id"]))
    return str(answer.json()["id"])


@pytest.fixture(autouse=True)
def ended(gateway: Gateway) -> Iterator[None]:
    """A session that is left would keep its slot for its time of grace."""
    yield
    while _STARTED:
        key, one = _STARTED.pop()
        gateway.post(f"/api/v1/sessions/{one}/end", key=key)


def ticket(gateway: Gateway, key: str, session_id: str) -> str:
    """A ticket for it."""
    answer = gateway.post(f"/api/v1/sessions/{session_id}/tickets", key=key)
    assert answer.status == 201, answer.body
    return str(answer.json()["ticket"])


def opened(gateway: Gateway, session_id: str, ticket: str, query: str = "", origin: str = "") -> ClientConnection:
    address = gateway.address.replace("http", "ws", 1)
    where = f"{address}/api/v1/sessions/{session_id}/socket?ticket={ticket}{query}"
    return connect(where, additional_headers={"origin": origin} if origin else {}, compression=None, max_size=None)


@contextmanager
def joined(gateway: Gateway, key: str, session_id: str, query: str = "") -> Iterator[Socket]:
    """A WebSocket of this session."""
    with opened(gateway, session_id, ticket(gateway, key, session_id), query) as connection:
        yield Socket(connection)


def refused(gateway: Gateway, session_id: str, ticket: str, **options: str) -> tuple[int, str]:
    """The status and the problem of a handshake."""
    with pytest.raises(InvalidStatus) as error:
        opened(gateway, session_id, ticket, **options)
    response = error.value.response
    return response.status_code, json.loads(response.body or b"{}")["type"].removeprefix("/problems/")


def test_what_is_typed_comes_back_and_the_report_is_the_last_word(gateway: Gateway, school: str) -> None:
    one = session(gateway, school)
    with joined(gateway, school, one) as socket:
        assert socket.until("state")["id"] == one
        socket.say({"type": "input", "text": "abc\n"})
        assert socket.until("typed") == {"type": "typed", "offset": 4, "gap": False, "ended": False}
        assert [(said["offset"], said["text"]) for said in socket.output_until("\n")] == [(0, "cba\n")]
        socket.say({"type": "end"})
        work = socket.until("over")["work"]
        assert socket.code() == 1000
    assert (work["id"], work["state"], work["report"]["end"]) == (one, "done", "exited")
    assert work["report"]["id"] == one
    assert gateway.get(f"/api/v1/sessions/{one}", key=school).json()["report"] == work["report"]


def test_bytes_go_as_binary_messages_and_each_is_typed_once(gateway: Gateway, school: str) -> None:
    one = session(gateway, school, "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())")
    with joined(gateway, school, one, "&frames=binary") as socket:
        for offset, data in ((0, b"\x00\xff"), (0, b"\x00\xff!"), (2, b"!"), (3, b"?")):
            socket.say(packed_input(offset, data))
        socket.say({"type": "end"})
        socket.until("state")
        heard = []
        while isinstance(message := socket.hear(), dict) is False or message["type"] != "over":
            heard.append(message)
    assert b"".join(one.data for one in heard if not isinstance(one, dict)) == b"\x00\xff!?"


def test_output_that_is_no_text_has_its_bytes_in_base64(gateway: Gateway, school: str) -> None:
    one = session(gateway, school, "import os; os.write(1, b'\\xff\\x00')")
    with joined(gateway, school, one) as socket:
        assert base64.b64decode(socket.until("output")["base64"]) == b"\xff\x00"


def test_input_behind_a_gap_is_dropped_and_that_is_said(gateway: Gateway, school: str) -> None:
    with joined(gateway, school, session(gateway, school)) as socket:
        socket.say({"type": "input", "text": "late\n", "offset": 10})
        assert socket.until("typed") == {"type": "typed", "offset": 0, "gap": True, "ended": False}
        socket.say({"type": "input", "text": "early\n", "offset": 0})
        assert socket.output_until("\n")[0]["text"] == "ylrae\n"


def test_of_two_who_type_at_once_the_later_is_told_and_neithers_input_is_lost(gateway: Gateway, school: str) -> None:
    one = session(gateway, school)
    with joined(gateway, school, one, "&client=a") as first, joined(gateway, school, one, "&client=b") as second:
        for socket in (first, second):
            assert socket.until("state")["typed"] == 0
        first.say({"type": "input", "text": "mine\n", "offset": 0})
        assert first.until("typed")["offset"] == 5
        for offset, text in ((0, "ours\n"), (5, "more\n")):  # the second comes too early to know of the first
            second.say({"type": "input", "text": text, "offset": offset})
        assert second.until("typed") == {"type": "typed", "offset": 5, "gap": True, "ended": False}
        assert second.code() == 1012
    with joined(gateway, school, one, "&client=b") as second:
        assert second.until("state")["typed"] == 5
        second.say({"type": "input", "text": "ours\n", "offset": 5})
        assert second.until("typed") == {"type": "typed", "offset": 10, "gap": False, "ended": False}
    with joined(gateway, school, one, "&client=a") as first:
        first.say({"type": "input", "text": "mine\n", "offset": 0})  # its answer was lost: it is typed once
        assert first.until("typed") == {"type": "typed", "offset": 10, "gap": False, "ended": False}
    with joined(gateway, school, one) as reader:
        assert "".join(said["text"] for said in reader.output_until("sruo\n")) == "enim\nsruo\n"


def test_a_client_that_comes_back_goes_on_where_it_was(gateway: Gateway, school: str) -> None:
    one = session(gateway, school)
    with joined(gateway, school, one) as socket:
        socket.say({"type": "input", "text": "first\n", "offset": 0})
        socket.output_until("tsrif\n")
    with joined(gateway, school, one, "&offset=3") as socket:
        assert socket.until("state")["typed"] == 6
        socket.say({"type": "input", "text": "first\nnext\n", "offset": 0})
        heard = socket.output_until("txen\n")
    assert [(said["offset"], said["text"]) for said in heard] == [(3, "if\n"), (6, "txen\n")]


def test_a_window_and_signals_reach_a_program_that_reads_no_input(gateway: Gateway, school: str) -> None:
    source = (
        "import os, signal, sys\n"
        "signal.signal(signal.SIGUSR1, lambda *_: sys.exit(7))\n"
        "signal.signal(signal.SIGWINCH, lambda *_: os.write(1, b'%r\\n' % (os.get_terminal_size(),)))\n"
        "print('ready', flush=True)\nwhile True: signal.pause()\n"
    )
    with joined(gateway, school, session(gateway, school, source, terminal=True)) as socket:
        socket.output_until("ready")
        for _ in range(10):
            socket.say({"type": "input", "text": "x" * 20_000})
        socket.say({"type": "resize", "rows": 33, "columns": 77})
        assert "columns=77, lines=33" in "".join(said["text"] for said in socket.output_until("lines=33"))
        socket.say({"type": "signal", "name": "USR1"})
        assert socket.until("over")["work"]["report"]["result"]["exit_code"] == 7


def test_a_session_is_ended_by_its_socket_and_by_a_request(gateway: Gateway, school: str) -> None:
    for ask in (False, True):
        one = session(gateway, school)
        with joined(gateway, school, one) as socket:
            while socket.until("state")["state"] != "running":
                pass
            if ask:
                assert gateway.post(f"/api/v1/sessions/{one}/end", key=school).json() == {"ended": True}
            else:
                socket.say({"type": "close"})
            assert socket.until("over")["work"]["report"]["end"] == "closed"
        assert gateway.post(f"/api/v1/sessions/{one}/end", key=school).json() == {"ended": False}


def test_a_session_that_is_over_can_be_read_once_more(gateway: Gateway, school: str) -> None:
    one = session(gateway, school, "print('was here')")
    with joined(gateway, school, one) as socket:
        socket.until("over")
    with joined(gateway, school, one) as socket:
        assert socket.output_until("\n")[0]["text"] == "was here\n"
        assert socket.until("over")["work"]["state"] == "done"


def test_a_ticket_opens_one_socket_of_one_session_once(gateway: Gateway, school: str) -> None:
    one, two = session(gateway, school), session(gateway, school)
    text = ticket(gateway, school, one)
    with opened(gateway, one, text):
        assert refused(gateway, one, text) == (401, "bad-ticket")
    assert refused(gateway, two, ticket(gateway, school, one)) == (401, "bad-ticket")
    for other in ("", "jt_", school, f"jt_{'a' * 43}"):
        assert refused(gateway, one, other) == (401, "bad-ticket")


def test_a_handshake_that_is_refused_is_no_fault_in_the_log(gateway: Gateway, school: str) -> None:
    assert refused(gateway, session(gateway, school), "") == (401, "bad-ticket")
    later = gateway.get("/api/v1/me", key=school).headers["x-request-id"]
    until(lambda: later in gateway.log(), "the log of a later request")
    assert "without completing handshake" not in gateway.log()


def test_tickets_and_sockets_end_with_their_key(
    gateway: Gateway, school: str, client: Client, make_key: Callable[..., str]
) -> None:
    one = session(gateway, school)
    key = make_key("school")
    text = ticket(gateway, key, one)
    with joined(gateway, key, one) as socket:
        revoke_key(client.queue, key.split("_")[1])
        assert refused(gateway, one, text) == (401, "bad-ticket")
        assert socket.code() == 1008
    with joined(gateway, school, one) as socket:
        assert socket.until("state")["id"] == one


def test_many_sockets_share_few_connections_to_redis(gateway: Gateway, school: str, client: Client) -> None:
    one = session(gateway, school)
    before = int(client.queue.server_info("clients")["connected_clients"])
    with contextlib.ExitStack() as many:
        sockets = [many.enter_context(joined(gateway, school, one)) for _ in range(120)]
        sockets[0].say({"type": "input", "text": "abc\n"})
        for each in sockets:
            assert each.output_until("\n")[0]["text"] == "cba\n"
        assert int(client.queue.server_info("clients")["connected_clients"]) - before < 70


def test_another_tenants_session_is_not_there(gateway: Gateway, school: str, other: str) -> None:
    one = session(gateway, school)
    for path in ("", "/tickets", "/end", "/cancel", "/events"):
        method = "GET" if path in ("", "/events") else "POST"
        assert gateway.ask(method, f"/api/v1/sessions/{one}{path}", key=other).problem == "not-found"
    assert gateway.post("/api/v1/sessions/none/tickets", key=school).problem == "not-found"


def test_a_key_that_may_only_read_gets_no_ticket(gateway: Gateway, school: str, make_key: Callable[..., str]) -> None:
    one = session(gateway, school)
    reader = make_key("school", Scope.READ)
    for path in ("tickets", "end"):
        assert gateway.post(f"/api/v1/sessions/{one}/{path}", key=reader).problem == "no-scope"
    assert gateway.post("/api/v1/sessions", {"language": "python3"}, key=reader).problem == "no-scope"


def test_a_page_of_somebody_else_opens_no_socket(
    start_gateway: Callable[..., Gateway], gateway: Gateway, school: str
) -> None:
    listed = start_gateway(gateway_origins="https://school.example")
    anybody = start_gateway(gateway_origins="*")
    one = session(gateway, school)
    mine = session(gateway, "")
    for at, origin in ((listed, "https://evil.example"), (gateway, "https://school.example"), (listed, "null")):
        assert refused(at, one, ticket(at, school, one), origin=origin) == (403, "foreign-page")
    assert refused(anybody, mine, ticket(anybody, "", mine), origin="https://evil.example") == (403, "foreign-page")
    for at, origin in ((listed, "https://school.example"), (listed, listed.address), (anybody, "https://any.example")):
        with opened(at, one, ticket(at, school, one), origin=origin):
            pass


@pytest.mark.parametrize(
    ("query", "status", "problem"),
    [
        ("&offset=-1", 400, "bad-request"),
        ("&offset=1&lost=2", 400, "bad-request"),
        (f"&offset={2**53}", 422, "bad-field"),
        ("&offset=x", 422, "bad-field"),
        ("&frames=xml", 422, "bad-field"),
        ("&key=1", 422, "bad-field"),
        ("&ticket=jt_", 422, "bad-field"),
    ],
)
def test_each_bad_query_is_its_own_problem(gateway: Gateway, query: str, status: int, problem: str) -> None:
    assert refused(gateway, "one", "jt_", query=query) == (status, problem)


@pytest.mark.parametrize(
    ("message", "problem", "pointer"),
    [
        ("{", "bad-json", None),
        ("", "bad-json", None),
        ("[" * 30_000, "bad-field", ""),
        ('{"type":"no"}', "bad-field", "/type"),
        ('{"text":"x"}', "bad-field", "/type"),
        ('{"type":"input","text":"x","more":1}', "bad-field", "/more"),
        ('{"type":"input","text":"x","base64":"eA=="}', "bad-field", ""),
        ('{"type":"input","text":"\\ud800"}', "bad-json", None),
        ('{"type":"input","offset":-1}', "bad-field", "/offset"),
        ('{"type":"input","offset":9007199254740992}', "bad-field", "/offset"),
        ('{"type":"resize","rows":0,"columns":80}', "bad-field", "/rows"),
        ('{"type":"resize","rows":24,"columns":1001}', "bad-field", "/columns"),
        ('{"type":"resize","rows":24}', "bad-field", "/columns"),
        ('{"type":"signal","name":"ODD"}', "bad-field", "/name"),
        (b"1234567", "bad-request", None),
        (b"\xff" * 9, "bad-request", None),
    ],
)
def test_each_bad_message_is_its_own_problem_and_the_session_goes_on(
    gateway: Gateway, idle: str, school: str, message: str | bytes, problem: str, pointer: str | None
) -> None:
    with joined(gateway, school, idle) as socket:
        socket.connection.send(message)
        said = socket.until("problem")["problem"]
        assert socket.code() == 1008
    assert said["type"] == f"/problems/{problem}"
    assert [error["pointer"] for error in said["errors"]] == ([] if pointer is None else [pointer])
    assert gateway.get(f"/api/v1/sessions/{idle}", key=school).json()["state"] in ("queued", "running")


@pytest.fixture
def idle(gateway: Gateway, school: str) -> str:
    """A session that waits for input."""
    return session(gateway, school)


def test_a_message_that_is_too_large_ends_the_socket(gateway: Gateway, school: str, idle: str) -> None:
    with joined(gateway, school, idle) as socket:
        socket.connection.send(bytes((64 << 10) + 1))
        assert socket.code() == 1009


def test_a_message_in_too_many_pieces_ends_the_socket(gateway: Gateway, school: str, idle: str) -> None:
    """Which of its pieces are still sent when it is closed is chance, and so whether the code arrives."""
    with joined(gateway, school, idle) as socket:
        with pytest.raises(ConnectionClosed):
            socket.connection.send(iter([b""] * 2000))
            socket.until("over")


def test_more_input_ahead_than_may_be_ends_the_socket_not_the_session(gateway: Gateway, school: str) -> None:
    one = session(gateway, school, "import signal; signal.pause()")
    with joined(gateway, school, one) as socket:
        with contextlib.suppress(ConnectionClosed):
            for offset in range(0, 4 << 20, 32 << 10):
                socket.say(packed_input(offset, bytes(32 << 10)))
        assert socket.until("problem")["problem"]["type"] == "/problems/too-many"
    with joined(gateway, school, one) as socket:
        while socket.until("state")["state"] != "running":
            pass
        socket.say({"type": "close"})
        assert socket.until("over")["work"]["report"]["end"] == "closed"


def test_a_request_that_is_no_websockets_says_so(gateway: Gateway) -> None:
    answer = gateway.get("/api/v1/sessions/one/socket")
    assert (answer.status, answer.problem, answer.headers["upgrade"]) == (426, "no-upgrade", "websocket")


def test_a_grace_in_which_nobody_comes_back_is_refused(gateway: Gateway, school: str) -> None:
    answer = gateway.post("/api/v1/sessions", {"language": "python3", "grace_ns": 1}, key=school)
    assert (answer.problem, answer.json()["errors"][0]["pointer"]) == ("bad-field", "/grace_ns")


def test_a_tenant_has_so_many_sockets_and_another_its_own(
    start_gateway: Callable[..., Gateway], gateway: Gateway, school: str, other: str
) -> None:
    small = start_gateway(gateway_sockets_max=1)
    one, two = session(gateway, school), session(gateway, other)
    with joined(small, school, one):
        assert refused(small, one, ticket(small, school, one)) == (429, "too-many")
        with joined(small, other, two):
            pass
    until(lambda: b"judge_gateway_sockets 0.0" in small.get("/metrics").body, "the sockets to be closed")
    with joined(small, school, one):
        pass


def test_a_gateway_that_stops_sends_its_clients_to_another(
    start_gateway: Callable[..., Gateway], gateway: Gateway, school: str
) -> None:
    stopping = start_gateway()
    one = session(stopping, school)
    with joined(stopping, school, one) as socket:
        socket.say({"type": "input", "text": "before\n", "offset": 0})
        socket.output_until("erofeb\n")
        stopping.signal(signal.SIGTERM)
        assert socket.code() == 1012
    assert stopping.stop() == 0
    with joined(gateway, school, one, "&offset=7") as socket:
        socket.say({"type": "input", "text": "after\n", "offset": 7})
        socket.say({"type": "end"})
        assert socket.output_until("\n")[0] == {"type": "output", "offset": 7, "stream": 1, "text": "retfa\n"} | {
            "base64": ""
        }
        assert socket.until("over")["work"]["report"]["end"] == "exited"


def test_readers_that_take_nothing_lose_output_and_stop_nobody(gateway: Gateway, school: str, client: Client) -> None:
    """Redis drops what nobody takes; the gateway keeps a few messages for each."""
    flood = session(gateway, school, "import sys\nfor _ in range(400): sys.stdout.write('x' * 10_000)\n")
    quick = session(gateway, school)
    with contextlib.ExitStack() as slow:
        for _ in range(20):
            slow.enter_context(deaf(gateway, flood, ticket(gateway, school, flood)))
        with joined(gateway, school, quick) as other:
            other.say({"type": "input", "text": "abc\n"})
            assert other.output_until("\n")[0]["text"] == "cba\n"
        report = client.work_result(f"school~{flood}", timeout=PATIENCE_S)
    assert isinstance(report, SessionReport)
    assert (report.output_bytes, report.dropped_bytes > 1_000_000) == (4_000_000, True)


@contextmanager
def deaf(gateway: Gateway, session_id: str, ticket: str) -> Iterator[None]:
    """An open WebSocket whose client reads nothing."""
    with gateway.connect() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(
            f"GET /api/v1/sessions/{session_id}/socket?ticket={ticket}&frames=binary HTTP/1.1\r\nHost: localhost\r\n"
            "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
        )
        assert connection.recv(12) == b"HTTP/1.1 101"
        yield
