"""Reports in the formats of others: by their rules, and read again by our own readers."""

from __future__ import annotations

import base64
import json
from typing import Any
from xml.etree import ElementTree

import jsonschema
import msgspec
import pytest

from judge.course.formats import classroom as read_classroom
from judge.course.formats import exercism as read_exercism
from judge.course.formats import gradescope as read_gradescope
from judge.course.formats import junit as read_junit
from judge.course.formats import prairielearn as read_prairielearn
from judge.course.formats.results import part_of
from judge.errors import UsageError
from judge.gradebook.formats.exercism import write_results as write_exercism
from judge.gradebook.formats.table import FORMATS
from judge.model.assignment import (
    ALL_VISIBLE,
    Autograder,
    CoursePart,
    Isolation,
    PartKind,
    Visibility,
)
from judge.model.coursework import (
    AutograderReport,
    CoursePartReport,
    CourseTestReport,
    CourseworkReport,
    LeaderboardEntry,
    Picture,
    TestStatus,
)
from judge.model.printed import Printed
from judge.model.report import CompileReport, Report
from judge.model.verdict import Verdict

PASSED = CourseTestReport(
    name="adds",
    status=TestStatus.PASSED,
    points=4.0,
    points_max=4.0,
    wall_time_ns=1_500_000_000,
    input=Printed(head="1 2"),
)
FAILED = CourseTestReport(
    name="subtracts",
    status=TestStatus.FAILED,
    points=1.0,
    points_max=4.0,
    message="3 is not 1 \x00]]>",
    output=Printed(head="3" * 600),
    hint="Which of the two is taken away?",
    visibility=Visibility.HIDDEN,
    fields=ALL_VISIBLE.closed(Visibility.HIDDEN),
)
IO = CoursePartReport(
    name="io",
    title="1. Sums",
    kind=PartKind.TESTS,
    status=TestStatus.FAILED,
    isolation=Isolation.APART,
    points=5.0,
    points_max=8.0,
    tests=(PASSED, FAILED),
)
OTHERS = CoursePartReport(
    name="other",
    kind=PartKind.AUTOGRADER,
    status=TestStatus.FAILED,
    isolation=Isolation.SHARED,
    points=0.5,
    points_max=2.0,
    message="lines too long",
    autograder=AutograderReport(
        execution_time_ns=500_000_000,
        leaderboard=(LeaderboardEntry(name="Time", value="15.1", ascending=True),),
        pictures=(Picture(media_type="image/png", data=b"\1", label="plot"),),
        extra_data='{"seed":1}',
    ),
)
BY_HAND = CoursePartReport(name="essay", kind=PartKind.BY_HAND, status=TestStatus.OPEN, points_max=5.0)
COURSEWORK = CourseworkReport(
    student="Ada",
    title="Sums",
    parts=(IO, OTHERS, BY_HAND),
    points=5.0,
    points_max=15.0,
    open_points=5.0,
    late_penalty_points=0.5,
)
REPORT = Report(submission="s", problem="p", language="python3", verdict=Verdict.WA, coursework=COURSEWORK)
NOT_COMPILED = msgspec.structs.replace(
    REPORT,
    verdict=Verdict.CE,
    compile=CompileReport(ok=False, log="main.c:1: error"),
    coursework=CourseworkReport(
        parts=(CoursePartReport(name="io", kind=PartKind.TESTS, status=TestStatus.ERROR, points_max=8.0),),
        points_max=8.0,
    ),
)

_TEXT, _NUMBER = {"type": "string"}, {"type": "number"}


def closed_object(required: dict[str, Any], optional: dict[str, Any]) -> dict[str, Any]:
    properties = required | optional
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}


def array(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


#: What the documentation of each system allows, as a schema.
SCHEMAS = {
    "gradescope": closed_object(
        {},
        {
            "score": _NUMBER,
            "execution_time": _NUMBER,
            "output": _TEXT,
            "visibility": {"enum": ["hidden", "after_due_date", "after_published", "visible"]},
            "stdout_visibility": {"enum": ["hidden", "after_due_date", "after_published", "visible"]},
            "extra_data": {"type": "object"},
            "leaderboard": array(
                closed_object({"name": _TEXT, "value": {}}, {"order": {"enum": ["asc", "desc"]}}),
            ),
            "tests": array(
                closed_object(
                    {},
                    {
                        "score": _NUMBER,
                        "max_score": _NUMBER,
                        "status": {"enum": ["passed", "failed"]},
                        "name": _TEXT,
                        "number": _TEXT,
                        "output": _TEXT,
                        "output_format": {"enum": ["text", "html", "simple_format", "md", "ansi"]},
                        "visibility": {"enum": ["hidden", "after_due_date", "after_published", "visible"]},
                    },
                )
            ),
        },
    ),
    "prairielearn": closed_object(
        {"gradable": {"type": "boolean"}},
        {
            "score": {"type": "number", "minimum": 0, "maximum": 1},
            "format_errors": array(_TEXT),
            "message": _TEXT,
            "images": array(closed_object({"url": _TEXT}, {"label": _TEXT})),
            "tests": array(
                closed_object(
                    {"name": _TEXT, "points": _NUMBER, "max_points": _NUMBER}, {"message": _TEXT, "output": _TEXT}
                )
            ),
        },
    ),
    "exercism": closed_object(
        {"version": {"enum": [1, 2, 3]}, "status": {"enum": ["pass", "fail", "error"]}},
        {
            "message": {"type": ["string", "null"]},
            "tests": array(
                closed_object(
                    {"name": _TEXT, "status": {"enum": ["pass", "fail", "error"]}},
                    {
                        "message": _TEXT,
                        "output": {"type": "string", "maxLength": 500},
                        "test_code": _TEXT,
                        "task_id": {"type": "integer"},
                    },
                )
            ),
        },
    ),
    "classroom": closed_object(
        {"version": {"const": 1}, "status": {"enum": ["pass", "fail", "error"]}, "max_score": _NUMBER},
        {
            "tests": array(
                closed_object(
                    {"name": _TEXT, "status": {"enum": ["pass", "fail", "error"]}, "score": _NUMBER},
                    {
                        "message": {"type": ["string", "null"]},
                        "test_code": _TEXT,
                        "filename": _TEXT,
                        "line_no": {"type": "integer"},
                        "execution_time": _TEXT,
                        "max_score": _NUMBER,
                    },
                )
            )
        },
    ),
}


def written(name: str, report: Report = REPORT) -> Any:
    data = FORMATS[name].write(report)
    return json.loads(base64.b64decode(data) if name == "classroom" else data)


@pytest.mark.parametrize("report", [REPORT, NOT_COMPILED], ids=["wrong", "not-compiled"])
@pytest.mark.parametrize("name", SCHEMAS)
def test_documents_are_as_their_systems_want_them(name: str, report: Report) -> None:
    jsonschema.validate(written(name, report), SCHEMAS[name])


def test_gradescope_is_told_all_with_its_visibility() -> None:
    document = written("gradescope")
    assert (document["score"], document["execution_time"]) == (5.0, 2.0)
    assert document["output"] == "late: 0.5 points less\n5 points are for a person to give"
    assert [(test["name"], test["score"], test["status"], test["visibility"]) for test in document["tests"]] == [
        ("1. Sums: adds", 4.0, "passed", "visible"),
        ("1. Sums: subtracts", 1.0, "failed", "hidden"),
        ("other", 0.5, "failed", "visible"),
    ]
    assert document["leaderboard"] == [{"name": "Time", "value": "15.1", "order": "asc"}]
    assert document["extra_data"] == {"other": {"seed": 1}}


def test_gradescope_shows_a_visible_test_of_a_hidden_part() -> None:
    unsaid = msgspec.structs.replace(FAILED, name="said of the part", message="", visibility=Visibility.VISIBLE)
    seen = msgspec.structs.replace(unsaid, fields=ALL_VISIBLE)
    part = msgspec.structs.replace(IO, visibility=Visibility.HIDDEN, message="log", tests=(PASSED, FAILED, seen))
    document = written("gradescope", msgspec.structs.replace(REPORT, coursework=CourseworkReport(parts=(part,))))
    assert [test["visibility"] for test in document["tests"]] == ["visible", "hidden", "hidden"]


def test_prairielearn_is_told_a_share_and_what_cannot_be_graded() -> None:
    assert written("prairielearn")["score"] == pytest.approx(1 / 3)
    assert written("prairielearn")["images"] == [{"label": "plot", "url": "data:image/png;base64,AQ=="}]
    assert written("prairielearn", NOT_COMPILED) == {"gradable": False, "format_errors": ["main.c:1: error"]}


def test_prairielearn_is_never_told_more_than_it_takes() -> None:
    long = msgspec.structs.replace(FAILED, message="x" * 4000)
    tests = tuple(msgspec.structs.replace(long, name=str(number)) for number in range(900))
    report = msgspec.structs.replace(
        REPORT, coursework=CourseworkReport(parts=(msgspec.structs.replace(IO, tests=tests),))
    )
    assert len(FORMATS["prairielearn"].write(report)) <= 1 << 20


def test_exercism_is_told_in_each_version() -> None:
    assert "tests" not in json.loads(write_exercism(REPORT, 1))
    assert "subtracts" in json.loads(write_exercism(REPORT, 1))["message"]
    assert "task_id" not in json.loads(write_exercism(REPORT, 2))["tests"][0]
    third = written("exercism")
    assert (third["status"], third["message"]) == ("fail", None)
    assert third["tests"][0] == {"name": "adds", "status": "pass", "test_code": "1 2", "task_id": 1}
    assert third["tests"][1]["output"].endswith("Output was truncated. Please limit to 500 chars")
    broken = written("exercism", NOT_COMPILED)
    assert (broken["status"], "main.c:1: error" in broken["message"]) == ("error", True)


def test_classroom_adds_up_to_the_points() -> None:
    document = written("classroom")
    assert document["max_score"] == 10.0
    assert sum(test["score"] for test in document["tests"]) == 5.0
    assert document["tests"][-1]["name"] == "penalties"


def test_junit_xml_is_well_formed_and_counts() -> None:
    root = ElementTree.fromstring(FORMATS["junit"].write(REPORT))
    assert {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "3",
        "failures": "2",
        "errors": "0",
        "skipped": "0",
    }
    failure = root.find("testsuite/testcase[@name='subtracts']/failure")
    assert failure is not None
    assert failure.get("message") == "3 is not 1 \ufffd]]>"


def test_what_is_written_is_read_again() -> None:
    part = CoursePart(name="all", kind=PartKind.AUTOGRADER, points=10.0)
    read = {
        "gradescope": read_gradescope.read_results,
        "prairielearn": read_prairielearn.read_results,
        "exercism": read_exercism.read_results,
        "classroom": read_classroom.read_results,
        "junit": read_junit.read_results,
    }
    points = {name: part_of(part, read[name](one.write(REPORT), Autograder())).points for name, one in FORMATS.items()}
    # The share of a third is of all points, those of a person too; a runner of Exercism counts tests.
    expected = {"gradescope": 5.0, "prairielearn": 10 / 3, "exercism": 10 / 3, "classroom": 5.5, "junit": 5.5}
    assert points == {name: pytest.approx(value) for name, value in expected.items()}


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_on_no_assignment_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="about no assignment"):
        FORMATS[name].write(msgspec.structs.replace(REPORT, coursework=None))
