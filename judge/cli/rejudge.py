"""``judge rejudge``: judge finished submissions again, compare the verdicts, then apply or drop."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

import msgspec
from rich.console import Console

from judge.cli.options import broker_option
from judge.cli.rejudging import Rejudging, rejudging_of
from judge.cli.service import open_client, server_asked
from judge.cli.showing import add_row, plain_table
from judge.cli.submissions import local
from judge.cli.submit import package_reference
from judge.config import load_settings
from judge.errors import UsageError
from judge.parsers import Subparsers
from judge.queue.records import known_verdict
from judge.queue.rejudge import Comparison, Selector
from judge.toolchain.definitions import Languages


def add_parser(subparsers: Subparsers) -> None:
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
    start.add_argument("--yes", action="store_true", help="do not ask before all finished submissions are taken")
    _common(start)
    _common(actions.add_parser("list", help="list the batches", description="List the batches, the newest first."))
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
    with open_client(args) as client:
        actions = {"start": _start, "list": _list, "show": _compare, "apply": _compare, "drop": _drop}
        return actions[args.action](args, rejudging_of(client))


def _start(args: argparse.Namespace, judge: Rejudging) -> int:
    """Exit code 1 = the user said no."""
    over_http = bool(server_asked(args))
    chosen = Selector(
        ids=tuple(args.ids),
        package=package_reference(args.package, over_http=over_http) if args.package else "",
        language=Languages.open(load_settings().worker.languages_dir).get(args.language).id if args.language else "",
        verdict=known_verdict(args.verdict, of_submissions=True) if args.verdict else "",
        tenant=args.tenant or None,
    )
    other = package_reference(args.with_package, over_http=over_http) if args.with_package else ""
    if chosen.is_everything and not args.yes and not _agreed(judge.count(chosen)):
        return 1
    batch, count = judge.start(chosen, other)
    if args.json:
        print(json.dumps({"batch": batch, "count": count}))
    else:
        print(batch)
        print(f"{count} submissions; judge rejudge show {batch} compares the verdicts", file=sys.stderr)
    return 0


def _agreed(count: int) -> bool:
    """Ask before everything is judged again. Raises UsageError where nobody can be asked."""
    if not sys.stdin.isatty():
        raise UsageError(f"no condition given: all {count} finished submissions; --yes if that is meant")
    print(f"no condition given: judge all {count} finished submissions again? [y/N] ", end="", file=sys.stderr)
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _list(args: argparse.Namespace, judge: Rejudging) -> int:
    batches = judge.batches()
    if args.json:
        sys.stdout.buffer.write(msgspec.json.encode(batches) + b"\n")
    elif not batches:
        print("no batches", file=sys.stderr)
    else:
        table = plain_table("batch", "started", "submissions", "finished", "differ", "applied", whole=("batch",))
        for batch in batches:
            counts = (batch.count, batch.finished, batch.differ, batch.applied)
            add_row(table, batch.name, local(batch.started_at_ms), *map(str, counts))
        Console(highlight=False).print(table)
    return 0


def _compare(args: argparse.Namespace, judge: Rejudging) -> int:
    apply = args.action == "apply"
    found = judge.apply(args.batch) if apply else judge.compare(args.batch)
    _print(found, applied=apply, as_json=args.json)
    return 0


def _drop(args: argparse.Namespace, judge: Rejudging) -> int:
    withdrawn = judge.drop(args.batch)
    print(json.dumps({"withdrawn": withdrawn}) if args.json else f"dropped; {withdrawn} were not finished")
    return 0


def _common(parser: argparse.ArgumentParser) -> None:
    broker_option(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")


def _print(items: Sequence[Comparison], *, applied: bool, as_json: bool) -> None:
    if as_json:
        sys.stdout.buffer.write(msgspec.json.encode(items) + b"\n")
        return
    changed = [item for item in items if item.changed]
    finished = sum(bool(item.after) for item in items)
    table = plain_table("submission", "before", "after", "applied", whole=("submission",))
    for item in changed:
        add_row(table, item.id, item.before, item.after, "yes" if item.applied else "no")
    console = Console()
    if changed:
        console.print(table)
    console.print(f"{finished} of {len(items)} finished, {len(changed)} verdicts differ", highlight=False)
    if applied:
        done = sum(item.applied for item in items)
        left = f"; {len(items) - done} were changed by another rejudge and left alone" if done < len(items) else ""
        what = "" if changed else "no verdict differs, so none changes: "
        console.print(f"{what}{done} reports replaced{left}", highlight=False)
