"""A key in front of a path, for clients that can send none otherwise: ``/key/jk_.../PATH``.

It is taken off before anything else sees the request, so that neither log nor metrics nor messages have it.
"""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

_BEGIN = "/key/"
_KEY = "path_key"


class PathKeys:
    """An ASGI application around another one: the outermost."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and scope["path"].startswith(_BEGIN):
            scope = _without_key(scope)
        await self._app(scope, receive, send)


def path_key_of(scope: Scope) -> str:
    """The key that stood in front of the path; empty = none did."""
    key: str = scope.get("state", {}).get(_KEY, "")
    return key


def _without_key(scope: Scope) -> Scope:
    """The first key counts; more of them are taken off all the same."""
    path: str = scope["path"]
    raw: bytes = scope.get("raw_path") or b""
    first = ""
    while path.startswith(_BEGIN):
        key, _, rest = path.removeprefix(_BEGIN).partition("/")
        first, path = first or key or "-", "/" + rest
        raw = b"/" + raw.removeprefix(_BEGIN.encode()).partition(b"/")[2]
    state = {**scope.get("state", {}), _KEY: first}
    return {**scope, "path": path, "raw_path": raw, "state": state}
