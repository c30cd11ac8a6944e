"""Serves dialects beside the gateway's own interface: each below its prefix, and on a port of its own if it has one.

It is one server for all ports: the port that a request came to is that of its connection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

from judge.gateway.dialects.common.path_key import path_key_of
from judge.gateway.dialects.dialect import Dialect
from judge.gateway.http.cors import Cors
from judge.gateway.http.packing import Packing
from judge.gateway.service import Service


class Mounts:
    """An ASGI application in front of ``own``, the gateway's interface. ``ports``: the dialect of each own port."""

    def __init__(
        self, own: ASGIApp, service: Service, dialects: Sequence[Dialect], ports: Mapping[int, Dialect]
    ) -> None:
        self._own = own
        origins = service.settings.dialects.origins
        self._apps = {one.name: Cors(Packing(one.app(service)), origins, any_header=True) for one in dialects}
        self._dialects = tuple(dialects)
        self._ports = dict(ports)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        dialect = self._dialect_of(scope)
        if dialect is None:
            await (self._nothing if path_key_of(scope) else self._own)(scope, receive, send)
            return
        scope["state"]["exchange"].labels["endpoint"] = dialect.name
        await self._apps[dialect.name](_below(scope, dialect.prefix), receive, send)

    def _dialect_of(self, scope: Scope) -> Dialect | None:
        if scope["type"] not in ("http", "websocket"):
            return None
        server = scope.get("server")
        dialect = self._ports.get(server[1]) if server and self._ports else None
        if dialect is None:
            dialect = next((one for one in self._dialects if _is_below(scope["path"], one.prefix)), None)
        return dialect

    async def _nothing(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A key in the path is for dialects alone."""
        await self._own({**scope, "path": "/key", "raw_path": b"/key"}, receive, send)


def _is_below(path: str, prefix: str) -> bool:
    return path.startswith(prefix) and path[len(prefix) : len(prefix) + 1] in ("", "/")


def _below(scope: Scope, prefix: str) -> Scope:
    """The same request with the path behind the prefix; on a port of its own a path need not have it."""
    path: str = scope["path"]
    if not _is_below(path, prefix):
        return scope
    raw = scope.get("raw_path") or path.encode()
    below = {"path": path[len(prefix) :] or "/", "raw_path": raw[len(prefix) :] or b"/"}
    return {**scope, **below}
