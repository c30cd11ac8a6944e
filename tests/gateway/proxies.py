"""The proxies of deploy/proxy as they are shipped, but for ports and certificates, over real TLS."""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway_harness import Answered, die_with_us
from service_harness import PATIENCE_S, until

NAME = "judge.example.org"
SHIPPED = Path(__file__).resolve().parents[2] / "deploy" / "proxy"

#: Where those who ask through a proxy are: not where the proxy is.
CLIENT = "127.0.0.2"


@dataclass(frozen=True)
class Ports:
    """Where a proxy listens, and the gateway behind it."""

    plain: int
    tls: int
    gateway: int


@dataclass(frozen=True)
class Proxy:
    """One that runs. ``context`` trusts its certificate and no other."""

    kind: str
    ports: Ports
    context: ssl.SSLContext

    @property
    def host(self) -> str:
        """As a client names it."""
        return f"{NAME}:{self.ports.tls}"

    def connect_plain(self) -> socket.socket:
        """A connection from :data:`CLIENT`, TLS not begun."""
        return socket.create_connection(("127.0.0.1", self.ports.tls), PATIENCE_S, (CLIENT, 0))

    def connect(self) -> ssl.SSLSocket:
        """A connection from :data:`CLIENT`."""
        return self.context.wrap_socket(self.connect_plain(), server_hostname=NAME)

    def send(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        """One request, its path as it is; what comes is read later. ``body``: bytes, or pieces of it."""
        connection = http.client.HTTPConnection(NAME, self.ports.tls)
        connection.sock = self.connect()
        connection.request(method, path, body, {"host": self.host, **(headers or {})}, encode_chunked=True)
        return connection.getresponse()

    def ask(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Answered:
        """One request to its end."""
        response = self.send(method, path, body, headers)
        named = {name.lower(): value for name, value in response.getheaders()}
        return Answered(response.status, named, response.read())


@contextmanager
def running_proxy(kind: str, gateway_port: int, directory: Path) -> Iterator[Proxy]:
    """nginx or Caddy before the gateway at this port, from its first answer to the end of the block."""
    directory.mkdir()
    ports = Ports(_free_port(), _free_port(), gateway_port)
    _certificate(directory)
    proxy = Proxy(kind, ports, ssl.create_default_context(cafile=os.fspath(directory / "cert.pem")))
    environment = {
        **os.environ,
        "HOME": str(directory),
        "XDG_DATA_HOME": str(directory),
        "XDG_CONFIG_HOME": str(directory),
    }
    with open(directory / "log", "wb") as log:
        process = subprocess.Popen(
            _COMMANDS[kind](directory, ports),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=die_with_us,  # noqa: PLW1509 (the tests have no threads when they start one)
        )
    try:
        until(lambda: process.poll() is not None or _answers(proxy), f"{kind}'s first answer")
        assert process.poll() is None, (directory / "log").read_text(errors="replace")
        yield proxy
    finally:
        process.kill()
        process.wait()


def _answers(proxy: Proxy) -> bool:
    try:
        return bool(proxy.ask("GET", "/docs").status == 200)
    except OSError:
        return False


def _nginx(directory: Path, ports: Ports) -> list[str]:
    site = _changed(
        (SHIPPED / "nginx.conf").read_text(),
        {
            "listen 80;": f"listen 127.0.0.1:{ports.plain};",
            "listen 443 ssl http2;": f"listen 127.0.0.1:{ports.tls} ssl http2;",
            "server 127.0.0.1:8090;": f"server 127.0.0.1:{ports.gateway};",
            "/etc/ssl/judge/fullchain.pem": str(directory / "cert.pem"),
            "/etc/ssl/judge/privkey.pem": str(directory / "key.pem"),
        },
    )
    (directory / "site.conf").write_text(site)
    temporary = "".join(f"{name}_temp_path {directory}/{name};\n" for name in _NGINX_TEMPORARY)
    user = "user root;\n" if os.geteuid() == 0 else ""
    (directory / "nginx.conf").write_text(
        f"{user}daemon off;\nmaster_process off;\npid {directory}/pid;\nerror_log stderr;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{temporary}include site.conf;\n}}\n"
    )
    return [tool_path("nginx"), "-p", str(directory), "-c", str(directory / "nginx.conf"), "-e", "stderr"]


_NGINX_TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def _caddy(directory: Path, ports: Ports) -> list[str]:
    site = _changed(
        (SHIPPED / "Caddyfile").read_text(),
        {
            "{\n\tservers {": f"{{\n\tadmin off\n\tskip_install_trust\n\thttp_port {ports.plain}\n"
            f"\thttps_port {ports.tls}\n\tdefault_bind 127.0.0.1\n\tservers {{",
            f"\n{NAME} {{": f"\n{NAME} {{\n\ttls {directory}/cert.pem {directory}/key.pem",
            "reverse_proxy 127.0.0.1:8090": f"reverse_proxy 127.0.0.1:{ports.gateway}",
        },
    )
    (directory / "Caddyfile").write_text(site)
    return [tool_path("caddy"), "run", "--config", str(directory / "Caddyfile"), "--adapter", "caddyfile"]


_COMMANDS: dict[str, Callable[[Path, Ports], list[str]]] = {"nginx": _nginx, "caddy": _caddy}


def tool_path(name: str) -> str:
    """Where a daemon's program is: Debian has nginx where a plain user does not look."""
    return next((path for path in (f"/usr/sbin/{name}", f"/usr/bin/{name}") if os.access(path, os.X_OK)), name)


def _changed(text: str, changes: Mapping[str, str]) -> str:
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def _certificate(directory: Path) -> None:
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-days", "2", "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}"),
            *("-keyout", str(directory / "key.pem"), "-out", str(directory / "cert.pem")),
        ],
        check=True,
        capture_output=True,
    )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
