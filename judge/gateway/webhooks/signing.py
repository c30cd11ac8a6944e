"""Signatures as the Standard Webhooks specification has them: HMAC-SHA256 of ``ID.TIMESTAMP.BODY``. Pure, but for
chance.

While a secret is replaced the old one signs, too: the header then has several signatures, of which one must fit.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Sequence

from judge.queue.webhooks import Secret

_PREFIX = "whsec_"
_BYTES_MIN, _BYTES_MAX = 24, 64

#: Secrets that sign at once.
SECRETS_MAX = 5


def new_secret() -> str:
    """A secret that nobody has."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def is_secret(text: str) -> bool:
    """Whether this can be a secret: `whsec_` and base64 of 24 to 64 bytes."""
    try:
        return text.startswith(_PREFIX) and _BYTES_MIN <= len(_key(text)) <= _BYTES_MAX
    except (binascii.Error, ValueError):
        return False


def rotated(kept: Sequence[Secret], new: str, now_ms: int, keep_old_ms: int) -> tuple[Secret, ...]:
    """A new secret before those that still sign, each of which ends after ``keep_old_ms`` at the latest."""
    until_ms = now_ms + keep_old_ms
    old = [Secret(text=one.text, until_ms=min(one.until_ms or until_ms, until_ms)) for one in kept if one.text != new]
    return (Secret(text=new), *(one for one in old if one.until_ms > now_ms))[:SECRETS_MAX]


def signing(kept: Sequence[Secret], now_ms: int) -> tuple[Secret, ...]:
    """Those that sign now."""
    return tuple(one for one in kept if not one.until_ms or one.until_ms > now_ms)


def signature(kept: Sequence[Secret], message_id: str, timestamp_s: int, body: bytes) -> str:
    """The value of ``webhook-signature``."""
    signed = f"{message_id}.{timestamp_s}.".encode() + body
    return " ".join(f"v1,{base64.b64encode(_digest(one, signed)).decode()}" for one in kept)


def _digest(secret: Secret, signed: bytes) -> bytes:
    return hmac.new(_key(secret.text), signed, hashlib.sha256).digest()


def _key(text: str) -> bytes:
    return base64.b64decode(text.removeprefix(_PREFIX), validate=True)
