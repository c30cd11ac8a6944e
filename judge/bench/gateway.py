"""``judge bench gateway``: the judge over HTTP beside the same work through Redis, and beside what is bare.

Gateway, workers, Redis and what asks them share this machine. What is compared comes in turns, so that whatever else
the machine does hits both alike.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec

from judge.bench.embedded import embedded_service, sweep_old
from judge.bench.footprint import resident_bytes
from judge.bench.queue import milliseconds, times_s
from judge.bench.web.dialects import added_ms
from judge.bench.web.load import Connection, answers_per_second, ask_all, load_generator, open_waiters, request
from judge.bench.web.servers import WebServer, cpu_s, gateway_beside, hello_server
from judge.bench.work import BarePrograms, in_turns
from judge.client import AsyncClient, Client, Sending, execution_of, program_from, work_of
from judge.config import Settings
from judge.errors import InfrastructureError
from judge.model.work_report import BlameOn
from judge.parsers import Subparsers
from judge.queue import calls
from judge.queue.admin import set_worker_state, worker_views
from judge.queue.api_keys import KeyRights, Scope, create_key
from judge.queue.values import WorkerState

#: Runs under way at once where rates are measured.
_CONNECTIONS = 64
_TURNS = 4
#: Runs of each turn, at least.
_RUNS_OF_A_TURN = 50
_LANGUAGES_CONNECTIONS = 16
_LANGUAGES_S = 2.0
_TIMEOUT_S = 600.0

_C_NOOP = "int main(void) { return 0; }\n"
_TENANT = "bench"
_RUN = {"language": "c", "source": _C_NOOP}
_RUNS = "/api/v1/runs?wait=30"
_LANGUAGES = "/api/v1/languages"

#: A number, or a word.
Figure = float | str


class GatewayBench(msgspec.Struct, frozen=True, kw_only=True):
    """What ``--json`` prints. Times are medians; a run is a C no-op whose compiled form is known."""

    load_1m: float  #: before the first measurement
    slots: int
    rounds: int
    redis_p50_ms: float  #: a run through the Python client over Redis, one at a time
    http_p50_ms: float  #: the same by POST /runs with wait, on one connection
    added_ms: float  #: http_p50_ms - redis_p50_ms
    redis_per_second: float  #: runs, 64 at once, by the asyncio client over Redis
    http_per_second: float  #: the same on 64 connections
    share: float  #: http_per_second / redis_per_second
    gateway_cpu_ms: float  #: of the gateway, for each of those runs
    judge0_added_ms: float  #: a call of this dialect less the native one of the same work, one at a time
    piston_added_ms: float
    jobe_added_ms: float
    fusion_added_ms: float
    gojudge_added_ms: float
    waiters: int
    streams_mb: float  #: how much the gateway grows with this many idle event streams
    long_polls_mb: float  #: the same with this many requests that wait
    waiters_mb: float  #: the larger of the two
    bare_python_per_second: float  #: one on each core, spawned
    batch_lines: int
    batch_per_second: float  #: Python one-liners, each another one, from the body's first byte to the last result
    batch_share: float
    load_generator: str
    hello_per_second: float  #: a uvicorn that says hello
    languages_per_second: float  #: GET /languages, with a key
    languages_rps: float  #: languages_per_second / hello_per_second


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "gateway",
        help="the judge over HTTP beside the same through Redis",
        description="Send runs and a batch through a gateway of a service's own, beside the same through Redis and "
        "bare programs; open idle streams; ask for the languages, beside a bare server (by wrk where it is installed).",
    )
    parser.add_argument("--rounds", type=int, default=400, help="runs of each kind (default 400)")
    parser.add_argument("--waiters", type=int, default=1000, help="idle streams, and waiting requests (default 1000)")
    parser.add_argument("--lines", type=int, default=10_000, help="of the batch (default 10000)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    figures = measure(rounds=max(args.rounds, 1), waiters=max(args.waiters, 1), lines=max(args.lines, 1))
    if args.json:
        print(msgspec.json.encode(figures).decode())
    else:
        for name, value in msgspec.structs.asdict(figures).items():
            print(f"{name:24} {value}")
    return 0


def measure(*, rounds: int = 400, waiters: int = 1000, lines: int = 10_000) -> GatewayBench:
    """All figures; blocks for some minutes. Raises HostError when a server does not start."""
    sweep_old()
    figures: dict[str, Figure] = {"load_1m": round(os.getloadavg()[0], 2), "rounds": rounds}
    with ExitStack() as stack:
        service = stack.enter_context(
            embedded_service(selftest=False, queue_max=0, tenant_per_minute=0, keep_max=5000, languages="c,python3")
        )
        client = stack.enter_context(Client.open(service.settings))
        figures["slots"] = service.wait_until_ready(client).info.slots
        rights = KeyRights(id="", tenant=_TENANT, scopes=(Scope.RUN, Scope.READ))
        key, _ = create_key(client.queue, rights)
        with gateway_beside(service.settings) as gateway:
            figures |= _latency_figures(client, gateway, key, rounds)
            figures |= _rate_figures(service.settings, gateway, key, rounds)
            figures |= added_ms(gateway.port, key, rounds)
            figures |= _batch_figures(gateway, key, lines)
            figures |= _languages_figures(gateway, key, _turns(rounds))
        figures |= _waiter_figures(client, service.settings, key, waiters)
    return msgspec.convert(figures, GatewayBench)


def _turns(rounds: int) -> int:
    return min(max(rounds // _RUNS_OF_A_TURN, 1), _TURNS)


def _latency_figures(client: Client, gateway: WebServer, key: str, rounds: int) -> dict[str, Figure]:
    sent = request("POST", _RUNS, msgspec.json.encode(_RUN), key=key)
    program = program_from(_C_NOOP, "c")

    def through_redis() -> None:
        if client.run(program).blame is not BlameOn.NONE:
            raise InfrastructureError("a benchmark's run failed")

    with Connection(gateway.port) as connection:
        found = in_turns(rounds, redis=through_redis, http=lambda: _check_run(*connection.ask(sent)))
    return {
        "redis_p50_ms": milliseconds(found["redis"]),
        "http_p50_ms": milliseconds(found["http"]),
        "added_ms": milliseconds(found["http"] - found["redis"]),
    }


def _rate_figures(settings: Settings, gateway: WebServer, key: str, rounds: int) -> dict[str, Figure]:
    sent = request("POST", _RUNS, msgspec.json.encode(_RUN), key=key)
    turns = _turns(rounds)
    count = max(rounds // turns, 1)
    redis_s = http_s = used_s = 0.0
    for _ in range(turns):
        redis_s += sum(times_s(lambda: asyncio.run(_runs_over_redis(settings, count)), 1))
        used_s -= cpu_s(gateway.pid)
        http_s += sum(times_s(lambda: asyncio.run(_runs_over_http(gateway.port, sent, count)), 1))
        used_s += cpu_s(gateway.pid)
    runs = count * turns
    return {
        "redis_per_second": round(runs / redis_s, 1),
        "http_per_second": round(runs / http_s, 1),
        "share": round(redis_s / http_s, 2),
        "gateway_cpu_ms": milliseconds(used_s / runs),
    }


async def _runs_over_redis(settings: Settings, count: int) -> None:
    program, left = program_from(_C_NOOP, "c"), iter(range(count))

    async def run_on(client: AsyncClient) -> None:
        for _ in left:
            if (await client.run(program)).blame is not BlameOn.NONE:
                raise InfrastructureError("a benchmark's run failed")

    async with AsyncClient.open(settings) as client:
        await asyncio.gather(*(run_on(client) for _ in range(_CONNECTIONS)))


async def _runs_over_http(port: int, sent: bytes, count: int) -> None:
    await ask_all(port, _CONNECTIONS, (sent for _ in range(count)), _check_run)


def _batch_figures(gateway: WebServer, key: str, lines: int) -> dict[str, Figure]:
    with tempfile.TemporaryDirectory(prefix="judge-bench-") as scratch:
        bare = BarePrograms(Path(scratch))
        spawned = max(min(lines // 10, 400), 2)
        before = bare.per_second([bare.python_sum], spawned)
        took_s = sum(times_s(lambda: _batch(gateway.port, key, lines), 1))
        after = bare.per_second([bare.python_sum], spawned)
    bare_rate, rate = (before + after) / 2, lines / took_s
    return {
        "bare_python_per_second": round(bare_rate, 1),
        "batch_lines": lines,
        "batch_per_second": round(rate, 1),
        "batch_share": round(rate / bare_rate, 2),
    }


def _batch(port: int, key: str, lines: int) -> None:
    """Send it and read its results to the last. Raises InfrastructureError when one is missing or not as it must be."""
    headers = {"authorization": f"Bearer {key}", "content-type": "application/x-ndjson"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S)
    try:
        connection.request("POST", "/api/v1/batches", b"".join(_lines(lines)), headers)
        answer = connection.getresponse()
        made = answer.read()
        if answer.status != 201:
            raise InfrastructureError(f"the batch was answered {answer.status}: {made[:300]!r}")
        name = msgspec.json.decode(made)["id"]
        connection.request("GET", f"/api/v1/batches/{name}/results?wait={_TIMEOUT_S:g}", headers=headers)
        results = connection.getresponse()
        fine = 0
        for line in results:
            fine += b'"status":"EXITED"' in line
        if fine != lines:
            raise InfrastructureError(f"{fine} of {lines} lines of the batch are done and well")
    finally:
        connection.close()


def _lines(count: int) -> Iterator[bytes]:
    for number in range(count):
        run = {"language": "python3", "source": f"print(sum(map(int, '{number} 22'.split())))\n"}
        yield msgspec.json.encode({"custom_id": str(number), "run": run}) + b"\n"


def _languages_figures(gateway: WebServer, key: str, turns: int) -> dict[str, Figure]:
    hello, languages = 0.0, 0.0
    with hello_server() as bare:
        for _ in range(turns):
            hello += _rate(bare.port, "/", "")
            languages += _rate(gateway.port, _LANGUAGES, key)
    return {
        "load_generator": load_generator(),
        "hello_per_second": round(hello / turns),
        "languages_per_second": round(languages / turns),
        "languages_rps": round(languages / hello, 2),
    }


def _rate(port: int, path: str, key: str) -> float:
    return answers_per_second(port, path, key, connections=_LANGUAGES_CONNECTIONS, seconds=_LANGUAGES_S)


def _waiter_figures(client: Client, settings: Settings, key: str, waiters: int) -> dict[str, Figure]:
    """No worker takes anything now, so that all wait; each for work of its own."""
    for worker in worker_views(client.queue):
        set_worker_state(client.queue, worker.node, WorkerState.DRAINING, "a benchmark")
    execution = execution_of(program_from(_C_NOOP, "c"))
    works = [work_of(execution, Sending(id=f"{_TENANT}~{n}", tenant=_TENANT)) for n in range(waiters)]
    client.queue.run_all(calls.submit_work(work) for work in works)
    paths = [f"/api/v1/runs/{n}" for n in range(waiters)]
    streams = _growth_bytes(settings, [request("GET", f"{path}/events", key=key) for path in paths])
    polls = _growth_bytes(settings, [request("GET", f"{path}?wait=60", key=key) for path in paths])
    return {
        "waiters": waiters,
        "streams_mb": round(streams / 1e6, 1),
        "long_polls_mb": round(polls / 1e6, 1),
        "waiters_mb": round(max(streams, polls) / 1e6, 1),
    }


def _growth_bytes(settings: Settings, requests: list[bytes]) -> int:
    """Of a fresh gateway, when these wait for their answers."""
    room = 2 * len(requests)
    with gateway_beside(settings, gateway_streams_max=room, gateway_tenant_streams_max=room) as gateway:
        with Connection(gateway.port) as asking:
            _until(lambda: _held(asking) == 0)
            before = resident_bytes(gateway.pid)
            with open_waiters(gateway.port, requests):
                _until(lambda: _held(asking) == len(requests))
                return resident_bytes(gateway.pid) - before


def _held(connection: Connection) -> int:
    status, text = connection.ask(request("GET", "/metrics"))
    found = [line for line in text.splitlines() if line.startswith(b"judge_gateway_held ")]
    return int(float(found[0].split()[1])) if status == 200 and found else -1


def _until(holds: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + _TIMEOUT_S
    while not holds():
        if time.monotonic() > deadline_s:
            raise InfrastructureError("the benchmark's waiters do not wait")
        time.sleep(0.05)


def _check_run(status: int, body: bytes) -> None:
    if status != 201 or b'"status":"EXITED"' not in body:
        raise InfrastructureError(f"a benchmark's run was answered {status}: {body[:300]!r}")
