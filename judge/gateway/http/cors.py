"""CORS: which pages' scripts may read answers. No cookies are used, so no answer needs credentials of a browser.

``*`` among the origins is for requests with a key only: :mod:`judge.gateway.access.authenticate` refuses the others.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_ASKED = "Authorization, Content-Type, Content-Encoding, Idempotency-Key, Last-Event-ID, If-None-Match"
_SHOWN = "Location, ETag, Link, Retry-After, RateLimit, RateLimit-Policy, Server-Timing, X-Request-Id"
_KEPT_S = "7200"


class Cors:
    """An ASGI application around another one; does nothing for requests without an Origin."""

    def __init__(self, app: ASGIApp, origins: Sequence[str], *, any_header: bool = False) -> None:
        """``any_header``: pages may send whichever headers they ask to send, else those of our own interface."""
        self._app = app
        self._origins = frozenset(origins)
        self._any_header = any_header

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._origins:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        allowed = self._allowed(origin)
        if allowed and scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            wanted = headers.get("access-control-request-headers", _ASKED) if self._any_header else _ASKED
            await Response(status_code=204, headers=_preflight(allowed, wanted))(scope, receive, send)
            return

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered = MutableHeaders(scope=message)
                answered.add_vary_header("Origin")
                if allowed:
                    answered["access-control-allow-origin"] = allowed
                    answered["access-control-expose-headers"] = _SHOWN
            await send(message)

        await self._app(scope, receive, send_on)

    def _allowed(self, origin: str | None) -> str:
        if origin is None:
            return ""
        if origin in self._origins:
            return origin
        return "*" if "*" in self._origins else ""


def _preflight(allowed: str, wanted: str) -> dict[str, str]:
    return {
        "access-control-allow-origin": allowed,
        "access-control-allow-methods": _METHODS,
        "access-control-allow-headers": wanted,
        "access-control-max-age": _KEPT_S,
        "vary": "Origin",
    }
