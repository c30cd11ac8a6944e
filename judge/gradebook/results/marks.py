"""Points that people give: for parts by hand, kept beside the gradebook and brought into each report. Pure but for
reading files."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import msgspec

from judge.errors import UsageError
from judge.gradebook.csv_read import table_of
from judge.gradebook.reading import read_bounded
from judge.gradebook.results.book import BookPart
from judge.gradebook.results.marks_document import Row, rows_of_document
from judge.gradebook.roster import Finder, Student
from judge.model.assignment import PartKind
from judge.model.coursework import CoursePartReport, CourseworkReport, TestStatus
from judge.model.report import Report
from judge.text import printable

_BYTES_MAX = 16 << 20
_COMMENT_CHARS_MAX = 10_000
_POINTS_CHARS_MAX = 40


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """What a person gave a student for a part, and said about it."""

    student: str
    part: str
    points: float
    comment: str = ""


def read_marks(path: str, parts: Iterable[BookPart], students: Iterable[Student]) -> tuple[Mark, ...]:
    """The marks of a table (columns student, part, points, comment; or student and a column a part) or of a YAML
    document (student: {part: points, or {points, comment}}). Raises UsageError naming file, row and what is wrong."""
    by_hand = {part.name: part for part in parts if part.by_hand}
    if not by_hand:
        raise UsageError(f"{path}: the assignment has no part that is marked by hand")
    content = read_bounded(path, _BYTES_MAX)
    if path.lower().endswith((".yaml", ".yml", ".json")):
        rows = rows_of_document(content, path)
    else:
        rows = _rows_of_table(content, path, by_hand)
    finder = Finder(students)
    marks: dict[tuple[str, str], Mark] = {}
    for where, student, part, points, comment in rows:
        known = finder.find((student,), student)
        if known is None:
            raise UsageError(f"{where}: nobody in this gradebook is called {printable(student, 80)!r}")
        if part not in by_hand:
            raise UsageError(f"{where}: {printable(part, 80)!r} is no part by hand ({', '.join(by_hand)})")
        given = _points(points, by_hand[part].points, where)
        marks[known.key, part] = Mark(
            student=known.key, part=part, points=given, comment=comment.strip()[:_COMMENT_CHARS_MAX]
        )
    return tuple(marks.values())


def merged(old: Iterable[Mark], new: Iterable[Mark]) -> tuple[Mark, ...]:
    """All marks; of two for one part the newer."""
    return tuple({(mark.student, mark.part): mark for mark in (*old, *new)}.values())


def with_marks(report: Report, marks: Mapping[str, Mark]) -> Report:
    """The report with marks by their parts: sums, and the same penalties on them."""
    coursework = report.coursework
    if coursework is None or not any(part.name in marks for part in coursework.parts):
        return report
    parts = tuple(_marked(part, marks.get(part.name)) for part in coursework.parts)
    changed = summed(coursework, parts)
    return msgspec.structs.replace(report, coursework=changed, score=None if report.score is None else changed.points)


def summed(coursework: CourseworkReport, parts: tuple[CoursePartReport, ...]) -> CourseworkReport:
    """The report with these parts, and all that is summed up from them."""
    earned = math.fsum(part.points for part in parts)
    late, attempts = coursework.late_penalty_share * earned, coursework.attempt_penalty_share * earned
    return msgspec.structs.replace(
        coursework,
        parts=parts,
        points=0.0 if coursework.closed else max(0.0, earned - late - attempts),
        open_points=math.fsum(part.points_max for part in parts if part.status is TestStatus.OPEN),
        late_penalty_points=late,
        attempt_penalty_points=attempts,
    )


def _marked(part: CoursePartReport, mark: Mark | None) -> CoursePartReport:
    if mark is None or part.kind is not PartKind.BY_HAND:
        return part
    status = TestStatus.PASSED if mark.points >= part.points_max else TestStatus.FAILED
    return msgspec.structs.replace(part, status=status, points=mark.points, message=mark.comment)


def _rows_of_table(content: bytes, path: str, by_hand: Mapping[str, BookPart]) -> list[Row]:
    table = table_of(content, path)
    columns = {name.casefold(): name for name in table.header}
    student = next((columns[name] for name in ("student", "login", "id", "name", "email") if name in columns), None)
    if student is None:
        raise UsageError(f"{path}: no column student")
    comment = columns.get("comment", "")
    if "part" in columns and "points" in columns:
        return [
            Row(f"{path}:{number}", row[student], row[columns["part"]], row[columns["points"]], row.get(comment, ""))
            for number, row in table.rows
            if row[columns["points"]]
        ]
    named = [part for part in by_hand if part in table.header]
    if not named:
        raise UsageError(f"{path}: no columns part and points, nor one called as a part by hand ({', '.join(by_hand)})")
    return [
        Row(f"{path}:{number}", row[student], part, row[part], row.get(f"{part} comment", row.get(comment, "")))
        for number, row in table.rows
        for part in named
        if row[part]
    ]


def _points(given: str, most: float, where: str) -> float:
    text = given.strip().replace(",", ".")
    try:
        points = float(text) if len(text) <= _POINTS_CHARS_MAX else math.nan
    except ValueError:
        points = math.nan
    if not 0 <= points <= most:
        raise UsageError(f"{where}: points: {printable(text, 40)!r} is no number from 0 to {most:g}")
    return points
