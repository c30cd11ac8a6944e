"""How webhooks are told: once from any number of gateways, again when that fails, never where it must not lead."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from gateway_harness import Gateway
from needs import tool
from receiver_harness import TO_LOOPBACK, Receiver
from service_harness import POLICY, RedisServer, until
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from judge.client import Client
from judge.gateway.webhooks.signing import new_secret
from judge.queue.admin import set_policy, set_tenant_limit
from judge.queue.api_keys import KeyRights, Scope, create_key

_ALL = "/api/v1/webhooks"
_NAMESPACE = "hooks"


class Hooks:
    """Webhooks of one tenant, in a namespace without workers: they are only pinged."""

    def __init__(self, client: Client, tenant: str) -> None:
        rights = KeyRights(id="", tenant=tenant, scopes=(Scope.READ, Scope.WEBHOOKS))
        self.key = create_key(client.queue, rights)[0]

    def make(self, gateway: Gateway, url: str, **wanted: Any) -> dict[str, Any]:
        """A webhook as it was made; ``place`` is its address."""
        answer = gateway.post(_ALL, {"url": url, **wanted}, key=self.key)
        assert answer.status == 201, answer.body
        return dict(answer.json()) | {"place": answer.headers["location"]}

    def ping(self, gateway: Gateway, webhook: dict[str, Any]) -> str:
        """The delivery."""
        answer = gateway.post(f"{webhook['place']}/ping", key=self.key)
        assert answer.status == 202, answer.body
        return str(answer.json()["delivery"])

    def look(self, gateway: Gateway, webhook: dict[str, Any]) -> dict[str, Any]:
        """As it stands."""
        return dict(gateway.get(webhook["place"], key=self.key).json())

    def listed(self, gateway: Gateway, webhook: dict[str, Any], state: str, limit: int = 500) -> list[dict[str, Any]]:
        """Its deliveries in a state, page by page."""
        found: list[dict[str, Any]] = []
        after: str | None = ""
        while after is not None:
            query = f"state={state}&limit={limit}&after={after}"
            page = gateway.get(f"{webhook['place']}/deliveries?{query}", key=self.key).json()
            found += page["items"]
            after = page["next"]
        return found

    def change(self, gateway: Gateway, webhook: dict[str, Any], **changed: Any) -> dict[str, Any]:
        """Change it."""
        answer = gateway.ask("PATCH", webhook["place"], changed, key=self.key)
        assert answer.status == 200, answer.body
        return dict(answer.json())


@pytest.fixture(scope="module")
def hooks_client(redis_server: RedisServer) -> Iterator[Client]:
    """A client of the namespace."""
    with Client(msgspec.structs.replace(redis_server.broker, namespace=_NAMESPACE)) as client:
        yield client


@pytest.fixture(scope="module")
def pair(start_gateway: Callable[..., Gateway]) -> Iterator[list[Gateway]]:
    """Two gateways that try for two seconds."""
    settings = TO_LOOPBACK | {"namespace": _NAMESPACE, "webhook_retry_s": 2, "webhook_timeout_s": 5}
    gateways = [start_gateway(**settings) for _ in range(2)]
    yield gateways
    for gateway in gateways:
        gateway.stop()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Takes everything."""
    with Receiver() as receiver:
        yield receiver


def test_two_gateways_tell_each_thing_once(pair: list[Gateway], hooks_client: Client, receiver: Receiver) -> None:
    hooks = Hooks(hooks_client, "pair")
    webhooks = [hooks.make(pair[0], f"{receiver.url}{number}") for number in range(3)]
    pings = [hooks.ping(pair[number % 2], webhooks[number % 3]) for number in range(60)]
    until(lambda: len(receiver.sent) >= 60, "all to be told", 90)
    until(lambda: not any(hooks.look(pair[0], one)["waiting"] for one in webhooks), "all to be settled")
    assert sorted(sent.id for sent in receiver.sent) == sorted(pings)
    assert [len(hooks.listed(pair[1], one, "sent", 7)) for one in webhooks] == [20, 20, 20]


def test_a_new_secret_signs_beside_the_old_one_for_a_while(
    pair: list[Gateway], hooks_client: Client, receiver: Receiver
) -> None:
    hooks = Hooks(hooks_client, "rotating")
    webhook = hooks.make(pair[0], receiver.url)
    old, own = webhook["secret"], new_secret()
    said = pair[1].post(f"{webhook['place']}/secrets", {"secret": own}, key=hooks.key)
    assert (said.status, said.json()) == (201, {"secret": own})
    both = hooks.ping(pair[0], webhook)
    sent = receiver.wait_for(lambda one: one.id == both)
    for secret in (old, own):
        assert Verifier(secret).verify(sent.body, dict(sent.headers))["type"] == "webhook.ping"
    newest = pair[0].post(f"{webhook['place']}/secrets", {"keep_old_s": 0}, key=hooks.key).json()["secret"]
    alone = hooks.ping(pair[1], webhook)
    sent = receiver.wait_for(lambda one: one.id == alone)
    assert Verifier(newest).verify(sent.body, dict(sent.headers))
    for secret in (old, own):
        with pytest.raises(WebhookVerificationError):
            Verifier(secret).verify(sent.body, dict(sent.headers))
    assert hooks.look(pair[0], webhook)["secrets_until_ms"] == [0]


def test_what_fails_is_told_again_under_the_same_id_and_freshly_signed(
    pair: list[Gateway], hooks_client: Client, receiver: Receiver
) -> None:
    hooks = Hooks(hooks_client, "failing")
    answers: list[tuple[int, dict[str, str]]] = [(500, {}), (302, {"location": f"{receiver.url}-elsewhere"}), (200, {})]
    receiver.answer = lambda _: answers[len(receiver.sent) - 1]
    webhook = hooks.make(pair[0], receiver.url)
    ping = hooks.ping(pair[0], webhook)
    until(lambda: hooks.listed(pair[0], webhook, "sent"), "it to come through")
    assert [sent.path for sent in receiver.of(ping)] == ["/hook"] * 3  # and no redirection is followed
    [told] = hooks.listed(pair[0], webhook, "sent")
    assert ([one["status"] for one in told["attempts"]], told["attempts_made"]) == ([500, 302, 200], 3)
    for sent in receiver.sent:
        Verifier(webhook["secret"]).verify(sent.body, dict(sent.headers))
    assert hooks.look(pair[0], webhook)["failures"] == 0


def test_what_is_given_up_is_a_dead_letter_and_can_be_told_again(
    pair: list[Gateway], hooks_client: Client, receiver: Receiver
) -> None:
    hooks = Hooks(hooks_client, "dying")
    receiver.answer = lambda _: (503, {})
    webhook = hooks.make(pair[0], receiver.url)
    pings = {hooks.ping(pair[0], webhook) for _ in range(3)}
    until(lambda: len(hooks.listed(pair[0], webhook, "dead")) == 3, "all to be given up", 90)
    dead = hooks.listed(pair[0], webhook, "dead", 2)
    assert {letter["id"] for letter in dead} == pings
    assert all(letter["reason"] and letter["attempts"][-1]["status"] == 503 for letter in dead)
    standing = hooks.look(pair[0], webhook)
    assert (standing["state"], standing["waiting"], standing["dead"]) == ("on", 0, 3)

    receiver.answer = lambda _: (200, {})
    one = dead[0]["id"]
    assert pair[1].post(f"{webhook['place']}/deliveries/{one}/replay", key=hooks.key).json() == {"replayed": 1}
    until(lambda: len(hooks.listed(pair[0], webhook, "sent")) == 1, "it to come through")
    assert pair[0].post(f"{webhook['place']}/replay", key=hooks.key).json() == {"replayed": 2}
    until(lambda: len(hooks.listed(pair[0], webhook, "sent")) == 3, "the others to come through")
    assert not hooks.listed(pair[0], webhook, "dead")
    again = pair[0].post(f"{webhook['place']}/deliveries/{one}/replay", key=hooks.key)  # what came through, too
    assert again.status == 202
    unknown = pair[0].post(f"{webhook['place']}/deliveries/msg_{'0' * 32}/replay", key=hooks.key)
    assert unknown.problem == "not-found"


def test_dead_letters_are_dropped_and_the_trail_says_by_whom(
    pair: list[Gateway], hooks_client: Client, receiver: Receiver
) -> None:
    hooks = Hooks(hooks_client, "dropping")
    admin = create_key(hooks_client.queue, KeyRights(id="", tenant="", scopes=(Scope.ADMIN,)))[0]
    receiver.answer = lambda _: (410, {})
    webhook = hooks.make(pair[0], receiver.url)
    hooks.ping(pair[0], webhook)
    until(lambda: hooks.look(pair[0], webhook)["dead"] == 1, "it to be given up")
    receiver.answer = lambda _: (503, {})
    hooks.change(pair[0], webhook, on=True)
    for _ in range(2):
        hooks.ping(pair[0], webhook)
    hooks.change(pair[0], webhook, on=False)
    until(lambda: hooks.look(pair[0], webhook)["dead"] == 3, "all to be dead letters")
    one = hooks.listed(pair[0], webhook, "dead")[0]["id"]
    assert pair[1].ask("DELETE", f"{webhook['place']}/deliveries/{one}", key=hooks.key).status == 204
    assert pair[1].ask("DELETE", f"{webhook['place']}/deliveries/{one}", key=hooks.key).problem == "not-found"
    assert pair[1].ask("DELETE", f"{webhook['place']}/deliveries/x", key=hooks.key).problem == "not-found"
    assert {letter["id"] for letter in hooks.listed(pair[0], webhook, "dead")}.isdisjoint({one})
    assert pair[1].ask("DELETE", f"{webhook['place']}/deliveries", key=hooks.key).json() == {"dropped": 2}
    assert hooks.look(pair[0], webhook)["dead"] == 0
    items = pair[0].get("/api/v1/audit?limit=500", key=admin).json()["items"]
    acts = [(item["act"], item["detail"]) for item in items if item["what"] == webhook["id"]]
    assert acts[:2] == [("dead-letters-dropped", "2 dead letters"), ("dead-letters-dropped", one)]


def test_a_receiver_that_is_gone_is_told_nothing_more(
    pair: list[Gateway], hooks_client: Client, receiver: Receiver
) -> None:
    hooks = Hooks(hooks_client, "leaving")
    receiver.answer = lambda _: (410, {})
    webhook = hooks.make(pair[0], receiver.url)
    first = hooks.ping(pair[0], webhook)
    until(lambda: hooks.look(pair[0], webhook)["state"] == "gone", "it to be turned off")
    assert pair[0].post(f"{webhook['place']}/ping", key=hooks.key).problem == "webhook-off"
    assert pair[0].post(f"{webhook['place']}/replay", key=hooks.key).problem == "webhook-off"
    assert [letter["id"] for letter in hooks.listed(pair[0], webhook, "dead")] == [first]
    receiver.answer = lambda _: (200, {})
    assert hooks.change(pair[0], webhook, on=True)["state"] == "on"
    assert pair[0].post(f"{webhook['place']}/replay", key=hooks.key).json() == {"replayed": 1}
    until(lambda: hooks.listed(pair[0], webhook, "sent"), "it to come through")


def test_what_waits_for_a_webhook_that_is_turned_off_becomes_dead_letters(
    pair: list[Gateway], hooks_client: Client, receiver: Receiver
) -> None:
    hooks = Hooks(hooks_client, "pausing")
    goes_on = threading.Event()

    def answer(_: object) -> tuple[int, dict[str, str]]:
        goes_on.wait(30)
        return 503, {}

    receiver.answer = answer
    webhook = hooks.make(pair[0], receiver.url)
    for _ in range(8):
        hooks.ping(pair[0], webhook)
    until(lambda: len(receiver.sent) == 4, "four to be on their way, and no more")
    waiting = hooks.listed(pair[0], webhook, "waiting", 3)
    assert [item["due_at_ms"] == 0 for item in waiting] == [True] * 4 + [False] * 4
    assert hooks.change(pair[0], webhook, on=False)["state"] == "off"
    goes_on.set()
    until(lambda: hooks.look(pair[0], webhook)["dead"] == 8, "all to be dead letters")
    assert hooks.look(pair[0], webhook)["waiting"] == 0
    assert {letter["reason"] for letter in hooks.listed(pair[0], webhook, "dead")} == {"the webhook is off"}
    assert pair[0].ask("DELETE", webhook["place"], key=hooks.key).status == 204
    until(lambda: not _left_of(hooks_client, webhook["id"]), "everything of it to be gone")


def _left_of(client: Client, webhook: str) -> list[bytes]:
    """Keys in Redis that are a webhook's, or a delivery of it."""
    link, keys = client.queue.link, client.queue.link.keys
    own = [keys.webhook(webhook), keys.webhook_queue(webhook), keys.webhook_dead(webhook), keys.webhook_sent(webhook)]
    deliveries = link.command("KEYS", keys.webhook_delivery("*"))
    of_it = [name for name in deliveries if link.command("HGET", name, "webhook") == webhook.encode()]
    return [name.encode() for name in own if link.command("EXISTS", name)] + of_it


def test_a_gateway_that_is_killed_leaves_its_deliveries_to_another(
    start_gateway: Callable[..., Gateway], redis_server: RedisServer, receiver: Receiver
) -> None:
    settings = TO_LOOPBACK | {"namespace": "killed", "webhook_timeout_s": 3}
    first = start_gateway(**settings)
    with Client(msgspec.structs.replace(redis_server.broker, namespace="killed")) as client:
        hooks = Hooks(client, "killed")
        webhook = hooks.make(first, receiver.url)
        begun, over = threading.Event(), threading.Event()

        def answer(_: object) -> tuple[int, dict[str, str]]:
            if not begun.is_set():
                begun.set()
                over.wait(30)
            return 200, {}

        receiver.answer = answer
        ping = hooks.ping(first, webhook)
        assert begun.wait(30)
        first.kill()
        over.set()
        second = start_gateway(**settings)
        until(lambda: len(receiver.of(ping)) == 2, "another gateway to tell it", 60)
        until(lambda: hooks.listed(second, webhook, "sent"), "it to be counted")
        [told] = hooks.listed(second, webhook, "sent")
        assert [one["error"] for one in told["attempts"]] == ["the gateway that sent it is gone", ""]
        second.stop()


def test_nothing_is_told_where_it_must_not_lead(
    start_gateway: Callable[..., Gateway], redis_server: RedisServer, receiver: Receiver
) -> None:
    strict = {"namespace": "strict", "webhook_networks": "", "webhook_http": "true", "webhook_retry_s": 2}
    gateway = start_gateway(**strict)
    with Client(msgspec.structs.replace(redis_server.broker, namespace="strict")) as client:
        hooks = Hooks(client, "strict")
        hosts = ("localhost", "127.1", "2130706433", "0x7f.1", "localhost.localdomain.invalid")
        webhooks = [hooks.make(gateway, f"http://{host}:{receiver.port}/hook") for host in hosts]
        for webhook in webhooks:
            hooks.ping(gateway, webhook)
        until(lambda: all(hooks.look(gateway, one)["dead"] for one in webhooks), "all to be given up", 90)
        for webhook in webhooks:
            [letter] = hooks.listed(gateway, webhook, "dead")
            assert letter["attempts"][-1]["status"] == 0
            assert (
                "public internet" in letter["attempts"][-1]["error"] or "no address" in letter["attempts"][-1]["error"]
            )
        direct = gateway.post(_ALL, {"url": receiver.url}, key=hooks.key)
        assert (direct.problem, direct.json()["errors"][0]["pointer"]) == ("bad-field", "/url")
    assert not receiver.sent
    gateway.stop()


def test_a_tenant_has_no_more_waiting_than_it_may(
    pair: list[Gateway], hooks_client: Client, receiver: Receiver
) -> None:
    set_policy(hooks_client.queue, POLICY)
    set_tenant_limit(hooks_client.queue, "greedy", "tenant_webhooks_waiting", 3)
    hooks = Hooks(hooks_client, "greedy")
    goes_on = threading.Event()

    def answer(_: object) -> tuple[int, dict[str, str]]:
        goes_on.wait(30)
        return 200, {}

    receiver.answer = answer
    webhook = hooks.make(pair[0], receiver.url)
    pings = [hooks.ping(pair[0], webhook) for _ in range(5)]
    dead = hooks.listed(pair[0], webhook, "dead")
    assert [letter["id"] for letter in reversed(dead)] == pings[3:]
    assert {letter["reason"] for letter in dead} == {"too many wait"}
    goes_on.set()
    until(lambda: len(hooks.listed(pair[0], webhook, "sent")) == 3, "the others to come through")
    counted = pair[0].get("/metrics").body.decode() + pair[1].get("/metrics").body.decode()
    assert 'judge_gateway_webhook_attempts_total{outcome="sent"}' in counted


def _certificate(place: Path, name: str) -> Path:
    """A certificate that signs itself, with its key, in one file."""
    path = place / f"{name}.pem"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run([*words, *names, "-keyout", f"{path}.key", "-out", path], check=True, capture_output=True)
    path.write_text(path.read_text() + Path(f"{path}.key").read_text())
    return path


def test_https_is_needed_and_certificates_are_verified(
    start_gateway: Callable[..., Gateway], redis_server: RedisServer, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tool("openssl")
    trusted, other = _certificate(place, "trusted"), _certificate(place, "other")
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    gateway = start_gateway(namespace="tls", webhook_retry_s=2, webhook_http="false")
    with (
        Client(msgspec.structs.replace(redis_server.broker, namespace="tls")) as client,
        Receiver(cert=trusted) as good,
        Receiver(cert=other) as bad,
    ):
        hooks = Hooks(client, "tls")
        assert gateway.post(_ALL, {"url": "http://a.example/"}, key=hooks.key).problem == "bad-field"
        for one in (good, bad):
            hooks.ping(gateway, hooks.make(gateway, one.url))
        assert good.wait_for(lambda _: True).json()["type"] == "webhook.ping"
        [webhook] = [
            {"place": f"{_ALL}/{item['id']}"}
            for item in gateway.get(_ALL, key=hooks.key).json()["items"]
            if item["url"] == bad.url
        ]
        until(lambda: hooks.look(gateway, webhook)["dead"], "it to be given up", 60)
        assert "certificate" in hooks.listed(gateway, webhook, "dead")[0]["attempts"][0]["error"]
        assert not bad.sent
    gateway.stop()
