"""``judge course marks``: bring points that people gave into a gradebook."""

from __future__ import annotations

import argparse
from pathlib import Path

from judge.cli.course.common import now_ms
from judge.cli.course.grade import known_students
from judge.cli.course.table import print_class
from judge.gradebook.judging.journal import Journal
from judge.gradebook.results.marks import merged, read_marks
from judge.gradebook.results.tables import KINDS
from judge.gradebook.results.writing import marked_book, read_book, read_marks_of, write_book, write_marks
from judge.parsers import Subparsers
from judge.text import shown


def add_parser(actions: Subparsers) -> None:
    """Define the command line."""
    parser = actions.add_parser(
        "marks",
        help="bring points that people gave into a gradebook",
        description="Read marks of parts by hand (CSV: student, part, points, comment; or a column a part; or YAML) "
        "and write the gradebook's files again: sums, tables, pages. Marks are kept: grading again keeps them. Without "
        "a file the files are only written again, such as when a due time is over and students may see more.",
    )
    parser.add_argument("gradebook", metavar="DIR", help="the gradebook's folder")
    parser.add_argument("marks", metavar="FILE", nargs="?", default="", help="a table (CSV), or a YAML document")
    parser.add_argument(
        "--csv", action="append", default=[], choices=[kind for kind in KINDS if kind != "plain"],
        help="also write the table that this system imports; repeatable",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Read, merge, write, print."""
    folder = Path(args.gradebook)
    book = read_book(folder)
    with Journal(folder):  # nobody grades into it meanwhile
        marks = read_marks_of(folder)
        if args.marks:
            marks = merged(marks, read_marks(args.marks, book.parts, known_students(book)))
            write_marks(folder, marks)
        book, written = write_book(folder, marked_book(book, marks), args.csv, now_ms())
    print_class(book)
    print(f"written: {', '.join(shown(str(path)) for path in written)}")
    return 0
