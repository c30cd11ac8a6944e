"""The gradebook as tables: our own, and those that Moodle and Canvas import. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from judge.gradebook.handed_in import RemarkKind
from judge.gradebook.results.book import Entry, Gradebook
from judge.gradebook.results.safe_csv import csv_text
from judge.model.assignment import Isolation, PartKind
from judge.model.coursework import CoursePartReport, TestStatus
from judge.model.units import S_NS
from judge.model.verdict import Verdict
from judge.render.course_view import CourseRole, course_view_of, shown_verdict
from judge.text import printable

_Row = list[str | float | None]

#: The kinds of table: option -> how its file is called.
KINDS = {"plain": "gradebook.csv", "moodle": "moodle.csv", "canvas": "canvas.csv"}


def table_text(book: Gradebook, kind: str) -> str:
    """The table as CSV; ``kind`` is one of :data:`KINDS`."""
    rows = {"plain": _plain, "moodle": _moodle, "canvas": _canvas}[kind](book)
    return csv_text(rows)


def status_of(entry: Entry) -> str:
    """One word on an entry: judged, open (a person has to mark), missing, or not judged."""
    coursework = entry.coursework
    if entry.is_missing:
        return "missing"
    if coursework is None or not entry.is_judged:
        return "not judged"
    return "open" if coursework.open_points else "judged"


def lateness(entry: Entry) -> str:
    """How long after the due time it was handed in, in hours or days; empty = it was not late."""
    hours = entry.coursework.late_ns / (3600 * S_NS) if entry.coursework is not None else 0.0
    if hours <= 0:
        return ""
    return f"{hours / 24:.1f} d" if hours >= 48 else f"{hours:.1f} h"


def remarks_of(entry: Entry, role: CourseRole = CourseRole.MARKER) -> str:
    """All that there is to say, in one line; to a student nothing that comes from what he or she may not see."""
    found = [remark.text for remark in entry.remarks]
    coursework = None if entry.coursework is None else course_view_of(entry.coursework, role, 0)
    if coursework is not None and entry.is_judged and shown_verdict(coursework) is Verdict.CE:
        log = next((part.log for part in coursework.parts if part.status is TestStatus.ERROR and part.log), "")
        found.append(printable(f"does not compile: {_first_line(log)}".removesuffix(": "), 300))
    is_told = any(remark.kind is RemarkKind.LACKING for remark in entry.remarks)  # the report says it, too
    if coursework is not None and coursework.message and not is_told:
        found.append(printable(coursework.message, 500))
    if coursework is not None:
        found += filter(None, map(_broken, coursework.parts))
    return "; ".join(found)


def _broken(part: CoursePartReport) -> str:
    """What kept every unit test of a part from its end: a syntax error, an endless loop. Empty = nothing did."""
    ended = [test for test in part.tests if test.status is not TestStatus.NOT_RUN]
    statuses = {test.status for test in ended}
    if part.kind is not PartKind.UNIT_TESTS or not statuses or statuses - {TestStatus.ERROR, TestStatus.TIMEOUT}:
        return ""
    if TestStatus.ERROR not in statuses:
        return printable(f"{part.name}: no test ended in time", 300)
    lines = {_first_line(test.message) for test in ended if test.status is TestStatus.ERROR}
    told = f": {lines.pop()}" if len(lines) == 1 else ""
    return printable(f"{part.name}: every test broke off{told}".removesuffix(": "), 300)


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")


def part_of(entry: Entry, name: str) -> CoursePartReport | None:
    """An entry's part."""
    parts = entry.coursework.parts if entry.coursework is not None else ()
    return next((part for part in parts if part.name == name), None)


def _plain(book: Gradebook) -> Iterator[_Row]:
    parts = [part.name for part in book.parts]
    yield [
        "student", "name", "email", "section", "status", "points", "points_max", "open_points", *parts, "late_hours",
        "late_penalty", "attempt", "attempt_penalty", "isolation", "remarks",
    ]  # fmt: skip
    for entry in book.entries:
        coursework = entry.coursework
        points: _Row = [_part_points(entry, name) for name in parts]
        rest: _Row = [None, None, None, None, None]
        if coursework is not None:
            late_hours = coursework.late_ns / (3600 * S_NS) if coursework.late_ns else None
            isolation = coursework.isolation.value if coursework.isolation is not Isolation.NONE else None
            rest = [
                late_hours, coursework.late_penalty_points or None, float(coursework.attempt),
                coursework.attempt_penalty_points or None, isolation,
            ]  # fmt: skip
        open_points = coursework.open_points or None if coursework is not None else None
        yield [
            entry.key, entry.name, entry.email, entry.section, status_of(entry), entry.points, book.points_max,
            open_points, *points, *rest, remarks_of(entry),
        ]  # fmt: skip


def _part_points(entry: Entry, name: str) -> float | None:
    part = part_of(entry, name)
    if part is None or part.status in (TestStatus.OPEN, TestStatus.JUDGE_ERROR):
        return None
    return part.points


def _moodle(book: Gradebook) -> Iterator[_Row]:
    """The grading worksheet: with the roster's own columns where it is one, so that Moodle finds them in its language.

    Moodle wants Identifier, Grade and "Last modified (grade)" (mod/assign/feedback/offline/importgradeslib.php).
    """
    header = list(book.header) if "Identifier" in book.header else []
    for name in ("Identifier", "Full name", "Grade", "Maximum grade", "Last modified (grade)", "Feedback comments"):
        if name.casefold() not in {own.casefold() for own in header}:
            header.append(name)
    yield [*header]
    for entry in book.entries:
        if entry.points is None:
            continue
        ours: dict[str, str | float | None] = {
            "identifier": entry.row.get("Identifier") or (f"Participant {entry.key}" if entry.key.isdecimal() else ""),
            "full name": entry.name,
            "grade": entry.points,
            "maximum grade": book.points_max,
            "last modified (grade)": entry.row.get("Last modified (grade)", "-"),
            "feedback comments": remarks_of(entry, CourseRole.STUDENT),
        }
        yield [ours.get(name.casefold(), entry.row.get(name, "")) for name in header]


def _canvas(book: Gradebook) -> Iterator[_Row]:
    """The gradebook's import: Student, ID, SIS User ID, SIS Login ID, Section and a column of the assignment's.

    With a roster that Canvas exported the column of this assignment is the one that is called so, its number included.
    """
    own = next((name for name in book.header if name.casefold().startswith(f"{book.title.casefold()} (")), book.title)
    yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", own]
    for entry in book.entries:
        if entry.points is None:
            continue
        row = entry.row
        yield [
            row.get("Student") or entry.name or entry.key,
            row.get("ID") or entry.key,
            row.get("SIS User ID", ""),
            row.get("SIS Login ID", ""),
            row.get("Section") or entry.section,
            entry.points,
        ]
