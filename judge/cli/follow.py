"""``judge follow``: watch a submission that was handed in before."""

from __future__ import annotations

import argparse
import sys

from judge import wire
from judge.cli.options import broker_option
from judge.cli.service import open_client
from judge.cli.submit import watch
from judge.model.event import Event
from judge.parsers import Subparsers


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "follow",
        help="watch a submission that was handed in before",
        description="Show the progress of a submission from its beginning, then its verdict.",
    )
    parser.add_argument("id", metavar="ID")
    parser.add_argument("--timeout", type=float, metavar="S", help="give up after S seconds")
    broker_option(parser)
    parser.add_argument("--json", action="store_true", help="print each event as a JSON object on a line of its own")


def run(args: argparse.Namespace) -> int:
    """Watch it."""
    with open_client(args) as client:
        events = client.follow(args.id, timeout=args.timeout)
        if args.json:
            return watch(args.id, (_printed(event) for event in events), quiet=True)
        return watch(args.id, events)


def _printed(event: Event) -> Event:
    sys.stdout.buffer.write(wire.encode(event) + b"\n")
    sys.stdout.buffer.flush()
    return event
