"""How commands show a report: whose view, as text, as a page, as JSON."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from judge import wire
from judge.errors import UsageError
from judge.model.report import Report
from judge.model.work_report import AnyWorkReport, BlameOn, kind_of_report
from judge.render.any_report import page_of_report, text_of_report
from judge.render.view import Role, view_of, work_view_of
from judge.render.work_text import render_work
from judge.text import printable

#: Columns of a table that no terminal shows.
_PIPE_WIDTH = 160

_CELL_CHARS_MAX = 500


def showing_options(parser: argparse.ArgumentParser) -> None:
    """The options that :func:`show_report` reads."""
    parser.add_argument(
        "--view",
        choices=[role.value for role in Role],
        default=Role.JUDGE.value,
        help="contestant: without hidden tests, answers and texts for the judges (default: judge)",
    )
    parser.add_argument("--html", metavar="OUT", help="also write the report as an HTML page ('-' = standard output)")
    parser.add_argument("--json", action="store_true", help="print the report as one JSON object")


def show_report(report: Report, args: argparse.Namespace) -> None:
    """Show it as the options say. Raises UsageError when the page cannot be written."""
    report = view_of(report, Role(args.view), now_ms())
    if args.html:
        write_page(page_of_report(report), args.html)
    if args.json:
        sys.stdout.buffer.write(wire.encode(report) + b"\n")
    elif args.html != "-":
        print(text_of_report(report, width=terminal_width()))


def now_ms() -> int:
    """Unix time: what is visible after a due time is shown by it."""
    return time.time_ns() // 1_000_000


def show_work_report(report: AnyWorkReport, args: argparse.Namespace) -> None:
    """The same for a report of another kind of work. Raises UsageError for a page: there is none."""
    if args.html:
        raise UsageError(f"--html: there is no page for work of kind {kind_of_report(report)}; --json has all of it")
    print_work_report(work_view_of(report, Role(args.view)), json=args.json)


def print_work_report(report: AnyWorkReport, *, json: bool = False) -> None:
    """As one JSON object, or as text that is harmless in a terminal."""
    if json:
        sys.stdout.buffer.write(wire.encode(report) + b"\n")
    else:
        print(render_work(report))


def work_exit_code(report: AnyWorkReport) -> int:
    """0 = all went as it should, 1 = the program failed, 2 = the work asked for what cannot be, 5 = not done."""
    return {BlameOn.NONE: 0, BlameOn.PROGRAM: 1, BlameOn.CLIENT: 2, BlameOn.JUDGE: 5}[report.blame]


def terminal_width() -> int:
    """Columns of the terminal that standard output is; 0 = it is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else 0


def write_page(page: str, out: str) -> None:
    """Write the page. Raises UsageError when that does not work."""
    if out == "-":
        sys.stdout.buffer.write(page.encode("utf-8", "backslashreplace"))
        return
    try:
        Path(out).write_text(page, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise UsageError(f"{out}: {os.strerror(error.errno or 0)}") from error


def wide_console() -> Console:
    """Standard output for tables; in a log or a pipe so wide that they need not be cut."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else _PIPE_WIDTH)


def plain_table(*headings: str, whole: Sequence[str] = ()) -> Table:
    """A table of one line a row, for :func:`add_row`; columns in ``whole`` are never cut, the others where need be."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in headings:
        table.add_column(name, no_wrap=name in whole, header_style="dim")  # rich takes room from the others first
    return table


def add_row(table: Table, *cells: str) -> None:
    """A row of texts from anywhere: no markup, no control characters."""
    table.add_row(*(Text(printable(cell, _CELL_CHARS_MAX), no_wrap=True, overflow="ellipsis") for cell in cells))
