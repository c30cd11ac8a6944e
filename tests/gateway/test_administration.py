"""What those who run the judge ask of it over HTTP: keys, and the trail of what they did."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from gateway_harness import RUN, Gateway
from service_harness import RedisServer, until

from judge.client import Client
from judge.client.sending import work_of
from judge.config import load_settings
from judge.errors import MaintenanceError
from judge.model.work import Execution
from judge.queue import calls, rejudge
from judge.queue.admin import set_policy, set_tenant_limit
from judge.queue.api_keys import Scope, list_keys
from judge.queue.settings import policy_of

WANTED = {"tenant": "club", "scopes": ["run", "read"], "note": "the club's page"}


def _made(gateway: Gateway, admin: str, **wanted: Any) -> dict[str, Any]:
    answer = gateway.post("/api/v1/keys", {**WANTED, **wanted}, key=admin)
    assert answer.status == 201, answer.body
    made: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/api/v1/keys/{made['rights']['id']}"
    return made


def test_a_key_made_over_http_works_and_is_shown_once(gateway: Gateway, client: Client, admin: str) -> None:
    made = _made(gateway, admin)
    me = gateway.get("/api/v1/me", key=made["key"]).json()
    assert (me["tenant"], me["scopes"], me["key"]) == ("club", ["run", "read"], made["rights"]["id"])
    page = gateway.get("/api/v1/keys?limit=500", key=admin)
    assert made["rights"]["id"] in page.body.decode()
    secret = made["key"].split("_", 2)[2]
    assert secret not in page.body.decode() + gateway.get("/api/v1/audit", key=admin).body.decode() + gateway.log()
    assert made["rights"]["id"] in {view.rights.id for view in list_keys(client.queue)}


def test_a_key_ended_over_http_is_none(gateway: Gateway, admin: str) -> None:
    made = _made(gateway, admin)
    path = f"/api/v1/keys/{made['rights']['id']}"
    assert gateway.ask("DELETE", path, key=admin).status == 204
    assert gateway.ask("DELETE", path, key=admin).problem == "not-found"
    until(lambda: gateway.get("/api/v1/me", key=made["key"]).problem == "bad-key", "the key's end", 5)


def test_keys_are_listed_page_by_page(gateway: Gateway, client: Client, admin: str) -> None:
    for _ in range(3):
        _made(gateway, admin)
    seen: list[str] = []
    after = ""
    while True:
        page = gateway.get(f"/api/v1/keys?limit=2&after={after}", key=admin).json()
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = page["next"]
    assert seen == [view.rights.id for view in list_keys(client.queue)]


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"scopes": []}, "/scopes"),
        ({"scopes": ["root"]}, "/scopes/0"),
        ({"tenant": ""}, "/tenant"),
        ({"tenant": "a~b"}, "/tenant"),
        ({"tenant": "x" * 49}, "/tenant"),
        ({"priority_class": "now"}, "/priority_class"),
        ({"expires_at_ms": 1}, "/expires_at_ms"),
        ({"expires_at_ms": -1}, "/expires_at_ms"),
        ({"expires_at_ms": 10**18}, "/expires_at_ms"),
        ({"note": "x" * 201}, "/note"),
        ({"id": "mine"}, "/id"),
    ],
)
def test_what_no_key_can_be_is_told_by_its_field(
    gateway: Gateway, admin: str, changed: dict[str, Any], pointer: str
) -> None:
    answer = gateway.post("/api/v1/keys", {**WANTED, **changed}, key=admin)
    assert (answer.status, answer.problem) == (422, "bad-field")
    assert answer.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("after", ["x", "1", "1.short", "-1.aaaaaaaaaaaa", "1-2-3"])
def test_a_position_that_is_none_is_told(gateway: Gateway, admin: str, after: str) -> None:
    for path in ("keys", "audit"):
        assert gateway.get(f"/api/v1/{path}?after={after}", key=admin).problem == "bad-field"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "keys", WANTED),
        ("GET", "keys", None),
        ("DELETE", "keys/aaaaaaaaaaaa", None),
        ("GET", "audit", None),
        ("PUT", "maintenance", {"message": "x"}),
        ("DELETE", "maintenance", None),
    ],
)
def test_only_admins_may(
    gateway: Gateway, make_key: Callable[..., str], method: str, path: str, body: dict[str, Any] | None
) -> None:
    key = make_key("school", Scope.RUN, Scope.SUBMIT, Scope.READ, Scope.PACKAGES)
    assert gateway.ask(method, f"/api/v1/{path}", body, key=key).problem == "no-scope"
    assert gateway.ask(method, f"/api/v1/{path}", body).problem == "no-scope"


def test_the_trail_says_who_made_and_ended_a_key(gateway: Gateway, admin: str) -> None:
    made = _made(gateway, admin)
    key_id = made["rights"]["id"]
    gateway.ask("DELETE", f"/api/v1/keys/{key_id}", key=admin)
    page = gateway.get("/api/v1/audit?limit=2", key=admin).json()
    assert [(item["act"], item["what"]) for item in page["items"]] == [
        ("key-revoked", key_id),
        ("key-created", key_id),
    ]
    assert {item["by"] for item in page["items"]} == {f"key:{admin.split('_')[1]}"}
    older = gateway.get(f"/api/v1/audit?limit=500&after={page['next']}", key=admin).json()
    assert not {item["position"] for item in older["items"]} & {item["position"] for item in page["items"]}


def test_the_trail_says_who_changed_a_verdict(
    gateway: Gateway, client: Client, sum_package: str, school: str, admin: str
) -> None:
    def judged(source: str) -> str:
        sent = {"package": sum_package, "language": "python3", "sources": [{"name": "a.py", "text": source}]}
        answer = gateway.post("/api/v1/submissions?wait=30", sent, key=school)
        assert answer.status == 201, answer.body
        return "school~" + answer.headers["location"].rsplit("/", 1)[1]

    wrong, other = judged("print(0)"), judged("import sys\nprint(sum(map(int, sys.stdin.read().split())))")
    before, after = client.queue.report(wrong), client.queue.report(other)
    assert before
    assert after
    assert before.verdict != after.verdict
    assert client.queue.run(calls.amend(wrong, other, before.verdict.value, after, "jury@host"))
    first = gateway.get("/api/v1/audit?limit=1", key=admin).json()["items"][0]
    assert (first["act"], first["what"], first["by"]) == ("verdict-changed", wrong, "jury@host")
    assert f"{before.verdict.value} -> {after.verdict.value}" in first["detail"]


def test_the_trail_says_who_judged_again(
    gateway: Gateway, client: Client, sum_package: str, school: str, admin: str
) -> None:
    sent = {"package": sum_package, "language": "python3", "sources": [{"name": "a.py", "text": "print(1)"}]}
    location = gateway.post("/api/v1/submissions?wait=30", sent, key=school).headers["location"]
    selected = rejudge.Selector(ids=("school~" + location.rsplit("/", 1)[1],))
    batch, _ = rejudge.start(client.queue, selected, by="jury@host")
    until(lambda: all(one.after for one in rejudge.compare(client.queue, batch)), "the rejudge", 60)
    rejudge.apply(client.queue, batch, "jury@host")
    rejudge.drop(client.queue, batch, "jury@host")
    items = gateway.get("/api/v1/audit?limit=3", key=admin).json()["items"]
    # the verdict is the same: nothing was changed, and nothing is said to be
    assert [item["act"] for item in items] == ["rejudge-dropped", "rejudge-applied", "rejudge-started"]
    assert {(item["what"], item["by"]) for item in items} == {(batch, "jury@host")}


@pytest.fixture
def maintained(gateway: Gateway, admin: str) -> Iterator[Callable[..., Any]]:
    """Begins maintenance; it ends with the test."""
    yield lambda **body: gateway.ask("PUT", "/api/v1/maintenance", body, key=admin)
    gateway.ask("DELETE", "/api/v1/maintenance", key=admin)


def test_in_maintenance_no_work_is_taken_in_and_what_is_in_is_judged(
    gateway: Gateway, client: Client, school: str, admin: str, maintained: Callable[..., Any]
) -> None:
    slow = {**RUN, "source": "import time; time.sleep(1); print(1)"}
    before = gateway.post("/api/v1/runs", slow, key=school, headers={"idempotency-key": "before"})
    assert maintained(message="back at 14:00", retry_s=600).json()["on"]
    refused = gateway.post("/api/v1/runs", RUN, key=school)
    assert (refused.status, refused.problem, refused.headers["retry-after"]) == (503, "maintenance", "600")
    assert refused.json()["detail"] == "back at 14:00"
    with pytest.raises(MaintenanceError, match="back at 14:00"):
        client.send(work_of(Execution(argv=("/bin/true",))))
    assert gateway.get(before.headers["location"] + "?wait=30", key=school).json()["state"] == "done"
    again = gateway.post("/api/v1/runs?wait=30", slow, key=school, headers={"idempotency-key": "before"})
    assert again.status == 201
    shown = gateway.get("/api/v1/maintenance", key=school).json()
    assert (shown["on"], shown["message"], shown["retry_s"]) == (True, "back at 14:00", 600)
    assert gateway.get("/readyz").status == 200
    assert gateway.ask("DELETE", "/api/v1/maintenance", key=admin).status == 204
    assert gateway.post("/api/v1/runs", RUN, key=school).status == 201
    acts = [item["act"] for item in gateway.get("/api/v1/audit?limit=2", key=admin).json()["items"]]
    assert acts == ["maintenance-ended", "maintenance-began"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/message"),
        ({"message": ""}, "/message"),
        ({"message": " "}, "/message"),
        ({"message": "x" * 501}, "/message"),
        ({"message": "x", "retry_s": 0}, "/retry_s"),
        ({"message": "x", "retry_s": 86_401}, "/retry_s"),
        ({"message": "x", "until": 1}, "/until"),
    ],
)
def test_a_maintenance_that_cannot_be_is_told_by_its_field(
    maintained: Callable[..., Any], body: dict[str, Any], pointer: str
) -> None:
    answer = maintained(**body)
    assert (answer.status, answer.problem) == (422, "bad-field")
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_a_tenants_rate_is_told_and_kept(gateway: Gateway, client: Client, make_key: Callable[..., str]) -> None:
    key = make_key("hasty")
    set_tenant_limit(client.queue, "hasty", "tenant_per_minute", 2)
    first = gateway.post("/api/v1/runs", RUN, key=key, headers={"idempotency-key": "1"})
    assert first.headers["ratelimit-policy"] == '"work";q=2;w=60'
    assert first.headers["ratelimit"].startswith('"work";r=1;t=')
    assert gateway.post("/api/v1/runs", RUN, key=key).status == 201
    refused = gateway.post("/api/v1/runs", RUN, key=key)
    assert (refused.status, refused.problem) == (429, "too-many")
    assert 1 <= int(refused.headers["retry-after"]) <= 30
    assert refused.headers["ratelimit"].startswith('"work";r=0;t=')
    assert gateway.post("/api/v1/runs", RUN, key=key, headers={"idempotency-key": "1"}).status == 201
    set_tenant_limit(client.queue, "hasty", "tenant_per_minute", None)
    assert "ratelimit" not in gateway.post("/api/v1/runs", RUN, key=key).headers


def test_a_full_queue_says_how_long(start_gateway: Callable[..., Gateway], redis_server: RedisServer) -> None:
    gateway = start_gateway(namespace="full")  # no worker has ever run there: what comes waits
    with Client(msgspec.structs.replace(redis_server.broker, namespace="full")) as client:
        set_policy(client.queue, msgspec.structs.replace(policy_of(load_settings()), queue_max=1))
    assert gateway.post("/api/v1/runs", RUN).status == 201
    full = gateway.post("/api/v1/runs", RUN)
    assert (full.status, full.problem) == (503, "queue-full")
    assert int(full.headers["retry-after"]) >= 1
    assert "1 submissions wait, about" in full.json()["detail"]
