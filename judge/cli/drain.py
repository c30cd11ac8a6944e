"""``judge drain``: let workers finish what they judge and claim nothing more, or go on again."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence

from judge.cli.options import broker_option
from judge.cli.over_http import views_of_workers
from judge.cli.service import open_client, operator
from judge.client import Client, HttpClient
from judge.errors import UsageError
from judge.parsers import Subparsers
from judge.queue import audit
from judge.queue.admin import WorkerView, set_worker_state, worker_views
from judge.queue.audit import Act
from judge.queue.values import WorkerState

#: How often it is asked whether they are idle.
_LOOK_S = 0.2


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "drain",
        help="stop or resume workers without losing work",
        description="Tell workers to finish what they judge and to claim nothing more; they stay in the list and can "
        "be resumed. To end a worker, send its supervisor SIGTERM: it drains, then stops.",
    )
    parser.add_argument("nodes", nargs="*", metavar="WORKER", help="names as judge workers shows them")
    parser.add_argument("--all", action="store_true", help="every worker")
    parser.add_argument("--resume", action="store_true", help="let them claim again")
    parser.add_argument("--wait", type=float, default=0.0, metavar="S", help="wait up to S seconds until they are idle")
    broker_option(parser)
    parser.add_argument("--json", action="store_true", help="print an object: worker -> submissions still being judged")


def run(args: argparse.Namespace) -> int:
    """Set the states; exit code 1 = something still runs after the wait."""
    with open_client(args) as client:
        nodes = [worker.node for worker in _workers(client)] if args.all else args.nodes
        if not nodes:
            raise UsageError("which workers? name them, or say --all")
        for node in nodes:
            _steer(client, node, draining=not args.resume)
        running = _running(client, nodes)
        deadline = time.monotonic() + args.wait
        while not args.resume and any(running.values()) and time.monotonic() < deadline:
            time.sleep(_LOOK_S)
            running = _running(client, nodes)
    if args.json:
        print(json.dumps(running))
    else:
        for node, count in running.items():
            print(f"{node}: {'resumed' if args.resume else 'draining'}, {count} being judged")
    return 1 if args.wait and any(running.values()) else 0


def _workers(client: Client | HttpClient) -> Sequence[WorkerView]:
    return worker_views(client.queue) if isinstance(client, Client) else views_of_workers(client.workers())


def _steer(client: Client | HttpClient, node: str, *, draining: bool) -> None:
    if isinstance(client, HttpClient):
        client.steer_worker(node, draining=draining)
        return
    state, reason = (WorkerState.DRAINING, "by an operator") if draining else (WorkerState.ON, "")
    set_worker_state(client.queue, node, state, reason)
    client.queue.run(audit.note(Act.WORKER_STEERED, operator(), node, state.value))


def _running(client: Client | HttpClient, nodes: list[str]) -> dict[str, int]:
    return {worker.node: len(worker.running) for worker in _workers(client) if worker.node in nodes}
