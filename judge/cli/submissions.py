"""What the commands that look for submissions share: filters, moments, and records as table, CSV and JSON."""

from __future__ import annotations

import argparse
import csv
import os
import re
import sys
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice

import msgspec

from judge.cli.showing import add_row, plain_table, wide_console
from judge.client import Filter, SubmissionView
from judge.config import load_settings
from judge.model.units import format_ns
from judge.model.work import WorkKind
from judge.queue.records import known_verdict
from judge.text import printable
from judge.toolchain.definitions import Languages
from judge.wire import PRIORITY_CLASSES

_AGE = re.compile(r"(\d+)\s*([smhdw])")
_UNITS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}

_FORMULA_SIGNS = "=+-@"
_NUMBER = re.compile(r"[-+]?[0-9.]+(?:e[-+]?[0-9]+)?")

#: A list for people ends here unless they ask for more.
_ROWS_SHOWN = 50

#: A terminal of this many columns shows for whom and when, too.
_WIDE = 110

COLUMNS = (
    "id", "state", "verdict", "score", "language", "package", "tenant", "class", "tags", "submitted_at", "claimed_at",
    "finished_at", "attempt", "worker", "deciding_case", "cpu_time_max_ns", "memory_peak_max_bytes", "package_digest",
    "judge_version", "toolchain_version", "rejudge", "reason", "kind", "sender",
)  # fmt: skip


def filter_options(parser: argparse.ArgumentParser) -> None:
    """Options that say which submissions and other work are meant."""
    parser.add_argument("--kind", default="", choices=("", *WorkKind), metavar="KIND", help="of this kind: "
                        + ", ".join(WorkKind))  # fmt: skip
    parser.add_argument("--sender", default="", help="taken in by this gateway or program")
    parser.add_argument("--tenant", default="", help="of this tenant")
    parser.add_argument("--package", default="", help="of this problem package: a directory, or sha256:DIGEST")
    parser.add_argument("--language", default="", help="in this language (id or alias)")
    parser.add_argument("--verdict", default="", help="with this verdict: AC, WA, TLE, ...; of other work EXITED, ...")
    parser.add_argument("--class", dest="priority_class", default="", choices=("", *PRIORITY_CLASSES), metavar="CLASS")
    parser.add_argument("--since", type=moment_ms, default=0, metavar="WHEN", help="handed in then or later: 2h, 3d, "
                        "2026-11-28, 2026-11-28T14:30 (local time)")  # fmt: skip
    parser.add_argument("--until", type=moment_ms, default=0, metavar="WHEN", help="handed in then or earlier")


def filter_of(args: argparse.Namespace, limit: int = 0) -> Filter:
    """The filter that the options ask for. Raises UsageError and LanguageError naming what is unknown."""
    language = Languages.open(load_settings().worker.languages_dir).get(args.language).id if args.language else ""
    package = args.package
    if package and not package.startswith("sha256:"):
        package = os.path.abspath(package)
    return Filter(
        kind=args.kind,
        sender=args.sender,
        tenant=args.tenant,
        package=package,
        language=language,
        verdict=known_verdict(args.verdict) if args.verdict else "",
        priority_class=args.priority_class,
        since_ms=args.since,
        until_ms=args.until,
        limit=limit,
    )


def moment_ms(text: str) -> int:
    """``2h`` (ago), ``2026-11-28``, ``2026-11-28T14:30``, ``...Z`` -> Unix milliseconds, for argparse."""
    age = _AGE.fullmatch(text.strip().lower())
    if age:
        return int((time.time() - int(age[1]) * _UNITS_S[age[2]]) * 1000)
    try:
        return int(datetime.fromisoformat(text).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(f"a moment such as 2h, 3d or 2026-11-28T14:30, not {text!r}") from None


def print_json(views: Iterable[SubmissionView]) -> None:
    """A JSON array, written as it comes."""
    out = sys.stdout.buffer
    out.write(b"[")
    for number, view in enumerate(views):
        out.write((b",\n" if number else b"") + msgspec.json.encode(view))
    out.write(b"]\n")


def print_csv(views: Iterable[SubmissionView]) -> None:
    """:data:`COLUMNS`; moments in UTC, ISO 8601. Texts are harmless in terminals and spreadsheets."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    for view in views:
        summary = view.summary
        cells = (
            view.id, view.state.value, view.verdict, "" if summary.score is None else f"{summary.score:g}",
            view.language, view.package, view.tenant, view.priority_class, " ".join(view.tags),
            utc(view.submitted_at_ms), utc(view.claimed_at_ms), utc(view.finished_at_ms), view.attempt, view.worker,
            summary.deciding_case, summary.cpu_time_max_ns, summary.memory_peak_max_bytes, summary.package_digest,
            summary.judge_version, summary.toolchain_version, view.rejudge, view.reason, view.kind.value,
            view.context.sender,
        )  # fmt: skip
        writer.writerow(map(_csv_cell, cells))


def _csv_cell(value: object) -> object:
    """On one line, no control characters; what a spreadsheet would take for a formula begins with an apostrophe."""
    if not isinstance(value, str):
        return value
    text = printable(value)
    return f"'{text}" if text[:1] in _FORMULA_SIGNS and text and not _NUMBER.fullmatch(text) else text


def print_table(views: Iterable[SubmissionView], limit: int | None) -> None:
    """A table for people, the first of them; says when there are more."""
    shown = limit if limit is not None else _ROWS_SHOWN
    walk = iter(views)
    rows = list(islice(walk, shown) if shown else walk)
    if not rows:
        print("no such submissions", file=sys.stderr)
        return
    console = wide_console()
    named = any(view.kind is not WorkKind.SUBMISSION for view in rows)
    names = ("submission", "state", "language", "package", *(("kind",) if named else ()), "tenant", "handed in", "took")
    table = plain_table(*(names if console.width >= _WIDE else names[: 4 + named]), whole=names[:2])
    for view in rows:
        package = os.path.basename(view.package.rstrip("/"))
        cells = (view.id, stands(view), view.language or "?", package, *((view.kind.value,) if named else ()),
                 view.tenant or "-", local(view.submitted_at_ms), took(view))  # fmt: skip
        add_row(table, *cells[: len(table.columns)])
    console.print(table)
    if limit is None and next(walk, None) is not None:
        print(f"the newest {len(rows)}; --limit 0 shows all", file=sys.stderr)


def stands(view: SubmissionView) -> str:
    """Its verdict, or what is happening to it."""
    waiting = {"QUEUED": "waiting", "CLAIMED": "being judged", "HELD": "waiting (retry)", "CANCELLED": "cancelled"}
    score = f" {view.summary.score:g}" if view.summary.score is not None else ""
    return view.verdict + score if view.verdict else waiting.get(view.state.value, view.state.value)


def took(view: SubmissionView) -> str:
    """From handing in to the end."""
    if not view.finished_at_ms:
        return "-"
    return format_ns(max(view.finished_at_ms - view.submitted_at_ms, 0) * 1_000_000)


def utc(moment: int) -> str:
    """Unix milliseconds as ISO 8601 in UTC; empty for 0."""
    return datetime.fromtimestamp(moment / 1000, UTC).isoformat(timespec="milliseconds") if moment else ""


def local(moment: int) -> str:
    """Unix milliseconds for people here."""
    return datetime.fromtimestamp(moment / 1000).strftime("%Y-%m-%d %H:%M:%S") if moment else "-"
