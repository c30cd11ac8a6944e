"""One large batch, with all that can come between: a body that breaks off, the rest in another packing, a gateway that
is killed while the results are read.

``python tests/gateway/gateway_large_batch.py --lines 100000`` (make test-gateway) says how long it took, and the memory
of gateway and Redis. What the lines ask for is not done, but answered at once: the batch is what is measured.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import http.client
import json
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backports import zstd
from gateway_harness import Gateway
from service_harness import RedisServer, Worker, free_port, running, until

from judge.queue.broker import connect

_PATIENCE_S = 3600.0
_PATH = "/api/v1/batches"
_NAME = "large"
_FREE = {"queue_max": 0, "tenant_per_minute": 0, "tenant_running_max": 0}


@dataclass
class Outcome:
    """What came of it. Memory in MB (10^6 bytes): the gateways' most, and Redis' while all lines were there."""

    lines: int
    known: int = 0  #: lines of the body that broke off
    intake_s: float = 0.0
    whole_s: float = 0.0
    gateway_mb: float = 0.0
    redis_mb: float = 0.0
    missing: int = 0
    twice: int = 0

    @property
    def good(self) -> bool:
        """Each line has one result, and what had come was not taken in again."""
        return not (self.missing or self.twice) and self.known > 0

    def line(self) -> str:
        """For people."""
        return (
            f"{self.lines} lines: missing {self.missing} / twice {self.twice} / came before the break {self.known} / "
            f"taken in after {self.intake_s:.1f} s, done after {self.whole_s:.1f} s / "
            f"gateway at most {self.gateway_mb:.0f} MB, Redis {self.redis_mb:.0f} MB"
        )


def run_large_batch(lines: int) -> Outcome:
    """The whole; everything it started is gone afterwards."""
    root = Path(tempfile.mkdtemp(prefix="judge-batch-", dir="/tmp"))
    try:
        server = RedisServer(root / "r", "everysec")
        worker = Worker(server.url, root / "w", judge_factory="judge_workers.noop:NOOP", **_FREE)
        gateway = Gateway(root / "g", server.url, gateway_port=free_port(), log_level="error", **_FREE)
        with running(server), running(worker), running(gateway):
            until(lambda: b'"id":"c"' in gateway.get("/api/v1/languages").body, "the worker's languages", 120)
            return _carry_out(gateway, server, lines)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _carry_out(gateway: Gateway, server: RedisServer, lines: int) -> Outcome:
    outcome, began_s = Outcome(lines), time.monotonic()
    body = b"".join(_line(number) for number in range(lines))
    _send_half(gateway, gzip.compress(body, 1))
    received = _send(gateway, zstd.compress(body))
    outcome.known = received["known"]
    assert (received["lines"], received["refused"]) == (lines, 0), received
    outcome.intake_s = time.monotonic() - began_s
    outcome.redis_mb = int(connect(server.broker).info("memory")["used_memory"]) / 1e6
    outcome.gateway_mb = _most_mb(gateway)
    seen = _results(gateway, lines // 2)
    outcome.gateway_mb = max(outcome.gateway_mb, _most_mb(gateway))
    gateway.kill()
    gateway.start()
    seen += _results(gateway, lines, after=len(seen))
    outcome.gateway_mb = max(outcome.gateway_mb, _most_mb(gateway))
    outcome.whole_s = time.monotonic() - began_s
    outcome.twice = len(seen) - len(set(seen))
    outcome.missing = lines - len(set(seen))
    return outcome


def _line(number: int) -> bytes:
    run = {"language": "c", "source": f"int main(void) {{ return {number} % 256; }}\n", "stdin": f"{number}\n"}
    return json.dumps({"custom_id": f"line-{number}", "run": run}).encode() + b"\n"


def _send_half(gateway: Gateway, packed: bytes) -> None:
    """Half of a body; its connection ends when some of its lines are in."""
    head = (
        f"POST {_PATH}?id={_NAME} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/x-ndjson\r\n"
        f"content-encoding: gzip\r\ncontent-length: {len(packed)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", gateway.port)) as connection:
        connection.sendall(head.encode() + packed[: len(packed) // 2])
        until(lambda: _lines_of(gateway) > 0, "the first lines of the batch")


def _lines_of(gateway: Gateway) -> int:
    answer = gateway.get(f"{_PATH}/{_NAME}")
    return int(answer.json()["lines"]) if answer.status == 200 else 0


def _send(gateway: Gateway, packed: bytes) -> dict[str, Any]:
    headers = {"content-type": "application/x-ndjson", "content-encoding": "zstd"}
    with _connection(gateway) as connection:
        connection.request("POST", f"{_PATH}?id={_NAME}", packed, headers)
        answer = connection.getresponse()
        assert answer.status == 201, answer.read()
        received: dict[str, Any] = json.loads(answer.read())["received"]
    return received


def _results(gateway: Gateway, until_line: int, after: int = 0) -> list[str]:
    """The custom_ids of what is done, in that order, to this many."""
    if until_line <= after:
        return []
    query = f"order=completion&after={after}&limit={until_line - after}&wait={_PATIENCE_S:g}"
    with _connection(gateway) as connection:
        connection.request("GET", f"{_PATH}/{_NAME}/results?{query}")
        results = [json.loads(line) for line in connection.getresponse() if line.strip()]
    assert [one["position"] for one in results] == list(range(after + 1, until_line + 1))
    assert {one["state"] for one in results} == {"done"}
    return [str(one["custom_id"]) for one in results]


@contextlib.contextmanager
def _connection(gateway: Gateway) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=_PATIENCE_S)
    try:
        yield connection
    finally:
        connection.close()


def _most_mb(gateway: Gateway) -> float:
    status = Path(f"/proc/{gateway.pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) * 1024 / 1e6


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--lines", type=int, default=100_000)
    args = parser.parse_args()
    outcome = run_large_batch(args.lines)
    print(outcome.line())
    return 0 if outcome.good else 1


if __name__ == "__main__":
    sys.exit(main())
