"""What all foreign results say of a test, in one text and one word. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from judge.errors import UsageError
from judge.model.coursework import CoursePartReport, CourseTestReport, CourseworkReport, TestStatus
from judge.model.printed import Printed
from judge.model.report import Report

#: How a status is called where only these three are known.
OUTCOMES = {
    TestStatus.PASSED: "pass",
    TestStatus.FAILED: "fail",
    TestStatus.ERROR: "error",
    TestStatus.TIMEOUT: "error",
    TestStatus.NOT_RUN: "error",
    TestStatus.BLOCKED: "error",
    TestStatus.OPEN: "pass",
    TestStatus.JUDGE_ERROR: "error",
}


@dataclass(frozen=True)
class Told:
    """A test with its part; a part without tests stands for one itself. ``name`` is unique in the report."""

    part: CoursePartReport
    name: str
    title: str
    test: CourseTestReport


def coursework_of(report: Report) -> CourseworkReport:
    """Raises UsageError for a report on no assignment."""
    if report.coursework is None:
        raise UsageError(f"the report of {report.submission} is about no assignment")
    return report.coursework


def told(coursework: CourseworkReport) -> tuple[Told, ...]:
    """All tests, in their order; parts that a person marks are not among them."""
    return tuple(_told(coursework))


def _told(coursework: CourseworkReport) -> Iterator[Told]:
    for part in coursework.parts:
        title = part.title or part.name
        if part.status is TestStatus.OPEN:
            continue
        if not part.tests:
            yield Told(part, part.name, title, _as_test(part))
        for test in part.tests:
            yield Told(part, f"{part.name}/{test.name}", f"{title}: {test.title or test.name}", test)


def _as_test(part: CoursePartReport) -> CourseTestReport:
    return CourseTestReport(
        name=part.name,
        status=part.status,
        points=part.points,
        points_max=part.points_max,
        visibility=part.visibility,
        message="\n".join(text for text in (part.message, part.log) if text),
    )


def text_of(one: Told) -> str:
    """What is known of how a test went, for people."""
    test = one.test
    pieces = [test.message or (one.part.message if test.status is not TestStatus.PASSED else "")]
    for name in ("input", "expected", "output", "stderr"):
        printed: Printed | None = getattr(test, name)
        pieces += [] if printed is None else [f"{name}:\n{printed_text(printed)}"]
    pieces += [f"hint: {test.hint}"] if test.hint and test.status is not TestStatus.PASSED else []
    return "\n".join(piece for piece in pieces if piece)


def printed_text(printed: Printed | None) -> str:
    """A program's output in one text."""
    if printed is None:
        return ""
    return printed.head + (f"\n[{printed.omitted_bytes} more bytes]\n" if printed.omitted_bytes else "") + printed.tail


def summary(coursework: CourseworkReport) -> str:
    """What is to be said of the whole: penalties, what a person marks, what is wrong with the work."""
    lines = [coursework.message]
    if coursework.late_penalty_points:
        lines.append(f"late: {coursework.late_penalty_points:g} points less")
    if coursework.attempt_penalty_points:
        lines.append(f"attempt {coursework.attempt}: {coursework.attempt_penalty_points:g} points less")
    if coursework.open_points:
        lines.append(f"{coursework.open_points:g} points are for a person to give")
    return "\n".join(line for line in lines if line)


def outcome_of(coursework: CourseworkReport) -> str:
    """pass, fail, or error when nothing ran as it should."""
    outcomes = {OUTCOMES[one.test.status] for one in told(coursework)}
    if outcomes <= {"pass"} and not coursework.message:
        return "pass"
    return "error" if outcomes == {"error"} else "fail"
