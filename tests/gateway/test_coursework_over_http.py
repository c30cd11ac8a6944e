"""Assignments over HTTP: handing in, attempts, and that students are told of no hidden test by any address."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from gateway_harness import Gateway

from judge.queue.api_keys import Scope

_DAY_MS = 86_400_000
_HIDDEN, _LATER = "HIDDENMARK", "LATERMARK"

_PARTS = f"""
parts:
  - name: io
    kind: tests
    points: 30
    tests:
      - {{name: first, stdin: "1 2\\n", stdout: "3\\n"}}
      - {{name: {_LATER}, stdin: "{_LATER}\\n", stdout: "{_LATER}\\n", visibility: after_due}}
      - {{name: {_HIDDEN}, title: {_HIDDEN}, stdin: "{_HIDDEN}\\n", stdout: "{_HIDDEN}\\n", hint: {_HIDDEN},
         visibility: hidden}}
  - {{name: {_HIDDEN}part, kind: by_hand, points: 7, visibility: hidden}}
  - {{name: essay, kind: by_hand, points: 5}}
"""

#: What it is given it prints: a spy.
_PROGRAM = (
    "import sys\nline = input()\nprint(line)\nprint(line, file=sys.stderr)\n"
    "if line[0].isalpha(): raise SystemExit(line)\n"
)


def _yaml(due_ms: int, more: str = "") -> str:
    due = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(due_ms // 1000))
    return f"assignment: 1\ntitle: Sums\ndue: {due}\nlanguages: [python3]\nfiles: {{starter: starter/}}\n{more}{_PARTS}"


def _zip(files: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


class _Course:
    """A course with its own tenant: who has which key, and its assignments."""

    def __init__(self, gateway: Gateway, make_key: Callable[..., str]) -> None:
        self.gateway = gateway
        self.teacher = make_key("course", Scope.PACKAGES, Scope.READ, Scope.SUBMIT)
        self.marker = make_key("course", Scope.MARKER, Scope.READ, Scope.SUBMIT)
        self.ann = make_key("course", Scope.READ, Scope.SUBMIT, student="ann")
        self.bob = make_key("course", Scope.READ, Scope.SUBMIT, student="bob")
        self.eve = make_key("course", Scope.READ, Scope.SUBMIT, student="eve")

    def publish(self, name: str, yaml: str) -> None:
        files = {"assignment.yaml": yaml, "starter/sum.py": "# begin here\n", "statement.md": "Add.\n"}
        headers = {"content-type": "application/zip"}
        answer = self.gateway.post(f"/api/v1/packages?name={name}", _zip(files), key=self.teacher, headers=headers)
        assert answer.status == 201, answer.body

    def hand_in(self, package: str, key: str, **more: Any) -> Any:
        sources = [{"name": "sum.py", "text": _PROGRAM}]
        asked = {"package": package, "language": "python3", "sources": sources, **more}
        return self.gateway.post("/api/v1/submissions?wait=60", asked, key=key)

    def everything(self, key: str, id: str) -> dict[str, bytes]:
        """All that can be asked about a submission, by address."""
        one = f"/api/v1/submissions/{id}"
        paths = [
            one, f"{one}/judgings", f"{one}/judgings/now", f"{one}/events", "/api/v1/submissions", f"/api/v1/work/{id}",
            f"/api/v1/work/{id}/events", "/api/v1/work", "/submissions", f"/submissions/{id}",
            "/api/v1/submissions?status=WA", "/api/v1/submissions?status=RTE", "/api/v1/submissions?status=AC",
            "/api/v1/packages/sums/problem", "/api/v1/packages/sums/samples", "/problems/sums/1", "/problems",
        ]  # fmt: skip
        answers = {path: self.gateway.get(path, key=key) for path in paths}
        assert [path for path, answer in answers.items() if answer.status != 200] == []
        return {path: answer.body for path, answer in answers.items()}


@pytest.fixture(scope="module")
def course(gateway: Gateway, make_key: Callable[..., str]) -> _Course:
    """With assignments that are due tomorrow, were due yesterday, and may be handed in twice."""
    made = _Course(gateway, make_key)
    now_ms = time.time_ns() // 1_000_000
    made.publish("sums", _yaml(now_ms + _DAY_MS))
    made.publish("over", _yaml(now_ms - _DAY_MS, "late: {penalty: 10% per day, closes: 1h}\n"))
    made.publish("twice", _yaml(now_ms + _DAY_MS, "attempts: {max: 2}\n"))
    return made


@pytest.fixture(scope="module")
def handed_in(course: _Course) -> Any:
    """What Ann is told of what she handed in."""
    answer = course.hand_in("sums", course.ann)
    assert answer.status == 201, answer.body
    return answer


def test_a_student_is_told_of_no_hidden_test_by_any_address(course: _Course, handed_in: Any) -> None:
    form = handed_in.json()
    report = form["judging"]["coursework"]
    assert [test["name"] for test in report["parts"][0]["tests"]] == ["first"]
    assert (report["student"], report["points_max"], report["open_points"]) == ("ann", 15.0, 5.0)
    assert (form["finished_at_ms"], form["summary"]["score"]) == (0, None)
    answers = {"POST": handed_in.body, **course.everything(course.ann, form["id"])}
    assert [(path, mark) for path, body in answers.items() for mark in (_HIDDEN, _LATER) if mark.encode() in body] == []
    listed = [path for path in answers if "?status=" in path and form["id"].encode() in answers[path]]
    assert listed == []


def test_a_student_hears_of_no_test_while_it_is_judged_and_a_marker_does(course: _Course, handed_in: Any) -> None:
    path = f"/api/v1/submissions/{handed_in.json()['id']}/events"
    for key, hears in ((course.ann, False), (course.marker, True), (course.teacher, True)):
        names = [event.name for event in course.gateway.events(path, key=key)]
        assert ("case" in names) is hears
        assert names[-1] == "done"


def test_who_marks_and_who_made_it_see_all_of_it(course: _Course, handed_in: Any) -> None:
    path = f"/api/v1/submissions/{handed_in.json()['id']}"
    for key in (course.marker, course.teacher):
        form = course.gateway.get(path, key=key).json()
        assert [len(part.get("tests", [])) for part in form["judging"]["coursework"]["parts"]] == [3, 0, 0]
        assert form["status"] == form["judging"]["verdict"]
        assert _HIDDEN in json.dumps(form)


def test_of_another_students_work_one_is_told_that_it_is_there(course: _Course, handed_in: Any) -> None:
    id = handed_in.json()["id"]
    form = course.gateway.get(f"/api/v1/submissions/{id}", key=course.bob).json()
    assert (form["state"], form["status"], form["judging"]["coursework"]) == ("done", "", {})
    for path in (f"/api/v1/work/{id}/program", f"/api/v1/submissions/{id}/events", f"/submissions/{id}"):
        assert course.gateway.get(path, key=course.bob).status == 404
    assert course.gateway.ask("DELETE", f"/api/v1/submissions/{id}", key=course.bob).status == 404
    assert id not in course.gateway.get("/api/v1/submissions", key=course.bob).body.decode()


def test_what_is_visible_after_the_due_time_is_there_once_nothing_counts_any_more(course: _Course) -> None:
    form = course.hand_in("over", course.ann).json()
    report = form["judging"]["coursework"]
    assert report["closed"]
    assert [test["name"] for test in report["parts"][0]["tests"]] == ["first", _LATER]
    answers = course.everything(course.ann, form["id"])
    assert [path for path, body in answers.items() if _HIDDEN.encode() in body] == []


def test_attempts_are_counted_once_for_each_submission_and_end(course: _Course) -> None:
    first = course.hand_in("twice", course.ann, id="first")
    assert course.hand_in("twice", course.ann, id="first").json()["id"] == "first"
    second = course.hand_in("twice", course.ann)
    assert [one.json()["judging"]["coursework"].get("attempt", 1) for one in (first, second)] == [1, 2]
    refused = course.hand_in("twice", course.ann)
    assert (refused.status, refused.problem) == (409, "attempts-used")
    assert course.hand_in("twice", course.bob).json()["judging"]["coursework"]["attempts_max"] == 2


def test_what_who_marks_hands_in_for_a_student_is_a_first_attempt_and_none_of_the_students(course: _Course) -> None:
    for _ in range(3):
        report = course.hand_in("twice", course.marker, hand_in={"student": "eve"}).json()["judging"]["coursework"]
        assert (report.get("attempt", 1), report.get("closed", False)) == (1, False)
    eve = course.hand_in("twice", course.eve).json()["judging"]["coursework"]
    assert (eve.get("attempt", 1), eve.get("closed", False)) == (1, False)


def test_what_a_student_handed_in_stays(course: _Course, handed_in: Any) -> None:
    """Else its id, its number and its time would be had by what is handed in later."""
    id = handed_in.json()["id"]
    for path in (f"/api/v1/submissions/{id}", f"/api/v1/work/{id}"):
        refused = course.gateway.ask("DELETE", path, key=course.ann)
        assert (refused.status, refused.problem) == (403, "no-scope")
    marked = course.hand_in("sums", course.marker, hand_in={"student": "eve"}).json()["id"]
    assert course.gateway.ask("DELETE", f"/api/v1/submissions/{marked}", key=course.marker).status == 204


def test_an_attempt_that_was_not_taken_in_is_given_back(course: _Course) -> None:
    for _ in range(3):
        assert course.hand_in("twice", course.bob, language="no-such-language").status == 422
    assert course.hand_in("twice", course.bob, id="after").json()["judging"]["coursework"]["attempt"] == 2


@pytest.mark.parametrize("given", [{"student": "bob"}, {"handed_in_at_ms": 1}, {"due_at_ms": 1}])
def test_only_who_marks_says_whose_and_when_it_is(course: _Course, given: dict[str, Any]) -> None:
    refused = course.hand_in("sums", course.ann, hand_in=given)
    assert (refused.status, refused.problem) == (403, "no-scope")


def test_who_marks_hands_in_for_a_student_who_sees_it(course: _Course) -> None:
    at_ms = time.time_ns() // 1_000_000 - 10 * _DAY_MS
    given = {"student": "ann", "handed_in_at_ms": at_ms, "due_at_ms": at_ms - 1000}
    form = course.hand_in("sums", course.marker, hand_in=given).json()
    report = course.gateway.get(f"/api/v1/submissions/{form['id']}", key=course.ann).json()["judging"]["coursework"]
    assert (report["handed_in_at_ms"], report["due_at_ms"], report["late_ns"]) == (at_ms, at_ms - 1000, 10**9)


def test_what_is_no_assignment_is_not_handed_in_as_one(course: _Course, sum_package: str) -> None:
    refused = course.hand_in(sum_package, course.ann, hand_in={})
    assert (refused.status, refused.problem) == (422, "bad-field")


def test_an_assignment_shows_what_is_to_be_done_and_no_hidden_part(course: _Course) -> None:
    view = course.gateway.get("/api/v1/packages/sums/problem", key=course.ann).json()["assignment"]
    assert [(part["name"], part["points"]) for part in view["parts"]] == [("io", 0.0), ("essay", 5.0)]
    assert view["starter"] == ["starter/sum.py"]
    file = course.gateway.get("/api/v1/packages/sums/file?name=starter/sum.py", key=course.ann)
    assert file.body == b"# begin here\n"
