"""Callbacks of the Judge0 dialect: what is sent, how often, signed, and where it may lead."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from gateway_harness import Gateway
from judge0_harness import COLUMNS, PYTHON, Judge0
from receiver_harness import Receiver
from service_harness import until
from standardwebhooks.webhooks import Webhook as Verifier

from judge.queue.api_keys import Scope

_SCOPES = (Scope.RUN, Scope.READ, Scope.WEBHOOKS)


def hook_of(gateway: Gateway, key: str) -> dict[str, Any]:
    """The tenant's one webhook."""
    (hook,) = gateway.get("/api/v1/webhooks", key=key).json()["items"]
    found: dict[str, Any] = hook
    return found


def test_a_callback_is_put_signed_and_in_base64(dialects: Gateway, make_key: Callable[..., str]) -> None:
    key = make_key("called", *_SCOPES)
    judge0 = Judge0(dialects, key)
    with Receiver() as receiver:
        first = judge0.create("print('called')", callback_url=receiver.url)
        receiver.wait_for(lambda sent: first in sent.body.decode())
        until(lambda: hook_of(dialects, key)["sent"] == 1, "it to be noted")
        hook = hook_of(dialects, key)
        assert hook["url"] == ""
        secret = dialects.post(f"/api/v1/webhooks/{hook['id']}/secrets", {"keep_old_s": 0}, key=key).json()["secret"]
        body = {"source_code": "print('again')", "language_id": PYTHON, "callback_url": receiver.url}
        created = judge0.post("/submissions/batch", {"submissions": [body]}).json()
        waited = judge0.post("/submissions?wait=true&fields=token,stdout", body).json()
        assert waited["stdout"] == "again\n"
        for token in (created[0]["token"], waited["token"]):
            sent = receiver.wait_for(lambda one, token=token: token in one.body.decode())  # type: ignore[misc]
            assert (sent.method, sent.path, sent.headers["content-type"]) == ("PUT", "/hook", "application/json")
            said = sent.json()
            assert set(said) == set(COLUMNS)
            assert (said["token"], base64.b64decode(said["stdout"])) == (token, b"again\n")
            Verifier(secret).verify(sent.body, dict(sent.headers))
        assert len(receiver.sent) == 3


@pytest.mark.parametrize("status", [404, 302])
def test_what_a_receiver_refuses_is_not_sent_again_by_itself(
    dialects: Gateway, make_key: Callable[..., str], status: int
) -> None:
    key = make_key(f"answers{status}", *_SCOPES)
    with Receiver(lambda _: (status, {"location": "/elsewhere"})) as receiver:
        Judge0(dialects, key).create("print()", callback_url=receiver.url)
        until(lambda: dialects.get("/api/v1/webhooks", key=key).json()["items"], "the webhook")
        hook = hook_of(dialects, key)["id"]
        dead = f"/api/v1/webhooks/{hook}/deliveries?state=dead"
        until(lambda: dialects.get(dead, key=key).json()["items"], "the callback to be given up")
        (delivery,) = dialects.get(dead, key=key).json()["items"]
        assert (delivery["attempts_made"], delivery["reason"]) == (1, f"the receiver answered {status}")
        receiver.answer = lambda _: (200, {})
        dialects.post(f"/api/v1/webhooks/{hook}/replay", key=key)
        until(lambda: len(receiver.sent) == 2, "the dead letter to be sent again")


def test_a_receiver_that_fails_is_told_again(dialects: Gateway, make_key: Callable[..., str]) -> None:
    key = make_key("failing", *_SCOPES)
    with Receiver() as receiver:
        receiver.answer = lambda _: (503 if len(receiver.sent) == 1 else 200, {})
        Judge0(dialects, key).create("print()", callback_url=receiver.url)
        until(lambda: len(receiver.sent) == 2, "the second attempt")
        until(lambda: hook_of(dialects, key)["sent"] == 1, "it to be noted")
        first, second = receiver.sent
        assert (first.id, first.body) == (second.id, second.body)


def test_a_callback_leads_to_no_machine_of_ours(
    start_gateway: Callable[..., Gateway], dialects: Gateway, make_key: Callable[..., str]
) -> None:
    key = make_key("curious", *_SCOPES)
    careful = start_gateway(webhook_http="false", webhook_networks="")
    body = {"source_code": "print()", "language_id": PYTHON, "callback_url": "http://127.0.0.1:1/"}
    refused = Judge0(careful, key).post("/submissions", body)
    careful.stop()  # it would take what others are to send
    assert "callback_url" in refused.json()
    for url in ("https://user:word@example.org/", "file:///etc/passwd", "http:// space/"):
        assert "callback_url" in Judge0(dialects, key).post("/submissions", {**body, "callback_url": url}).json()


def test_a_tenant_turns_its_callbacks_off(dialects: Gateway, make_key: Callable[..., str]) -> None:
    key = make_key("silent", *_SCOPES)
    judge0 = Judge0(dialects, key)
    with Receiver() as receiver:
        judge0.create("print(1)", callback_url=receiver.url)
        until(lambda: len(receiver.sent) == 1, "the first callback")
        hook = hook_of(dialects, key)["id"]
        path = f"/api/v1/webhooks/{hook}"
        assert dialects.post(f"{path}/ping", key=key).status == 409
        assert dialects.ask("PATCH", path, {"url": receiver.url}, key=key).status == 422
        assert dialects.ask("PATCH", path, {"on": False}, key=key).status == 200
        judge0.finished(judge0.create("print(2)", callback_url=receiver.url))
        assert dialects.ask("PATCH", path, {"on": True}, key=key).status == 200
        judge0.create("print(3)", callback_url=receiver.url)
        until(lambda: len(receiver.sent) == 2, "the third callback")
        assert base64.b64decode(receiver.sent[-1].json()["stdout"]) == b"3\n"
