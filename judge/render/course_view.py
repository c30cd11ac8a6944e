"""The report of a student's work on an assignment as one role may see it. Pure: the one place that decides it.

A student's report is built from a list of what may be shown, so a field that is new tomorrow stays hidden until
somebody adds it here. For a student a test that is not shown does not exist: sums, penalties, statuses and the
isolation are those of what is shown, and a part of tests none of which is shown is not there. Two reports that differ
in hidden things alone have equal views. A part of which nothing is hidden has the points that it was given.

Which fields of a test are shown is what :meth:`judge.model.assignment.FieldVisibility.closed` says: a program can print
what it is given, and a message can quote it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from enum import StrEnum

from judge.course.scoring import verdict_of
from judge.model.assignment import Isolation, PartKind, Visibility
from judge.model.coursework import CoursePartReport, CourseTestReport, CourseworkReport, TestStatus
from judge.model.verdict import Verdict
from judge.render.words import JUDGE_ERROR


class CourseRole(StrEnum):
    """Who looks."""

    STUDENT = "student"  #: who handed it in: what is visible, and after the due time what becomes so then
    MARKER = "marker"  #: who marks: all of the work and of the tests
    PUBLIC = "public"  #: everybody: that there is a submission
    JUDGE = "judge"  #: who runs the service


#: Whose points are those of their tests, all of them; of others a part without tests has points of its own.
_TESTED = (PartKind.TESTS, PartKind.CALLS, PartKind.UNIT_TESTS)

_WEAKEST_FIRST = (Isolation.SHARED, Isolation.APART, Isolation.NONE)


def course_view_of(report: CourseworkReport, role: CourseRole, now_ms: int) -> CourseworkReport:
    """The report as ``role`` may see it at ``now_ms`` (Unix time; 0 = before any due time)."""
    match role:
        case CourseRole.JUDGE | CourseRole.MARKER:
            return report
        case CourseRole.STUDENT:
            return _for_student(report, after_due=is_after_due(report, now_ms))
    return CourseworkReport()


def is_after_due(report: CourseworkReport, now_ms: int) -> bool:
    """Whether the student sees by now what is visible after the due time: when nothing that is handed in counts any
    more, or else when it is late. Without a due time that is never."""
    return 0 < max(report.due_at_ms, report.closed_at_ms) < now_ms


def shown_verdict(report: CourseworkReport) -> Verdict:
    """The verdict of what is shown, where points may be left out: AC = all that a machine gives points for is well."""
    failed = any(part.status not in (TestStatus.PASSED, TestStatus.OPEN) for part in report.parts)
    found = verdict_of(report)
    return Verdict.WA if failed and found is Verdict.AC else found


def _for_student(report: CourseworkReport, *, after_due: bool) -> CourseworkReport:
    shown = [_part(part, after_due=after_due) for part in report.parts]
    parts = tuple(part for part in shown if part is not None)
    earned = _sum(part.points for part in parts)
    late, attempts = report.late_penalty_share * earned, report.attempt_penalty_share * earned
    return CourseworkReport(
        student=report.student,
        title=report.title,
        parts=parts,
        points=0.0 if report.closed else max(0.0, earned - late - attempts),
        points_max=_sum(part.points_max for part in parts),
        open_points=_sum(part.points_max for part in parts if part.status is TestStatus.OPEN),
        attempt=report.attempt,
        attempts_max=report.attempts_max,
        attempt_penalty_share=report.attempt_penalty_share,
        attempt_penalty_points=attempts,
        handed_in_at_ms=report.handed_in_at_ms,
        due_at_ms=report.due_at_ms,
        closed_at_ms=report.closed_at_ms,
        late_ns=report.late_ns,
        late_penalty_share=report.late_penalty_share,
        late_penalty_points=late,
        closed=report.closed,
        isolation=min((part.isolation for part in parts), key=_WEAKEST_FIRST.index, default=Isolation.NONE),
        message=report.message,
    )


def _part(part: CoursePartReport, *, after_due: bool) -> CoursePartReport | None:
    """None = for the student it does not exist."""
    is_shown = _is_shown(part.visibility, after_due=after_due)
    shown = [_test(test, after_due=after_due) for test in part.tests if _is_shown(test.visibility, after_due=after_due)]
    by_tests = part.kind in _TESTED or bool(part.tests)
    if not (shown if by_tests else is_shown):
        return None
    message = part.message if is_shown else ""
    has_own = not by_tests or (is_shown and _hides_nothing(part, after_due=after_due))
    status = part.status if has_own else _status(part, message, shown)
    at_fault = TestStatus.JUDGE_ERROR in (part.status, status)
    return CoursePartReport(
        name=part.name,
        kind=part.kind,
        status=status,
        title=part.title,
        isolation=part.isolation,
        points=part.points if has_own else _points(part, shown),
        points_max=part.points_max if has_own else _sum(test.points_max for test in shown),
        message=JUDGE_ERROR if message and at_fault else message,
        log=part.log if is_shown and _is_shown(part.log_visibility, after_due=after_due) else "",
        tests=tuple(shown),
    )


def _hides_nothing(part: CoursePartReport, *, after_due: bool) -> bool:
    """Whether all of the tests are shown with their points: then what the part's own rule has made of them is, too."""
    fields = (test.fields.closed(test.visibility) for test in part.tests)
    return all(
        _is_shown(test.visibility, after_due=after_due) and _is_shown(field.points, after_due=after_due)
        for test, field in zip(part.tests, fields, strict=True)
    )


def _points(part: CoursePartReport, tests: Sequence[CourseTestReport]) -> float:
    """The points of a part of which these tests alone are there."""
    if part.all_or_nothing and any(_lacks_points(part, test) for test in tests):
        return 0.0
    return _sum(test.points for test in tests)


def _lacks_points(part: CoursePartReport, test: CourseTestReport) -> bool:
    return test.status is not TestStatus.PASSED if part.kind in _TESTED else test.points < test.points_max


def _status(part: CoursePartReport, message: str, tests: Sequence[CourseTestReport]) -> TestStatus:
    """A part that says why it was not run as a whole has a status of its own; else it is that of the tests shown."""
    failed = [test.status for test in tests if test.status is not TestStatus.PASSED]
    if message and all(status is TestStatus.NOT_RUN for status in failed):
        return part.status
    if TestStatus.JUDGE_ERROR in failed:
        return TestStatus.JUDGE_ERROR
    return failed[0] if failed else TestStatus.PASSED


def _test(test: CourseTestReport, *, after_due: bool) -> CourseTestReport:
    closed = test.fields.closed(test.visibility)
    shown = {name for name in closed.__struct_fields__ if _is_shown(getattr(closed, name), after_due=after_due)}
    return CourseTestReport(
        name=test.name,
        status=test.status,
        title=test.title,
        points=test.points if "points" in shown else 0.0,
        points_max=test.points_max if "points" in shown else 0.0,
        message=test.message if "message" in shown else "",
        input=test.input if "input" in shown else None,
        expected=test.expected if "expected" in shown else None,
        output=test.output if "output" in shown else None,
        stderr=test.stderr if "output" in shown else None,
        hint=test.hint if "hint" in shown else "",
        cpu_time_ns=test.cpu_time_ns,
        wall_time_ns=test.wall_time_ns,
    )


def _sum(points: Iterable[float]) -> float:
    return round(math.fsum(points), 9)


def _is_shown(visibility: Visibility, *, after_due: bool) -> bool:
    return visibility is Visibility.VISIBLE or (after_due and visibility is Visibility.AFTER_DUE)
