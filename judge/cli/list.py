"""``judge list``: submissions, newest first."""

from __future__ import annotations

import argparse
import sys

from judge.cli.options import broker_option
from judge.cli.service import open_client
from judge.cli.submissions import filter_of, filter_options, print_csv, print_json, print_table
from judge.errors import UsageError
from judge.parsers import Subparsers

#: Longer numbers are as good as endless, and int() refuses those that are very long.
_DIGITS_MAX = 20


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "list",
        help="list submissions, newest first",
        description="List the submissions that the service still knows (keep_s, keep_max), newest first. Every given "
        "condition must hold.",
    )
    filter_options(parser)
    parser.add_argument(
        "--limit", type=_count, metavar="N", help="at most N (0 = all; default: 50, with --csv and --json all)"
    )
    broker_option(parser)
    parser.add_argument("--csv", action="store_true", help="print CSV with a heading; moments in UTC")
    parser.add_argument("--json", action="store_true", help="print a JSON array; moments in Unix milliseconds")


def run(args: argparse.Namespace) -> int:
    """Walk through them."""
    if args.csv and args.json:
        raise UsageError("--csv or --json, not both")
    chosen = filter_of(args, limit=args.limit or 0)
    with open_client(args) as client:
        if args.json:
            print_json(client.submissions(chosen))
        elif args.csv:
            print_csv(client.submissions(chosen))
        else:
            print_table(client.submissions(chosen), args.limit)
    return 0


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"a whole number from 0, not {text!r}")
    return min(int(text), sys.maxsize) if len(text) < _DIGITS_MAX else sys.maxsize
