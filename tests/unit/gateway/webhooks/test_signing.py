"""Signatures: what the specification's own library takes, and secrets that are replaced."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from judge.gateway.webhooks.signing import SECRETS_MAX, is_secret, new_secret, rotated, signature, signing
from judge.queue.webhooks import Secret

_BODY = '{"type":"work.done"}'


def _headers(signed: str, now_s: int) -> dict[str, str]:
    return {"webhook-id": "msg_1", "webhook-timestamp": str(now_s), "webhook-signature": signed}


def test_the_example_of_the_specification() -> None:
    secret = Secret(text="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signed = signature([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_each_secret_that_signs_is_enough_to_verify() -> None:
    now_s = int(datetime.now(UTC).timestamp())
    texts = [new_secret(), new_secret()]
    signed = signature([Secret(text=text) for text in texts], "msg_1", now_s, _BODY.encode())
    for text in texts:
        assert Verifier(text).verify(_BODY, _headers(signed, now_s)) == {"type": "work.done"}
    with pytest.raises(WebhookVerificationError):
        Verifier(new_secret()).verify(_BODY, _headers(signed, now_s))
    with pytest.raises(WebhookVerificationError):
        Verifier(texts[0]).verify(_BODY + " ", _headers(signed, now_s))


def test_a_replaced_secret_signs_on_for_a_while_and_no_longer() -> None:
    first = (Secret(text=new_secret()),)
    second = rotated(first, new_secret(), 1000, 500)
    assert [one.until_ms for one in second] == [0, 1500]
    third = rotated(second, new_secret(), 1200, 10_000)
    assert [one.until_ms for one in third] == [0, 11_200, 1500]
    assert [len(signing(third, now_ms)) for now_ms in (1499, 1500, 11_200)] == [3, 2, 1]
    assert len(rotated(third, new_secret(), 1300, 0)) == 1
    many: tuple[Secret, ...] = first
    for _ in range(10):
        many = rotated(many, new_secret(), 0, 1000)
    assert len(many) == SECRETS_MAX


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        (new_secret(), True),
        ("whsec_" + base64.b64encode(bytes(24)).decode(), True),
        ("whsec_" + base64.b64encode(bytes(64)).decode(), True),
        ("whsec_" + base64.b64encode(bytes(23)).decode(), False),
        ("whsec_" + base64.b64encode(bytes(65)).decode(), False),
        ("whsec_" + "a" * 33, False),
        (base64.b64encode(bytes(32)).decode(), False),
        ("whsk_" + base64.b64encode(bytes(32)).decode(), False),
        ("whsec_é" + base64.b64encode(bytes(32)).decode(), False),
    ],
)
def test_what_a_secret_is(text: str, fits: bool) -> None:
    assert is_secret(text) is fits


def test_a_secret_does_not_show_itself() -> None:
    secret = Secret(text=new_secret())
    assert secret.text not in repr(secret) + str((secret,))
