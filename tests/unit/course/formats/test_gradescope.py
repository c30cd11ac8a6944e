"""Gradescope's results.json."""

from __future__ import annotations

import json
from typing import Any

import pytest

from judge.course.formats.gradescope import read_results
from judge.course.formats.results import part_of
from judge.errors import ResultsFault
from judge.model.assignment import Autograder, CoursePart, Isolation, PartKind, Visibility
from judge.model.coursework import CoursePartReport, LeaderboardEntry, TestStatus

PART = CoursePart(name="autograder", kind=PartKind.AUTOGRADER, framework="gradescope", points=10.0)

#: Every field of the documentation.
WHOLE = {
    "score": 4.5,
    "execution_time": 136,
    "output": "Text relevant to the entire submission",
    "output_format": "simple_format",
    "test_output_format": "text",
    "test_name_format": "text",
    "visibility": "after_due_date",
    "stdout_visibility": "visible",
    "extra_data": {"seed": [1, 2]},
    "tests": [
        {
            "score": 2.0,
            "max_score": 2.0,
            "status": "passed",
            "name": "sums",
            "name_format": "text",
            "number": "1.1",
            "output": "fine",
            "output_format": "text",
            "tags": ["a", "b"],
            "visibility": "visible",
            "extra_data": {},
        },
        {"score": 1.0, "max_score": 3.0, "name": "products"},
        {"score": 0.0, "max_score": 3.0, "name": "secret", "visibility": "hidden"},
        {"score": 0.0, "max_score": 2.0, "name": "later", "visibility": "after_published"},
    ],
    "leaderboard": [
        {"name": "Accuracy", "value": 0.926},
        {"name": "Time", "value": 15.1, "order": "asc"},
        {"name": "Stars", "value": "*****"},
    ],
}


def read(results: object, autograder: Autograder | None = None) -> CoursePartReport:
    return part_of(PART, read_results(json.dumps(results).encode(), autograder or Autograder()))


def test_every_field_of_the_documentation_is_read() -> None:
    part = read(WHOLE)
    assert (part.points, part.points_max, part.status) == (4.5, 10.0, TestStatus.FAILED)
    assert part.isolation is Isolation.SHARED
    assert part.message == "Text relevant to the entire submission"
    assert part.log_visibility is Visibility.VISIBLE
    assert [(test.name, test.title, test.points, test.points_max, test.status) for test in part.tests] == [
        ("sums", "1.1) sums", 2.0, 2.0, TestStatus.PASSED),
        ("products", "", 1.0, 3.0, TestStatus.FAILED),
        ("secret", "", 0.0, 3.0, TestStatus.FAILED),
        ("later", "", 0.0, 2.0, TestStatus.FAILED),
    ]
    assert [test.visibility for test in part.tests] == [
        Visibility.VISIBLE,
        Visibility.AFTER_DUE,
        Visibility.HIDDEN,
        Visibility.HIDDEN,
    ]
    assert part.autograder is not None
    assert part.autograder.execution_time_ns == 136_000_000_000
    assert part.autograder.extra_data == '{"seed":[1,2]}'
    assert part.autograder.leaderboard == (
        LeaderboardEntry(name="Accuracy", value="0.926"),
        LeaderboardEntry(name="Time", value="15.1", ascending=True),
        LeaderboardEntry(name="Stars", value="*****"),
    )


def test_without_a_score_the_tests_are_added_up() -> None:
    part = read({"tests": [{"score": 2, "max_score": 2}, {"score": "1.5", "max_score": 8}]})
    assert part.points == 3.5
    assert [test.name for test in part.tests] == ["test 1", "test 2"]


def test_a_score_alone_is_enough() -> None:
    part = read({"score": 10})
    assert (part.points, part.status, part.tests) == (10.0, TestStatus.PASSED, ())


def test_what_is_shown_when_published_is_the_teachers_to_say() -> None:
    part = read(WHOLE, Autograder(published=Visibility.AFTER_DUE))
    assert part.tests[3].visibility is Visibility.AFTER_DUE


def test_nothing_gets_more_than_its_points() -> None:
    part = read({"score": 1e6, "tests": [{"score": 50, "max_score": 2}, {"score": 7}]})
    assert part.points == 10.0
    assert [(test.points, test.points_max) for test in part.tests] == [(2.0, 2.0), (7.0, 7.0)]


def test_tests_may_take_points_away_but_not_more_than_there_are() -> None:
    part = read({"tests": [{"score": 6, "max_score": 6}, {"score": -2, "max_score": 0}]})
    assert part.points == 4.0
    assert read({"tests": [{"score": -1e8}]}).points == 0.0


def test_tests_of_one_name_are_told_apart() -> None:
    part = read({"tests": [{"name": "a", "score": 0}, {"name": "a", "score": 0}, {"name": "a (2)", "score": 0}]})
    assert [test.name for test in part.tests] == ["a", "a (2)", "a (2) (2)"]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"score": "many"}, "score: a number was wanted, this is text"),
        ({"score": [1]}, "score: a number was wanted, this is a list"),
        ({"score": True}, "score: a number was wanted, this is true or false"),
        ({"score": 1e300}, "score: 1e+300 is no number from -1e+09 to 1e+09"),
        ({"score": "nan"}, "score: 'nan' is no number"),
        ({"tests": {}}, "tests: a list was wanted, this is an object"),
        ({"tests": [3]}, "tests[0]: an object was wanted, this is a number"),
        ({"tests": [{"output": {}}]}, "tests[0].output: text was wanted, this is an object"),
        ({"tests": [{"visibility": "never"}]}, "tests[0].visibility: 'never' is none of visible, after_due_date"),
        ({"tests": [{"status": 1}]}, "tests[0].status: 1 is none of passed, failed"),
        ({"tests": [{}] * 1001}, "tests: 1001 elements; at most 1000 are taken"),
        ({"tests": [{"tags": "a"}]}, "tests[0].tags: a list was wanted, this is text"),
        ({"output_format": "pdf"}, "output_format: 'pdf' is none of text, html"),
        ({"leaderboard": [{"name": []}]}, "leaderboard[0].name: text was wanted, this is a list"),
        ({"extra_data": "x" * 70_000}, "extra_data: 70002 bytes; at most 65536 are kept"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ResultsFault) as caught:
        read({"score": 1} | change)
    assert str(caught.value).startswith(complaint)


def test_a_file_that_says_nothing_is_refused() -> None:
    with pytest.raises(ResultsFault, match="neither a score nor tests"):
        read({"output": "done"})


def test_extra_data_stay_json_whatever_letters_they_have() -> None:
    part = read({"score": 1, "extra_data": {"a": "\x85\u202e\U000e0001"}})
    assert part.autograder is not None
    assert part.autograder.extra_data.isascii()
    assert json.loads(part.autograder.extra_data) == {"a": "\x85\u202e\U000e0001"}


def test_extra_data_that_nest_without_end_are_refused() -> None:
    data = b'{"score": 1, "extra_data": ' + b"[" * 900 + b"]" * 900 + b"}"
    with pytest.raises(ResultsFault, match="too deep"):
        for _ in range(2):
            read_results(data, Autograder())
            data = data.replace(b"[" * 900, b"[" * 100_000)


def test_texts_become_safe_text() -> None:
    part = read({"score": 1, "output": "a\x1b[31mb\x00\u202e", "tests": [{"name": "x\ny\x1b]0;z\x07", "score": 1}]})
    assert part.message == "ab\ufffd\ufffd"
    assert part.tests[0].name == "x\\ny"
