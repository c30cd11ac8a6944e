"""``judge rejudge``: judge finished submissions again, compare the verdicts, then apply or drop."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

import msgspec
from rich.console import Console
from rich.table import Table

from judge.cli.service import broker_option, open_client
from judge.cli.submit import package_reference
from judge.queue import rejudge
from judge.queue.rejudge import Comparison, Selector


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "rejudge",
        help="judge submissions again, compare, then apply or drop",
        description="Judge finished submissions again. The old verdicts stand until the batch is applied.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    start = actions.add_parser("start", help="submit a selection again", description="Every given condition must hold.")
    start.add_argument("ids", nargs="*", metavar="ID", help="submissions (default: all finished ones)")
    start.add_argument("--package", default="", help="of this problem package")
    start.add_argument("--language", default="", help="in this language")
    start.add_argument("--verdict", default="", help="with this verdict")
    start.add_argument("--tenant", default="", help="of this tenant")
    start.add_argument("--with-package", default="", metavar="PACKAGE", help="judge against this package instead")
    _common(start)
    for name, text in (
        ("show", "compare old and new verdicts"),
        ("apply", "make the new verdicts count (all must be finished)"),
        ("drop", "withdraw what is not finished and forget the batch"),
    ):
        action = actions.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        action.add_argument("batch", help="as judge rejudge start printed it")
        _common(action)


def run(args: argparse.Namespace) -> int:
    """Do it."""
    with open_client(args.broker) as client:
        queue = client.queue
        if args.action == "start":
            selector = Selector(
                ids=tuple(args.ids),
                package=package_reference(args.package) if args.package else "",
                language=args.language,
                verdict=args.verdict,
                tenant=args.tenant,
            )
            other = package_reference(args.with_package) if args.with_package else ""
            batch, count = rejudge.start(queue, selector, other)
            print(json.dumps({"batch": batch, "count": count}) if args.json else f"{batch}: {count} submissions")
        elif args.action == "drop":
            withdrawn = rejudge.drop(queue, args.batch)
            print(json.dumps({"withdrawn": withdrawn}) if args.json else f"dropped; {withdrawn} were not finished")
        else:
            action = rejudge.compare if args.action == "show" else rejudge.apply
            _print(action(queue, args.batch), as_json=args.json)
    return 0


def _common(parser: argparse.ArgumentParser) -> None:
    broker_option(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")


def _print(items: Sequence[Comparison], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(items) + b"\n")
        return
    changed = [item for item in items if item.changed]
    finished = sum(bool(item.after) for item in items)
    table = Table(pad_edge=False)
    for name in ("submission", "before", "after", "applied"):
        table.add_column(name, overflow="fold")
    for item in changed:
        table.add_row(item.id, item.before, item.after, "yes" if item.applied else "no")
    console = Console()
    if changed:
        console.print(table)
    console.print(f"{finished} of {len(items)} finished, {len(changed)} verdicts differ", highlight=False)
