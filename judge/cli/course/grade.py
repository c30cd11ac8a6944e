"""``judge course grade``: judge what a class handed in, and write its gradebook."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from judge.cli.course.common import Course, class_of, folder_options, now_ms, open_course
from judge.cli.course.table import print_class
from judge.cli.doing import is_by_service, service_options
from judge.cli.options import positive
from judge.cli.service import open_client, server_asked
from judge.cli.submit import package_reference
from judge.client import HttpClient
from judge.config import Settings, load_settings
from judge.errors import UsageError
from judge.gradebook.collect.work import starter_files
from judge.gradebook.enrolment import Enrolled
from judge.gradebook.judging.grade_class import Grading, Watch, grade_class
from judge.gradebook.judging.here import judges_here
from judge.gradebook.judging.journal import Journal
from judge.gradebook.judging.pool import JudgeOne
from judge.gradebook.judging.service import judges_by_service, published
from judge.gradebook.layouts.listing import ClassFound
from judge.gradebook.results.book import Entry, Gradebook
from judge.gradebook.results.marks import merged, read_marks
from judge.gradebook.results.tables import KINDS
from judge.gradebook.results.writing import make_folder, marked_book, read_marks_of, write_book, write_marks
from judge.gradebook.roster import Roster, Student
from judge.gradebook.similar.pairs import check_library
from judge.gradebook.similar.report import Compared
from judge.model.report import Report
from judge.package.files.digest import package_digest
from judge.parsers import Subparsers
from judge.release import judge_version
from judge.text import printable, shown

#: How many students a service judges at once when nothing is said: it has its own queue.
_BY_SERVICE = 16
_JOBS_MAX = 256


def add_parser(actions: Subparsers) -> None:
    """Define the command line."""
    parser = actions.add_parser(
        "grade",
        help="judge what a class handed in, and write its gradebook",
        description="Judge the work of a class, here on all cores or by a service, and write tables, a page for who "
        "teaches and one for each student. What did not change since the last time is not judged again, also when that "
        "was ended in the middle. Exit code 0 = everybody was judged, 1 = somebody could not be.",
    )
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="a directory, a zip file, or PATH@REVISION")
    parser.add_argument("folder", metavar="FOLDER", help="what was handed in: a folder, or a zip file of it")
    parser.add_argument(
        "-o", "--out", metavar="DIR", default="grades", help="where the gradebook is written (default: grades)"
    )
    folder_options(parser)
    parser.add_argument("--marks", metavar="FILE", help="and bring in these marks, as judge course marks does")
    parser.add_argument(
        "--csv", action="append", default=[], choices=[kind for kind in KINDS if kind != "plain"],
        help="also write the table that this system imports; repeatable",
    )  # fmt: skip
    parser.add_argument(
        "--similar", nargs="?", type=_share, const=0.5, metavar="PERCENT",
        help="list programs that have this much in common (default: 50)",
    )  # fmt: skip
    parser.add_argument("--jobs", type=positive, metavar="N", help="students at once (default: one a core)")
    parser.add_argument("--again", action="store_true", help="judge everybody again, also who did not change")
    service_options(parser)
    parser.add_argument("--json", action="store_true", help="print the gradebook as one JSON object")


def run(args: argparse.Namespace) -> int:
    """Grade, write, print."""
    settings = load_settings()
    if args.similar is not None:
        check_library()
    with open_course(args.assignment, settings) as course, class_of(args, course) as found:
        make_folder(Path(args.out))
        try:
            book, written = _graded(args, settings, course, found, Path(args.out))
        except KeyboardInterrupt:
            print("judge course: what was judged is kept; the same command goes on from there", file=sys.stderr)
            raise
    _say(args, book, written)
    return 0 if book.is_complete else 1


def _graded(
    args: argparse.Namespace,
    settings: Settings,
    course: Course,
    found: tuple[ClassFound, Roster, tuple[Enrolled, ...]],
    folder: Path,
) -> tuple[Gradebook, list[Path]]:
    laid_out, roster, students = found
    compared = Compared(course.wanted.extensions, starter_files(course.assignment.starter))
    digest = package_digest(Path(course.problem.path))
    with (
        Journal(folder) as journal,
        _judges(args, settings, course, digest) as (judges, is_current, package),
        _progress(len(students), shown=not args.json) as watch,
    ):
        grading = Grading(
            package=package,
            digest=digest,
            judge_version=judge_version(),
            wanted=course.wanted,
            is_current=is_current,
            main=course.assignment.main,
            tenant=args.tenant,
            again=str(now_ms()) if args.again else "",
            sources=partial(compared.add) if args.similar is not None else (lambda key, files: None),
        )
        entries = grade_class(students, grading, journal, judges, watch)
        book = _book(args, course, digest, laid_out, roster, entries)
        if args.similar is not None:
            book = msgspec.structs.replace(book, similar=compared.written(folder, args.similar))
        marks = read_marks_of(folder)
        if args.marks:
            marks = merged(marks, read_marks(args.marks, book.parts, known_students(book)))
            write_marks(folder, marks)
        return write_book(folder, marked_book(book, marks), args.csv, now_ms())


def known_students(book: Gradebook) -> list[Student]:
    """The students of a gradebook by all that they may be called."""
    return [
        Student(key=entry.key, name=entry.name, words=(entry.key, *filter(None, (entry.email,)), *entry.row.values()))
        for entry in book.entries
    ]


def _book(
    args: argparse.Namespace,
    course: Course,
    digest: str,
    found: ClassFound,
    roster: Roster,
    entries: tuple[Entry, ...],
) -> Gradebook:
    return Gradebook(
        title=course.problem.title or course.problem.name,
        assignment=shown(args.assignment),
        digest=digest,
        layout=found.layout,
        due_at_ms=course.assignment.due_at_ms,
        made_at_ms=now_ms(),
        judge_version=judge_version(),
        parts=course.parts,
        entries=entries,
        header=roster.header,
        others=tuple(shown(name) for name in found.others),
    )


_Judges = tuple[list[JudgeOne], Callable[[Report], bool], str]


@contextmanager
def _judges(args: argparse.Namespace, settings: Settings, course: Course, digest: str) -> Iterator[_Judges]:
    """Who judges, whether a report is by today's toolchains, and how they find the assignment."""
    if args.jobs and args.jobs > _JOBS_MAX:
        raise UsageError(f"--jobs: at most {_JOBS_MAX}")
    if not is_by_service(args):
        with judges_here(settings, course.problem, args.jobs or _cores()) as (judges, is_current):
            yield judges, is_current, course.problem.path
        return
    with judges_by_service(partial(open_client, args), course.problem, args.jobs or _BY_SERVICE) as (
        judges,
        is_current,
    ):
        yield judges, is_current, _reference(args, course, digest)


def _reference(args: argparse.Namespace, course: Course, digest: str) -> str:
    """How workers find the assignment: by its path, or published over HTTP."""
    if not server_asked(args):
        return package_reference(args.assignment)
    with open_client(args) as client:
        assert isinstance(client, HttpClient)
        return published(client, course.problem.path, digest)


def _cores() -> int:
    return len(os.sched_getaffinity(0))


@contextmanager
def _progress(total: int, *, shown: bool) -> Iterator[Watch]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not (shown and console.is_terminal)) as progress:
        task = progress.add_task("grading", total=total)

        def watch(key: str, judged: bool, done: int) -> None:
            progress.update(task, completed=done, description=f"{printable(key, 24):24}" if judged else "not changed")

        yield watch


def _say(args: argparse.Namespace, book: Gradebook, written: Sequence[Path]) -> None:
    if args.json:
        sys.stdout.buffer.write(msgspec.json.encode(book) + b"\n")
        return
    print_class(book)
    print(f"written: {', '.join(shown(str(path)) for path in written)}")


def _share(text: str) -> float:
    try:
        share = float(text.rstrip("%")) / 100
    except ValueError:
        share = -1.0
    if not 0 < share <= 1:
        raise argparse.ArgumentTypeError(f"a number of percent from 1 to 100, not {text!r}")
    return share
