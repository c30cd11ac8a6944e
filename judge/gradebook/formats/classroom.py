"""A report as the result of a GitHub Classroom action. Pure; the source: :mod:`judge.course.formats.classroom`.

Classroom's reporter adds up the scores of the tests, so that a test may have some of its points; penalties, which no
test has, are a test of their own.
"""

from __future__ import annotations

import base64
from typing import Any

import msgspec

from judge.gradebook.formats.told import OUTCOMES, Told, coursework_of, outcome_of, printed_text, summary, text_of, told
from judge.model.coursework import CourseworkReport
from judge.model.report import Report
from judge.model.units import S_NS

#: What an output of a step may have is 1 MB.
_TEXTS_CHARS_MAX = 400_000
_TEXT_CHARS_MAX = 4096


def write_result(report: Report) -> bytes:
    """The result in base64, as a step's output has it, of what a student may see. Raises UsageError for a report on no
    assignment."""
    return base64.b64encode(msgspec.json.encode(result_of(report)))


def result_of(report: Report) -> dict[str, Any]:
    """The document. Raises UsageError."""
    coursework = coursework_of(report)
    tests = told(coursework)
    chars_max = min(_TEXT_CHARS_MAX, _TEXTS_CHARS_MAX // max(1, len(tests)))
    return {
        "version": 1,
        "status": outcome_of(coursework),
        "max_score": coursework.points_max - coursework.open_points,
        "tests": [*(_test(one, chars_max) for one in tests), *_difference(coursework, tests)],
    }


def _test(one: Told, chars_max: int) -> dict[str, Any]:
    status = OUTCOMES[one.test.status]
    return {
        "name": one.title,
        "status": status,
        "message": None if status == "pass" else text_of(one)[:chars_max],
        "test_code": printed_text(one.test.input)[:chars_max],
        "filename": "",
        "line_no": 0,
        "execution_time": f"{one.test.wall_time_ns / S_NS:.3f}s",
        "score": one.test.points,
        "max_score": one.test.points_max,
    }


def _difference(coursework: CourseworkReport, tests: tuple[Told, ...]) -> list[dict[str, Any]]:
    """What the whole has more or less than its tests: penalties, parts with all their points or none."""
    points = coursework.points - sum(one.test.points for one in tests)
    if abs(points) < 1e-9:
        return []
    return [
        {
            "name": "penalties" if points < 0 else "points of whole parts",
            "status": "fail" if points < 0 else "pass",
            "message": summary(coursework) or None,
            "test_code": "",
            "filename": "",
            "line_no": 0,
            "score": points,
            "max_score": 0,
        }
    ]
