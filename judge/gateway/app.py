"""Puts the gateway together: one ASGI application. Only here things are made."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager

from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from judge.client import AsyncClient
from judge.config import Settings
from judge.gateway.api import languages
from judge.gateway.at_hand import AtHand
from judge.gateway.describe.reference import pages_of
from judge.gateway.dialects.callbacks import callback_rules
from judge.gateway.dialects.common.path_key import PathKeys
from judge.gateway.dialects.dialect import Dialect
from judge.gateway.dialects.mount import Mounts
from judge.gateway.dialects.table import served
from judge.gateway.dispatch import routes_of
from judge.gateway.http.cors import Cors
from judge.gateway.http.packing import Packing
from judge.gateway.http.shell import AccessLog, Shell
from judge.gateway.problems import ProblemError, problem_response
from judge.gateway.service import Service
from judge.gateway.table import ENDPOINTS
from judge.gateway.webhooks.deliverer import Deliverer


def make_service(settings: Settings) -> Service:
    """What the endpoints work with. Raises UsageError when the settings name no broker and none runs here."""
    return Service(settings, AsyncClient.open(settings), pages_of(ENDPOINTS))


def make_app(service: Service, mounts: Sequence[BaseRoute] = (), ports: Mapping[int, Dialect] | None = None) -> ASGIApp:
    """The application; ``mounts`` are other routers beside /api/v1, ``ports`` those that are a dialect's own. Its
    lifespan starts and closes the service."""

    deliverer = Deliverer(service, callback_rules(service))

    @asynccontextmanager
    async def lifespan(_: Router) -> AsyncIterator[None]:
        service.start()
        deliverer.start()
        try:
            yield
        finally:
            service.stop()
            await deliverer.close()
            await service.close()

    routes = routes_of(ENDPOINTS, service)
    router = Router(routes=[*routes, *mounts], redirect_slashes=False, default=_nothing_here, lifespan=lifespan)
    packed = Packing(_Addresses(routes, router))
    origins = service.settings.gateway.origins
    own = Cors(packed, origins) if origins else packed
    dialects = served(service.settings)
    shell = Shell(Mounts(own, service, dialects, ports or {}), AccessLog(service.metrics.observe))
    return PathKeys(shell)


def at_hand(service: Service, foreign_ports: Iterable[int]) -> AtHand:
    """What connections answer themselves; at ports of dialects nothing."""
    access_log = AccessLog(service.metrics.observe)
    return AtHand(service.authenticator, languages.kept_endpoints(service), access_log, foreign_ports)


class _Addresses:
    """Addresses without parameters are found at once, all others by the router, which tries one after the other."""

    def __init__(self, routes: Sequence[Route], router: ASGIApp) -> None:
        self._plain = {route.path: route.app for route in routes if not route.param_convertors}
        self._router = router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        found = self._plain.get(scope["path"]) if scope["type"] == "http" else None
        await (found or self._router)(scope, receive, send)


async def _nothing_here(scope: Scope, receive: Receive, send: Send) -> None:
    """For addresses that are not in the table."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 4404})
        return
    problem = ProblemError("not-found", "no such address: /docs lists them all")
    await problem_response(problem, scope["state"]["exchange"].request_id)(scope, receive, send)
