"""A dialect's own table of addresses, and how it becomes an ASGI application: finds the row, asks who is there, calls,
and has errors said in the dialect's way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from judge.gateway.dialects.common.callers import KeyPlaces, caller_of
from judge.gateway.dispatch import NOBODY, noted_problem
from judge.gateway.endpoint import Asked, Handler
from judge.gateway.exchange import Exchange
from judge.gateway.problems import ProblemError
from judge.gateway.service import Service
from judge.queue import api_keys


@dataclass(frozen=True)
class Row:
    """One address. ``name``: for metrics and log, without the dialect's. ``scope`` None = no key is asked for; its
    function may ask for one itself, by :func:`~judge.gateway.dialects.common.callers.caller_of`. GET is HEAD, too."""

    method: str
    path: str
    name: str
    handler: Handler
    scope: api_keys.Scope | None = api_keys.Scope.RUN


def _no_sockets(_: Service) -> Sequence[BaseRoute]:
    return ()


@dataclass(frozen=True)
class Style:
    """How a dialect says what is common to all its addresses.

    ``problem``: an error, by the name of its kind (:mod:`judge.gateway.problems`; "internal" = a fault of ours, already
    logged). ``unknown``: for a path that is not in the table. ``wrong_method``: for one that is, with the methods that
    it has. ``sockets``: routes of its WebSockets.
    """

    problem: Callable[[ProblemError, Request], Response]
    unknown: Callable[[Request], Response]
    wrong_method: Callable[[Request, Sequence[str]], Response]
    keys: KeyPlaces = field(default_factory=KeyPlaces)
    sockets: Callable[[Service], Sequence[BaseRoute]] = _no_sockets


def dialect_app(name: str, rows: Sequence[Row], style: Style) -> Callable[[Service], ASGIApp]:
    """The application of a dialect; a slash at a path's end changes nothing."""

    def make(service: Service) -> ASGIApp:
        by_path: dict[str, list[Row]] = {}
        for row in rows:
            by_path.setdefault(row.path, []).append(row)
        routes = [Route(path, _Address(name, several, style, service)) for path, several in by_path.items()]
        unknown = _Unknown(style)
        router = Router(routes=[*style.sockets(service), *routes], redirect_slashes=False, default=unknown)
        return _without_end_slash(router)

    return make


def _without_end_slash(app: ASGIApp) -> ASGIApp:
    async def passing(scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        await app({**scope, "path": path.rstrip("/") or "/"} if path.endswith("/") else scope, receive, send)

    return passing


class _Unknown:
    """Answers for paths that are not in the table."""

    def __init__(self, style: Style) -> None:
        self._style = style

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4404})
            return
        await self._style.unknown(Request(scope, receive))(scope, receive, send)


class _Address:
    """The rows of one path."""

    def __init__(self, dialect: str, rows: Sequence[Row], style: Style, service: Service) -> None:
        self._dialect = dialect
        self._rows = {row.method: row for row in rows}
        if "GET" in self._rows:
            self._rows.setdefault("HEAD", self._rows["GET"])
        self._style = style
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        row = self._rows.get(scope["method"])
        if row is None:
            response = self._style.wrong_method(request, sorted(self._rows))
        else:
            exchange: Exchange = scope["state"]["exchange"]
            exchange.labels["endpoint"] = f"{self._dialect}.{row.name}"
            response = await self._answer(row, request, exchange)
        await response(scope, receive, send)

    async def _answer(self, row: Row, request: Request, exchange: Exchange) -> Response:
        try:
            return await row.handler(await self._asked(row, request, exchange))
        except Exception as error:
            return self._style.problem(noted_problem(error, exchange), request)

    async def _asked(self, row: Row, request: Request, exchange: Exchange) -> Asked:
        caller = NOBODY
        if row.scope is not None:
            caller = await caller_of(self._service, request, self._style.keys)
            exchange.labels["key"], exchange.labels["tenant"] = caller.rights.id, caller.tenant
            caller.need(row.scope)
        return Asked(self._service, caller, request, request.path_params, exchange)
