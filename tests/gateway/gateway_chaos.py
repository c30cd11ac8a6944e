"""Chaos over HTTP: requests of every kind with idempotency keys while gateways, workers and Redis are killed.

``python tests/gateway/gateway_chaos.py --count 2000`` (make test-gateway). What a careful client does is done here: the
same request with the same key again, at any gateway, until it is accepted. Each must then have exactly one result.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import shutil
import sys
import tempfile
import threading
import time
from concurrent import futures
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import urllib3
from chaos import Chaos, Outcome, examine
from gateway_harness import Gateway
from receiver_harness import TO_LOOPBACK, Receiver
from service_harness import free_port, running, until

from judge.client import Client

_CLIENTS = 16
_PATIENCE_S = 300.0
_FREE = {"queue_max": 0, "tenant_per_minute": 0, "tenant_running_max": 0, "webhook_timeout_s": 2, **TO_LOOPBACK}


@dataclass
class Requests:
    """What was asked. ``ids``: by key, every id that was ever answered."""

    gateways: list[Gateway]
    ids: dict[str, set[str]] = field(default_factory=dict)

    def hand_in(self, number: int) -> None:
        """One request, until it is accepted, and once more: that is the same work. Raises AssertionError."""
        path, body = _request(number)
        chance, key = random.Random(number), f"chaos-{number}"
        self.ids[key] = set()
        deadline_s = time.monotonic() + _PATIENCE_S
        accepted = 0
        while accepted < 2:
            assert time.monotonic() < deadline_s, f"{key} was never accepted"
            wait = chance.choice(("", "?wait=2"))
            gateway = chance.choice(self.gateways)
            try:
                answer = gateway.post(f"/api/v1/{path}{wait}", body, headers={"idempotency-key": key})
            except urllib3.exceptions.HTTPError:
                time.sleep(0.05)
                continue
            if answer.status >= 500 or answer.status == 429:
                assert answer.problem, answer
                time.sleep(0.05)
                continue
            assert answer.status in (201, 202), answer
            self.ids[key].add(answer.json()["id"])
            accepted += 1


def _request(number: int) -> tuple[str, dict[str, Any]]:
    """Its path and body, for the scripted judge."""
    orders = json.dumps({"ms": number % 40, "tests": 2})
    program = {"language": "c", "source": orders}
    return (
        ("runs", program),
        ("evaluations", program | {"tests": [{}]}),
        ("groups", {"commands": [{"argv": ["a"], "files": [{"name": "a", "content": orders}]}]}),
        ("submissions", program | {"package": "sha256:" + "0" * 64}),
    )[number % 4]


def _rage(chaos: Chaos, gateways: list[Gateway], faults: int, done: threading.Event) -> None:
    """Kill one after the other; all is started again from this thread, with which it dies."""
    kinds = itertools.cycle(("gateway", "slot", "server", "both gateways", "worker", "gateway", "pool"))
    for kind in itertools.islice(kinds, faults):
        if done.wait(chaos.random.uniform(0.3, 1.0)):
            return
        chaos.target = chaos.random.choice(chaos.workers)
        chaos.faults[kind] = chaos.faults.get(kind, 0) + 1
        if "gateway" in kind:
            killed = gateways if kind == "both gateways" else [chaos.random.choice(gateways)]
            for gateway in killed:
                gateway.kill()
            for gateway in killed:
                gateway.start()
        elif kind == "server":
            chaos.server.kill()
            done.wait(chaos.random.uniform(0, 1))
            chaos.server.start()
        else:
            asyncio.run({"slot": chaos.kill_slot, "worker": chaos.kill_worker, "pool": chaos.kill_pool}[kind]())


def run_gateway_chaos(*, count: int, faults: int, seed: int) -> Outcome:
    """One storm; everything it started is gone afterwards. Raises AssertionError: one key had two works."""
    root = Path(tempfile.mkdtemp(prefix="judge-chaos-", dir="/tmp"))
    began_s = time.monotonic()
    try:
        chaos = Chaos(root, "always", 2, seed)
        outcome = Outcome("always", faults=chaos.faults)
        with running(chaos.server, *chaos.workers):
            gateways = [
                Gateway(root / f"g{number}", chaos.server.url, gateway_port=free_port(), log_level="error", **_FREE)
                for number in range(2)
            ]
            with running(*gateways), Receiver() as receiver:
                for worker in chaos.workers:
                    until(worker.slot_pids, "a worker to have slots", 120)
                made = gateways[0].post("/api/v1/webhooks", {"url": receiver.url})
                assert made.status == 201, made.body
                requests = _storm(chaos, gateways, count, faults)
                _settle(requests, outcome, chaos)
                _all_told(requests, receiver)
        outcome.elapsed_s = time.monotonic() - began_s
        return outcome
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _storm(chaos: Chaos, gateways: list[Gateway], count: int, faults: int) -> Requests:
    requests, done = Requests(gateways), threading.Event()
    with ThreadPoolExecutor(_CLIENTS) as pool:
        handed_in = [pool.submit(requests.hand_in, number) for number in range(count)]
        watching = threading.Thread(target=_set_after, args=(done, handed_in))
        watching.start()
        _rage(chaos, gateways, faults, done)
        for one in handed_in:
            one.result()
        watching.join()
    return requests


def _set_after(done: threading.Event, all_of: list[Future[None]]) -> None:
    futures.wait(all_of)
    done.set()


def _settle(requests: Requests, outcome: Outcome, chaos: Chaos) -> None:
    works = [next(iter(ids)) for ids in requests.ids.values()]
    assert all(len(ids) == 1 for ids in requests.ids.values()), "a key stood for two works"
    assert len(set(works)) == len(works), "two keys stood for one work"
    outcome.accepted = len(works)
    with Client(chaos.server.broker, patience_s=10) as client:
        for work in works:
            client.answer(work, timeout=_PATIENCE_S)
        examine(client, works, outcome)
        assert int(client.queue.link.command("HGET", client.queue.link.keys.counters(), "finished")) == len(works)


def _all_told(requests: Requests, receiver: Receiver) -> None:
    """Each work was told, whoever was killed; what was told twice was the same delivery."""
    works = {next(iter(ids)) for ids in requests.ids.values()}
    until(lambda: works <= {sent.json()["data"]["id"] for sent in list(receiver.sent)}, "all to be told", _PATIENCE_S)
    deliveries = {(sent.id, sent.json()["data"]["id"]) for sent in list(receiver.sent)}
    assert len(deliveries) == len(works), "something was told as two deliveries"


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--faults", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    outcome = run_gateway_chaos(count=args.count, faults=args.faults, seed=args.seed)
    print(outcome.line())
    return 0 if outcome.good else 1


if __name__ == "__main__":
    sys.exit(main())
