"""``judge workers``: who judges, what each can do and is doing."""

from __future__ import annotations

import argparse
import sys

import msgspec
from rich.console import Console
from rich.table import Table

from judge.cli.service import broker_option, open_client
from judge.queue.admin import WorkerView, worker_views


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "workers",
        help="show the workers",
        description="Show the workers: slots, languages, version, load, noise, and what each judges now.",
    )
    broker_option(parser)
    parser.add_argument("--json", action="store_true", help="print a JSON array, one object a worker")


def run(args: argparse.Namespace) -> int:
    """Print them."""
    with open_client(args.broker) as client:
        workers = worker_views(client.queue)
    if args.json:
        sys.stdout.buffer.write(msgspec.json.encode(workers) + b"\n")
    elif workers:
        Console().print(_table(workers))
    else:
        print("no worker gave a sign of life within the last minute")
    return 0 if workers else 1


def _table(workers: tuple[WorkerView, ...]) -> Table:
    table = Table(pad_edge=False)
    for name in ("worker", "state", "slots", "languages", "tags", "version", "load", "noise", "seen", "judging"):
        table.add_column(name, overflow="fold")
    for worker in workers:
        info = worker.info
        table.add_row(
            worker.node,
            worker.state + (f": {worker.reason}" if worker.reason else ""),
            f"{len(worker.running)}/{info.slots}",
            " ".join(info.languages) or "-",
            " ".join(info.tags) or "-",
            info.version,
            f"{info.load_1m:.2f}",
            "-" if info.noise_ratio is None else f"{info.noise_ratio:.2f}",
            f"{worker.silent_ms / 1000:.1f} s ago",
            " ".join(f"{slot}:{submission}" for slot, submission in sorted(worker.running.items())) or "-",
        )
    return table
