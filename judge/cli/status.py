"""``judge status``: where submissions stand."""

from __future__ import annotations

import argparse
import sys

from judge.cli.options import broker_option
from judge.cli.service import open_client
from judge.cli.submissions import local, print_json, stands, took
from judge.client import SubmissionView
from judge.errors import UsageError, WireError
from judge.model.work import WorkKind
from judge.parsers import Subparsers
from judge.text import printable


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "status",
        help="say where submissions stand",
        description="Say of each submission where it stands: waiting, being judged, or its verdict, with times, worker "
        "and versions. When one is unknown (or too old: keep_s), the others are shown all the same.",
    )
    parser.add_argument("ids", nargs="+", metavar="ID")
    broker_option(parser)
    parser.add_argument("--json", action="store_true", help="print a JSON array, one object a known submission")


def run(args: argparse.Namespace) -> int:
    """Look each up."""
    found: list[SubmissionView] = []
    complaints = []
    with open_client(args) as client:
        for submission_id in args.ids:
            try:
                found.append(client.status(submission_id))
            except (UsageError, WireError) as error:
                complaints.append(str(error))
    if args.json:
        print_json(found)
    else:
        for view in found:
            print("\n".join(printable(line, len(line)) for line in _lines(view)))
    for complaint in complaints:
        print(f"judge status: {printable(complaint, len(complaint))}", file=sys.stderr)
    return 2 if complaints else 0


def _lines(view: SubmissionView) -> list[str]:
    summary = view.summary
    rows = (
        ("handed in", local(view.submitted_at_ms) + (f" by {view.tenant}" if view.tenant else "")),
        ("claimed", f"{local(view.claimed_at_ms)} by {view.worker or '?'}, attempt {view.attempt}"),
        ("finished", f"{local(view.finished_at_ms)}, {took(view)} after it was handed in"),
        ("kind", view.kind.value + (f", sent by {view.context.sender}" if view.context.sender else "")),
        ("package", view.package + (f" ({summary.package_digest})" if summary.package_digest else "")),
        ("language", f"{view.language or 'to be detected'} {summary.toolchain_version}".rstrip()),
        ("judge", summary.judge_version),
        ("last failure", view.reason),
    )
    there = {
        "kind": view.kind is not WorkKind.SUBMISSION,
        "package": view.kind is WorkKind.SUBMISSION,
        "claimed": bool(view.claimed_at_ms),
        "finished": bool(view.finished_at_ms),
        "judge": bool(summary.judge_version),
        "last failure": bool(view.reason),
    }
    return [f"{view.id}: {stands(view)}", *(f"  {name}: {text}" for name, text in rows if there.get(name, True))]
