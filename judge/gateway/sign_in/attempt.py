"""One attempt to sign in: what the browser keeps in a cookie between /login and /callback, so that the gateway need
keep nothing for everybody who only begins. The cookie's name lets no other site or subdomain set it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
import secrets
import time

import msgspec

#: How long it may take.
ATTEMPT_S = 600

COOKIE = "__Host-judge-attempt"

#: Where to go afterwards: a path of ours. "//host" and "/\\host" would be another site's.
_LOCAL = re.compile(r"/(?:[A-Za-z0-9._~-][A-Za-z0-9._~/-]{0,500})?")


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """``state`` binds the provider's answer to this browser, ``nonce`` its token to this attempt, ``verifier`` the code
    to who asked for it (RFC 7636). ``then``: a path of ours."""

    state: str
    nonce: str
    verifier: str
    until_s: int
    then: str = "/"

    @property
    def challenge(self) -> str:
        """Of the verifier, S256."""
        return base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()


def new_attempt(then: str) -> Attempt:
    """A fresh one. ``then`` that is no path of ours is ``/``."""
    return Attempt(
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        until_s=int(time.time()) + ATTEMPT_S,
        then=then if _LOCAL.fullmatch(then) else "/",
    )


def cookie_of(attempt: Attempt) -> str:
    """As the browser keeps it."""
    return base64.urlsafe_b64encode(msgspec.json.encode(attempt)).decode()


def attempt_of(cookie: str, state: str) -> Attempt | None:
    """The attempt that this browser made and the provider answers; None = there is none, or its time is over."""
    try:
        found = msgspec.json.decode(base64.urlsafe_b64decode(cookie), type=Attempt)
    except (binascii.Error, ValueError, msgspec.MsgspecError, RecursionError):
        return None
    same = hmac.compare_digest(found.state.encode(), state.encode())
    if not same or not found.state or found.until_s < time.time() or not _LOCAL.fullmatch(found.then):
        return None
    return found
