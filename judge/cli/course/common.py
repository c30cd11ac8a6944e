"""What the actions share: reading an assignment, what it wants of files, whom a folder holds."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from judge.cli.options import naming
from judge.config import Settings
from judge.config.reading import reading_of
from judge.errors import LanguageError, PackageError
from judge.gradebook.enrolment import FILES, LAYOUT, Enrolled, enrolled
from judge.gradebook.handed_in import Wanted
from judge.gradebook.layouts.detect import AUTO, LAYOUTS, class_directory, class_in
from judge.gradebook.layouts.listing import ClassFound
from judge.gradebook.results.book import BookPart
from judge.gradebook.roster import Roster, read_roster, with_times
from judge.model.assignment import Assignment, PartKind
from judge.model.problem import Problem
from judge.package.source import open_package
from judge.toolchain.definitions import Languages


@dataclass(frozen=True)
class Course:
    """An assignment that was read. Its files exist while the context lasts."""

    problem: Problem
    assignment: Assignment
    wanted: Wanted
    languages: Languages

    @property
    def parts(self) -> tuple[BookPart, ...]:
        """The columns of its gradebook."""
        return tuple(
            BookPart(name=part.name, title=part.title, points=part.points, by_hand=part.kind is PartKind.BY_HAND)
            for part in self.assignment.parts
        )


@contextmanager
def open_course(spec: str, settings: Settings) -> Iterator[Course]:
    """Raises PackageError: it is no assignment, or has faults; LanguageError."""
    languages = Languages.open(settings.worker.languages_dir, settings.state.variants)
    with naming(spec), open_package(spec, options=reading_of(settings)) as problem:
        if problem.assignment is None:
            raise PackageError("is a problem, not an assignment (there is no assignment.yaml)")
        yield Course(problem, problem.assignment, wanted_of(problem, problem.assignment, languages), languages)


def wanted_of(problem: Problem, assignment: Assignment, languages: Languages) -> Wanted:
    """What an assignment expects of the files; without languages of its own any that there is."""
    specs = []
    for name in problem.languages:
        try:
            specs.append(languages.get(name))
        except LanguageError:
            continue  # said by the package's check
    named = specs or (list(languages.all()) if not problem.languages else [])
    endings = {ending for spec in named for ending in (*spec.extensions, *spec.headers)}
    endings |= {name.rpartition(".")[2] for name in assignment.required if "." in name}
    return Wanted(required=assignment.required, extensions=frozenset(ending.lower() for ending in endings))


def folder_options(parser: argparse.ArgumentParser) -> None:
    """The options that say whose work lies where."""
    parser.add_argument(
        "--layout",
        choices=LAYOUTS,
        default=AUTO,
        help="how the folder is laid out: Moodle's, Canvas's or GitHub Classroom's download, or a folder, archive or "
        "file for each student (default: found)",
    )
    parser.add_argument("--roster", metavar="CSV", help="who is in the class; who handed in nothing is listed")
    parser.add_argument(
        "--times", metavar="CSV", help="student, handed_in, due (a time, or an extension such as 2d), attempt"
    )
    parser.add_argument(
        "--hand-in-times",
        choices=(LAYOUT, FILES),
        default=LAYOUT,
        help="where the tables do not tell when: as the layout tells (git does), or by the times of the files",
    )


@contextmanager
def class_of(args: argparse.Namespace, course: Course) -> Iterator[tuple[ClassFound, Roster, tuple[Enrolled, ...]]]:
    """What lies in the folder, the roster, and the class. Raises UsageError."""
    roster = read_roster(args.roster) if args.roster else Roster()
    folder = Path(args.folder)
    with class_directory(folder) as directory:
        found = class_in(directory, course.wanted, args.layout, os.path.basename(os.path.abspath(directory)))
        times = read_roster(args.times) if args.times else Roster()
        if times.students:
            roster = with_times(roster, times) if args.roster else _only_times(times)
        students = enrolled(found, roster, course.assignment.due_at_ms, args.hand_in_times)
        if not args.roster:  # a table of times makes nobody missing
            students = tuple(student for student in students if student.places or not student.row)
        yield found, roster if args.roster else Roster(), students


def now_ms() -> int:
    """Unix time."""
    return time.time_ns() // 1_000_000


def _only_times(times: Roster) -> Roster:
    """A table of times as a roster that misses nobody."""
    return Roster(students=times.students)
