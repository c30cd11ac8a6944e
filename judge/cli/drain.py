"""``judge drain``: let workers finish what they judge and claim nothing more, or go on again."""

from __future__ import annotations

import argparse
import json
import time

from judge.cli.options import broker_option
from judge.cli.service import open_redis_client
from judge.errors import UsageError
from judge.parsers import Subparsers
from judge.queue.admin import set_worker_state, worker_views
from judge.queue.redis_queue import Queue
from judge.queue.values import WorkerState


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
    with open_redis_client(args, "a gateway steers no workers") as client:
        queue = client.queue
        nodes = [worker.node for worker in worker_views(queue)] if args.all else args.nodes
        if not nodes:
            raise UsageError("which workers? name them, or say --all")
        state = WorkerState.ON if args.resume else WorkerState.DRAINING
        reason = "" if args.resume else "by an operator"
        for node in nodes:
            set_worker_state(queue, node, state, reason)
        running = _running(queue, nodes)
        deadline = time.monotonic() + args.wait
        while not args.resume and any(running.values()) and time.monotonic() < deadline:
            time.sleep(0.1)
            running = _running(queue, nodes)
    if args.json:
        print(json.dumps(running))
    else:
        for node, count in running.items():
            print(f"{node}: {'resumed' if args.resume else 'draining'}, {count} being judged")
    return 1 if args.wait and any(running.values()) else 0


def _running(queue: Queue, nodes: list[str]) -> dict[str, int]:
    return {worker.node: len(worker.running) for worker in worker_views(queue) if worker.node in nodes}
