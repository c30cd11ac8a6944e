"""Puts the gateway together: one ASGI application. Only here things are made."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.routing import BaseRoute, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from judge.client import AsyncClient
from judge.config import Settings
from judge.gateway.describe.reference import pages_of
from judge.gateway.dispatch import routes_of
from judge.gateway.http.cors import Cors
from judge.gateway.http.shell import Shell
from judge.gateway.problems import ProblemError, problem_response
from judge.gateway.service import Service
from judge.gateway.table import ENDPOINTS
from judge.gateway.webhooks.deliverer import Deliverer
from judge.http_form.batch import NDJSON

#: Answers below this are not worth packing.
_PACKED_BYTES_MIN = 1024
_PACKING_LEVEL = 5

#: Streams: packed, lines would wait for others.
_UNPACKED = (*DEFAULT_EXCLUDED_CONTENT_TYPES, NDJSON)


def make_service(settings: Settings) -> Service:
    """What the endpoints work with. Raises UsageError when the settings name no broker and none runs here."""
    return Service(settings, AsyncClient.open(settings), pages_of(ENDPOINTS))


def make_app(service: Service, mounts: Sequence[BaseRoute] = ()) -> ASGIApp:
    """The application; ``mounts`` are other routers beside /api/v1. Its lifespan starts and closes the service."""

    deliverer = Deliverer(service)

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

    router = Router(
        routes=[*routes_of(ENDPOINTS, service), *mounts],
        redirect_slashes=False,
        default=_nothing_here,
        lifespan=lifespan,
    )
    packed = GZipMiddleware(
        router, minimum_size=_PACKED_BYTES_MIN, compresslevel=_PACKING_LEVEL, exclude_content_types=_UNPACKED
    )
    return Shell(Cors(packed, service.settings.gateway.origins), service.metrics.observe)


async def _nothing_here(scope: Scope, receive: Receive, send: Send) -> None:
    """For addresses that are not in the table."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 4404})
        return
    await problem_response(ProblemError("not-found"), scope["state"]["exchange"].request_id)(scope, receive, send)
