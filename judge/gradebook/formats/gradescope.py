"""A report as Gradescope's results.json. Pure; the format's source: :mod:`judge.course.formats.gradescope`."""

from __future__ import annotations

from typing import Any

import msgspec

from judge.gradebook.formats.told import Told, coursework_of, summary, text_of, told
from judge.model.assignment import Visibility, strictest
from judge.model.coursework import AutograderReport, CoursePartReport, TestStatus
from judge.model.report import Report
from judge.model.units import S_NS

WORDS = {Visibility.VISIBLE: "visible", Visibility.AFTER_DUE: "after_due_date", Visibility.HIDDEN: "hidden"}


def write_results(report: Report) -> bytes:
    """The document. Gradescope filters by visibility itself, so that the report is to be a judge's.

    Raises UsageError for a report on no assignment.
    """
    coursework = coursework_of(report)
    parts = coursework.parts
    document: dict[str, Any] = {
        "score": coursework.points,
        "execution_time": _seconds(parts),
        "output": summary(coursework),
        "visibility": WORDS[Visibility.VISIBLE],
        "stdout_visibility": WORDS[Visibility.HIDDEN],
        "tests": [_test(one, number) for number, one in enumerate(told(coursework), 1)],
    }
    extras = [part.autograder for part in parts if part.autograder is not None]
    leaderboard = [_entry for extra in extras for _entry in _leaderboard(extra)]
    if leaderboard:
        document["leaderboard"] = leaderboard
    data = {part.name: _extra_data(part) for part in parts if _extra_data(part) is not None}
    if data:
        document["extra_data"] = data
    return msgspec.json.format(msgspec.json.encode(document))


def _seconds(parts: tuple[CoursePartReport, ...]) -> float:
    tests_ns = sum(test.wall_time_ns for part in parts for test in part.tests)
    return (tests_ns + sum(part.autograder.execution_time_ns for part in parts if part.autograder)) / S_NS


def _test(one: Told, number: int) -> dict[str, Any]:
    test = one.test
    if test.message or test.status is TestStatus.PASSED or not one.part.message:
        said = test.visibility
    else:  # what is said of it is said of the part
        said = one.part.visibility
    return {
        "name": one.title,
        "number": str(number),
        "score": test.points,
        "max_score": test.points_max,
        "status": "passed" if test.status is TestStatus.PASSED else "failed",
        "output": text_of(one),
        "output_format": "text",
        "visibility": WORDS[strictest(test.visibility, test.fields.message, test.fields.points, said)],
    }


def _leaderboard(extra: AutograderReport) -> list[dict[str, str]]:
    return [
        {"name": entry.name, "value": entry.value} | ({"order": "asc"} if entry.ascending else {})
        for entry in extra.leaderboard
    ]


def _extra_data(part: CoursePartReport) -> Any:
    if part.autograder is None or not part.autograder.extra_data:
        return None
    try:
        return msgspec.json.decode(part.autograder.extra_data)
    except msgspec.DecodeError:
        return part.autograder.extra_data
