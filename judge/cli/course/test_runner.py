"""``judge course test-runner``: a test runner as Exercism starts one."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from judge.assembly import open_judge
from judge.cli.options import naming
from judge.config import Settings, load_settings
from judge.config.reading import reading_of
from judge.course.here import judged_here
from judge.errors import UsageError
from judge.gradebook.formats.exercism import VERSIONS, write_results
from judge.gradebook.imports.exercism import import_exercise, solution_files
from judge.gradebook.imports.writing import Wanted
from judge.kernel.atomic_files import write_whole
from judge.model.report import Report
from judge.model.submission import SourceFile, Submission
from judge.package.source import open_package
from judge.parsers import Subparsers
from judge.render.view import Role, view_of
from judge.text import printable, shown

_FILE_BYTES_MAX = 16 << 20


def add_parser(actions: Subparsers) -> None:
    """Define the command line."""
    parser = actions.add_parser(
        "test-runner",
        help="grade one solution as a test runner of Exercism does",
        description="Grade the solution in the directory IN by the tests of its exercise, which lie there, too, or by "
        "an assignment; write OUT/results.json. Exit code 0 however the tests went.",
    )
    parser.add_argument("slug", metavar="SLUG", help="the exercise's name, such as two-fer")
    parser.add_argument("solution", metavar="IN", help="the exercise's directory, with the solution in it")
    parser.add_argument("out", metavar="OUT", help="a directory that is there")
    parser.add_argument("--assignment", metavar="DIR", help="grade by this assignment, or by DIR/SLUG")
    parser.add_argument("--format-version", type=int, choices=VERSIONS, default=VERSIONS[-1], help="of results.json")


def run(args: argparse.Namespace) -> int:
    """Grade here, write the results."""
    settings = load_settings()
    with tempfile.TemporaryDirectory(prefix="judge-exercise-") as scratch:
        report = _graded(args, settings, Path(scratch))
    view = view_of(report, Role.CONTESTANT, time.time_ns() // 1_000_000)
    write_whole(Path(args.out) / "results.json", write_results(view, args.format_version), mode=0o644)
    return 0


def _graded(args: argparse.Namespace, settings: Settings, scratch: Path) -> Report:
    package = _assignment(args, scratch)
    submission = Submission(
        id=shown(args.slug),
        package=printable(str(package)),
        sources=tuple(_sources(Path(args.solution))),
    )
    options = reading_of(settings)
    with naming(args.slug), open_package(str(package), options=options) as problem, open_judge(settings) as judge:
        return judged_here(judge, submission, problem, options.ceilings)


def _assignment(args: argparse.Namespace, scratch: Path) -> Path:
    """Raises UsageError."""
    if args.assignment:
        below = Path(args.assignment) / args.slug
        return below if below.is_dir() else Path(args.assignment)
    out = scratch / "assignment"
    import_exercise(Path(args.solution), out, Wanted(title=args.slug))
    return out


def _sources(exercise: Path) -> list[SourceFile]:
    """What the student wrote. Raises UsageError."""
    found = []
    for name in solution_files(exercise):
        path = exercise / name
        if not path.is_file():
            continue  # not handed in
        if path.stat().st_size > _FILE_BYTES_MAX:
            raise UsageError(f"{shown(str(path))}: larger than {_FILE_BYTES_MAX} bytes")
        found.append(SourceFile(name=name, content=path.read_bytes()))
    if not found:
        raise UsageError(f"{shown(str(exercise))}: there is no solution")
    return found
