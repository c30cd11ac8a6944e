"""``judge cancel``: withdraw submissions."""

from __future__ import annotations

import argparse
import json

from judge.cli.service import broker_option, open_client


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "cancel",
        help="withdraw submissions",
        description="Withdraw submissions, waiting or being judged. Exit code 1 = one had its verdict already.",
    )
    parser.add_argument("ids", nargs="+", metavar="ID")
    broker_option(parser)
    parser.add_argument("--json", action="store_true", help="print an object: id -> cancelled or not")


def run(args: argparse.Namespace) -> int:
    """Cancel each."""
    with open_client(args.broker) as client:
        outcome = {submission_id: client.cancel(submission_id) for submission_id in args.ids}
    if args.json:
        print(json.dumps(outcome))
    else:
        for submission_id, cancelled in outcome.items():
            print(f"{submission_id}: {'cancelled' if cancelled else 'too late, it has its verdict'}")
    return 0 if all(outcome.values()) else 1
