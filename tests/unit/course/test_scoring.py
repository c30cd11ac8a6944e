"""Points: shares, penalties, what is blocked, and which verdict the whole has."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.course.scoring import (
    coursework_report,
    late_share,
    names_test,
    part_report,
    part_without_tests,
    shares,
    timing_of,
    unheard,
    unmet,
    verdict_of,
)
from judge.course.scoring import tests_of as collected
from judge.model.assignment import (
    DAY_NS,
    Assignment,
    CoursePart,
    CourseTest,
    FieldVisibility,
    Isolation,
    Late,
    PartKind,
    TestRule,
    Visibility,
)
from judge.model.coursework import CoursePartReport, CourseTestReport, TestStatus
from judge.model.submission import HandIn
from judge.model.units import S_NS
from judge.model.verdict import Verdict

PART = CoursePart(name="p", kind=PartKind.TESTS, points=10.0)


def judged(points: float, most: float, status: TestStatus = TestStatus.PASSED) -> CourseTestReport:
    return CourseTestReport(name=f"{points} of {most}", status=status, points=points, points_max=most)


def part(status: TestStatus, points: float, most: float, *, kind: PartKind = PartKind.TESTS) -> CoursePartReport:
    return CoursePartReport(name="p", kind=kind, status=status, points=points, points_max=most)


@given(st.floats(0, 1e6), st.lists(st.floats(0, 1e6), min_size=1, max_size=20))
def test_shares_come_to_the_whole(points: float, weights: list[float]) -> None:
    found = shares(points, weights)
    assert math.isclose(math.fsum(found), points if math.fsum(weights) else 0.0, abs_tol=1e-9, rel_tol=1e-9)


@pytest.mark.parametrize(
    ("pattern", "name", "means"),
    [
        ("test_a*", "test_add", True),
        ("test_a", "test_add", False),
        ("test_a*", "tests/test_bank.py::TestBank::test_add", True),
        ("*::TestBank::*", "tests/test_bank.py::TestBank::test_add", True),
        ("tests/*", "tests/test_bank.py::test_add", True),
        ("test_b*", "test_bank.py::test_add", False),
        ("adds*", "Bank > adds up", True),
        ("test_add*", "test_bank.py::test_add[a::test_b]", True),
        ("test_b*", "test_bank.py::test_add[a::test_b]", False),
        ("[ab]", "a", False),
    ],
)
def test_a_pattern_means_tests_by_all_or_the_end_of_their_names(pattern: str, name: str, means: bool) -> None:
    assert names_test(pattern, name) is means


def test_collected_tests_have_what_the_last_rule_says() -> None:
    rules = (
        TestRule(pattern="test_*", weight=1, visibility=Visibility.HIDDEN, hint="Think"),
        TestRule(pattern="test_b", weight=3),
        TestRule(pattern="test_c", visibility=Visibility.VISIBLE, hint="Look"),
    )
    found = collected(
        CoursePart(name="p", kind=PartKind.UNIT_TESTS, points=10, rules=rules), ["test_a", "test_b", "test_c", "test_a"]
    )
    assert [(test.name, test.points, test.visibility.value, test.hint) for test in found] == [
        ("test_a", 2, "hidden", "Think"),
        ("test_b", 6, "hidden", "Think"),
        ("test_c", 2, "visible", "Look"),
    ]


def test_what_a_field_may_tell_of_others_is_as_strict_as_they_are() -> None:
    test = CourseTest(name="t", fields=FieldVisibility(expected=Visibility.HIDDEN, input=Visibility.AFTER_DUE))
    assert test.shown == FieldVisibility(
        input=Visibility.AFTER_DUE,
        expected=Visibility.HIDDEN,
        output=Visibility.AFTER_DUE,
        message=Visibility.HIDDEN,
    )
    hidden = unheard(CourseTest(name="t", visibility=Visibility.HIDDEN)).fields
    assert {getattr(hidden, name) for name in hidden.__struct_fields__} == {Visibility.HIDDEN}


def test_a_part_whose_tests_all_passed_has_its_points_to_the_last_bit() -> None:
    assert part_report(PART, [judged(10 / 3, 10 / 3)] * 3).points == 10.0


def test_a_part_is_as_its_first_failed_test() -> None:
    found = part_report(PART, [judged(5, 5), judged(0, 3, TestStatus.TIMEOUT), judged(0, 2, TestStatus.FAILED)])
    assert (found.status, found.points) == (TestStatus.TIMEOUT, 5.0)


def test_a_judge_error_of_one_test_is_one_of_the_part() -> None:
    found = part_report(PART, [judged(0, 5, TestStatus.FAILED), judged(0, 5, TestStatus.JUDGE_ERROR)])
    assert found.status is TestStatus.JUDGE_ERROR


def test_points_are_never_below_nothing_nor_above_the_parts() -> None:
    assert part_report(PART, [judged(-3, 5, TestStatus.FAILED)]).points == 0.0
    assert part_report(PART, [judged(30, 5), judged(0, 5, TestStatus.FAILED)]).points == 10.0


def test_a_part_by_hand_does_not_keep_others_waiting() -> None:
    needs = CoursePart(name="q", kind=PartKind.TESTS, requires=("p",))
    assert unmet(needs, [part(TestStatus.OPEN, 0, 5, kind=PartKind.BY_HAND)]) == ""
    assert unmet(needs, [part(TestStatus.FAILED, 4, 5)]) == "p"
    assert unmet(needs, [part(TestStatus.JUDGE_ERROR, 5, 5)]) == "p"


LATE = Late(grace_ns=600 * S_NS, penalty_share=0.1, cap_share=0.25)


@pytest.mark.parametrize(
    ("late_ns", "share"),
    [(0, 0), (600 * S_NS, 0), (600 * S_NS + 1, 0.1), (DAY_NS, 0.1), (DAY_NS + 1, 0.2), (99 * DAY_NS, 0.25)],
)
def test_each_period_that_has_begun_costs_its_share(late_ns: int, share: float) -> None:
    assert late_share(LATE, late_ns) == pytest.approx(share)


@given(
    points=st.lists(st.tuples(st.floats(0, 1e4), st.floats(0, 1e4)), min_size=1, max_size=5),
    handed_in_at_ms=st.integers(0, 1 << 50),
    attempt=st.integers(1, 1000),
    due_at_ms=st.integers(0, 1 << 50),
    late=st.builds(
        Late,
        grace_ns=st.integers(0, 1 << 62),
        penalty_share=st.floats(0, 1),
        period_ns=st.integers(1, 1 << 60),
        cap_share=st.floats(0, 1),
        closes_after_ns=st.integers(0, 1 << 62),
    ),
    attempts=st.tuples(st.integers(0, 100), st.floats(0, 1)),
)
def test_whatever_is_late_points_are_between_nothing_and_those_of_the_parts(
    points: list[tuple[float, float]],
    handed_in_at_ms: int,
    attempt: int,
    due_at_ms: int,
    late: Late,
    attempts: tuple[int, float],
) -> None:
    assignment = Assignment(due_at_ms=due_at_ms, late=late, attempts_max=attempts[0], attempt_penalty_share=attempts[1])
    parts = [part(TestStatus.FAILED, min(pair), max(pair)) for pair in points]
    found = coursework_report(assignment, "", HandIn(handed_in_at_ms=handed_in_at_ms, attempt=attempt), parts)
    earned = math.fsum(one.points for one in parts)
    assert 0 <= found.points <= earned <= found.points_max
    assert found.late_ns >= 0 and 0 <= found.late_penalty_share <= 1
    assert handed_in_at_ms > due_at_ms or found.late_penalty_points == 0


def test_the_bounds_themselves_are_still_in_time() -> None:
    assignment = Assignment(due_at_ms=1000, late=Late(closes_after_ns=S_NS), attempts_max=2)
    assert timing_of(assignment, HandIn(handed_in_at_ms=2000, attempt=2)).closed_reason == ""
    assert timing_of(assignment, HandIn(handed_in_at_ms=2001)).closed_reason
    assert timing_of(assignment, HandIn(attempt=3)).closed_reason == "it is attempt 3 of 2 that are allowed"


def test_what_is_not_known_to_be_late_is_in_time() -> None:
    assert timing_of(Assignment(due_at_ms=1000, late=LATE), HandIn()).late_ns == 0
    assert timing_of(Assignment(), HandIn(handed_in_at_ms=5)).late_ns == 0


@pytest.mark.parametrize(
    ("parts", "verdict"),
    [
        ([part(TestStatus.PASSED, 5, 5), part(TestStatus.OPEN, 0, 5, kind=PartKind.BY_HAND)], Verdict.AC),
        ([part(TestStatus.FAILED, 4, 5)], Verdict.WA),
        ([part(TestStatus.TIMEOUT, 0, 5), part(TestStatus.FAILED, 0, 5)], Verdict.TLE),
        ([part_without_tests(PART, TestStatus.ERROR)], Verdict.CE),
        ([part(TestStatus.ERROR, 0, 5, kind=PartKind.AUTOGRADER)], Verdict.RTE),
        ([part_report(PART, [judged(0, 10, TestStatus.ERROR)])], Verdict.RTE),
        ([part_report(PART, [judged(0, 10, TestStatus.NOT_RUN)])], Verdict.RTE),
        ([part(TestStatus.FAILED, 0, 5), part(TestStatus.JUDGE_ERROR, 0, 5)], Verdict.JE),
        ([part(TestStatus.BLOCKED, 0, 5)], Verdict.WA),
        ([], Verdict.AC),
    ],
)
def test_the_verdict_is_accepted_when_a_machine_gives_all_points(
    parts: list[CoursePartReport], verdict: Verdict
) -> None:
    assert verdict_of(coursework_report(Assignment(), "", HandIn(), parts)) is verdict


def test_the_whole_is_as_isolated_as_its_weakest_part() -> None:
    parts = [
        CoursePartReport(name=f"{isolation}", kind=PartKind.TESTS, status=TestStatus.PASSED, isolation=isolation)
        for isolation in (Isolation.NONE, Isolation.APART, Isolation.SHARED)
    ]
    assert coursework_report(Assignment(), "", HandIn(), parts).isolation is Isolation.SHARED
    assert coursework_report(Assignment(), "", HandIn(), parts[:2]).isolation is Isolation.APART
    assert coursework_report(Assignment(), "", HandIn(), parts[:1]).isolation is Isolation.NONE
