"""``judge cancel``: withdraw submissions."""

from __future__ import annotations

import argparse
import json
import sys

from judge.cli.options import broker_option
from judge.cli.service import open_client
from judge.errors import UsageError, WireError
from judge.parsers import Subparsers


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "cancel",
        help="withdraw submissions",
        description="Withdraw submissions, waiting or being judged. When one is "
        "unknown, or has its verdict already, the others are withdrawn all the same.",
    )
    parser.add_argument("ids", nargs="+", metavar="ID")
    broker_option(parser)
    parser.add_argument("--json", action="store_true", help="print an object: id -> true (cancelled), false (too late) "
                        "or null (unknown)")  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Cancel each."""
    outcome: dict[str, bool | None] = {}
    complaints = []
    with open_client(args) as client:
        for submission_id in args.ids:
            try:
                outcome[submission_id] = client.cancel(submission_id)
            except (UsageError, WireError) as error:
                outcome[submission_id] = None
                complaints.append(str(error))
    if args.json:
        print(json.dumps(outcome))
    else:
        for submission_id, cancelled in outcome.items():
            if cancelled is not None:
                print(f"{submission_id}: {'cancelled' if cancelled else 'too late, it has its verdict'}")
    for complaint in complaints:
        print(f"judge cancel: {complaint}", file=sys.stderr)
    return 2 if complaints else 0 if all(outcome.values()) else 1
