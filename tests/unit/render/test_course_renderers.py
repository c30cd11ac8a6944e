"""Coursework as text, as a page and as JUnit XML: what is told, and that hostile text stays text."""

from __future__ import annotations

from xml.etree import ElementTree

from judge.model.assignment import Isolation, PartKind
from judge.model.coursework import CoursePartReport, CourseTestReport, CourseworkReport, TestStatus
from judge.model.printed import Printed
from judge.render.course_html import render_course_html
from judge.render.course_junit import course_junit_xml
from judge.render.course_text import duration, render_course_text

_HOSTILE = "<script>alert(1)</script>\x1b[2J\u202e"

REPORT = CourseworkReport(
    student="ann",
    title="Bank account",
    points=4.5,
    points_max=20 / 3 + 5,
    open_points=5.0,
    attempt=2,
    attempts_max=3,
    attempt_penalty_points=0.5,
    handed_in_at_ms=1_700_000_000_000 + 3_600_000,
    due_at_ms=1_700_000_000_000,
    late_ns=3_600 * 10**9,
    late_penalty_points=1.0,
    isolation=Isolation.SHARED,
    parts=(
        CoursePartReport(
            name="io",
            kind=PartKind.TESTS,
            status=TestStatus.FAILED,
            isolation=Isolation.SHARED,
            points=10 / 3,
            points_max=20 / 3,
            log=_HOSTILE,
            tests=(
                CourseTestReport(name="small", status=TestStatus.PASSED, points=10 / 3, points_max=10 / 3),
                CourseTestReport(
                    name=_HOSTILE,
                    status=TestStatus.FAILED,
                    points_max=10 / 3,
                    message=_HOSTILE,
                    hint="What comes last?",
                    expected=Printed(head="7\nthe end\n"),
                    output=Printed(head=f"7\n{_HOSTILE}\n"),
                    cpu_time_ns=12_000_000,
                    wall_time_ns=34_000_000,
                ),
            ),
        ),
        CoursePartReport(name="essay", kind=PartKind.BY_HAND, status=TestStatus.OPEN, points_max=5.0),
    ),
)


def test_the_text_tells_points_penalties_and_why_a_test_failed() -> None:
    text = render_course_text(REPORT)
    for said in (
        "ann · Bank account · 4.5 of 11.67 points",
        "1 h late: 1 points less",
        "attempt 2 of 3: 0.5 points less",
        "5 of the points are given by a person, and open",
        "isolation: shared",
        "hint: What comes last?",
        "0 of 3.33",
    ):
        assert said in text
    assert "\x1b" not in text and "\u202e" not in text
    assert all(len(line) <= 60 for line in render_course_text(REPORT, width=60).splitlines())


def test_the_page_needs_nothing_else_and_runs_nothing() -> None:
    page = render_course_html(REPORT)
    assert "<script" not in page and "\x1b" not in page and "\u202e" not in page
    assert "http" not in page and "url(" not in page
    assert '<i class="gone">the end</i>' in page
    assert "isolation: shared" in page


def test_junit_has_a_case_for_each_test_and_each_part_without_any() -> None:
    suite = ElementTree.fromstring(course_junit_xml([REPORT])).find("testsuite")
    assert suite is not None
    assert {name: suite.get(name) for name in ("name", "tests", "failures", "errors", "skipped")} == {
        "name": "ann",
        "tests": "3",
        "failures": "1",
        "errors": "0",
        "skipped": "1",
    }
    assert [case.get("classname") for case in suite.findall("testcase")] == ["io", "io", "essay"]


def test_a_long_time_is_told_by_its_two_largest_units() -> None:
    assert [duration(s * 10**9) for s in (0, 59, 3_600, 90_061)] == ["less than 1 s", "59 s", "1 h", "1 d 1 h"]


def test_points_that_a_person_gave_are_no_failure() -> None:
    essay = CoursePartReport(
        name="essay", kind=PartKind.BY_HAND, status=TestStatus.FAILED, points=3.0, points_max=5.0, message="Too short"
    )
    report = CourseworkReport(parts=(essay,), points=3.0, points_max=5.0)
    for shown in (render_course_text(report), render_course_html(report)):
        assert "marked" in shown and "3 of 5" in shown and "failed" not in shown
    suite = ElementTree.fromstring(course_junit_xml([report])).find("testsuite")
    assert suite is not None and suite.get("failures") == "0"
    assert suite.findtext("testcase/system-out") == "3 of 5 points\nToo short"
