"""``judge result``: the report of a submission, by its id."""

from __future__ import annotations

import argparse

from judge.cli.options import broker_option
from judge.cli.service import open_client
from judge.cli.showing import show_report, showing_options
from judge.cli.submit import exit_code
from judge.parsers import Subparsers


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "result",
        help="show the report of a submission",
        description="Show the report of a submission, once it is finished.",
    )
    parser.add_argument("id", metavar="ID")
    parser.add_argument("--timeout", type=float, metavar="S", help="wait at most S seconds (0 = not at all)")
    broker_option(parser)
    showing_options(parser)


def run(args: argparse.Namespace) -> int:
    """Wait for it, show it."""
    with open_client(args.broker) as client:
        report = client.result(args.id, timeout=args.timeout)
    show_report(report, args)
    return exit_code(report.verdict)
