"""The results.json of Exercism's test runners."""

from __future__ import annotations

import json
from typing import Any

import pytest

from judge.course.formats.exercism import read_results
from judge.course.formats.results import part_of
from judge.errors import ResultsFault
from judge.model.assignment import Autograder, CoursePart, PartKind
from judge.model.coursework import CoursePartReport, TestStatus

PART = CoursePart(name="autograder", kind=PartKind.AUTOGRADER, framework="exercism", points=4.0)


def read(results: object) -> CoursePartReport:
    return part_of(PART, read_results(json.dumps(results).encode(), Autograder()))


def test_version_3_is_read() -> None:
    tests = [
        {"name": "oven time", "status": "pass", "task_id": 1, "test_code": "assert 1"},
        {"name": "layers", "status": "fail", "message": "Expected 42", "output": "debug", "task_id": 2},
    ]
    part = read({"version": 3, "status": "fail", "message": None, "tests": tests})
    assert (part.points, part.points_max, part.status) == (2.0, 4.0, TestStatus.FAILED)
    assert [(test.title, test.points, test.status) for test in part.tests] == [
        ("1) oven time", 2.0, TestStatus.PASSED),
        ("2) layers", 0.0, TestStatus.FAILED),
    ]
    assert part.tests[1].message == "Expected 42\ndebug"


def test_version_2_is_read() -> None:
    part = read({"version": 2, "status": "pass", "tests": [{"name": "a", "status": "pass"}]})
    assert (part.points, part.status) == (4.0, TestStatus.PASSED)


def test_version_1_has_all_or_nothing() -> None:
    assert read({"version": 1, "status": "pass"}).points == 4.0
    failed = read({"version": 1, "status": "fail", "message": "Failed: test_answer"})
    assert (failed.points, failed.message) == (0.0, "Failed: test_answer")


def test_an_error_has_no_points() -> None:
    part = read({"version": 3, "status": "error", "message": "SyntaxError", "tests": []})
    assert (part.points, part.status, part.message) == (0.0, TestStatus.ERROR, "SyntaxError")


def test_what_says_that_it_failed_has_not_all_points() -> None:
    assert read({"version": 2, "status": "fail", "tests": [{"name": "a", "status": "pass"}]}).points == 0.0


@pytest.mark.parametrize(
    ("results", "complaint"),
    [
        ({"status": "pass"}, "version: 1, 2 or 3 was wanted"),
        ({"version": 4, "status": "pass"}, "version: 1, 2 or 3 was wanted"),
        ({"version": 2, "status": "good"}, "status: 'good' is none of pass, fail, error"),
        ({"version": 2}, "no status"),
        ({"version": 2, "status": "pass"}, "no tests"),
        ({"version": 2, "status": "pass", "tests": [{}]}, "tests[0]: no status"),
        ({"version": 3, "status": "pass", "tests": [{"status": "pass", "task_id": "x"}]}, "tests[0].task_id: a number"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(results: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ResultsFault) as caught:
        read(results)
    assert str(caught.value).startswith(complaint)
