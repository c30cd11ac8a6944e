"""What receives webhooks in the tests: a real server on loopback that keeps what it was sent."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from service_harness import until

#: Gateways whose webhooks may lead to it.
TO_LOOPBACK = {"webhook_http": "true", "webhook_networks": "127.0.0.0/8"}


@dataclass(frozen=True)
class Sent:
    """One request. Names of headers are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """Its webhook-id."""
        return self.headers["webhook-id"]

    def json(self) -> Any:
        """Its body as JSON."""
        return json.loads(self.body)


class Receiver:
    """A server. ``answer`` says with which status and headers each request is answered; it may wait."""

    def __init__(self, answer: Callable[[Sent], tuple[int, Mapping[str, str]]] | None = None, cert: Path | None = None):
        self.sent: list[Sent] = []
        self.answer = answer or (lambda _: (204, {}))
        self._server = _Server(("127.0.0.1", 0), _handler_of(self))
        self._secure = cert is not None
        if cert is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(cert)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Receiver:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Its address."""
        return f"{'https://localhost' if self._secure else 'http://127.0.0.1'}:{self.port}/hook"

    def of(self, message_id: str) -> list[Sent]:
        """The attempts of one delivery."""
        return [one for one in list(self.sent) if one.id == message_id]

    def wait_for(self, fits: Callable[[Sent], bool], timeout_s: float = 60) -> Sent:
        """The first request that fits."""
        found: list[Sent] = []

        def look() -> bool:
            found.extend(one for one in list(self.sent) if fits(one))
            return bool(found)

        until(look, "a webhook to be told", timeout_s)
        return found[0]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_: object) -> None:
        """Clients that are gone are no news."""


def _handler_of(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self._take()

        def do_PUT(self) -> None:
            self._take()

        def do_GET(self) -> None:
            self._take()

        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            sent = Sent(self.command, self.path, headers, body)
            receiver.sent.append(sent)
            status, said = receiver.answer(sent)
            self.send_response(status)
            for name, value in said.items():
                self.send_header(name, value)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    return Handler
