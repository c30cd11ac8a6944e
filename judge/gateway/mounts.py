"""What the gateway serves beside the route table: WebSockets, pages, and tools for agents where that extra is
installed."""

from __future__ import annotations

from importlib.util import find_spec

from starlette.routing import BaseRoute

from judge.gateway.live.endpoint import socket_route
from judge.gateway.service import Service
from judge.gateway.web.routing import routes_of_pages
from judge.gateway.web.table import PAGES


def mounts_of(service: Service) -> list[BaseRoute]:
    """Routes for :func:`judge.gateway.app.make_app`."""
    return [socket_route(service), *_mcp_routes(service), *routes_of_pages(PAGES, service)]


def _mcp_routes(service: Service) -> list[BaseRoute]:
    if find_spec("mcp") is None:
        return []
    from judge.gateway.mcp.mount import routes_of_mcp  # an extra

    return routes_of_mcp(service)
