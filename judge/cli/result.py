"""``judge result``: the report of a submission, by its id."""

from __future__ import annotations

import argparse
import sys

from judge import wire
from judge.cli.report import write_page
from judge.cli.service import broker_option, open_client
from judge.cli.submit import exit_code
from judge.observe.report_html import render_html
from judge.observe.report_text import render_text


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "result",
        help="show the report of a submission",
        description="Show the report of a submission, once it is finished. Exit code 0 = accepted, 1 = another verdict "
        "or cancelled, 2 = unknown id, 5 = judge error, 6 = not finished in time.",
    )
    parser.add_argument("id", metavar="ID")
    parser.add_argument("--timeout", type=float, metavar="S", help="wait at most S seconds (0 = not at all)")
    parser.add_argument("--html", metavar="OUT", help="write an HTML page there ('-' = standard output)")
    broker_option(parser)
    parser.add_argument("--json", action="store_true", help="print the report as one JSON object")


def run(args: argparse.Namespace) -> int:
    """Wait for it, show it."""
    with open_client(args.broker) as client:
        report = client.result(args.id, timeout=args.timeout)
    if args.html:
        write_page(render_html(report), args.html)
    if args.json:
        sys.stdout.buffer.write(wire.encode(report) + b"\n")
    elif not args.html:
        print(render_text(report))
    return exit_code(report.verdict)
