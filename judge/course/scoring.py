"""Points: of tests, of parts, of the whole. Pure."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from judge.course.room import within_room
from judge.errors import PackageError
from judge.globs import fits_component
from judge.model.assignment import Assignment, CoursePart, CourseTest, Isolation, Late, PartKind, TestRule
from judge.model.coursework import CoursePartReport, CourseTestReport, CourseworkReport, TestStatus
from judge.model.submission import HandIn
from judge.model.units import MS_NS
from judge.model.verdict import Verdict

#: Of one part.
TESTS_MAX = 10_000

#: Sums of points are equal within this.
_TOLERANCE = 1e-9

#: From the weakest to the strongest.
_WEAKEST_FIRST = (Isolation.SHARED, Isolation.APART, Isolation.NONE)

#: What is between a test's name and those of its file, its classes, the groups that it is described in.
_MARKS = ("::", "/", " > ")
_BEFORE = re.compile(r"^[^\[(]*(?:::|/| > )")

_VERDICTS = {
    TestStatus.FAILED: Verdict.WA,
    TestStatus.ERROR: Verdict.RTE,
    TestStatus.TIMEOUT: Verdict.TLE,
    TestStatus.NOT_RUN: Verdict.RTE,
    TestStatus.JUDGE_ERROR: Verdict.JE,
}


def tests_of(part: CoursePart, names: Iterable[str]) -> tuple[CourseTest, ...]:
    """The tests of a part that were collected under these names (what their framework calls them), with what the
    part's rules say of each. The points are shared out by weight. Raises PackageError for too many."""
    found = [(name, [rule for rule in part.rules if names_test(rule.pattern, name)]) for name in dict.fromkeys(names)]
    if len(found) > TESTS_MAX:
        raise PackageError(f"{len(found)} tests; at most {TESTS_MAX} are taken", f"assignment.yaml:{part.line}")
    weights = [_weight(rules) for _, rules in found]
    points = shares(part.points, weights)
    return tuple(_test(part, name, rules, most) for (name, rules), most in zip(found, points, strict=True))


def names_test(pattern: str, name: str) -> bool:
    """Whether a rule's pattern means a test: by what comes after its file and its classes, or, where the pattern names
    some of those, too, by the whole name."""
    if not any(mark in pattern for mark in _MARKS):
        name = _BEFORE.sub("", name)
    return fits_component(os.fsencode(name), os.fsencode(pattern))


def _weight(rules: Sequence[TestRule]) -> float:
    return next((rule.weight for rule in reversed(rules) if rule.weight is not None), 1.0)


def _test(part: CoursePart, name: str, rules: Sequence[TestRule], points: float) -> CourseTest:
    last_first = tuple(reversed(rules))
    return CourseTest(
        name=name,
        selector=name,
        points=points,
        visibility=next((rule.visibility for rule in last_first if rule.visibility is not None), part.visibility),
        fields=part.fields,
        hint=next((rule.hint for rule in last_first if rule.hint), ""),
        line=part.line,
    )


def shares(points: float, weights: Sequence[float]) -> tuple[float, ...]:
    """``points`` shared out by weight; without any weight nobody gets one."""
    total = math.fsum(weights)
    return tuple(points * (weight / total) if total else 0.0 for weight in weights)


def unheard(test: CourseTest, status: TestStatus = TestStatus.NOT_RUN, message: str = "") -> CourseTestReport:
    """A test of which nobody said how it went."""
    return CourseTestReport(
        name=test.name,
        title=test.title,
        status=status,
        points_max=test.points,
        visibility=test.visibility,
        fields=test.shown,
        message=message,
        hint=test.hint,
    )


def part_report(part: CoursePart, tests: Sequence[CourseTestReport]) -> CoursePartReport:
    """The report of a part whose tests are these: all of them, also those that were not run."""
    failed = [test.status for test in tests if test.status is not TestStatus.PASSED]
    status = failed[0] if failed else TestStatus.PASSED
    if TestStatus.JUDGE_ERROR in failed:
        status = TestStatus.JUDGE_ERROR
    points = 0.0 if failed and part.all_or_nothing else _sum(test.points for test in tests)
    return CoursePartReport(
        name=part.name,
        title=part.title,
        kind=part.kind,
        status=status,
        isolation=part.isolation,
        visibility=part.visibility,
        points=part.points if not failed else _bounded(points, part.points),
        points_max=part.points,
        all_or_nothing=part.all_or_nothing,
        tests=tuple(tests),
    )


def part_without_tests(part: CoursePart, status: TestStatus, message: str = "", log: str = "") -> CoursePartReport:
    """The report of a part of which no test was run, for the reason ``message``; tests that are known stand in it."""
    return msgspec.structs.replace(
        part_report(part, [unheard(test) for test in part.tests]),
        status=status,
        points=0.0,
        message=message,
        log=log,
        log_visibility=part.visibility,
    )


def unmet(part: CoursePart, before: Sequence[CoursePartReport]) -> str:
    """Which part that this one requires has not all its points; empty = none."""
    lacking = {one.name for one in before if not is_full(one)}
    return next((name for name in part.requires if name in lacking), "")


def is_full(part: CoursePartReport) -> bool:
    """Whether a part has all its points; one by hand is taken to have them."""
    if part.status is TestStatus.JUDGE_ERROR:
        return False
    return part.status is TestStatus.OPEN or part.points >= part.points_max - _TOLERANCE


@dataclass(frozen=True)
class Timing:
    """When something was handed in, measured by its assignment. Shares are of the points."""

    due_at_ms: int
    closed_at_ms: int
    late_ns: int
    late_share: float
    attempt_share: float
    closed_reason: str


def timing_of(assignment: Assignment, hand_in: HandIn) -> Timing:
    """What the time and the number of the attempt cost."""
    due_at_ms = hand_in.due_at_ms or assignment.due_at_ms
    late = assignment.late
    closed_at_ms = due_at_ms + late.closes_after_ns // MS_NS if due_at_ms and late.closes_after_ns else 0
    late_ms = max(0, hand_in.handed_in_at_ms - due_at_ms) if due_at_ms else 0
    reason = ""
    if closed_at_ms and hand_in.handed_in_at_ms > closed_at_ms:
        reason = "it was handed in when nothing was taken any more"
    elif assignment.attempts_max and hand_in.attempt > assignment.attempts_max:
        reason = f"it is attempt {hand_in.attempt} of {assignment.attempts_max} that are allowed"
    return Timing(
        due_at_ms=due_at_ms,
        closed_at_ms=closed_at_ms,
        late_ns=late_ms * MS_NS,
        late_share=late_share(late, late_ms * MS_NS),
        attempt_share=min(1.0, assignment.attempt_penalty_share * (hand_in.attempt - 1)),
        closed_reason=reason,
    )


def late_share(late: Late, late_ns: int) -> float:
    """Which share of the points being late by this costs."""
    if late_ns <= late.grace_ns:
        return 0.0
    periods = -(-late_ns // max(1, late.period_ns))
    return min(late.cap_share, late.penalty_share * periods)


def coursework_report(
    assignment: Assignment, title: str, hand_in: HandIn, parts: Sequence[CoursePartReport], message: str = ""
) -> CourseworkReport:
    """The whole: sums, penalties, times."""
    timing = timing_of(assignment, hand_in)
    earned = _sum(part.points for part in parts)
    late_points, attempt_points = timing.late_share * earned, timing.attempt_share * earned
    return CourseworkReport(
        student=hand_in.student,
        title=title,
        parts=within_room(parts),
        points=max(0.0, earned - late_points - attempt_points),
        points_max=_sum(part.points_max for part in parts),
        open_points=_sum(part.points_max for part in parts if part.status is TestStatus.OPEN),
        attempt=hand_in.attempt,
        attempts_max=assignment.attempts_max,
        attempt_penalty_share=timing.attempt_share,
        attempt_penalty_points=attempt_points,
        handed_in_at_ms=hand_in.handed_in_at_ms,
        due_at_ms=timing.due_at_ms,
        closed_at_ms=timing.closed_at_ms,
        late_ns=timing.late_ns,
        late_penalty_share=timing.late_share,
        late_penalty_points=late_points,
        closed=bool(timing.closed_reason),
        isolation=min((part.isolation for part in parts), key=_WEAKEST_FIRST.index, default=Isolation.NONE),
        message=timing.closed_reason or message,
    )


def verdict_of(report: CourseworkReport) -> Verdict:
    """AC = all points that a machine gives; else what the first part says that lacks some."""
    if any(part.status is TestStatus.JUDGE_ERROR for part in report.parts):
        return Verdict.JE
    if report.closed:
        return Verdict.WA
    for part in report.parts:
        if part.kind is not PartKind.BY_HAND and not is_full(part):
            return _verdict_of_part(part)
    return Verdict.WA if report.message else Verdict.AC


def _verdict_of_part(part: CoursePartReport) -> Verdict:
    nothing_ran = all(test.status is TestStatus.NOT_RUN for test in part.tests)
    if part.status is TestStatus.ERROR and nothing_ran:
        return Verdict.RTE if part.kind is PartKind.AUTOGRADER else Verdict.CE  # it compiles for itself, if at all
    failed = next((test.status for test in part.tests if test.status is not TestStatus.PASSED), part.status)
    return _VERDICTS.get(failed, Verdict.WA)


def _sum(points: Iterable[float]) -> float:
    return math.fsum(points)


def _bounded(points: float, most: float) -> float:
    return min(max(0.0, points), most)
