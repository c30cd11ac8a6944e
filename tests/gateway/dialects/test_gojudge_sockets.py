"""go-judge's /ws against a real gateway and worker."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from gateway_harness import Gateway
from service_harness import until
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from judge.client import Client
from judge.queue.api_keys import revoke_key

S = 1_000_000_000
PATIENCE_S = 30
LIMITS = {"cpuLimit": 10 * S, "clockLimit": 30 * S, "memoryLimit": 256 << 20, "procLimit": 50}


def sh(text: str) -> dict[str, Any]:
    return {"args": ["/bin/sh", "-c", text], "files": [None, {"name": "stdout", "max": 100}], **LIMITS}


@contextmanager
def socket(gateway: Gateway, key: str, path: str = "/ws") -> Iterator[ClientConnection]:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    address = gateway.address.replace("http:", "ws:") + f"/go-judge{path}"
    with connect(address, additional_headers=headers, open_timeout=PATIENCE_S, proxy=None) as opened:
        yield opened


def said(opened: ClientConnection) -> dict[str, Any]:
    return dict(json.loads(opened.recv(PATIENCE_S)))


def say(opened: ClientConnection, **fields: Any) -> None:
    opened.send(json.dumps(fields))


def test_many_requests_are_answered_by_their_ids(dialects: Gateway, school: str) -> None:
    with socket(dialects, school) as opened:
        for number in range(20):
            say(opened, requestId=f"r{number}", cmd=[sh(f"echo {number}")])
        answers = [said(opened) for _ in range(20)]
    assert {one["requestId"]: one["results"][0]["files"]["stdout"] for one in answers} == {
        f"r{number}": f"{number}\n" for number in range(20)
    }


def test_an_id_that_is_missing_or_runs_already_is_an_error(dialects: Gateway, school: str) -> None:
    with socket(dialects, school) as opened:
        say(opened, cmd=[sh("true")])
        assert said(opened) == {"requestId": "", "results": None, "error": "empty request id"}
        say(opened, requestId="a", cmd=[sh("sleep 1")])
        say(opened, requestId="a", cmd=[sh("true")])
        assert said(opened)["error"] == "duplicated request id: a"
        assert said(opened)["results"][0]["status"] == "Accepted"
        say(opened, requestId="a", cmd=[sh("true")])
        assert said(opened)["results"][0]["status"] == "Accepted"


def test_a_request_that_cannot_be_is_an_error_under_its_id(dialects: Gateway, school: str) -> None:
    with socket(dialects, school) as opened:
        say(opened, requestId="a", cmd=[])
        assert said(opened) == {"requestId": "a", "results": [], "error": "no cmd provided"}


def test_a_request_can_be_cancelled(dialects: Gateway, school: str) -> None:
    with socket(dialects, school) as opened:
        say(opened, requestId="long", cmd=[sh("sleep 25")])
        say(opened, cancelRequestId="none")
        say(opened, requestId="short", cmd=[sh("true")])
        assert said(opened)["requestId"] == "short"
        say(opened, cancelRequestId="long")
        answer = said(opened)
    assert answer["requestId"] == "long"
    assert answer.get("error") == "request cancelled before execute" or answer["results"][0]["status"] == "Signalled"


def test_what_is_no_request_closes_the_socket(dialects: Gateway, school: str) -> None:
    with socket(dialects, school) as opened:
        opened.send("{")
        with pytest.raises(ConnectionClosed):
            opened.recv(PATIENCE_S)


def test_a_ping_is_answered(dialects: Gateway, school: str) -> None:
    with socket(dialects, school) as opened:
        assert opened.ping().wait(PATIENCE_S)


@pytest.mark.parametrize("path", ["/ws", "/stream"])
def test_a_wrong_key_opens_nothing(dialects: Gateway, path: str) -> None:
    with pytest.raises(InvalidStatus) as caught, socket(dialects, "jk_aaaaaaaaaaaa_" + "a" * 43, path):
        pass
    assert caught.value.response.status_code == 401


def test_a_request_may_be_as_large_as_a_body(dialects: Gateway, school: str) -> None:
    text = "x" * (5 << 20)
    command = {**sh("wc -c < a"), "copyIn": {"a": {"content": text}}}
    with socket(dialects, school) as opened:
        say(opened, requestId="a", cmd=[command])
        assert said(opened)["results"][0]["files"]["stdout"].strip() == str(len(text))
        with pytest.raises(ConnectionClosed):
            say(opened, requestId="b", cmd=[command], more="x" * (28 << 20))
            said(opened)


def test_what_waits_on_one_socket_is_bounded(dialects: Gateway, school: str) -> None:
    with socket(dialects, school) as opened:
        for number in range(3):
            say(opened, requestId=f"r{number}", cmd=[sh("sleep 25")], more="x" * (24 << 20))
        assert said(opened)["error"] == "worker queue is full"
        say(opened, cancelRequestId="r0")
        assert said(opened)["requestId"] == "r0"
        say(opened, requestId="again", cmd=[sh("true")], more="x" * (24 << 20))
        say(opened, cancelRequestId="r1")
        answers = [said(opened), said(opened)]
    assert {one["requestId"] for one in answers} == {"again", "r1"}


@pytest.mark.parametrize("path", ["/ws", "/stream"])
def test_a_socket_and_what_runs_on_it_end_with_its_key(
    dialects: Gateway, client: Client, make_key: Callable[..., str], path: str
) -> None:
    tenant = f"ends{len(path)}"
    key, other = make_key(tenant), make_key(tenant)

    def states() -> list[str]:
        return [one["state"] for one in dialects.get("/api/v1/work", key=other).json()["items"]]

    with socket(dialects, key, path) as opened:
        command = sh("sleep 25")
        if path == "/ws":
            say(opened, requestId="a", cmd=[command])
        else:
            streamed = {**command, "files": [None, {"streamOut": True}, None]}
            opened.send(b"\1" + json.dumps({"cmd": [streamed]}).encode())
        until(lambda: "running" in states(), "the program to run")
        revoke_key(client.queue, key.split("_")[1])
        with pytest.raises(ConnectionClosed) as caught:
            while True:
                opened.recv(PATIENCE_S)
    assert caught.value.rcvd is not None
    assert caught.value.rcvd.code == 1008
    until(lambda: not {"queued", "running"} & set(states()), "the program's end", 15)
