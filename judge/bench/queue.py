"""``judge bench queue``: what the queue adds to a judging, beside a raw Redis loop on the same server."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import msgspec
import redis

from judge.bench.embedded import embedded_service, sweep_old
from judge.client import Client, new_id
from judge.errors import InfrastructureError
from judge.model.event import Claimed, Compiled, Event
from judge.model.submission import SourceFile, Submission
from judge.model.verdict import Verdict
from judge.parsers import Subparsers
from judge.queue import calls
from judge.queue.admin import worker_views
from judge.queue.broker import connect

#: The consumer of the raw loop: takes with BLMOVE, answers, removes what it took, as a careful worker does.
_RAW_CONSUMER = """
import sys, redis
client = redis.Redis(unix_socket_path=sys.argv[1], protocol=2)
while True:
    job = client.execute_command("BLMOVE", "raw:q", "raw:busy", "RIGHT", "LEFT", 0)
    client.lpush("raw:reply", job)
    client.lrem("raw:busy", 1, job)
"""

#: Does nothing, until it is cancelled or hits its time limit.
_ENDLESS_SOURCE = b"#include <unistd.h>\nint main(void) { for (;;) pause(); }\n"

_CANCELLATIONS = 20
_SETTLED_S = 0.1

_C_SOURCE = (
    b'#include <stdio.h>\nint main(void) { long a, b; scanf("%ld %ld", &a, &b); printf("%ld\\n", a + b); return 0; }\n'
)


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "queue",
        help="latency and throughput of the queue",
        description="Time no-op submissions through submit, claim and done beside a raw Redis loop on the same server, "
        "then one-test C submissions with a cached artifact through the real judge, then how soon the slot of a "
        "cancelled one claims again.",
    )
    parser.add_argument("--rounds", type=int, default=600, help="sequential round trips of each kind")
    parser.add_argument("--fsync", default="always", choices=("always", "everysec", "no"), help="Redis' appendfsync")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    figures = measure(rounds=args.rounds, fsync=args.fsync)
    if args.json:
        print(msgspec.json.encode(figures).decode())
    else:
        for name, value in msgspec.structs.asdict(figures).items():
            print(f"{name:18} {value}")
    return 0


class QueueBench(msgspec.Struct, frozen=True, kw_only=True):
    """What ``--json`` prints. Times are from ``submit`` to the verdict; p50 and p95 are percentiles."""

    fsync: str  #: Redis' appendfsync
    rounds: int
    raw_p50_ms: float  #: a bare exchange by two lists on the same server
    raw_p95_ms: float
    noop_p50_ms: float  #: a submission that nobody compiles or runs
    noop_p95_ms: float
    noop_ratio: float  #: noop_p50_ms / raw_p50_ms
    noop_per_second: int
    c_min_ms: float  #: a C program with one test, its compiled form known
    c_p50_ms: float
    c_p95_ms: float
    c_per_second: float
    slots: int
    cancel_p50_ms: float  #: from the cancellation of what runs to the slot's next claim
    cancel_max_ms: float


class _NoopTimes(NamedTuple):
    raw_s: list[float]
    noop_s: list[float]
    per_second: float


class _CTimes(NamedTuple):
    times_s: list[float]
    per_second: float
    slots: int
    cancels_s: list[float]


def measure(*, rounds: int = 600, fsync: str = "always") -> QueueBench:
    """All figures; blocks for about half a minute. Raises HostError when the service does not start."""
    sweep_old()
    overrides = {"slots": 2, "redis_fsync": fsync, "selftest": False, "languages": "c"}
    with (
        embedded_service(judge_factory="judge_workers.noop:NOOP", **overrides) as service,
        Client.open(service.settings) as client,
    ):
        service.wait_until_ready(client)
        noop = _measure_noop(client, rounds)
    with embedded_service(**overrides) as service, Client.open(service.settings) as client:
        service.wait_until_ready(client)
        c = _measure_c(client, rounds)
    return QueueBench(
        fsync=fsync,
        rounds=rounds,
        raw_p50_ms=milliseconds(median(noop.raw_s)),
        raw_p95_ms=milliseconds(_percentile(noop.raw_s, 95)),
        noop_p50_ms=milliseconds(median(noop.noop_s)),
        noop_p95_ms=milliseconds(_percentile(noop.noop_s, 95)),
        noop_ratio=round(median(noop.noop_s) / median(noop.raw_s), 2),
        noop_per_second=round(noop.per_second),
        c_min_ms=milliseconds(min(c.times_s)),
        c_p50_ms=milliseconds(median(c.times_s)),
        c_p95_ms=milliseconds(_percentile(c.times_s, 95)),
        c_per_second=round(c.per_second, 1),
        slots=c.slots,
        cancel_p50_ms=milliseconds(median(c.cancels_s)),
        cancel_max_ms=milliseconds(max(c.cancels_s)),
    )


def _measure_noop(client: Client, rounds: int) -> _NoopTimes:
    """The raw loop and the queue in turns of a few, so that whatever else the machine does hits both alike."""
    with ExitStack() as stack:
        raw = stack.enter_context(RawLoop(connect(client.queue.broker)))
        times_s(raw.round_trip, 50)
        times_s(lambda: _judged(client, _noop()), 50)
        raw_s: list[float] = []
        noop_s: list[float] = []
        for _ in range(max(rounds // 50, 1)):
            raw_s += times_s(raw.round_trip, 50)
            noop_s += times_s(lambda: _judged(client, _noop()), 50)
    return _NoopTimes(raw_s, noop_s, _throughput(client, [_noop() for _ in range(rounds * 4)]))


def _measure_c(client: Client, rounds: int) -> _CTimes:
    with tempfile.TemporaryDirectory(prefix="judge-bench-") as folder:
        package = _one_test_package(Path(folder) / "add")
        for _ in range(20):
            _judged(client, _c(package))
        c_s = times_s(lambda: _judged(client, _c(package)), max(rounds // 3, 20))
        per_second = _throughput(client, [_c(package) for _ in range(max(rounds, 100))])
        slots = sum(worker.info.slots for worker in worker_views(client.queue))
        return _CTimes(c_s, per_second, slots, _cancellations(client, package, slots, rounds))


def _cancellations(client: Client, package: Path, slots: int, rounds: int) -> list[float]:
    """How long after a program that runs is cancelled its slot has claimed what waited for it."""
    running = [_started(client, package) for _ in range(slots)]
    times_s = []
    for _ in range(min(_CANCELLATIONS, rounds)):
        waiting = client.submit(_c(package, _ENDLESS_SOURCE))
        time.sleep(_SETTLED_S)  # the programs themselves run by now
        began = time.perf_counter()
        client.cancel(running.pop(0))
        _until(client, waiting, Claimed)
        times_s.append(time.perf_counter() - began)
        running.append(waiting)
    for submission_id in running:
        client.cancel(submission_id)
    return times_s


def _started(client: Client, package: Path) -> str:
    submission_id = client.submit(_c(package, _ENDLESS_SOURCE))
    _until(client, submission_id, Compiled)
    return submission_id


def _until(client: Client, submission_id: str, kind: type[Event]) -> None:
    for event in client.follow(submission_id):
        if isinstance(event, kind):
            return
    raise InfrastructureError(f"a benchmark submission ended without {kind.__name__}")


class RawLoop:
    """A producer here and a consumer in another process, joined by two lists."""

    def __init__(self, client: redis.Redis) -> None:
        self._execute: Callable[..., Any] = client.execute_command
        path = client.connection_pool.connection_kwargs["path"]
        self._consumer = subprocess.Popen([sys.executable, "-c", _RAW_CONSUMER, path])

    def round_trip(self) -> None:
        """One job there and back."""
        self._execute("LPUSH", "raw:q", b"x" * 1024)
        if not self._execute("BRPOP", "raw:reply", 10):
            raise InfrastructureError("the raw loop's consumer does not answer")

    def __enter__(self) -> RawLoop:
        return self

    def __exit__(self, *_: object) -> None:
        self._consumer.kill()
        self._consumer.wait()


def _noop() -> Submission:
    source = SourceFile(name="a.c", content=b"x" * 700)
    return Submission(id=new_id(), package="/noop", sources=(source,), language="c")


def _c(package: Path, content: bytes = _C_SOURCE) -> Submission:
    source = SourceFile(name="add.c", content=content)
    return Submission(id=new_id(), package=str(package), sources=(source,), language="c")


def _judged(client: Client, submission: Submission) -> None:
    client.submit(submission)
    report = client.result(submission.id)
    if report.verdict is not Verdict.AC:
        raise InfrastructureError(f"a benchmark submission got {report.verdict}: {report.reason}")


def _throughput(client: Client, submissions: list[Submission]) -> float:
    """Verdicts per second, from handing all in (in one go) to the last verdict."""
    began = time.perf_counter()
    client.queue.run_all(calls.submit(submission) for submission in submissions)
    for submission in submissions:
        client.result(submission.id)
    return len(submissions) / (time.perf_counter() - began)


def _one_test_package(root: Path) -> Path:
    secret = root / "data" / "secret"
    secret.mkdir(parents=True)
    (root / "problem.yaml").write_text("name: add\nlimits:\n  time_limit: 10\n")
    (secret / "1.in").write_text("20 22\n")
    (secret / "1.ans").write_text("42\n")
    return root


def times_s(action: Callable[[], object], rounds: int) -> list[float]:
    """How long each of ``rounds`` took, in seconds."""
    found = []
    for _ in range(rounds):
        began = time.perf_counter()
        action()
        found.append(time.perf_counter() - began)
    return found


def _percentile(values: list[float], percent: int) -> float:
    return sorted(values)[min(len(values) * percent // 100, len(values) - 1)]


def milliseconds(seconds: float) -> float:
    """For a figure that is printed."""
    return round(seconds * 1000, 3)
