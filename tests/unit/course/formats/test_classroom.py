"""The result of GitHub Classroom's actions."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from judge.course.formats.classroom import read_results
from judge.course.formats.results import part_of
from judge.errors import ResultsFault
from judge.model.assignment import Autograder, CoursePart, PartKind
from judge.model.coursework import CoursePartReport, TestStatus

PART = CoursePart(name="autograder", kind=PartKind.AUTOGRADER, framework="classroom", points=10.0)


def one_test(name: str, status: str, score: float | None = None, **more: object) -> dict[str, Any]:
    scored = {} if score is None else {"score": score}
    return {
        "name": name,
        "status": status,
        "message": None,
        "test_code": "",
        "filename": "",
        "line_no": 0,
        **scored,
        **more,
    }


def read(results: object) -> CoursePartReport:
    return part_of(PART, read_results(base64.b64encode(json.dumps(results).encode()), Autograder()))


def test_a_result_is_read() -> None:
    tests = [one_test("a", "pass", 5, execution_time="1.5s"), one_test("b", "fail", 0, duration=20)]
    part = read({"version": 1, "status": "fail", "max_score": 10, "tests": tests})
    assert (part.points, part.status) == (5.0, TestStatus.FAILED)
    assert [(test.name, test.points, test.points_max) for test in part.tests] == [("a", 5.0, 5.0), ("b", 0.0, 5.0)]
    assert [test.wall_time_ns for test in part.tests] == [1_500_000_000, 20_000_000]


def test_a_test_may_have_some_of_its_points() -> None:
    part = read({"version": 1, "status": "fail", "max_score": 4, "tests": [one_test("a", "fail", 1)]})
    assert part.points == 2.5


def test_a_failed_test_does_not_keep_the_points_that_it_would_have_been_worth() -> None:
    part = read({"version": 1, "status": "fail", "max_score": 4, "tests": [one_test("a", "fail", 4)]})
    assert part.points == 0.0


def test_without_points_each_test_counts_the_same() -> None:
    part = read({"version": 1, "status": "fail", "tests": [one_test("a", "pass"), one_test("b", "error")]})
    assert (part.points, [test.points for test in part.tests]) == (5.0, [5.0, 0.0])


def test_the_output_of_a_step_and_plain_json_are_read_too() -> None:
    text = json.dumps({"version": 1, "status": "pass", "max_score": 1, "tests": [one_test("a", "pass", 1)]}).encode()
    for data in (text, b"result=" + base64.b64encode(text) + b"\n"):
        assert part_of(PART, read_results(data, Autograder())).points == 10.0


@pytest.mark.parametrize(
    ("results", "complaint"),
    [
        ({}, "version: 1 was wanted"),
        ({"version": 1}, "no status"),
        ({"version": 1, "status": "pass", "tests": []}, "no tests"),
        ({"version": 1, "status": "pass", "tests": [{}]}, "tests[0]: no status"),
        ({"version": 1, "status": "pass", "max_score": 1e300, "tests": [{}]}, "max_score: 1e+300 is no number"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(results: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ResultsFault) as caught:
        read(results)
    assert str(caught.value).startswith(complaint)


def test_what_is_no_base64_is_refused() -> None:
    with pytest.raises(ResultsFault, match="neither JSON nor base64"):
        read_results(b"passed!", Autograder())
