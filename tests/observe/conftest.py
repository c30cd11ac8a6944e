"""Real servers for the tests of this folder: Redis and Prometheus, each its own, on a socket of its own."""

from __future__ import annotations

import json
import shutil
import socket
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import needs
import pytest
import redis
from observe_servers import Prometheus, StartPrometheus, start, until

#: Workers with a scripted judge come from the service's tests.
sys.path.append(str(Path(__file__).parents[1] / "service"))


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The broker URL of a Redis server of our own."""
    binary = shutil.which("redis-server") or shutil.which("valkey-server")
    if binary is None:
        pytest.skip(needs.absent("redis-server"))
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


@pytest.fixture
def start_prometheus(tmp_path: Path) -> Iterator[StartPrometheus]:
    """Start Debian's Prometheus with a configuration (JSON is YAML)."""
    binary = shutil.which("prometheus")
    needs.tool("prometheus")
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
