"""What is remembered of keys and cookies."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest
from starlette.requests import Request

from judge.config import Settings
from judge.gateway.access import authenticate
from judge.gateway.problems import ProblemError
from judge.queue.api_keys import KeyRights


def _request(cookie: str) -> Request:
    headers = [(b"cookie", f"{authenticate.PLAIN_SIGN_IN_COOKIE}={cookie}".encode()), (b"host", b"judge.example")]
    scope = {"type": "http", "method": "GET", "scheme": "http", "path": "/", "query_string": b"", "headers": headers}
    return Request(scope)


def test_a_remembered_cookie_is_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    async def signed_in(queue: object, text: str) -> KeyRights | None:
        return KeyRights(id="k", tenant="school")

    async def no_key(queue: object, text: str) -> KeyRights | None:
        return None

    monkeypatch.setattr(authenticate, "rights_of_cookie", signed_in)
    monkeypatch.setattr(authenticate, "rights_of", no_key)
    known = authenticate.Authenticator(Settings(), cast(Any, None))

    async def whole() -> None:
        assert (await known.caller_of(_request("text"))).by_cookie
        assert known.remembered(b"Bearer text") is None
        with pytest.raises(ProblemError):
            await known.caller_with_key("text", "")

    asyncio.run(whole())
