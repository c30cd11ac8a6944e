"""``judge queue``: what waits, for how long, in which queues."""

from __future__ import annotations

import argparse
import sys

import msgspec
from rich.console import Console

from judge.cli.options import broker_option
from judge.cli.over_http import view_of_queue_form
from judge.cli.service import open_client
from judge.cli.showing import add_row, plain_table
from judge.client import Client
from judge.parsers import Subparsers
from judge.queue.admin import QueueView, queue_view


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "queue",
        help="show what waits",
        description="Show the queues: what waits in each class and route, for how long, and the counters.",
    )
    broker_option(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Print it."""
    with open_client(args) as client:
        view = queue_view(client.queue) if isinstance(client, Client) else view_of_queue_form(client.waiting())
    if args.json:
        sys.stdout.buffer.write(msgspec.json.encode(view) + b"\n")
    else:
        _print(view)
    return 0


def _print(view: QueueView) -> None:
    console = Console()
    console.print(
        f"{view.waiting} waiting, {view.running} being judged on {view.slots} slots, "
        f"{view.judging_ms:.1f} ms each lately",
        highlight=False,
    )
    if view.lanes:
        table = plain_table("class", "route", "waiting", "tenants", "oldest", "tickets")
        for lane in view.lanes:
            age = f"{lane.oldest_ms / 1000:.1f} s"
            add_row(
                table, lane.priority_class, lane.route, str(lane.waiting), str(lane.tenants), age, str(lane.tickets)
            )
        console.print(table)
    if view.counters:
        console.print(", ".join(f"{name} {count}" for name, count in view.counters.items()), highlight=False)
