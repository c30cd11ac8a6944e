"""Which requests are answered at once, and which go the way of all."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from judge.config import Settings
from judge.gateway.access import authenticate
from judge.gateway.access.authenticate import Authenticator
from judge.gateway.at_hand import AtHand
from judge.gateway.exchange import Exchange
from judge.gateway.http.kept import Kept
from judge.gateway.http.shell import AccessLog
from judge.queue.api_keys import KeyRights, Scope

_KEY = "jk_one_" + "s" * 43
_READER = KeyRights(id="one", tenant="school", scopes=(Scope.READ,))
_KEPT = Kept(b'{"a": 1}', '"tag"')


class _Asked:
    """An AtHand of one endpoint, /kept, and what it counted."""

    def __init__(self, rights: KeyRights | None = _READER, kept: Kept | None = _KEPT) -> None:
        self.counted: list[tuple[str, str, int]] = []
        queue: Any = None
        authenticator = Authenticator(Settings(), queue)
        if rights is not None:
            authenticator._keys._known[_KEY] = authenticate._Known(rights, float("inf"))
        self._at_hand = AtHand(authenticator, {"/kept": ("getKept", lambda: kept)}, AccessLog(self._observe), [2358])

    def _observe(self, exchange: Exchange, method: str, status: int, took_s: float) -> None:
        self.counted.append((exchange.labels["endpoint"], method, status))

    def get(
        self, *headers: tuple[bytes, bytes], path: str = "/kept", method: str = "GET", port: int = 1
    ) -> bytes | None:
        authorized = (b"authorization", b"Bearer " + _KEY.encode())
        scope: dict[str, Any] = {
            "method": method,
            "path": path,
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", port),
        }
        scope["headers"] = [authorized, *headers]
        return self._at_hand(scope, [(b"date", b"today")])


@pytest.mark.parametrize("scope", [Scope.READ, Scope.ADMIN])
def test_what_is_kept_is_answered_to_a_known_key(scope: Scope) -> None:
    asked = _Asked(KeyRights(id="one", tenant="school", scopes=(scope,)))
    answer = asked.get((b"host", b"h"), (b"accept-encoding", b"gzip"))
    assert answer is not None
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n") and body == b'{"a": 1}'
    names = {line.partition(b": ")[0] for line in head.split(b"\r\n")[1:]}
    assert {b"date", b"etag", b"x-request-id", b"server-timing", b"content-security-policy", b"vary"} <= names
    assert asked.counted == [("getKept", "GET", 200)]


def test_who_has_it_is_told_so() -> None:
    answer = _Asked().get((b"if-none-match", b'"tag"'))
    assert answer is not None and answer.startswith(b"HTTP/1.1 304 Not Modified\r\n") and answer.endswith(b"\r\n\r\n")
    answer = _Asked().get((b"if-none-match", b'"other"'))
    assert answer is not None and b" 200 " in answer


def test_who_takes_gzip_gets_what_is_worth_it_packed() -> None:
    body = b'{"a": "%b"}' % (b"b" * 2000)
    asked = _Asked(kept=Kept(body, '"tag"'))
    answer = asked.get((b"accept-encoding", b"br, gzip"))
    assert answer is not None and b"content-encoding: gzip\r\n" in answer
    packed = answer.partition(b"\r\n\r\n")[2]
    assert gzip.decompress(packed) == body and b"content-length: %d\r\n" % len(packed) in answer
    plain = asked.get()
    assert plain is not None and plain.endswith(body) and b"content-encoding" not in plain


@pytest.mark.parametrize(
    "header",
    [
        (b"content-length", b"0"),
        (b"transfer-encoding", b"chunked"),
        (b"expect", b"100-continue"),
        (b"origin", b"https://page.example"),
        (b"x-forwarded-for", b"10.0.0.1"),
        (b"authorization", b"Bearer other"),
    ],
)
def test_what_says_more_goes_the_way_of_all(header: tuple[bytes, bytes]) -> None:
    asked = _Asked()
    assert asked.get(header) is None
    assert asked.counted == []


def test_so_does_who_is_not_known_or_may_not_read_and_what_is_not_kept() -> None:
    assert _Asked(rights=None).get() is None
    assert _Asked(KeyRights(id="one", tenant="school", scopes=(Scope.RUN,))).get() is None
    assert _Asked(kept=None).get() is None
    assert _Asked().get(path="/other") is None
    assert _Asked().get(method="HEAD") is None
    assert _Asked().get(method="POST") is None
    assert _Asked().get(port=2358) is None
