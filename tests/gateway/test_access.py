"""Who may do what: keys, scopes, tenants, and those without a key."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from gateway_harness import RUN, Gateway
from service_harness import until

from judge.client import Client, new_id
from judge.queue.api_keys import Scope, list_keys, revoke_key


def test_a_key_says_who_asks(gateway: Gateway, school: str) -> None:
    me = gateway.get("/api/v1/me", key=school).json()
    assert (me["tenant"], me["scopes"]) == ("school", ["run", "submit", "read"])


def test_a_revoked_key_ends_within_seconds(gateway: Gateway, client: Client, make_key: Callable[..., str]) -> None:
    key = make_key()
    assert gateway.get("/api/v1/me", key=key).status == 200
    revoke_key(client.queue, key.split("_")[1])
    until(lambda: gateway.get("/api/v1/me", key=key).problem == "bad-key", "the key's end", 5)


def test_blobs_are_listed_in_pages(gateway: Gateway, make_key: Callable[..., str]) -> None:
    key = make_key("lister")
    put = [gateway.post("/api/v1/blobs", f"{n} {new_id()}".encode(), key=key).json()["blob"] for n in range(5)]
    first = gateway.get("/api/v1/blobs?limit=2", key=key).json()
    assert [one["blob"] for one in first["items"]] == put[:2:-1]
    last_seen = first["items"][-1]["blob"]
    assert gateway.ask("DELETE", f"/api/v1/blobs/{last_seen}", key=key).status == 204
    second = gateway.get(f"/api/v1/blobs?limit=2&after={first['next']}", key=key).json()
    third = gateway.get(f"/api/v1/blobs?limit=2&after={second['next']}", key=key).json()
    assert [one["blob"] for page in (second, third) for one in page["items"]] == put[2::-1]
    assert third["next"] is None
    assert gateway.get("/api/v1/blobs?after=x", key=key).problem == "bad-field"


def test_an_expired_key_is_none(gateway: Gateway, make_key: Callable[..., str]) -> None:
    assert gateway.get("/api/v1/me", key=make_key(expires_at_ms=1)).problem == "bad-key"


@pytest.mark.parametrize("key", ["jk_", "x", "jk_aaaaaaaaaaaa_" + "A" * 43, "jk_aaaaaaaaaaaa_" + "A" * 4000])
def test_what_is_no_key_is_refused_even_on_this_machine(gateway: Gateway, key: str) -> None:
    answer = gateway.get("/api/v1/me", key=key)
    assert (answer.status, answer.problem) == (401, "bad-key")
    assert "jk_ID_SECRET" in answer.json()["detail"] or "revoked" in answer.json()["detail"]
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_secret_that_is_not_the_keys_is_refused(gateway: Gateway, school: str) -> None:
    assert "revoked" in gateway.get("/api/v1/me", key=school[:-4] + "AAAA").json()["detail"]
    assert "a part of one" in gateway.get("/api/v1/me", key=school[:-4]).json()["detail"]


def test_a_key_is_used_and_never_kept(gateway: Gateway, client: Client, make_key: Callable[..., str]) -> None:
    key = make_key("user")
    gateway.post("/api/v1/runs?wait=30", RUN, key=key)
    (view,) = [one for one in list_keys(client.queue) if one.rights.id in key]
    assert view.used_at_ms
    assert key.split("_", 2)[2] not in gateway.log()


@pytest.mark.parametrize(
    ("scope", "method", "path", "body"),
    [
        (Scope.READ, "POST", "/api/v1/runs", RUN),
        (Scope.READ, "POST", "/api/v1/submissions", {"package": "x"}),
        (Scope.RUN, "GET", "/api/v1/runs", None),
        (Scope.RUN, "POST", "/api/v1/submissions", {"package": "x"}),
        (Scope.SUBMIT, "POST", "/api/v1/runs", RUN),
        (Scope.PACKAGES, "GET", "/api/v1/workers", None),
    ],
)
def test_a_scope_opens_its_own_only(
    gateway: Gateway, make_key: Callable[..., str], scope: Scope, method: str, path: str, body: object
) -> None:
    answer = gateway.ask(method, path, body, key=make_key("school", scope))
    assert (answer.status, answer.problem) == (403, "no-scope")


def test_what_is_anothers_is_not_there(gateway: Gateway, school: str, other: str, admin: str) -> None:
    location = gateway.post("/api/v1/runs?wait=30", RUN, key=school).headers["location"]
    for method, path in (
        ("GET", location), ("GET", f"{location}/events"), ("POST", f"{location}/cancel"), ("DELETE", location),
    ):  # fmt: skip
        assert gateway.ask(method, path, key=other).problem == "not-found"
        assert gateway.ask(method, path).problem == "not-found"
    raw = location.replace("/runs/", "/runs/school~")
    assert gateway.get(raw, key=other).problem == "not-found"
    assert gateway.get(raw, key=admin).json()["tenant"] == "school"
    assert gateway.get(location, key=school).json()["state"] == "done"


def test_an_id_that_another_has_is_free(gateway: Gateway, school: str, other: str) -> None:
    name = new_id()
    for key in (school, other, ""):
        answer = gateway.post("/api/v1/runs", RUN | {"id": name, "stdin": key[-8:]}, key=key)
        assert (answer.status, answer.json()["id"]) == (201, name)


def test_lists_have_the_tenants_own_only(gateway: Gateway, school: str, other: str) -> None:
    mine = gateway.post("/api/v1/runs", RUN, key=school).json()["id"]
    assert mine in [item["id"] for item in gateway.get("/api/v1/runs", key=school).json()["items"]]
    for key in (other, ""):
        assert mine not in [item["id"] for item in gateway.get("/api/v1/runs?limit=500", key=key).json()["items"]]


def test_a_tenants_blobs_are_its_own(gateway: Gateway, school: str, other: str) -> None:
    blob = gateway.post("/api/v1/blobs", new_id().encode(), key=school).json()["blob"]
    assert gateway.get(f"/api/v1/blobs/{blob}", key=school).status == 200
    assert gateway.get(f"/api/v1/blobs/{blob}", key=other).problem == "not-found"
    assert gateway.ask("DELETE", f"/api/v1/blobs/{blob}", key=other).problem == "not-found"


def test_a_key_cannot_have_a_more_urgent_class(gateway: Gateway, make_key: Callable[..., str]) -> None:
    key = make_key(priority_class="practice")
    assert gateway.post("/api/v1/runs", RUN | {"priority_class": "contest"}, key=key).problem == "class-too-urgent"
    assert gateway.post("/api/v1/runs", RUN, key=key).json()["priority_class"] == "practice"


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "evil.example:8090", "origin": "http://evil.example:8090"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
    ],
)
def test_without_a_key_a_page_of_somebody_elses_is_refused(gateway: Gateway, headers: dict[str, str]) -> None:
    assert gateway.post("/api/v1/runs", RUN, headers=headers).problem == "foreign-page"


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "text/plain;charset=UTF-8", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"],
)
def test_without_a_key_no_page_puts_a_blob(gateway: Gateway, school: str, kind: str) -> None:
    # what a page of any browser can send without asking first; old ones do not say whose page it is
    said = {"content-type": kind}
    assert gateway.post("/api/v1/blobs", b"x", headers=said).problem == "bad-media-type"
    assert gateway.post("/api/v1/blobs", b"x").problem == "bad-media-type"
    assert gateway.post("/api/v1/blobs", b"x", headers=said, key=school).status == 201
    bytes_said = {"content-type": "application/octet-stream"}
    assert gateway.post("/api/v1/blobs", b"x", headers=bytes_said).status == 201
    page = {**bytes_said, "origin": "https://evil.example"}
    assert gateway.post("/api/v1/blobs", b"x", headers=page).problem == "foreign-page"


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "via", "x-real-ip"])
def test_what_a_proxy_forwards_is_not_of_this_machine(gateway: Gateway, header: str) -> None:
    assert gateway.get("/api/v1/me", headers={header: "127.0.0.1"}).problem == "no-key"


def test_where_the_settings_say_so_everybody_needs_a_key(start_gateway: Callable[..., Gateway], school: str) -> None:
    closed = start_gateway(gateway_no_key="never")
    assert closed.get("/api/v1/me").problem == "no-key"
    assert closed.get("/api/v1/me", key=school).status == 200
    assert closed.get("/healthz").status == 200


def test_listed_pages_may_read_answers(start_gateway: Callable[..., Gateway], school: str) -> None:
    listed = start_gateway(gateway_origins="https://good.example,*")
    good = listed.get("/api/v1/me", headers={"origin": "https://good.example"})
    assert (good.status, good.headers["access-control-allow-origin"]) == (200, "https://good.example")
    other = listed.get("/api/v1/me", headers={"origin": "https://other.example"})
    assert other.problem == "foreign-page"
    keyed = listed.get("/api/v1/me", key=school, headers={"origin": "https://other.example"})
    assert keyed.headers["access-control-allow-origin"] == "*"
    asked = {"origin": "https://good.example", "access-control-request-method": "POST"}
    assert listed.ask("OPTIONS", "/api/v1/runs", headers=asked).headers["access-control-allow-methods"]


_SLEEPING = {"argv": ["/bin/sleep", "25"]}


def test_a_stream_ends_with_its_key(gateway: Gateway, client: Client, make_key: Callable[..., str]) -> None:
    key = make_key()
    location = gateway.post("/api/v1/runs", _SLEEPING, key=key).headers["location"]
    events = gateway.events(f"{location}/events", key=key)
    assert next(events).name == "queued"
    revoke_key(client.queue, key.split("_")[1])
    assert "work-done" not in [event.name for event in events]


def test_a_request_that_waits_ends_with_its_key(gateway: Gateway, client: Client, make_key: Callable[..., str]) -> None:
    key, other = make_key("waits"), make_key("waits")
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(gateway.post, "/api/v1/runs?wait=20", _SLEEPING, key=key)
        until(lambda: gateway.get("/api/v1/runs", key=other).json()["items"], "the run")
        revoke_key(client.queue, key.split("_")[1])
        assert waiting.result().problem == "bad-key"


def test_the_body_of_a_batch_ends_with_its_key(gateway: Gateway, client: Client, make_key: Callable[..., str]) -> None:
    key, other = make_key("sends"), make_key("sends")
    line = b'{"custom_id": "%d", "run": {"argv": ["/bin/true"]}}\n'
    head = "POST /api/v1/batches?id=sent HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
    head += f"Authorization: Bearer {key}\r\nContent-Length: 1000000\r\n\r\n"
    with gateway.connect() as connection:
        connection.sendall(head.encode() + b"".join(line % number for number in range(100)))
        until(lambda: gateway.get("/api/v1/batches/sent", key=other).status == 200, "the batch")
        until(lambda: gateway.get("/api/v1/batches/sent", key=other).json()["lines"] == 100, "its first lines")
        revoke_key(client.queue, key.split("_")[1])
        connection.sendall(b"".join(line % number for number in range(100, 200)))
        assert b" 401 " in connection.recv(4096).splitlines()[0]
    assert gateway.get("/api/v1/batches/sent", key=other).json()["lines"] == 100
