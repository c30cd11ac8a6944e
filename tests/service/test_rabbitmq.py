"""RabbitMQ for the tickets, Redis for the records: with the server installed here, on the loopback interface."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import needs
import pytest
from service_harness import RedisServer, Worker, free_port, order, running, send_signal, until, view_of

from judge.client import Client
from judge.kernel.prctl import set_parent_death_signal
from judge.model.verdict import Verdict

#: Debian's ``rabbitmq-server`` on PATH insists on its own user and directories; what it calls does not.
SERVER = shutil.which("/usr/lib/rabbitmq/bin/rabbitmq-server") or shutil.which("rabbitmq-server")
EPMD = shutil.which("epmd")

pytestmark = pytest.mark.skipif(not (SERVER and EPMD), reason=needs.absent("rabbitmq-server"))


class RabbitServer:
    """A RabbitMQ with an epmd of its own; all of it in ``directory``."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self.port = free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}//"
        self._epmd_port = free_port()
        self._epmd: subprocess.Popen[bytes] | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it listens."""
        self._directory.mkdir(exist_ok=True)
        env = os.environ | self._environment()
        if self._epmd is None:
            self._epmd = _spawn([str(EPMD)], env)
            until(lambda: _listens(self._epmd_port), "epmd")
        self._process = _spawn([str(SERVER)], env)
        until(lambda: _listens(self.port), "RabbitMQ", timeout_s=90)

    def kill(self) -> None:
        """SIGKILL to the broker."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """End both; what they keep is thrown away anyway."""
        self.kill()
        if self._epmd is not None:
            self._epmd.kill()
            self._epmd.wait()

    def _environment(self) -> dict[str, str]:
        values = {
            "NODENAME": "judge-test@localhost",
            "NODE_IP_ADDRESS": "127.0.0.1",
            "NODE_PORT": str(self.port),
            "DIST_PORT": str(free_port()),
            "MNESIA_BASE": str(self._directory / "mnesia"),
            "LOG_BASE": str(self._directory / "log"),
            "PID_FILE": str(self._directory / "pid"),
            "ENABLED_PLUGINS_FILE": str(self._directory / "plugins"),
            "CONFIG_FILE": str(self._directory / "none"),
            "CONF_ENV_FILE": "/dev/null",
            "SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        }
        return {f"RABBITMQ_{name}": value for name, value in values.items()} | {
            "HOME": str(self._directory),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._epmd_port),
            "RUNNING_UNDER_SYSTEMD": "1",  # the script becomes the server: no process between it and us
        }


def _spawn(words: list[str], env: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        words,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: set_parent_death_signal(signal.SIGKILL),  # noqa: PLW1509 (the tests have no threads)
    )


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def service(short_dir: Path, rabbit: RabbitServer) -> Iterator[tuple[Worker, Client]]:
    server = RedisServer(short_dir / "redis")
    worker = Worker(server.url, short_dir / "w", ticket_broker=rabbit.url)
    with running(server, worker), Client(server.broker) as client:
        until(lambda: view_of(client, worker.node) and worker.slot_pids(), "the worker")
        yield worker, client


@pytest.fixture(scope="module")
def rabbit(short_root: Path) -> Iterator[RabbitServer]:
    rabbit = RabbitServer(short_root / "rabbit")
    try:
        rabbit.start()
        yield rabbit
    finally:
        rabbit.stop()


def test_tickets_travel_over_rabbitmq_and_none_that_is_lost_matters(short_dir: Path, rabbit: RabbitServer) -> None:
    with service(short_dir, rabbit) as (worker, client):
        ids = [client.submit(order(tests=1)) for _ in range(200)]
        assert all(client.result(id).verdict is Verdict.AC for id in ids)
        bridge = worker.pid_of("ticket_bridge")
        send_signal([bridge, worker.pid_of("pool")], signal.SIGKILL)
        until(lambda: worker.pid_of("ticket_bridge") not in (0, bridge), "the next ticket bridge")
        assert client.result(client.submit(order(tests=1))).verdict is Verdict.AC


def test_work_waits_for_a_killed_rabbitmq_and_goes_on_when_it_is_back(short_dir: Path, rabbit: RabbitServer) -> None:
    with service(short_dir, rabbit) as (_, client):
        client.result(client.submit(order()))
        rabbit.kill()
        ids = [client.submit(order(tests=1)) for _ in range(20)]
        rabbit.start()
        assert {client.result(id).verdict for id in ids} == {Verdict.AC}
        finished = int(client.queue.link.command("HGET", client.queue.link.keys.counters(), "finished"))
        assert finished == len(ids) + 1
