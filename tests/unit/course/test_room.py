"""A report has its bound, and keeps what failed."""

from __future__ import annotations

import msgspec

from judge.course.room import LOG_CHARS_MAX, MESSAGE_CHARS_MAX, TEXT_CHARS_MAX, within_room
from judge.model.assignment import PartKind
from judge.model.coursework import CoursePartReport, CourseTestReport, TestStatus
from judge.model.printed import Printed


def part(*tests: CourseTestReport) -> CoursePartReport:
    return CoursePartReport(name="p", kind=PartKind.TESTS, status=TestStatus.FAILED, tests=tests)


def judged(name: str, status: TestStatus) -> CourseTestReport:
    return CourseTestReport(name=name, status=status, output=Printed(head="x" * (TEXT_CHARS_MAX // 2)), message="m")


def test_texts_of_failed_tests_are_kept_first() -> None:
    passed, failed = TestStatus.PASSED, TestStatus.FAILED
    first, second = within_room([part(judged("a", passed), judged("b", failed)), part(judged("c", failed))])
    kept = {test.name: test.output is not None for test in (*first.tests, *second.tests)}
    assert kept == {"a": False, "b": True, "c": False}
    assert [test.status for test in first.tests] == [passed, failed]


def test_what_fits_is_left_as_it_is() -> None:
    parts = (part(judged("a", TestStatus.PASSED)),)
    assert within_room(parts) == parts


def test_messages_and_logs_are_cut() -> None:
    test = CourseTestReport(name="a", status=TestStatus.ERROR, message="x" * (1 << 20))
    (found,) = within_room([msgspec.structs.replace(part(test), log="l" * (1 << 20), message="m" * 9999)])
    assert len(found.tests[0].message) == len(found.message) == MESSAGE_CHARS_MAX
    assert len(found.log) == LOG_CHARS_MAX
