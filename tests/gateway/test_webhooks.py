"""Webhooks: what happens is told once it is recorded, signed, as its tenant may see it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from gateway_harness import RUN, Answered, Gateway
from receiver_harness import Receiver, Sent
from service_harness import until
from standardwebhooks.webhooks import Webhook as Verifier
from test_packages import publish, variant

from judge.client import Client
from judge.queue.api_keys import Scope

_ALL = "/api/v1/webhooks"
_SCOPES = (Scope.RUN, Scope.SUBMIT, Scope.READ, Scope.WEBHOOKS)


@pytest.fixture(scope="module")
def club(make_key: Callable[..., str]) -> str:
    """A key that may make webhooks."""
    return make_key("club", *_SCOPES)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Takes everything."""
    with Receiver() as receiver:
        yield receiver


def made(gateway: Gateway, key: str, receiver: Receiver, **wanted: Any) -> dict[str, Any]:
    answer = gateway.post(_ALL, {"url": receiver.url, **wanted}, key=key)
    assert answer.status == 201, answer.body
    webhook: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"{_ALL}/{webhook['id']}"
    return webhook


def remove(gateway: Gateway, key: str, webhook: dict[str, Any]) -> None:
    assert gateway.ask("DELETE", f"{_ALL}/{webhook['id']}", key=key).status == 204


def _about(public_id: str) -> Callable[[Sent], bool]:
    return lambda sent: sent.json()["data"]["id"] == public_id


def _ran(gateway: Gateway, key: str, **changed: Any) -> dict[str, Any]:
    answer = gateway.post("/api/v1/runs?wait=60", RUN | changed, key=key)
    assert answer.status == 201, answer.body
    return dict(answer.json())


def test_a_run_that_is_done_is_told_and_verifies(gateway: Gateway, club: str, receiver: Receiver) -> None:
    webhook = made(gateway, club, receiver, note="our page")
    run = _ran(gateway, club)
    sent = receiver.wait_for(_about(run["id"]))
    message = Verifier(webhook["secret"]).verify(sent.body, dict(sent.headers))
    assert (sent.method, sent.path, sent.headers["content-type"]) == ("POST", "/hook", "application/json")
    assert (message["type"], message["data"]["about"], message["data"]["status"]) == ("work.done", "work", "EXITED")
    assert message["data"]["path"] == f"/api/v1/work/{run['id']}"
    looked = gateway.get(message["data"]["path"], key=club).json()
    assert message["data"]["work"] == looked
    assert looked["report"]["runs"][0]["stdout"]["text"] == "olleh\n"
    until(lambda: gateway.get(f"{_ALL}/{webhook['id']}", key=club).json()["sent"] == 1, "it to be counted")
    remove(gateway, club, webhook)
    assert len(receiver.sent) == 1


def test_its_secret_is_shown_once(gateway: Gateway, club: str, admin: str, receiver: Receiver) -> None:
    webhook = made(gateway, club, receiver)
    secret = webhook["secret"]
    place = f"{_ALL}/{webhook['id']}"
    gateway.post(f"{place}/ping", key=club)
    receiver.wait_for(lambda _: True)
    shown = [gateway.get(path, key=key).body.decode() for path in (_ALL, place) for key in (club, admin)]
    shown += [gateway.ask("PATCH", place, {"note": "x"}, key=club).body.decode()]
    shown += [gateway.get(f"{place}/deliveries?state=sent", key=club).body.decode()]
    shown += [gateway.get("/api/v1/audit", key=admin).body.decode(), gateway.log()]
    assert secret not in "".join(shown)
    assert webhook["id"] in shown[0]
    remove(gateway, club, webhook)


def test_a_webhook_is_told_what_it_asks_for(gateway: Gateway, club: str) -> None:
    wishes: list[dict[str, Any]] = [
        {"kinds": ["evaluation"]}, {"statuses": ["SIGNALED", "EXITED"]}, {"statuses": ["SIGNALED"]},
        {"languages": ["c"]}, {"languages": ["python3"]}, {"events": ["work.failed", "batch.done"]}, {"reports": False},
    ]  # fmt: skip
    with Receiver() as one:
        hooks = [made(gateway, club, one, **wish, url=f"{one.url}{number}") for number, wish in enumerate(wishes)]
        run = _ran(gateway, club)
        for number in (1, 4, 6):
            found = one.wait_for(lambda sent, path=f"/hook{number}": sent.path == path)  # type: ignore[misc]
            assert found.json()["data"]["id"] == run["id"]
        assert found.json()["data"]["work"]["report"] is None
        until(lambda: all(not _waiting(gateway, club, hook) for hook in hooks), "everything to be sent")
        assert sorted(sent.path for sent in one.sent) == ["/hook1", "/hook4", "/hook6"]
        for hook in hooks:
            remove(gateway, club, hook)


def _waiting(gateway: Gateway, key: str, webhook: dict[str, Any]) -> int:
    return int(gateway.get(f"{_ALL}/{webhook['id']}", key=key).json()["waiting"])


def test_work_that_is_withdrawn_is_told(gateway: Gateway, club: str, receiver: Receiver) -> None:
    webhook = made(gateway, club, receiver)
    run = gateway.post(
        "/api/v1/runs", RUN | {"source": "while True: pass", "limits": {"cpu_time_ns": 9 * 10**9}}, key=club
    )
    place = run.headers["location"]
    gateway.post(f"{place}/cancel", key=club)
    sent = receiver.wait_for(_about(run.json()["id"]))
    assert (sent.json()["type"], sent.json()["data"]["work"]["state"]) == ("work.cancelled", "cancelled")
    remove(gateway, club, webhook)


def test_work_that_was_removed_is_told_without_it(gateway: Gateway, club: str, receiver: Receiver) -> None:
    receiver.answer = lambda _: (503 if len(receiver.sent) == 1 else 200, {})
    webhook = made(gateway, club, receiver)
    run = _ran(gateway, club)
    receiver.wait_for(_about(run["id"]))
    assert gateway.ask("DELETE", f"/api/v1/runs/{run['id']}", key=club).status == 204
    until(lambda: len(receiver.sent) == 2, "the second attempt", 60)
    first, second = receiver.sent
    assert first.id == second.id
    data = second.json()["data"]
    assert (data["id"], data["status"], data["kind"], data["work"]) == (run["id"], "EXITED", "execution", None)
    remove(gateway, club, webhook)


def test_a_batch_is_told_once_and_its_lines_are_not(gateway: Gateway, club: str, receiver: Receiver) -> None:
    webhook = made(gateway, club, receiver)
    lines = b"".join(json.dumps({"custom_id": f"l{n}", "run": RUN}).encode() + b"\n" for n in range(3))
    sent = gateway.post("/api/v1/batches", lines, key=club, headers={"content-type": "application/x-ndjson"})
    assert sent.status == 201, sent.body
    told = receiver.wait_for(lambda one: one.json()["type"] == "batch.done").json()["data"]
    assert (told["id"], told["batch"]["state"], told["batch"]["done"]) == (sent.json()["id"], "done", 3)
    assert gateway.get(told["path"], key=club).json()["id"] == told["id"]
    assert [one.json()["type"] for one in receiver.sent] == ["batch.done"]
    remove(gateway, club, webhook)


@pytest.fixture(scope="module")
def jury(make_key: Callable[..., str]) -> str:
    """A key that may judge again, and see all of its packages."""
    return make_key("setters", Scope.PACKAGES, *_SCOPES)


_WRONG = {"language": "python3", "source": "print(input(), 'my output')"}


def test_a_rejudge_is_told_when_it_is_over_and_when_it_is_applied(
    gateway: Gateway, jury: str, receiver: Receiver
) -> None:
    publish(gateway, jury, variant("told"), "name=told")
    work = gateway.post("/api/v1/submissions?wait=60", {"package": "told", **_WRONG}, key=jury).json()
    webhook = made(gateway, jury, receiver)
    started = gateway.post("/api/v1/rejudges", {"ids": [work["id"]]}, key=jury)
    told = receiver.wait_for(lambda one: one.json()["type"] == "rejudge.done").json()["data"]
    assert (told["id"], told["count"]) == (started.json()["id"], 1)
    assert gateway.post(f"{told['path']}/apply", key=jury).status == 200
    amended = receiver.wait_for(lambda one: one.json()["type"] == "work.amended").json()["data"]
    assert (amended["id"], amended["status"]) == (work["id"], "WA")
    assert len(receiver.sent) == 2  # the new judging is no work of its own
    remove(gateway, jury, webhook)


def test_a_rejudge_that_is_dropped_leaves_nothing_to_tell(gateway: Gateway, jury: str, client: Client) -> None:
    publish(gateway, jury, variant("dropped"), "name=dropped")
    work = gateway.post("/api/v1/submissions?wait=60", {"package": "dropped", **_WRONG}, key=jury).json()
    started = gateway.post("/api/v1/rejudges", {"ids": [work["id"]]}, key=jury)
    assert gateway.ask("DELETE", started.headers["location"], key=jury).status == 200
    left = client.queue.link.command("HGETALL", client.queue.link.keys.rejudge_counts())
    assert not [field for field in left if field.decode().startswith(started.json()["id"])]


def test_hidden_tests_are_told_only_to_who_owns_the_package(
    gateway: Gateway, jury: str, make_key: Callable[..., str], admin: str, sum_package: str
) -> None:
    entrant = make_key("entrants", *_SCOPES)
    with Receiver() as one:
        theirs = made(gateway, entrant, one, url=f"{one.url}1")
        everybody = made(gateway, admin, one, url=f"{one.url}2", tenant="*", packages=[sum_package])
        body = {"package": sum_package, **_WRONG}
        work = gateway.post("/api/v1/submissions?wait=60", body, key=entrant).json()
        assert work["status"] == "WA"
        shown = one.wait_for(lambda sent: sent.path == "/hook1").json()["data"]["work"]
        assert shown == gateway.get(f"/api/v1/submissions/{work['id']}", key=entrant).json()
        whole = one.wait_for(lambda sent: sent.path == "/hook2")
        assert json.dumps(shown).count("my output") < whole.body.decode().count("my output")  # the samples' is theirs
        assert whole.json()["data"]["id"] == f"entrants~{work['id']}"
        assert whole.json()["data"]["work"]["worker"] != ""
        remove(gateway, entrant, theirs)
        remove(gateway, admin, everybody)


def test_a_webhook_sees_no_more_than_each_key_that_changed_it(
    gateway: Gateway, jury: str, make_key: Callable[..., str], receiver: Receiver
) -> None:
    webhook = made(gateway, jury, receiver)
    assert "packages" in webhook["scopes"]
    lesser = make_key("setters", Scope.READ, Scope.WEBHOOKS)
    place = f"{_ALL}/{webhook['id']}"
    assert gateway.ask("PATCH", place, {"note": "mine"}, key=lesser).json()["scopes"] == ["read", "webhooks"]
    assert gateway.ask("PATCH", place, {"note": "yours"}, key=jury).json()["scopes"] == ["read", "webhooks"]
    remove(gateway, jury, webhook)


def test_what_is_another_tenants_is_not_there(
    gateway: Gateway, club: str, make_key: Callable[..., str], admin: str, receiver: Receiver
) -> None:
    stranger = make_key("strangers", *_SCOPES)
    webhook = made(gateway, club, receiver)
    everybody = made(gateway, admin, receiver, tenant="*", events=["webhook.ping"])
    for hook in (webhook, everybody):
        place = f"{_ALL}/{hook['id']}"
        for answer in _asked_of(gateway, stranger, place):
            assert (answer.status, answer.problem) == (404, "not-found")
    assert webhook["id"] not in gateway.get(f"{_ALL}?limit=500", key=stranger).body.decode()
    _ran(gateway, stranger)
    assert not receiver.sent
    for named in ("club", "*"):
        wanted = {"url": receiver.url, "tenant": named}
        assert gateway.post(_ALL, wanted, key=stranger).problem == "bad-field"
    mine = gateway.get(f"{_ALL}?tenant=club", key=admin).json()["items"]
    assert {hook["tenant"] for hook in mine} == {"club"}
    assert gateway.ask("DELETE", f"{_ALL}/{webhook['id']}", key=admin).status == 204
    remove(gateway, admin, everybody)


def _asked_of(gateway: Gateway, key: str, place: str) -> list[Answered]:
    unknown = f"msg_{'0' * 32}"
    return [
        gateway.get(place, key=key),
        gateway.ask("PATCH", place, {"note": "x"}, key=key),
        gateway.ask("DELETE", place, key=key),
        gateway.get(f"{place}/deliveries", key=key),
        gateway.post(f"{place}/ping", key=key),
        gateway.post(f"{place}/replay", key=key),
        gateway.post(f"{place}/deliveries/{unknown}/replay", key=key),
        gateway.post(f"{place}/secrets", {}, key=key),
    ]


def test_a_key_needs_the_scope(gateway: Gateway, school: str, make_key: Callable[..., str], receiver: Receiver) -> None:
    assert gateway.post(_ALL, {"url": receiver.url}, key=school).problem == "no-scope"
    assert gateway.get(_ALL, key=school).problem == "no-scope"
    blind = make_key("club", Scope.WEBHOOKS)
    assert gateway.post(_ALL, {"url": receiver.url}, key=blind).problem == "no-scope"


@pytest.mark.parametrize(
    ("wanted", "pointer"),
    [
        ({"url": ""}, "/url"), ({"url": "ftp://a.example"}, "/url"), ({"url": "http://u:p@a.example"}, "/url"),
        ({"url": "https://10.0.0.1/"}, "/url"), ({"url": "https://[::1]/"}, "/url"), ({"url": "x" * 2001}, "/url"),
        ({"url": "https://169.254.169.254/latest/meta-data"}, "/url"), ({"url": "https://[::ffff:127.0.0.1]"}, "/url"),
        ({"events": ["work.begun"]}, "/events/0"), ({"kinds": ["x"]}, "/kinds/0"), ({"note": "x" * 201}, "/note"),
        ({"secret": "whsec_short"}, "/secret"), ({"secret": "whsec_" + "a" * 33}, "/secret"), ({"id": "wh_x"}, "/id"),
        ({"statuses": ["x" * 201]}, "/statuses/0"), ({"packages": ["x"] * 101}, "/packages"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_pointed_to(gateway: Gateway, club: str, wanted: dict[str, Any], pointer: str) -> None:
    answer = gateway.post(_ALL, {"url": "https://a.example/hook", **wanted}, key=club)
    assert (answer.status, answer.problem) == (422, "bad-field"), answer.body
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_an_admin_says_whose_work(gateway: Gateway, admin: str, receiver: Receiver) -> None:
    assert gateway.post(_ALL, {"url": receiver.url}, key=admin).problem == "bad-field"


def test_an_admins_webhook_for_a_tenant_is_not_the_tenants(
    gateway: Gateway, admin: str, club: str, receiver: Receiver
) -> None:
    watching = made(gateway, admin, receiver, tenant="club", events=["webhook.ping"])
    place = f"{_ALL}/{watching['id']}"
    assert watching["id"] not in [one["id"] for one in gateway.get(f"{_ALL}?limit=500", key=club).json()["items"]]
    asked: tuple[tuple[str, str, Any], ...] = (
        ("GET", "", None),
        ("PATCH", "", {"on": False}),
        ("DELETE", "", None),
        ("POST", "/secrets", {}),
    )
    for method, then, body in asked:
        assert gateway.ask(method, place + then, body, key=club).problem == "not-found"
    assert watching["id"] in [one["id"] for one in gateway.get(f"{_ALL}?tenant=club", key=admin).json()["items"]]
    remove(gateway, admin, watching)


def test_a_tenant_has_so_many_webhooks(gateway: Gateway, make_key: Callable[..., str], receiver: Receiver) -> None:
    key = make_key("collectors", *_SCOPES)
    hooks = [made(gateway, key, receiver, events=["webhook.ping"]) for _ in range(20)]
    assert gateway.post(_ALL, {"url": receiver.url}, key=key).problem == "quota"
    seen: list[str] = []
    page: dict[str, Any] = {"next": ""}
    while page["next"] is not None:
        page = gateway.get(f"{_ALL}?limit=7&after={page['next']}", key=key).json()
        seen += [hook["id"] for hook in page["items"]]
    assert sorted(seen) == sorted(hook["id"] for hook in hooks)
    remove(gateway, key, hooks[0])
    made(gateway, key, receiver, events=["webhook.ping"])
