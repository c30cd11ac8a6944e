"""PrairieLearn's results.json."""

from __future__ import annotations

import json
from typing import Any

import pytest

from judge.course.formats.prairielearn import read_results
from judge.course.formats.results import part_of
from judge.errors import ResultsFault
from judge.model.assignment import Autograder, CoursePart, PartKind, Visibility
from judge.model.coursework import CoursePartReport, Picture, TestStatus

PART = CoursePart(name="autograder", kind=PartKind.AUTOGRADER, framework="prairielearn", points=20.0)

#: Every field of the documentation.
WHOLE = {
    "gradable": True,
    "score": 0.25,
    "message": "Tests completed successfully.",
    "output": "Running tests...",
    "images": [{"label": "First", "url": "data:image/png;base64,AAEC"}, "data:image/jpeg;base64,AwQ="],
    "tests": [
        {
            "name": "Test 1",
            "description": "Tests that a thing does a thing.",
            "points": 1,
            "max_points": 1,
            "message": "No errors!",
            "output": "Running test...",
        },
        {"name": "Test 2", "points": 0, "max_points": 3, "images": [{"url": "data:image/gif;base64,BQ=="}]},
    ],
}


def read(results: object) -> CoursePartReport:
    return part_of(PART, read_results(json.dumps(results).encode(), Autograder()))


def test_every_field_of_the_documentation_is_read() -> None:
    part = read(WHOLE)
    assert (part.points, part.points_max, part.status) == (5.0, 20.0, TestStatus.FAILED)
    assert part.message == "Tests completed successfully."
    assert (part.log, part.log_visibility) == ("Running tests...", Visibility.VISIBLE)
    first, second = part.tests
    assert first.message == "Tests that a thing does a thing.\nNo errors!\nRunning test..."
    assert (first.points, first.points_max, first.status) == (5.0, 5.0, TestStatus.PASSED)
    assert (second.points, second.points_max, second.status) == (0.0, 15.0, TestStatus.FAILED)
    assert part.autograder is not None
    assert part.autograder.pictures == (
        Picture(media_type="image/png", data=b"\0\1\2", label="First"),
        Picture(media_type="image/jpeg", data=b"\3\4"),
        Picture(media_type="image/gif", data=b"\5"),
    )


def test_what_cannot_be_graded_has_no_points_and_says_why() -> None:
    for errors in ("no main", ["no main", "no end"]):
        part = read({"gradable": False, "score": 1, "format_errors": errors, "tests": WHOLE["tests"]})
        assert (part.points, part.status, part.tests) == (0.0, TestStatus.ERROR, ())
        assert part.message.startswith("it is not in a form that can be graded\nno main")


def test_a_score_is_a_share_and_never_more_than_all() -> None:
    assert read({"score": 1}).points == 20.0
    assert read({"score": 1e9}).points == 20.0
    assert read({"score": -3}).points == 0.0


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"score": None}, "no score"),
        ({"gradable": "no"}, "gradable: true or false was wanted, this is text"),
        ({"format_errors": {}, "gradable": False}, "format_errors: a list was wanted, this is an object"),
        ({"images": ["http://example.org/x.png"]}, "images[0]: 'http://example.org/x.png' is no data: address"),
        ({"images": ["data:image/svg+xml;base64,AA=="]}, "images[0]: 'data:image/svg+xml;base64,AA==' is no data:"),
        ({"images": ["data:image/png;base64,%%"]}, "images[0]: no base64"),
        ({"images": [7]}, "images[0]: an object was wanted, this is a number"),
        ({"images": ["data:image/png;base64,AA=="] * 17}, "images: 17 elements; at most 16 are taken"),
        ({"tests": [{"images": ["data:image/png;base64,AA=="] * 9}] * 2}, "18 images; at most 16 are taken"),
        ({"tests": [{"points": "NaN"}]}, "tests[0].points: 'NaN' is no number"),
        ({"message": "x" * (1 << 20)}, "1048603 bytes; at most 1048576 are taken"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ResultsFault) as caught:
        read({"score": 1} | change)
    assert str(caught.value).startswith(complaint)
