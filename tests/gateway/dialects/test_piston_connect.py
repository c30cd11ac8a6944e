"""Piston's WebSocket: a program is run while its client takes part."""

from __future__ import annotations

import contextlib
import json
import re
import struct
from collections.abc import Callable, Iterator
from socket import SO_LINGER, SOL_SOCKET
from typing import Any

import pytest
import service_harness
from gateway_harness import Gateway
from service_harness import Worker
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from judge.client import Client
from judge.queue.api_keys import revoke_key

PATH = "/piston/api/v2/connect"


@pytest.fixture(scope="module")
def patient(start_gateway: Callable[..., Gateway], worker: Worker) -> Gateway:
    """A gateway whose programs have the time that a busy machine takes."""
    del worker
    return start_gateway(piston_run_timeout=100_000)


@contextlib.contextmanager
def connected(gateway: Gateway, path: str = PATH, **options: Any) -> Iterator[ClientConnection]:
    with connect(gateway.address.replace("http", "ws", 1) + path, open_timeout=30, **options) as socket:
        yield socket


def say(socket: ClientConnection, **said: Any) -> None:
    socket.send(json.dumps(said))


def init(socket: ClientConnection, code: str, language: str = "python", **said: Any) -> None:
    say(socket, type="init", language=language, version="*", files=[{"content": code}], **said)


def until(socket: ClientConnection, **wanted: Any) -> list[Any]:
    """All messages up to one with these fields; output of one stream in one."""
    found: list[Any] = []
    while True:
        message = json.loads(socket.recv(timeout=30))
        if message["type"] == "data" and found and found[-1].get("stream") == message["stream"]:
            message["data"] = found.pop()["data"] + message["data"]
        found.append(message)
        if wanted.items() <= message.items() or (
            "data" in wanted and message.get("stream") == wanted["stream"] and wanted["data"] in message["data"]
        ):
            return found


def rest(socket: ClientConnection) -> tuple[list[Any], int, str]:
    """What comes to the end, and how it was closed."""
    found: list[Any] = []
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            found.append(json.loads(socket.recv(timeout=30)))
    assert closed.value.rcvd is not None
    return found, closed.value.rcvd.code, closed.value.rcvd.reason


def test_a_program_reads_what_is_typed_and_is_heard_at_once(patient: Gateway) -> None:
    with connected(patient) as socket:
        init(
            socket,
            "import sys\nfor line in sys.stdin:\n    print(line.strip()[::-1], flush=True)\n"
            "    if 'end' in line: sys.exit(3)",
        )
        began = until(socket, type="stage", stage="run")
        assert [one["type"] for one in began] == ["runtime", "stage"]
        assert began[0]["language"] == "python"
        for word in ("abc", "d\u00e9\u20ac"):
            say(socket, type="data", stream="stdin", data=word + "\n")
            until(socket, type="data", stream="stdout", data=word[::-1] + "\n")
        say(socket, type="data", stream="stdin", data="end\n")
        messages, code, reason = rest(socket)
    assert messages[-1] == {"type": "exit", "stage": "run", "code": 3, "signal": None}
    assert (code, reason) == (4999, "Job Completed")


def test_a_signal_arrives(patient: Gateway) -> None:
    with connected(patient) as socket:
        init(
            socket,
            "import signal, sys, time\nsignal.signal(signal.SIGINT, lambda *_: sys.exit(42))\n"
            "print('ready', flush=True)\ntime.sleep(60)",
        )
        until(socket, type="data", stream="stdout", data="ready")
        say(socket, type="signal", signal="SIGINT")
        messages, code, _ = rest(socket)
    assert messages[-1] == {"type": "exit", "stage": "run", "code": 42, "signal": None}
    assert code == 4999


@pytest.mark.parametrize("name", ["SIGKILL", "SIGSEGV"])
def test_a_signal_may_be_the_end(patient: Gateway, name: str) -> None:
    with connected(patient) as socket:
        init(socket, "import time\nprint('ready', flush=True)\ntime.sleep(60)")
        until(socket, type="data", stream="stdout", data="ready")
        say(socket, type="signal", signal=name)
        messages, _, _ = rest(socket)
    assert messages[-1] == {"type": "exit", "stage": "run", "code": None, "signal": name}


def test_compiling_is_a_stage_of_its_own(patient: Gateway) -> None:
    with connected(patient) as socket:
        init(
            socket, '#include <stdio.h>\nint main(void) { fputs("out", stdout); fputs("err", stderr); return 0; }', "c"
        )
        messages, code, _ = rest(socket)
    assert [one for one in messages if one["type"] not in ("data", "runtime")] == [
        {"type": "stage", "stage": "compile"},
        {"type": "exit", "stage": "compile", "code": 0, "signal": None},
        {"type": "stage", "stage": "run"},
        {"type": "exit", "stage": "run", "code": 0, "signal": None},
    ]
    assert {one["stream"]: one["data"] for one in messages if one["type"] == "data"} == {
        "stdout": "out",
        "stderr": "err",
    }
    assert code == 4999


def test_what_does_not_compile_is_not_run(patient: Gateway) -> None:
    with connected(patient) as socket:
        init(socket, "int main(void) { return nothing; }", "c")
        messages, code, _ = rest(socket)
    assert [one.get("stage") for one in messages] == [None, "compile", None, "compile"]
    assert "nothing" in messages[2]["data"]
    assert messages[3]["code"] == 1
    assert code == 4999


def test_output_is_not_cut(patient: Gateway) -> None:
    with connected(patient, max_size=None) as socket:
        init(socket, "for _ in range(200): print('x' * 999)")
        messages, code, _ = rest(socket)
    assert sum(len(one.get("data", "")) for one in messages) == 200_000
    assert code == 4999


CLOSINGS = [
    ([], 4001, "Initialization Timeout"),
    ([{"type": "data", "stream": "stdin", "data": "x"}], 4003, "Not yet initialized"),
    ([{"type": "signal", "signal": "SIGINT"}], 4003, "Not yet initialized"),
    (["init", "init"], 4000, "Already Initialized"),
    (["init", {"type": "data", "stream": "stdout", "data": "x"}], 4004, "Can only write to stdin"),
    (["init", {"type": "signal", "signal": "INT"}], 4005, "Invalid signal"),
    (["init", {"type": "signal", "signal": 9}], 4005, "Invalid signal"),
    (["no json"], 4002, "Notified Error"),
    ([{"type": "init", "language": "nothing", "version": "*", "files": [{"content": ""}]}], 4002, "Notified Error"),
    ([{"type": "init", "language": "python"}], 4002, "Notified Error"),
    ([{"type": "other"}, 5, {"type": "data"}], 4003, "Not yet initialized"),
]


@pytest.mark.parametrize(("said", "code", "reason"), CLOSINGS)
def test_how_a_socket_is_closed(patient: Gateway, said: list[Any], code: int, reason: str) -> None:
    with connected(patient) as socket:
        for one in said:
            if one == "init":
                init(socket, "import time\ntime.sleep(20)")
            else:
                socket.send("{" if one == "no json" else json.dumps(one))
        messages, closed_with, why = rest(socket)
    assert (closed_with, why) == (code, reason)
    errors = [one["message"] for one in messages if one["type"] == "error"]
    assert bool(errors) == (code == 4002)


def test_a_key_may_stand_in_front_of_the_path(patient: Gateway, school: str) -> None:
    with connected(patient, f"/key/{school}{PATH}") as socket:
        init(socket, "print(1)")
        assert rest(socket)[1] == 4999


def test_who_has_a_wrong_key_is_refused(patient: Gateway) -> None:
    with pytest.raises(InvalidStatus) as refused, connected(patient, f"/key/jk_wrong{PATH}"):
        pass
    assert refused.value.response.status_code == 401


def test_a_page_of_another_site_is_refused(patient: Gateway) -> None:
    with pytest.raises(InvalidStatus) as refused, connected(patient, origin="https://example.org"):
        pass
    assert refused.value.response.status_code == 403


def test_sockets_whose_clients_go_at_once_are_not_counted_for_ever(start_gateway: Callable[..., Gateway]) -> None:
    gateway = start_gateway(namespace="piston-gone")  # no worker has ever run there
    for _ in range(8):
        with connected(gateway) as socket:
            init(socket, "print(1)")
            socket.socket.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
            socket.socket.close()
    gone = re.compile(rb'^judge_gateway_sockets_closed_total\{reason="gone"\} 8', re.MULTILINE)
    service_harness.until(lambda: gone.search(gateway.get("/metrics").body), "all of them to be gone")
    assert b"\njudge_gateway_sockets 0.0\n" in gateway.get("/metrics").body


def test_a_job_ends_with_the_key_of_its_client(dialects: Gateway, client: Client, make_key: Callable[..., str]) -> None:
    key = make_key("ends")
    with connected(dialects, additional_headers={"Authorization": f"Bearer {key}"}) as socket:
        init(socket, "print(1, flush=True)\ninput()")
        until(socket, type="data", stream="stdout", data="1")
        revoke_key(client.queue, key.split("_")[1])
        _, code, _ = rest(socket)
    assert code == 1008
