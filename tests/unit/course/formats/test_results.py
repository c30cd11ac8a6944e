"""What no results file can do, in whatever format, whoever wrote it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.course.formats import classroom, exercism, gradescope, junit, prairielearn
from judge.course.formats.results import ForeignResults, ForeignTest, failed_part, part_of, text_bytes
from judge.errors import ResultsFault
from judge.model.assignment import Autograder, CoursePart, Isolation, PartKind
from judge.model.coursework import CoursePartReport, TestStatus

PART = CoursePart(name="autograder", kind=PartKind.AUTOGRADER, points=10.0)
READERS = {
    module.__name__.rpartition(".")[2]: module.read_results
    for module in (classroom, exercism, gradescope, junit, prairielearn)
}

_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
_WORDS = st.sampled_from(
    [
        "pass",
        "passed",
        "fail",
        "error",
        "hidden",
        "visible",
        "after_published",
        "1e400",
        "nan",
        "data:image/png;base64,",
    ]
)
_KEYS = st.sampled_from(
    [
        "score",
        "max_score",
        "points",
        "max_points",
        "status",
        "name",
        "number",
        "output",
        "tests",
        "version",
        "gradable",
        "images",
        "format_errors",
        "tags",
        "url",
        "visibility",
        "stdout_visibility",
        "extra_data",
        "leaderboard",
        "execution_time",
        "message",
        "task_id",
        "label",
        "value",
        "order",
    ]
)
_TREES = st.recursive(
    _SCALARS | _WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=8),
    max_leaves=30,
)


def holds(part: CoursePartReport) -> None:
    assert 0.0 <= part.points <= part.points_max == PART.points
    assert part.isolation is Isolation.SHARED
    for test in part.tests:
        assert math.isfinite(test.points) and -PART.points <= test.points <= test.points_max <= PART.points
        assert test.name.isprintable()


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@given(_TREES)
@settings(max_examples=60, deadline=None)
def test_any_json_is_read_or_refused(reader: Callable[[bytes, Autograder], ForeignResults], tree: Any) -> None:
    for version in (tree, {"version": 1} | tree if isinstance(tree, dict) else tree):
        try:
            holds(part_of(PART, reader(json.dumps(version).encode(), Autograder())))
        except ResultsFault as error:
            assert str(error).isprintable()


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
@given(st.binary(max_size=200))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_read_or_refused(reader: Callable[[bytes, Autograder], ForeignResults], data: bytes) -> None:
    try:
        holds(part_of(PART, reader(data, Autograder())))
    except ResultsFault as error:
        assert str(error).isprintable()


def test_a_million_tests_are_refused_whatever_the_format() -> None:
    many = json.dumps({"version": 1, "status": "pass", "score": 1, "tests": [0] * 1_000_000}).encode()
    for name in ("classroom", "gradescope", "prairielearn"):
        with pytest.raises(ResultsFault, match="at most"):
            READERS[name](many, Autograder())


def test_all_or_nothing_holds_for_foreign_points() -> None:
    part = CoursePart(name="a", kind=PartKind.AUTOGRADER, points=10.0, all_or_nothing=True)
    assert part_of(part, ForeignResults(share=0.9)).points == 0.0
    assert part_of(part, ForeignResults(share=1.0)).points == 10.0


def test_shares_that_add_up_to_all_are_all() -> None:
    tests = tuple(ForeignTest(name=str(index), points=0.1, points_max=0.1) for index in range(10))
    part = part_of(PART, ForeignResults(tests=tests, points=sum([0.1] * 10) * 10))
    assert (part.points, part.status) == (10.0, TestStatus.PASSED)


def test_a_part_without_results_says_why() -> None:
    part = failed_part(PART, TestStatus.TIMEOUT, "it ran out of time", "log")
    assert (part.status, part.points, part.points_max, part.message) == (
        TestStatus.TIMEOUT,
        0.0,
        10.0,
        "it ran out of time",
    )


def test_many_tests_share_the_room_for_texts() -> None:
    assert text_bytes(1) == 8192
    assert text_bytes(1000) * 1000 <= 600_000
