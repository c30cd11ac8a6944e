"""What each role of a course sees: nothing hidden by any door, and nothing that depends on what is hidden."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from judge.course.formats.results import ForeignResults, ForeignTest, part_of
from judge.course.scoring import coursework_report, part_report, part_without_tests, verdict_of
from judge.gateway.work_forms import form_in_role
from judge.model.assignment import (
    ALL_VISIBLE,
    Assignment,
    CoursePart,
    FieldVisibility,
    Isolation,
    PartKind,
    Visibility,
)
from judge.model.coursework import CoursePartReport, CourseTestReport, CourseworkReport, TestStatus
from judge.model.event import CaseJudged, Compiled, Done, Event
from judge.model.printed import Printed
from judge.model.report import CaseReport, CompileReport, Report
from judge.model.submission import HandIn
from judge.model.verdict import Verdict
from judge.queue.records import summary_of
from judge.queue.values import State, SubmissionView
from judge.render.any_report import page_of_report, text_of_report
from judge.render.course_html import render_course_html
from judge.render.course_junit import course_junit_xml
from judge.render.course_text import render_course_text
from judge.render.course_view import CourseRole, course_view_of, is_after_due
from judge.render.record_view import course_event_view_of
from judge.render.view import Role, view_of

#: In every text that a student may not see.
MARK = "SECRET"

DUE_MS = 1_700_000_000_000
CLOSED_MS = DUE_MS + 86_400_000
BEFORE_MS, AFTER_MS = DUE_MS, CLOSED_MS + 1

#: What is found is large, and made smaller only after minutes.
_PHASES = (Phase.explicit, Phase.generate)

_TESTED = (PartKind.TESTS, PartKind.CALLS, PartKind.UNIT_TESTS)
_SUMS = ("points", "points_max", "open_points", "late_penalty_points", "attempt_penalty_points")

visibilities = st.sampled_from(Visibility)
statuses = st.sampled_from([status for status in TestStatus if status is not TestStatus.OPEN])
texts = st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), max_size=8)
printed = st.none() | st.builds(Printed, head=texts.map(lambda text: f"{text}\n"))
amounts = st.sampled_from([0.0, 0.5, 1.0, 7.0, 10.0 / 3])
times = st.integers(0, 10**9)

tests = st.builds(
    CourseTestReport,
    name=texts,
    status=statuses,
    title=texts,
    points=amounts,
    points_max=amounts,
    visibility=visibilities,
    fields=st.builds(FieldVisibility, **dict.fromkeys(FieldVisibility.__struct_fields__, visibilities)),
    message=texts,
    input=printed,
    expected=printed,
    output=printed,
    stderr=printed,
    hint=texts,
    cpu_time_ns=times,
    wall_time_ns=times,
).map(lambda test: msgspec.structs.replace(test, fields=test.fields.closed(test.visibility)))

parts = st.builds(
    CoursePartReport,
    name=texts,
    kind=st.sampled_from(PartKind),
    status=statuses,
    title=texts,
    isolation=st.sampled_from(Isolation),
    visibility=visibilities,
    points=amounts,
    points_max=amounts,
    all_or_nothing=st.booleans(),
    message=texts,
    log=texts,
    log_visibility=visibilities,
    tests=st.lists(tests, max_size=5).map(tuple),
    instructions=texts,
)


def _report(found: list[CoursePartReport]) -> Report:
    """The whole report of these parts, with sums as scoring makes them."""
    assignment = Assignment(due_at_ms=DUE_MS, attempt_penalty_share=0.1)
    hand_in = HandIn(student="ann", handed_in_at_ms=DUE_MS + 1000, attempt=2)
    course = coursework_report(assignment, "Bank", hand_in, found)
    course = msgspec.structs.replace(course, closed_at_ms=CLOSED_MS)
    all_tests = [test for part in found for test in part.tests]
    compiled = CompileReport(ok=False, log="".join(part.log for part in found))
    return Report(
        submission="s",
        problem="bank",
        language="python3",
        verdict=verdict_of(course),
        score=course.points,
        reason="; ".join(part.message for part in found),
        deciding_case=all_tests[0].name if all_tests else "",
        cpu_time_max_ns=max((test.cpu_time_ns for test in all_tests), default=0),
        wall_time_max_ns=sum(test.wall_time_ns for test in all_tests),
        memory_peak_max_bytes=len(all_tests),
        pids_peak_max=len(all_tests),
        compile=compiled,
        judged_by="host/1",
        attempt=len(all_tests),
        noise_ratio=0.5,
        submitted_at_ms=DUE_MS,
        claimed_at_ms=DUE_MS + 1,
        finished_at_ms=DUE_MS + 1 + sum(test.wall_time_ns for test in all_tests),
        package_digest="sha256:1",
        coursework=course,
    )


class _Other:
    """Makes of parts others that differ in what is hidden alone, there in all: marked texts, other numbers, other
    statuses, other numbers of tests."""

    def __init__(self, seed: int, *, after_due: bool) -> None:
        self._random = random.Random(seed)
        self._shown = {Visibility.VISIBLE, *([Visibility.AFTER_DUE] if after_due else [])}

    def parts(self, found: list[CoursePartReport]) -> list[CoursePartReport]:
        made = [self._part(part) for part in found]
        made.insert(self._random.randint(0, len(made)), self._hidden_part())
        return made

    def _part(self, part: CoursePartReport) -> CoursePartReport:
        if part.kind not in _TESTED and not part.tests:
            return part if part.visibility in self._shown else self._hidden_part()
        kept = [self._test(test) for test in part.tests if test.visibility in self._shown]
        for _ in range(self._random.randint(1, 3)):
            kept.insert(self._random.randint(0, len(kept)), self._hidden_test())
        changes: dict[str, Any] = {"points": self._number(), "points_max": self._number(), "tests": tuple(kept)}
        if part.visibility not in self._shown:
            changes |= {"message": self._text(), "log": self._text(), "status": self._status()}
        elif not part.message:
            changes["status"] = self._status()
        if part.log_visibility not in self._shown:
            changes["log"] = self._text()
        return msgspec.structs.replace(part, instructions=self._text(), **changes)

    def _test(self, test: CourseTestReport) -> CourseTestReport:
        """One that is shown, of which some fields are not."""
        changes: dict[str, Any] = {}
        for name in FieldVisibility.__struct_fields__:
            if getattr(test.fields, name) in self._shown:
                continue
            match name:
                case "points":
                    changes |= {"points": self._number(), "points_max": self._number()}
                case "message" | "hint":
                    changes[name] = self._text()
                case "output":
                    changes |= {"output": self._printed(), "stderr": self._printed(), "message": self._text()}
                case "expected":
                    changes |= {"expected": self._printed(), "message": self._text()}
                case "input":
                    changes |= {"input": self._printed(), "output": self._printed(), "stderr": self._printed()}
                    changes["message"] = self._text()
        return msgspec.structs.replace(test, **changes)

    def _hidden_test(self) -> CourseTestReport:
        visibility = self._random.choice([one for one in Visibility if one not in self._shown])
        return CourseTestReport(
            name=self._text(),
            status=self._status(),
            title=self._text(),
            points=self._number(),
            points_max=self._number(),
            visibility=visibility,
            fields=ALL_VISIBLE if self._random.random() < 0.5 else ALL_VISIBLE.closed(visibility),
            message=self._text(),
            input=self._printed(),
            expected=self._printed(),
            output=self._printed(),
            stderr=self._printed(),
            hint=self._text(),
            cpu_time_ns=self._random.randint(1, 10**12),
            wall_time_ns=self._random.randint(1, 10**12),
        )

    def _hidden_part(self) -> CoursePartReport:
        return CoursePartReport(
            name=self._text(),
            kind=self._random.choice(list(PartKind)),
            status=self._status(),
            title=self._text(),
            isolation=self._random.choice(list(Isolation)),
            visibility=Visibility.HIDDEN,
            points=self._number(),
            points_max=self._number(),
            message=self._text(),
            log=self._text(),
            tests=tuple(self._hidden_test() for _ in range(self._random.randint(0, 3))),
        )

    def _text(self) -> str:
        return f"{MARK}{self._random.randint(0, 10**9)}"

    def _number(self) -> float:
        return self._random.randint(1, 10**6) / 7

    def _printed(self) -> Printed:
        return Printed(head=self._text(), tail=self._text(), omitted_bytes=self._random.randint(1, 10**6))

    def _status(self) -> TestStatus:
        return self._random.choice(list(TestStatus))


def _doors(report: Report, role: Role, now_ms: int) -> dict[str, bytes]:
    """All that is made of a report for this role."""
    seen = view_of(report, role, now_ms)
    assert seen.coursework is not None
    record = SubmissionView(
        id="s",
        state=State.DONE,
        verdict=report.verdict,
        submitted_at_ms=report.submitted_at_ms,
        claimed_at_ms=report.claimed_at_ms,
        finished_at_ms=report.finished_at_ms,
        attempt=report.attempt,
        worker="host/1",
        reason=report.reason,
        summary=summary_of(report),
    )
    case = CaseJudged(submission="s", index=1, total=2, case=CaseReport(name=MARK, verdict=Verdict.WA))
    events: list[Event] = [case, Compiled(submission="s", ok=True, cached=False, wall_time_ns=report.wall_time_max_ns)]
    told = [course_event_view_of(event, role, now_ms) for event in (*events, Done(submission="s", report=report))]
    return {
        "json": msgspec.json.encode(seen),
        "text": text_of_report(seen).encode(),
        "short text": text_of_report(seen, details=False, width=60).encode(),
        "page": page_of_report(seen).encode(),
        "course text": render_course_text(seen.coursework).encode(),
        "course page": render_course_html(seen.coursework, title="x").encode(),
        "junit": course_junit_xml([seen.coursework]).encode(),
        "events": msgspec.json.encode(told),
        "list": msgspec.json.encode(form_in_role(record, None, role, "s", now_ms)),
        "work": msgspec.json.encode(form_in_role(record, report, role, "s", now_ms)),
    }


@settings(max_examples=60, phases=_PHASES)
@given(found=st.lists(parts, max_size=4), seeds=st.tuples(st.integers(0), st.integers(0)), after_due=st.booleans())
def test_no_door_tells_a_student_of_anything_hidden(
    found: list[CoursePartReport], seeds: tuple[int, int], after_due: bool
) -> None:
    now_ms = AFTER_MS if after_due else BEFORE_MS
    one, other = (_report(_Other(seed, after_due=after_due).parts(found)) for seed in seeds)
    seen = _doors(one, Role.CONTESTANT, now_ms)
    assert seen == _doors(other, Role.CONTESTANT, now_ms)
    assert [door for door, text in seen.items() if MARK.encode() in text] == []


@settings(max_examples=15, phases=_PHASES)
@given(one=st.lists(parts, max_size=3), other=st.lists(parts, max_size=3))
def test_everybody_is_told_that_it_is_there_and_nothing_else(
    one: list[CoursePartReport], other: list[CoursePartReport]
) -> None:
    assert _doors(_report(one), Role.PUBLIC, AFTER_MS) == _doors(_report(other), Role.PUBLIC, AFTER_MS)


@settings(max_examples=20, phases=_PHASES)
@given(found=st.lists(parts, max_size=3), after_due=st.booleans())
def test_a_view_of_a_view_is_the_view(found: list[CoursePartReport], after_due: bool) -> None:
    now_ms = AFTER_MS if after_due else BEFORE_MS
    seen = view_of(_report(found), Role.CONTESTANT, now_ms)
    assert view_of(seen, Role.CONTESTANT, now_ms) == seen


@settings(max_examples=20, phases=_PHASES)
@given(found=st.lists(parts, max_size=3))
def test_a_marker_sees_all_but_our_hosts_and_a_judge_sees_those_too(found: list[CoursePartReport]) -> None:
    report = _report(found)
    seen = view_of(report, Role.MARKER, BEFORE_MS)
    assert seen == msgspec.structs.replace(report, judged_by="", noise_ratio=None)
    assert view_of(report, Role.JUDGE) is report
    assert report.coursework is not None
    for role in (CourseRole.MARKER, CourseRole.JUDGE):
        assert course_view_of(report.coursework, role, BEFORE_MS) is report.coursework


def _test(name: str, status: TestStatus = TestStatus.PASSED, **more: Any) -> CourseTestReport:
    points = 10.0 if status is TestStatus.PASSED else 0.0
    return CourseTestReport(name=name, status=status, points=points, points_max=10.0, **more)


def _part(*found: CourseTestReport, **more: Any) -> CoursePartReport:
    part = CoursePart(name="io", kind=PartKind.TESTS, points=10.0 * len(found))
    return msgspec.structs.replace(part_report(part, found), **more)


def _seen(*found: CoursePartReport, now_ms: int = BEFORE_MS) -> CourseworkReport:
    seen = view_of(_report(list(found)), Role.CONTESTANT, now_ms).coursework
    assert seen is not None
    return seen


def test_where_nothing_is_hidden_a_student_sees_the_points_as_they_are() -> None:
    by_hand = CoursePart(name="essay", kind=PartKind.BY_HAND, points=5.0)
    report = _report([_part(_test("a"), _test("b", TestStatus.FAILED)), part_without_tests(by_hand, TestStatus.OPEN)])
    seen = view_of(report, Role.CONTESTANT, BEFORE_MS)
    assert seen.coursework is not None and report.coursework is not None
    assert {name: getattr(seen.coursework, name) for name in _SUMS} == {
        name: getattr(report.coursework, name) for name in _SUMS
    }
    assert (seen.score, seen.verdict) == (report.score, Verdict.WA)


def _of_rule(*found: CourseTestReport) -> CoursePartReport:
    """A part that one failed test costs all points."""
    return part_report(CoursePart(name="io", kind=PartKind.TESTS, points=10.0 * len(found), all_or_nothing=True), found)


@pytest.mark.parametrize(
    ("points", "status", "verdict"),
    [(2.5, TestStatus.FAILED, Verdict.WA), (10.0, TestStatus.PASSED, Verdict.AC)],
)
def test_a_part_that_a_grading_program_gave_points_has_those_where_nothing_is_hidden(
    points: float, status: TestStatus, verdict: Verdict
) -> None:
    tests = (ForeignTest(name="a", points=2.0), ForeignTest(name="b", points=1.0, points_max=8.0))
    part = CoursePart(name="all", kind=PartKind.AUTOGRADER, points=10.0)
    report = _report([part_of(part, ForeignResults(tests=tests, points=points))])
    seen = view_of(report, Role.CONTESTANT, BEFORE_MS)
    assert seen.coursework is not None and seen.verdict is verdict
    (shown,) = seen.coursework.parts
    assert (shown.points, shown.points_max, shown.status) == (points, 10.0, status)


def test_a_part_that_one_failed_test_costs_all_points_has_none_where_nothing_is_hidden() -> None:
    seen = _seen(_of_rule(_test("a"), _test("b", TestStatus.FAILED)))
    assert (seen.parts[0].points, seen.parts[0].points_max, seen.points) == (0.0, 20.0, 0.0)


def test_where_a_failed_test_costs_all_points_one_that_is_shown_does() -> None:
    hidden = _test("h", visibility=Visibility.HIDDEN)
    seen = _seen(_of_rule(_test("a"), _test("b", TestStatus.FAILED), hidden)).parts[0]
    assert (seen.points, seen.points_max) == (0.0, 20.0)


def test_where_a_failed_test_costs_all_points_a_hidden_one_costs_none_of_those_shown() -> None:
    hidden = _test("h", TestStatus.FAILED, visibility=Visibility.HIDDEN)
    assert _seen(_of_rule(_test("a"), hidden)).parts[0].points == 10.0


def test_a_grading_program_is_taken_at_its_word_where_one_test_costs_all_points() -> None:
    """Its tests are not all that it gives points for."""
    part = CoursePart(name="all", kind=PartKind.AUTOGRADER, points=10.0, all_or_nothing=True)
    shown = ForeignTest(name="a", points=5.0, points_max=6.0)
    hidden = ForeignTest(name="h", points=4.0, visibility=Visibility.HIDDEN)
    points = [
        _seen(part_of(part, ForeignResults(tests=(shown, hidden), points=given))).parts[0].points
        for given in (None, 10.0)
    ]
    assert points == [0.0, 5.0]


def test_points_of_tests_that_are_not_shown_are_not_told_by_their_part() -> None:
    fields = FieldVisibility(points=Visibility.HIDDEN)
    seen = _seen(_part(_test("a"), _test("b", fields=fields))).parts[0]
    assert (seen.points, seen.points_max) == (10.0, 10.0)


def test_sums_are_those_of_what_is_shown() -> None:
    hidden = _test("h", TestStatus.FAILED, visibility=Visibility.HIDDEN)
    seen = _seen(_part(_test("a"), hidden))
    assert (seen.points_max, seen.attempt_penalty_points, seen.points) == (10.0, 1.0, 9.0)
    assert [test.name for test in seen.parts[0].tests] == ["a"]
    assert seen.parts[0].status is TestStatus.PASSED


def test_what_is_visible_after_due_appears_when_nothing_counts_any_more_without_judging_again() -> None:
    part = _part(_test("a"), _test("later", TestStatus.FAILED, visibility=Visibility.AFTER_DUE))
    assert [len(_seen(part, now_ms=now_ms).parts[0].tests) for now_ms in (DUE_MS + 1, CLOSED_MS, AFTER_MS)] == [1, 1, 2]


@pytest.mark.parametrize(("due_ms", "closed_ms"), [(0, 0), (DUE_MS, 0), (DUE_MS, CLOSED_MS)])
def test_the_due_time_is_over_when_the_later_of_both_times_is(due_ms: int, closed_ms: int) -> None:
    report = CourseworkReport(due_at_ms=due_ms, closed_at_ms=closed_ms)
    last_ms = max(due_ms, closed_ms)
    assert not is_after_due(report, 0)
    assert not is_after_due(report, last_ms)
    assert is_after_due(report, last_ms + 1) == (due_ms > 0)


def test_a_program_that_prints_its_hidden_input_is_not_shown() -> None:
    fields = FieldVisibility(input=Visibility.HIDDEN)
    test = _test("a", TestStatus.FAILED, fields=fields, output=Printed(head=MARK), message=MARK, hint="look")
    seen = _seen(_part(test)).parts[0].tests[0]
    assert (seen.output, seen.message, seen.hint) == (None, "", "look")


def test_a_part_that_was_not_run_as_a_whole_says_so() -> None:
    part = CoursePart(name="later", kind=PartKind.TESTS)
    tests_of_it = (_test("a", TestStatus.NOT_RUN),)
    blocked = msgspec.structs.replace(part_without_tests(part, TestStatus.BLOCKED, "io comes first"), tests=tests_of_it)
    seen = _seen(blocked).parts[0]
    assert (seen.status, seen.message) == (TestStatus.BLOCKED, "io comes first")


def test_the_setters_fault_is_not_told_to_students_in_the_setters_words() -> None:
    part = CoursePart(name="later", kind=PartKind.TESTS)
    fault = part_without_tests(part, TestStatus.JUDGE_ERROR, f"assignment.yaml:3: {MARK}")
    seen = view_of(_report([msgspec.structs.replace(fault, tests=(_test("a", TestStatus.NOT_RUN),))]), Role.CONTESTANT)
    assert seen.verdict is Verdict.JE
    assert MARK not in msgspec.json.encode(seen).decode()
