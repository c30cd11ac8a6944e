"""The gateway that runs beside an embedded Redis: whether it can, its socket, its command line."""

from __future__ import annotations

import importlib.util
import socket
import sys

from judge.cli.main import main
from judge.config import GatewaySettings
from judge.errors import HostError

#: What the extra brings that nothing else does.
_NEEDS = ("starlette", "uvicorn", "uvloop", "httptools", "websockets", "jinja2")


def missing() -> str:
    """The first of the packages that the gateway needs and this Python lacks; empty = it lacks none."""
    return next((name for name in _NEEDS if importlib.util.find_spec(name) is None), "")


def listen(settings: GatewaySettings) -> socket.socket:
    """A listening socket, made before the gateway starts, so that it outlives its restarts. Raises HostError."""
    try:
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        return socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except (OSError, OverflowError) as error:
        raise HostError(f"cannot listen on {settings.host}:{settings.port}: {error}") from error


def address_of(server: socket.socket) -> str:
    """Where it is, as a client writes it."""
    host, port = server.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def command(server: socket.socket) -> tuple[str, ...]:
    """Its command line; the socket's descriptor must stay open in it."""
    return (sys.executable, "-m", "judge", *_words(server))


def serve(server: socket.socket) -> int:
    """What that command does, in this process."""
    return main(_words(server))


def _words(server: socket.socket) -> tuple[str, ...]:
    return ("gateway", "--socket-fd", str(server.fileno()))
