"""A class in the terminal."""

from __future__ import annotations

import shutil
import sys

from rich.console import Console
from rich.table import Table
from rich.text import Text

from judge.gradebook.results.book import Entry, Gradebook
from judge.gradebook.results.safe_csv import number
from judge.gradebook.results.tables import lateness, part_of, remarks_of, status_of
from judge.model.coursework import TestStatus
from judge.text import printable

_PIPE_WIDTH = 160
_PARTS_MAX = 8
_COLOURS = {"judged": "green", "open": "yellow", "missing": "red", "not judged": "bold red"}


def print_class(book: Gradebook) -> None:
    """Everybody's points and remarks, then the sums."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _PIPE_WIDTH
    console = Console(highlight=False, width=width)
    console.print(_table(book))
    counts: dict[str, int] = {}
    for entry in book.entries:
        counts[status_of(entry)] = counts.get(status_of(entry), 0) + 1
    sums = ", ".join(f"{count} {status}" for status, count in counts.items())
    console.print(Text(f"{len(book.entries)} students (layout: {book.layout}): {sums}"))
    for name in book.others:
        console.print(Text(f"not taken for anybody's work: {printable(name, 200)}"), soft_wrap=True)
    for pair in book.similar:
        alike = f"{pair.first} {pair.first_share:.0%} and {pair.second} {pair.second_share:.0%}"
        console.print(Text(f"similar: {printable(alike, 300)}"), soft_wrap=True)


def _table(book: Gradebook) -> Table:
    parts = book.parts[:_PARTS_MAX]
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("student", "name", "status"):
        table.add_column(heading, overflow="fold")
    table.add_column(f"points/{number(book.points_max)}" if parts else "points", justify="right")
    for part in parts:
        table.add_column(Text(printable(part.name, 20)), justify="right")
    late = {entry.key: lateness(entry) for entry in book.entries}
    anybody_late = any(late.values())
    if anybody_late:
        table.add_column("late", justify="right")
    table.add_column("remarks", overflow="fold")
    for entry in book.entries:
        status = status_of(entry)
        table.add_row(
            Text(printable(entry.key, 60)),
            Text(printable(entry.name, 60)),
            Text(status, style=_COLOURS[status]),
            "" if entry.points is None else number(round(entry.points, 2)),
            *(_part(entry, part.name) for part in parts),
            *([late[entry.key]] if anybody_late else []),
            Text(printable(remarks_of(entry), 400)),
        )
    return table


def _part(entry: Entry, name: str) -> str:
    part = part_of(entry, name)
    if part is None:
        return ""
    return {TestStatus.OPEN: "open", TestStatus.JUDGE_ERROR: "error"}.get(part.status, number(round(part.points, 2)))
