"""What a tenant may have open: sessions, streams and WebSockets, at all gateways together."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest
from gateway_harness import RUN, Gateway
from service_harness import until
from test_sockets import joined, refused, session, ticket

from judge.client import Client
from judge.client.http.problems import error_of, problem_in
from judge.errors import OpenLimitError
from judge.queue.admin import set_tenant_limit

IDLE = {**RUN, "source": "import time; time.sleep(60)"}


@pytest.fixture(scope="module")
def second(start_gateway: Callable[..., Gateway], gateway: Gateway) -> Gateway:
    """Another gateway beside the first."""
    del gateway
    return start_gateway()


def following(gateway: Gateway, location: str, key: str) -> socket.socket:
    """A connection on which events come."""
    held = gateway.connect()
    held.sendall(f"GET {location}/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\n\r\n".encode())
    assert held.recv(12) == b"HTTP/1.1 200"
    return held


def _told(gateway: Gateway, path: str, key: str) -> dict[str, object]:
    answer = gateway.get(path, key=key)
    assert (answer.status, answer.problem, answer.headers["retry-after"]) == (429, "too-many", "1")
    limit: dict[str, object] = answer.json()["limit"]
    error = error_of(problem_in(429, "application/problem+json", answer.body))
    assert isinstance(error, OpenLimitError)
    assert {"name": error.limit, "most": error.most} == limit
    return limit


def test_streams_are_counted_over_all_gateways(
    gateway: Gateway, second: Gateway, client: Client, make_key: Callable[..., str]
) -> None:
    key = make_key("streamer")
    set_tenant_limit(client.queue, "streamer", "tenant_streams_max", 2)
    location = gateway.post("/api/v1/runs", IDLE, key=key).headers["location"]
    events = f"{location}/events"
    with following(gateway, location, key) as first, following(second, location, key):
        for one in (gateway, second):
            assert _told(one, events, key) == {"name": "tenant_streams_max", "most": 2}
        first.close()
        until(lambda: _opens(second, location, key), "the place of the stream that ended")
    assert gateway.post(f"{location}/cancel", key=key).json()["cancelled"]
    link = client.queue.link
    until(lambda: not link.command("EXISTS", link.keys.open_now("streams", "streamer")), "nothing to be open")


def _opens(gateway: Gateway, location: str, key: str) -> bool:
    if gateway.ask("HEAD", f"{location}/events", key=key).status == 429:
        return False
    following(gateway, location, key).close()
    return True


def test_what_a_killed_gateway_had_open_counts_until_its_lease_is_over(
    start_gateway: Callable[..., Gateway], gateway: Gateway, client: Client, make_key: Callable[..., str]
) -> None:
    key, link = make_key("mourner"), client.queue.link
    set_tenant_limit(client.queue, "mourner", "tenant_streams_max", 1)
    location = gateway.post("/api/v1/runs", IDLE, key=key).headers["location"]
    doomed = start_gateway()
    with following(doomed, location, key):
        doomed.kill()
    assert _told(gateway, f"{location}/events", key)["most"] == 1
    name = link.keys.open_now("streams", "mourner")
    assert 0 < link.command("PTTL", name) <= 30_000
    (member,) = link.command("ZRANGE", name, 0, -1)
    link.command("ZADD", name, 1, member)  # its lease is over
    following(gateway, location, key).close()
    gateway.post(f"{location}/cancel", key=key)


def test_websockets_are_counted_over_all_gateways(
    gateway: Gateway, second: Gateway, client: Client, make_key: Callable[..., str]
) -> None:
    key = make_key("socketeer")
    set_tenant_limit(client.queue, "socketeer", "tenant_sockets_max", 1)
    one = session(gateway, key)
    with joined(gateway, key, one):
        assert refused(second, one, ticket(second, key, one)) == (429, "too-many")
    until(lambda: refused_or_none(second, key, one), "the socket's place")


def refused_or_none(gateway: Gateway, key: str, one: str) -> bool:
    """Whether a socket opens now."""
    try:
        with joined(gateway, key, one):
            return True
    except Exception:  # the handshake was refused
        return False


def test_sessions_that_are_not_over_are_bounded(
    gateway: Gateway, second: Gateway, client: Client, make_key: Callable[..., str]
) -> None:
    key = make_key("sitter")
    set_tenant_limit(client.queue, "sitter", "tenant_sessions_max", 1)
    asked = {"language": "python3", "source": "input()"}
    first = gateway.post("/api/v1/sessions", asked, key=key, headers={"idempotency-key": "one"})
    assert first.status == 201
    refused_one = second.post("/api/v1/sessions", asked, key=key)
    assert (refused_one.status, refused_one.json()["limit"]) == (429, {"name": "tenant_sessions_max", "most": 1})
    again = second.post("/api/v1/sessions", asked, key=key, headers={"idempotency-key": "one"})
    assert (again.status, again.json()["id"]) == (201, first.json()["id"])
    assert second.post("/api/v1/runs", RUN, key=key).status == 201
    assert gateway.post(first.headers["location"] + "/cancel", key=key).json()["cancelled"]
    link = client.queue.link
    assert not link.command("EXISTS", link.keys.open_sessions("sitter"))
    link.command("SADD", link.keys.open_sessions("sitter"), "sitter~ended")  # by a worker that did not know of this set
    third = gateway.post("/api/v1/sessions", asked, key=key)
    assert third.status == 201
    gateway.post(third.headers["location"] + "/cancel", key=key)
