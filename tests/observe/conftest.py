"""Real servers for the tests of this folder: Redis and Prometheus, each its own, on a socket of its own."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis

#: A server that is not up by then will not come.
START_S = 60


def start(command: list[str], log_path: Path) -> subprocess.Popen[bytes]:
    """A process that does not outlive this one; its output goes to a file."""
    with log_path.open("wb") as log:
        return subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command], stdout=log, stderr=subprocess.STDOUT)


def until(condition: Callable[[], object], what: str) -> None:
    """Ask until the answer is true; fails with what was waited for."""
    deadline = time.monotonic() + START_S
    while not condition():
        assert time.monotonic() < deadline, f"waited {START_S} s for {what}"


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The broker URL of a Redis server of our own."""
    binary = shutil.which("redis-server") or shutil.which("valkey-server")
    if binary is None:
        pytest.skip("no redis-server")
    folder = tmp_path_factory.mktemp("redis")
    path = folder / "s"
    options = ["--port", "0", "--unixsocket", str(path), "--dir", str(folder), "--appendonly", "yes", "--save", ""]
    server = start([binary, *options], folder / "log")
    client = redis.Redis(unix_socket_path=str(path))

    def answers() -> bool:
        assert server.poll() is None, (folder / "log").read_text()
        try:
            return bool(client.ping())
        except redis.exceptions.RedisError:
            return False

    try:
        until(answers, "Redis")
        yield f"unix://{path}"
    finally:
        client.close()
        server.kill()
        server.wait()


@dataclass(frozen=True)
class Prometheus:
    """A running Prometheus server."""

    url: str

    def api(self, path: str, **parameters: str) -> object:
        """The ``data`` of an API answer."""
        with urllib.request.urlopen(f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}") as response:
            return json.load(response)["data"]

    def query(self, expression: str) -> dict[tuple[tuple[str, str], ...], float]:
        """An instant vector: label pairs (sorted) -> value."""
        data = self.api("query", query=expression)
        assert isinstance(data, dict)
        return {tuple(sorted(item["metric"].items())): float(item["value"][1]) for item in data["result"]}

    def value(self, expression: str) -> float | None:
        """The one value of an expression, None when it has none."""
        values = list(self.query(expression).values())
        assert len(values) <= 1
        return values[0] if values else None

    def ready(self) -> bool:
        """Whether it answers."""
        try:
            urllib.request.urlopen(f"{self.url}/-/ready").close()
        except (OSError, urllib.error.HTTPError):
            return False
        return True


StartPrometheus = Callable[[Mapping[str, object]], Prometheus]


@pytest.fixture
def start_prometheus(tmp_path: Path) -> Iterator[StartPrometheus]:
    """Start Debian's Prometheus with a configuration (JSON is YAML)."""
    binary = shutil.which("prometheus")
    if binary is None:
        pytest.skip("no prometheus")
    servers = []

    def begin(config: Mapping[str, object]) -> Prometheus:
        config_path = tmp_path / "prometheus.yml"
        config_path.write_text(json.dumps(config))
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        options = [f"--config.file={config_path}", f"--storage.tsdb.path={tmp_path / 'tsdb'}"]
        server = start([str(binary), *options, f"--web.listen-address=127.0.0.1:{port}"], tmp_path / "prometheus.log")
        servers.append(server)
        prometheus = Prometheus(f"http://127.0.0.1:{port}")

        def answers() -> bool:
            assert server.poll() is None, (tmp_path / "prometheus.log").read_text()
            return prometheus.ready()

        until(answers, "Prometheus")
        return prometheus

    yield begin
    for server in servers:
        server.kill()
        server.wait()


def scrape_config(*addresses: str) -> dict[str, object]:
    """Scrape these exporters five times a second."""
    return {
        "global": {"scrape_interval": "200ms", "scrape_timeout": "200ms"},
        "scrape_configs": [{"job_name": "judge", "static_configs": [{"targets": list(addresses)}]}],
    }
