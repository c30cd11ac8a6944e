"""Serves the gateway: uvicorn, with our limits, our log, and an end that leaves nobody waiting."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from types import FrameType

import uvicorn

from judge.config import GatewaySettings, Settings
from judge.errors import HostError
from judge.gateway.app import at_hand, make_app, make_service
from judge.gateway.dialects.dialect import Dialect
from judge.gateway.dialects.table import section_of, served
from judge.gateway.http.protocol import bounded_protocol
from judge.gateway.http.seldom import Seldom
from judge.gateway.http.socket_protocol import bounded_socket_protocol
from judge.gateway.mounts import mounts_of
from judge.observe.logs import hold_lines

log = logging.getLogger(__name__)

#: Connections that wait to be taken in.
_BACKLOG = 2048

#: A WebSocket that has ended is cut off after this, though its client does not take what was sent.
_CLOSING_S = 10.0

#: An idle connection is closed after this; longer than proxies keep theirs.
_KEEP_ALIVE_S = 75


class _Server(uvicorn.Server):
    """Tells the gateway at once when it is to end, and ends with the exit code 0."""

    def __init__(self, config: uvicorn.Config, on_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_stop = on_stop

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to serve."""
        hold_lines(asyncio.get_running_loop().call_soon)
        await super().startup(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._told_to_stop, number)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)

    def _told_to_stop(self, number: int, frame: FrameType | None = None) -> None:
        self.handle_exit(number, frame)
        self._on_stop()


def listen(settings: GatewaySettings) -> socket.socket:
    """The socket on which the gateway listens. Raises HostError."""
    try:
        return _listening(settings.host, settings.port)
    except OSError as error:
        raise HostError(
            f"gateway_host {settings.host}, gateway_port {settings.port}: {error.strerror or error}"
        ) from error


def _listening(host: str, port: int) -> socket.socket:
    """Raises OSError."""
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    return socket.create_server((host, port), family=family, backlog=_BACKLOG)


def listen_for_dialects(settings: Settings) -> dict[Dialect, socket.socket]:
    """The sockets of the dialects that have a port of their own; one that cannot be had is said, and left out."""
    listening = {}
    for dialect in served(settings):
        port = section_of(settings, dialect).port
        if not port:
            continue
        try:
            listening[dialect] = _listening(settings.gateway.host, max(port, 0))
        except (OSError, OverflowError) as error:
            said = getattr(error, "strerror", "") or error
            log.warning("%s.port %s: %s; it is served at %s alone", dialect.name, port, said, dialect.prefix)
    return listening


def address_of(server: socket.socket) -> str:
    """Where it is, as a client writes it."""
    host, port = server.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def serve(settings: Settings, server: socket.socket) -> None:
    """Serve until SIGTERM or SIGINT, then let requests end, and return. Raises UsageError, HostError."""
    gateway = settings.gateway
    service = make_service(settings)
    own_ports = listen_for_dialects(settings)
    ports = {listening.getsockname()[1]: dialect for dialect, listening in own_ports.items()}
    config = uvicorn.Config(
        make_app(service, mounts_of(service), ports),
        http=bounded_protocol(gateway.head_bytes_max, gateway.request_s_max, at_hand(service, ports)),
        ws=bounded_socket_protocol(_CLOSING_S),
        ws_max_size=gateway.socket_message_bytes_max,
        ws_per_message_deflate=False,  # small messages, and many sockets
        loop="uvloop",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(gateway.trusted_proxies),
        forwarded_allow_ips=list(gateway.trusted_proxies),
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=gateway.drain_s_max,
    )
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    logging.getLogger("uvicorn.error").addFilter(Seldom())
    log.info("the gateway listens at %s", address_of(server))
    for dialect in served(settings):
        log.info("%s is served below %s", dialect.name, dialect.prefix)
    for dialect, listening in own_ports.items():
        log.info("%s is served at %s", dialect.name, address_of(listening))
    _Server(config, service.stop).run(sockets=[server, *own_ports.values()])
    log.info("the gateway has stopped")
