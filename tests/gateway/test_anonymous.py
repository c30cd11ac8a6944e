"""Those without a key, where the settings let everybody in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from gateway_harness import RUN, Answered, Gateway

from judge.client import Client
from judge.queue.admin import set_tenant_limit


@pytest.fixture(scope="module")
def open_gateway(start_gateway: Callable[..., Gateway], gateway: Gateway) -> Gateway:
    """A gateway for everybody, behind a proxy that it believes."""
    del gateway  # its worker, and its policy, are there
    return start_gateway(gateway_no_key="always", gateway_trusted_proxies="127.0.0.1", anonymous_streams_max=1)


def _from(gateway: Gateway, address: str, method: str, path: str, body: Any = None) -> Answered:
    return gateway.ask(method, path, body, headers={"x-forwarded-for": address})


def test_everybody_runs_programs_in_a_class_of_its_own(open_gateway: Gateway, admin: str) -> None:
    answer = _from(open_gateway, "192.0.2.1", "POST", "/api/v1/runs?wait=30", RUN)
    assert answer.status == 201, answer.body
    assert answer.json()["report"]["runs"][0]["stdout"]["text"].strip() == "olleh"
    me = _from(open_gateway, "192.0.2.1", "GET", "/api/v1/me").json()
    assert (me["tenant"], me["scopes"], me["priority_class"]) == ("anonymous@192.0.2.1", ["run", "read"], "practice")
    record = "anonymous@192.0.2.1~" + answer.headers["location"].rsplit("/", 1)[1]
    assert open_gateway.get(f"/api/v1/runs/{record}", key=admin).json()["priority_class"] == "practice"


def test_what_one_address_ran_is_not_there_for_another(open_gateway: Gateway, other: str) -> None:
    location = _from(open_gateway, "192.0.2.2", "POST", "/api/v1/runs?wait=30", RUN).headers["location"]
    assert _from(open_gateway, "192.0.2.2", "GET", location).json()["state"] == "done"
    raw = location.replace("/runs/", "/runs/anonymous@192.0.2.2~")
    for path in (location, raw, f"{location}/events"):
        assert _from(open_gateway, "192.0.2.3", "GET", path).problem == "not-found"
        assert open_gateway.get(path, key=other).problem == "not-found"
    assert _from(open_gateway, "192.0.2.3", "DELETE", location).problem == "not-found"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v1/runs"),
        ("GET", "/api/v1/evaluations"),
        ("GET", "/api/v1/blobs"),
        ("POST", "/api/v1/blobs"),
        ("POST", "/api/v1/groups"),
        ("POST", "/api/v1/submissions"),
        ("GET", "/api/v1/workers"),
        ("GET", "/api/v1/keys"),
        ("GET", "/api/v1/audit"),
        ("PUT", "/api/v1/maintenance"),
    ],
)
def test_the_rest_needs_a_key(open_gateway: Gateway, method: str, path: str) -> None:
    assert _from(open_gateway, "192.0.2.4", method, path, {}).problem == "no-key"


def test_larger_limits_and_bodies_need_a_key(open_gateway: Gateway, school: str) -> None:
    greedy = {**RUN, "limits": {"memory_bytes": 1 << 30}}
    answer = _from(open_gateway, "192.0.2.5", "POST", "/api/v1/runs", greedy)
    assert (answer.problem, answer.json()["errors"][0]["pointer"]) == ("bad-field", "/limits/memory_bytes")
    assert open_gateway.post("/api/v1/runs", greedy, key=school).status == 201
    large = {**RUN, "stdin": "x" * (128 << 10)}
    assert _from(open_gateway, "192.0.2.5", "POST", "/api/v1/runs", large).problem == "too-large"
    urgent = {**RUN, "priority_class": "contest"}
    assert _from(open_gateway, "192.0.2.5", "POST", "/api/v1/runs", urgent).problem == "class-too-urgent"


def test_an_address_has_a_rate_of_its_own(open_gateway: Gateway, client: Client) -> None:
    first = _from(open_gateway, "192.0.2.6", "POST", "/api/v1/runs", RUN)
    assert first.headers["ratelimit-policy"] == '"work";q=20;w=60'
    set_tenant_limit(client.queue, "anonymous@192.0.2.7", "tenant_per_minute", 1)
    assert _from(open_gateway, "192.0.2.7", "POST", "/api/v1/runs", RUN).status == 201
    refused = _from(open_gateway, "192.0.2.7", "POST", "/api/v1/runs", RUN)
    assert (refused.status, refused.problem) == (429, "too-many")
    assert _from(open_gateway, "192.0.2.8", "POST", "/api/v1/runs", RUN).status == 201


def test_an_address_that_no_proxy_of_ours_says_is_not_believed(start_gateway: Callable[..., Gateway]) -> None:
    gateway = start_gateway(gateway_no_key="always")
    assert _from(gateway, "192.0.2.9", "GET", "/api/v1/me").json()["tenant"] == "anonymous@127.0.0.1"


def test_streams_of_an_address_and_of_a_tenant_are_bounded(
    open_gateway: Gateway, start_gateway: Callable[..., Gateway], make_key: Callable[..., str]
) -> None:
    slow = {**RUN, "source": "import time; time.sleep(60)"}
    location = _from(open_gateway, "192.0.2.10", "POST", "/api/v1/runs", slow).headers["location"]
    with open_gateway.connect() as held:
        head = f"GET {location}/events HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.10\r\n\r\n"
        held.sendall(head.encode())
        assert held.recv(12) == b"HTTP/1.1 200"
        refused = _from(open_gateway, "192.0.2.10", "GET", f"{location}?wait=1")
        assert (refused.status, refused.problem) == (429, "too-many")
    assert _from(open_gateway, "192.0.2.10", "POST", f"{location}/cancel").json()["cancelled"]
    few = start_gateway(gateway_tenant_streams_max=1)
    first, second = make_key("crowd"), make_key("crowd")
    location = few.post("/api/v1/runs", slow, key=first).headers["location"]
    with few.connect() as held:
        held.sendall(f"GET {location}/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {first}\r\n\r\n".encode())
        assert held.recv(12) == b"HTTP/1.1 200"
        assert few.get(f"{location}?wait=1", key=second).problem == "too-many"
        refused = few.get(f"{location}/events", key=second)  # before a stream has begun
        assert refused.status == 429
        assert refused.json()["limit"] == {"name": "gateway.tenant_streams_max", "most": 1}
    assert few.post(f"{location}/cancel", key=first).json()["cancelled"]
