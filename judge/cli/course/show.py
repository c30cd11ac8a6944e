"""``judge course show``: one student's work as somebody may see it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import msgspec

from judge.cli.course.common import now_ms
from judge.cli.course.grade import known_students
from judge.cli.course.table import print_class
from judge.cli.showing import terminal_width
from judge.errors import UsageError
from judge.gradebook.results.book import Entry, Gradebook
from judge.gradebook.results.tables import remarks_of, status_of
from judge.gradebook.results.writing import read_book
from judge.gradebook.roster import Finder
from judge.gradebook.times import time_ms
from judge.kernel.atomic_files import write_whole
from judge.parsers import Subparsers
from judge.render.course_html import render_course_html
from judge.render.course_text import render_course_text
from judge.render.course_view import CourseRole, course_view_of
from judge.text import printable


def add_parser(actions: Subparsers) -> None:
    """Define the command line."""
    parser = actions.add_parser(
        "show",
        help="show a gradebook, or one student's work as somebody may see it",
        description="Show the gradebook of a folder that judge course grade wrote; or one student of it, as the "
        "student may see it now, or at another time.",
    )
    parser.add_argument("gradebook", metavar="DIR", help="the gradebook's folder")
    parser.add_argument("student", metavar="STUDENT", nargs="?", default="", help="id, login, email or name")
    parser.add_argument(
        "--role", choices=[role.value for role in CourseRole], default=CourseRole.STUDENT.value,
        help="who looks (default: student)",
    )  # fmt: skip
    parser.add_argument("--at", type=_time, metavar="TIME", help="when, such as 2026-12-02T00:00 (default: now)")
    parser.add_argument("--html", metavar="OUT", help="write a page instead ('-' = standard output)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Read, view, show. Exit code 1: the student's work is not judged."""
    book = read_book(Path(args.gradebook))
    if not args.student:
        if args.json:
            sys.stdout.buffer.write(msgspec.json.encode(book) + b"\n")
        else:
            print_class(book)
        return 0
    return _show(args, _entry(book, args.student))


def _show(args: argparse.Namespace, entry: Entry) -> int:
    if entry.coursework is None:
        print(f"{printable(entry.key)}: {status_of(entry)}; {remarks_of(entry)}")
        return 1
    view = course_view_of(entry.coursework, CourseRole(args.role), now_ms() if args.at is None else args.at)
    if args.html:
        page = render_course_html(view).encode()
        if args.html == "-":
            sys.stdout.buffer.write(page)
        else:
            write_whole(Path(args.html), page, mode=0o644)
    elif args.json:
        sys.stdout.buffer.write(msgspec.json.encode(view) + b"\n")
    else:
        print(render_course_text(view, width=terminal_width()))
        if args.role in (CourseRole.MARKER, CourseRole.JUDGE) and entry.remarks:
            print(f"remarks: {remarks_of(entry)}")
    return 0


def _entry(book: Gradebook, name: str) -> Entry:
    found = Finder(known_students(book)).find((name,), name)
    if found is None:
        raise UsageError(f"nobody in this gradebook is called {printable(name, 80)!r}, or several are")
    return next(entry for entry in book.entries if entry.key == found.key)


def _time(text: str) -> int:
    try:
        return time_ms(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
