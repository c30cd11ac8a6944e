"""``judge maintenance``: take no more work in while judging goes on."""

from __future__ import annotations

import argparse

import msgspec

from judge.cli.options import broker_option
from judge.cli.over_http import maintenance_of_form
from judge.cli.service import open_client, operator
from judge.cli.submissions import local
from judge.client import Client, HttpClient
from judge.parsers import Subparsers
from judge.queue import maintenance
from judge.queue.maintenance import Maintenance
from judge.queue.redis_queue import Queue
from judge.text import printable


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "maintenance",
        help="take no more work in, with a message, or take it in again",
        description="Take no more work in, with a message for who hands some in; what is in goes on being judged, and "
        "reports can be fetched. Over HTTP the answer is 503. Rejudges are taken in.",
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    begin = actions.add_parser("begin", help="take no more work in", description="Take no more work in.")
    begin.add_argument("message", metavar="MESSAGE", help="what is told to who hands work in")
    begin.add_argument(
        "--retry", type=int, default=60, metavar="SECONDS", help="after how long to try again (default: 60)"
    )
    end = actions.add_parser("end", help="take work in again", description="Take work in again.")
    show = actions.add_parser("show", help="say how it stands", description="Say how it stands.")
    for action in (begin, end, show):
        broker_option(action)
        action.add_argument("--json", action="store_true", help="print JSON; null = work is taken in")


def run(args: argparse.Namespace) -> int:
    """Do what is asked, and say how it stands then."""
    with open_client(args) as client:
        found = _done(args, client.queue) if isinstance(client, Client) else _done_over_http(args, client)
    if args.json:
        print(msgspec.json.encode(found).decode())
    elif found is None:
        print("work is taken in")
    else:
        by = f" ({found.by})" if found.by else ""
        print(printable(f"no work is taken in since {local(found.since_ms)}{by}: {found.message}"))
    return 0


def _done(args: argparse.Namespace, queue: Queue) -> Maintenance | None:
    match args.action:
        case "begin":
            return queue.run(maintenance.begin(args.message, args.retry, operator()))
        case "end":
            return queue.run(maintenance.end(operator()))
    return queue.run(maintenance.standing())


def _done_over_http(args: argparse.Namespace, client: HttpClient) -> Maintenance | None:
    match args.action:
        case "begin":
            return maintenance_of_form(client.begin_maintenance(args.message, args.retry))
        case "end":
            client.end_maintenance()
    return maintenance_of_form(client.maintenance())
