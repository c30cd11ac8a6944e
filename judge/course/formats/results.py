"""What another system's grading program says, as a value, and the report of a part that comes of it. Pure.

The program under test may have written all of it: no test and no part gets more than its points, whatever it says.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from judge.course.formats.foreign_json import unique_names
from judge.model.assignment import ALL_VISIBLE, CoursePart, Isolation, Visibility
from judge.model.coursework import AutograderReport, CoursePartReport, CourseTestReport, TestStatus
from judge.text import safe_text

#: More tests than these are refused.
TESTS_MAX = 1000
#: Of one text of a test, and of all texts of all tests together.
TEXT_BYTES_MAX = 8 << 10
_TEXTS_BYTES_MAX = 512 << 10
#: What becomes of nearly all points because sums of shares are not exact.
_TOLERANCE = 1e-9


class ForeignTest(msgspec.Struct, frozen=True, kw_only=True):
    """One test as the file says it. ``points`` None = it has none of its own; ``points_max`` None = as many.

    ``status`` None: what the points say.
    """

    name: str = ""
    number: str = ""
    points: float | None = None
    points_max: float | None = None
    status: TestStatus | None = None
    message: str = ""
    visibility: Visibility = Visibility.VISIBLE
    wall_time_ns: int = 0


class ForeignResults(msgspec.Struct, frozen=True, kw_only=True):
    """A whole file. ``points``: of all, as they are; ``share``: of all, as a part of what there is. Neither = what the
    tests have.

    ``by_share``: points of tests only say which share of the part's they are. ``failed``: nothing was graded, and why
    is in ``message``.
    """

    tests: tuple[ForeignTest, ...] = ()
    points: float | None = None
    share: float | None = None
    by_share: bool = False
    failed: bool = False
    message: str = ""
    log: str = ""
    log_visibility: Visibility = Visibility.HIDDEN
    extras: AutograderReport | None = None


def text_bytes(tests: int) -> int:
    """How much of one text is kept when there are this many tests."""
    return max(200, min(TEXT_BYTES_MAX, _TEXTS_BYTES_MAX // max(1, tests)))


def part_of(part: CoursePart, results: ForeignResults) -> CoursePartReport:
    """The report of an autograder's part."""
    tests = _test_reports(part, results)
    points = 0.0 if results.failed else _points(part, results, tests)
    if part.all_or_nothing and points < part.points:
        points = 0.0
    status = TestStatus.PASSED if points >= part.points else TestStatus.FAILED
    return CoursePartReport(
        name=part.name,
        title=part.title,
        kind=part.kind,
        status=TestStatus.ERROR if results.failed else status,
        isolation=Isolation.SHARED,
        visibility=part.visibility,
        points=points,
        points_max=part.points,
        all_or_nothing=part.all_or_nothing and results.points is None and results.share is None,
        message=results.message,
        log=results.log,
        log_visibility=results.log_visibility,
        tests=tests,
        autograder=results.extras,
    )


def failed_part(part: CoursePart, status: TestStatus, message: str, log: str = "") -> CoursePartReport:
    """The report of a part whose grading program left nothing that can be read."""
    return msgspec.structs.replace(part_of(part, ForeignResults(failed=True, message=message, log=log)), status=status)


def _points(part: CoursePart, results: ForeignResults, tests: Sequence[CourseTestReport]) -> float:
    if results.share is not None:
        points = results.share * part.points
    elif results.points is not None:
        points = results.points
    else:
        points = math.fsum(test.points for test in tests)
    points = min(max(0.0, points), part.points)
    return part.points if part.points - points <= _TOLERANCE * part.points else points


def _test_reports(part: CoursePart, results: ForeignResults) -> tuple[CourseTestReport, ...]:
    names = unique_names([test.name for test in results.tests])
    factor = _factor(part, results) if results.by_share else 1.0
    return tuple(_test_report(part, name, test, factor) for name, test in zip(names, results.tests, strict=True))


def _factor(part: CoursePart, results: ForeignResults) -> float:
    """What a point of the tests is in points of the part."""
    total = math.fsum(max(0.0, _most(test)) for test in results.tests)
    return part.points / total if total > 0 else 0.0


def _most(test: ForeignTest) -> float:
    return test.points_max if test.points_max is not None else test.points or 0.0


def _test_report(part: CoursePart, name: str, test: ForeignTest, factor: float) -> CourseTestReport:
    most = min(max(0.0, _most(test) * factor), part.points)
    # Below nothing: tests may take points away.
    points = max(min((test.points or 0.0) * factor, most), -part.points)
    passed = TestStatus.PASSED if points >= most else TestStatus.FAILED
    return CourseTestReport(
        name=name,
        title=f"{test.number}) {name}" if test.number else "",
        status=test.status or passed,
        points=points,
        points_max=most,
        visibility=test.visibility,
        fields=ALL_VISIBLE.closed(test.visibility),
        message=test.message,
        wall_time_ns=test.wall_time_ns,
    )


def log_text(output: bytes) -> str:
    """What a grading program printed, as it is kept."""
    return safe_text(output, TEXT_BYTES_MAX)
