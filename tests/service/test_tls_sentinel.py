"""Ways to Redis beside a plain address: TLS with checked certificates, and Sentinel with a failover."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import needs
import pytest
import redis
from judge_workers.node.redis_server import find_server
from service_harness import Worker, free_port, order, running, until, view_of

from judge.client import Client
from judge.config import Settings
from judge.errors import QueueError
from judge.kernel.prctl import set_parent_death_signal
from judge.model.verdict import Verdict
from judge.queue.broker import Broker
from judge.queue.redis_queue import Queue


@contextmanager
def server(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Redis process with these words on its command line."""
    process = subprocess.Popen(
        [find_server(Settings().redis), *words],
        stdout=subprocess.DEVNULL,
        preexec_fn=lambda: set_parent_death_signal(9),  # noqa: PLW1509
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def answers(port: int, **options: object) -> bool:
    client = redis.Redis(host="127.0.0.1", port=port, socket_timeout=2, **options)  # type: ignore[arg-type]
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1 and its key."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    words += [
        "-keyout",
        str(key),
        "-out",
        str(cert),
        "-subj",
        "/CN=127.0.0.1",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
    ]
    subprocess.run(words, check=True, capture_output=True)
    return cert, key


def test_a_worker_and_a_client_over_tls(short_dir: Path) -> None:
    needs.tool("openssl")
    cert, key = certificate(short_dir)
    port = free_port()
    words = ["--port", "0", "--tls-port", str(port), "--tls-cert-file", str(cert), "--tls-key-file", str(key)]
    words += ["--tls-ca-cert-file", str(cert), "--tls-auth-clients", "no", "--dir", str(short_dir), "--save", ""]
    url = f"rediss://127.0.0.1:{port}/0"
    broker = Broker(url=url, ca_file=str(cert))
    worker = Worker(url, short_dir / "w", slots=1, broker_ca_file=cert)
    with server(*words):
        until(lambda: answers(port, ssl=True, ssl_ca_certs=str(cert)), "the TLS server")
        with running(worker), Client(broker) as client:
            until(lambda: view_of(client, worker.node), "the worker")
            assert client.result(client.submit(order(tests=1))).verdict is Verdict.AC
        with pytest.raises(QueueError, match=r"(?i)certificate"), Queue(Broker(url=url), 0.5) as queue:
            queue.link.command("PING")


def test_a_failover_of_sentinel_is_followed(short_dir: Path) -> None:
    primary, replica, sentinel = free_port(), free_port(), free_port()
    with ExitStack() as stack:
        common = ["--bind", "127.0.0.1", "--save", "", "--repl-diskless-sync-delay", "0"]
        folders = [short_dir / name for name in ("p", "r", "s")]
        for folder in folders:
            folder.mkdir()
        first = stack.enter_context(server("--port", str(primary), "--dir", str(folders[0]), *common))
        until(lambda: answers(primary), "the primary")
        words = ["--port", str(replica), "--dir", str(folders[1]), "--replicaof", "127.0.0.1", str(primary), *common]
        stack.enter_context(server(*words))
        until(lambda: _synchronized(replica), "the replica")
        config = folders[2] / "sentinel.conf"
        config.write_text(
            f"port {sentinel}\nbind 127.0.0.1\nsentinel monitor judges 127.0.0.1 {primary} 1\n"
            "sentinel down-after-milliseconds judges 500\nsentinel failover-timeout judges 5000\n"
        )
        stack.enter_context(server(str(config), "--sentinel"))
        until(lambda: _knows_replica(sentinel), "the sentinel")
        url = f"sentinel://127.0.0.1:{sentinel}/0?master=judges"
        worker = Worker(url, short_dir / "w", slots=1)
        with running(worker), Client(Broker(url=url), patience_s=40) as client:
            until(lambda: view_of(client, worker.node), "the worker")
            assert client.result(client.submit(order())).verdict is Verdict.AC
            first.kill()
            submission = order(tests=1)
            client.submit(submission)
            assert client.result(submission.id).verdict is Verdict.AC


def _synchronized(port: int) -> bool:
    if not answers(port):
        return False
    with redis.Redis(host="127.0.0.1", port=port) as client:
        return client.info("replication").get("master_link_status") == "up"  # type: ignore[no-any-return]


def _knows_replica(port: int) -> bool:
    if not answers(port):
        return False
    with redis.Redis(host="127.0.0.1", port=port) as client:
        return len(client.execute_command("SENTINEL", "REPLICAS", "judges")) == 1
