"""What the gateway serves beside the route table: WebSockets."""

from __future__ import annotations

from starlette.routing import BaseRoute

from judge.gateway.live.endpoint import socket_route
from judge.gateway.service import Service


def mounts_of(service: Service) -> list[BaseRoute]:
    """Routes for :func:`judge.gateway.app.make_app`."""
    return [socket_route(service)]
