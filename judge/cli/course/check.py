"""``judge course check``: what is wrong with an assignment, and what a class's folder holds, without judging."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import msgspec
from rich.console import Console

from judge.cli.course.common import Course, class_of, folder_options, open_course
from judge.cli.course.table import print_class
from judge.cli.options import naming
from judge.cli.verifyview import refusal, show_findings
from judge.config import Settings, load_settings
from judge.config.reading import reading_of
from judge.errors import PackageError
from judge.gradebook.collect.work import work_of
from judge.gradebook.enrolment import Enrolled
from judge.gradebook.results.book import Entry, Gradebook
from judge.model.problem import Problem
from judge.package.check import CheckedPackage, check_directory, checked_package
from judge.package.source import package_directory
from judge.parsers import Subparsers
from judge.text import printable, shown


def add_parser(actions: Subparsers) -> None:
    """Define the command line."""
    parser = actions.add_parser(
        "check",
        help="check an assignment, and what a class's folder holds, without judging",
        description="Report what is wrong with an assignment, with file, line and key; with a FOLDER also who handed "
        "in, and what is odd about it. Nothing is run: judge verify ASSIGNMENT grades the labelled work in it. Exit "
        "code 0 = no errors, 1 = some (--strict: or warnings), 3 = it cannot be graded by at all.",
    )
    parser.add_argument("assignment", metavar="ASSIGNMENT", help="a directory, a zip file, or PATH@REVISION")
    parser.add_argument("folder", metavar="FOLDER", nargs="?", default="", help="what was handed in")
    folder_options(parser)
    parser.add_argument("--strict", action="store_true", help="warnings count, too")
    parser.add_argument("--json", action="store_true", help="a JSON object: assignment, parts, class")


def run(args: argparse.Namespace) -> int:
    """Check, then look into the folder, print."""
    settings = load_settings()
    checked = _checked(args, settings)
    document: dict[str, object] = {"assignment": checked}
    if not args.json:
        _show(checked)
    if not checked.error:
        with open_course(args.assignment, settings) as course:
            document["parts"] = course.parts
            if not args.json:
                _show_parts(course)
            if args.folder:
                book = _looked(args, course)
                document["class"] = book
                if not args.json:
                    print_class(book)
    if args.json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")
    return 3 if checked.error else 0 if checked.ok else 1


def _checked(args: argparse.Namespace, settings: Settings) -> CheckedPackage:
    with tempfile.TemporaryDirectory(prefix="judge-check-") as scratch:
        unpacked = Path(tempfile.mkdtemp(dir=scratch))
        try:
            with (
                naming(printable(args.assignment)),
                package_directory(args.assignment, Path(scratch)) as directory,
            ):
                problem, findings = check_directory(directory, unpacked, reading_of(settings))
                _refuse_other(problem)
        except PackageError as error:
            return CheckedPackage(package=args.assignment, ok=False, error=str(error))
        return checked_package(args.assignment, problem, findings, strict=args.strict)


def _refuse_other(problem: Problem) -> None:
    if problem.assignment is None:
        raise PackageError("is a problem, not an assignment (there is no assignment.yaml)")


def _show(checked: CheckedPackage) -> None:
    console = Console(highlight=False)
    colour = "green" if checked.ok else "bold red"
    what = f"{checked.title or checked.name}; {checked.submissions} labelled works"
    console.print(f"{printable(checked.package)}: {printable(what)}", style=colour, markup=False, soft_wrap=True)
    show_findings(console, checked.diagnostics)
    if checked.error:
        text = f"cannot be graded by{refusal(checked.error, checked.diagnostics)}"
        console.print(text, style="bold red", markup=False, soft_wrap=True)


def _show_parts(course: Course) -> None:
    for part in course.assignment.parts:
        tests = f", {len(part.tests)} tests" if part.tests else ""
        print(f"  {printable(part.name)}: {part.kind}, {part.points:g} points{tests}, isolation: {part.isolation}")


def _looked(args: argparse.Namespace, course: Course) -> Gradebook:
    """The class as it would be graded, without points."""
    with class_of(args, course) as (found, roster, students):
        return Gradebook(
            title=course.problem.title or course.problem.name,
            layout=found.layout,
            due_at_ms=course.assignment.due_at_ms,
            entries=tuple(_entry(student, course) for student in students),
            header=roster.header,
            others=tuple(shown(name) for name in found.others),
        )


def _entry(student: Enrolled, course: Course) -> Entry:
    remarks = work_of(student.found, course.wanted).remarks if student.places else student.remarks
    return Entry(
        key=student.key, name=student.name, email=student.email, section=student.section, remarks=remarks,
        row=student.row,
    )  # fmt: skip
