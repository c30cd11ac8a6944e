"""What a service judged counts by the tables here, whatever the service took it for."""

from __future__ import annotations

import pytest

from judge.course.scoring import coursework_report, part_report, part_without_tests
from judge.errors import UsageError
from judge.gradebook.judging.service import timed_here
from judge.model.assignment import Assignment, CoursePart, CourseTest, PartKind
from judge.model.coursework import CourseTestReport, TestStatus
from judge.model.problem import PackageFormat, Problem, TestGroup
from judge.model.report import Report
from judge.model.submission import HandIn
from judge.model.verdict import Verdict

PART = CoursePart(name="io", kind=PartKind.TESTS, points=10.0, tests=(CourseTest(name="a", points=10.0),))
ASSIGNMENT = Assignment(parts=(PART,), attempts_max=3, attempt_penalty_share=0.1)


PROBLEM = Problem(
    name="sums",
    path="/p",
    format=PackageFormat.ASSIGNMENT,
    title="Sums",
    root=TestGroup(name="data"),
    assignment=ASSIGNMENT,
)


def judged(hand_in: HandIn, verdict: Verdict = Verdict.AC) -> Report:
    """By a service that took it for handed in so."""
    test = CourseTestReport(name="a", status=TestStatus.PASSED, points=10.0, points_max=10.0)
    coursework = coursework_report(ASSIGNMENT, "Sums", hand_in, [part_report(PART, [test])])
    return Report(
        submission="s",
        problem="sums",
        language="python3",
        verdict=verdict,
        score=None if verdict is Verdict.JE else coursework.points,
        cpu_time_max_ns=5,
        coursework=coursework,
    )


@pytest.mark.parametrize("verdict", [Verdict.AC, Verdict.JE])
def test_an_attempt_too_many_has_no_points_and_no_tests_that_ran_though_the_service_graded_it(verdict: Verdict) -> None:
    found = timed_here(judged(HandIn(student="amy"), verdict), HandIn(student="amy", attempt=5), PROBLEM)
    assert (found.verdict, found.score, found.cpu_time_max_ns) == (Verdict.WA, 0.0, 0)
    coursework = found.coursework
    assert coursework is not None and coursework.closed and coursework.points == 0.0
    reason = "it is attempt 5 of 3 that are allowed"
    assert found.reason == coursework.message == reason
    assert coursework.parts == (part_without_tests(PART, TestStatus.NOT_RUN, reason),)


def test_the_penalty_is_that_of_the_attempt_as_it_is_known_here() -> None:
    found = timed_here(judged(HandIn(student="amy")), HandIn(student="amy", attempt=3), PROBLEM)
    assert found.coursework is not None
    assert (found.verdict, found.score, found.coursework.points) == (Verdict.AC, 8.0, 8.0)


def test_what_the_service_did_not_grade_has_no_report_where_it_counts_here() -> None:
    with pytest.raises(UsageError, match="for an attempt too many: it is attempt 4 of 3"):
        timed_here(judged(HandIn(student="amy", attempt=4)), HandIn(student="amy"), PROBLEM)
