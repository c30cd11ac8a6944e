"""``judge result``: the report of a submission, by its id."""

from __future__ import annotations

import argparse

from judge.cli.options import broker_option
from judge.cli.service import open_client
from judge.cli.showing import show_report, show_work_report, showing_options, work_exit_code
from judge.cli.submit import exit_code
from judge.model.report import Report
from judge.parsers import Subparsers


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "result",
        help="show the report of a submission or other work",
        description="Show the report of a submission, or of work of another kind, once it is finished.",
    )
    parser.add_argument("id", metavar="ID")
    parser.add_argument("--timeout", type=float, metavar="S", help="wait at most S seconds (0 = not at all)")
    broker_option(parser)
    showing_options(parser)


def run(args: argparse.Namespace) -> int:
    """Wait for it, show it."""
    with open_client(args) as client:
        report = client.answer(args.id, timeout=args.timeout)
    if isinstance(report, Report):
        show_report(report, args)
        return exit_code(report.verdict)
    show_work_report(report, args)
    return work_exit_code(report)
