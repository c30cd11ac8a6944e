"""A student's coursework as text for a terminal or a mail: part by part, test by test. Pure; shows all that is in the
report it is given, which is a view already (:mod:`judge.render.course_view`)."""

from __future__ import annotations

from collections.abc import Iterator

from judge.model.assignment import Isolation, PartKind
from judge.model.coursework import CoursePartReport, CourseTestReport, CourseworkReport, TestStatus
from judge.model.printed import Printed
from judge.model.units import format_ns
from judge.render.report_text import excerpt, moment, whole, wrapped

_INDENT = "  "
_NAME_COLUMNS = 34
_STATUS_COLUMNS = 12

#: Lines of a compiler's or linter's text.
_LOG_LINES_MAX = 40

#: How statuses are called.
STATUS_WORDS = {
    TestStatus.PASSED: "passed",
    TestStatus.FAILED: "failed",
    TestStatus.ERROR: "error",
    TestStatus.TIMEOUT: "too slow",
    TestStatus.NOT_RUN: "not run",
    TestStatus.BLOCKED: "blocked",
    TestStatus.OPEN: "open",
    TestStatus.JUDGE_ERROR: "judge error",
}

MARKED = "marked"

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


def render_course_text(report: CourseworkReport, *, width: int = 0) -> str:
    """The report in lines that are harmless for a terminal; ``width`` (0 = no limit) breaks them at words."""
    lines = [headline_of(report), *(f"{_INDENT}{line}" for line in remarks_of(report))]
    for part in report.parts:
        lines += ["", *_part_lines(part)]
    return "\n".join(piece for line in lines for piece in wrapped(line, width))


def headline_of(report: CourseworkReport) -> str:
    """Whose work it is, of what, and its points."""
    words = [name for name in (report.student, report.title) if name]
    if report.points_max:
        words.append(f"{points_of(report.points, report.points_max)} points")
    return " · ".join(words)


def remarks_of(report: CourseworkReport) -> list[str]:
    """What else is to be known of the whole, a line each."""
    lines = [report.message] if report.message else []
    if report.handed_in_at_ms:
        lines.append(f"handed in {moment(report.handed_in_at_ms)}{_late(report)}")
    if report.due_at_ms:
        closes = f", nothing counts from {moment(report.closed_at_ms)} on" if report.closed_at_ms else ""
        lines.append(f"due {moment(report.due_at_ms)}{closes}")
    if report.attempt > 1 or report.attempts_max:
        most = f" of {report.attempts_max}" if report.attempts_max else ""
        lines.append(f"attempt {report.attempt}{most}{_cost(report.attempt_penalty_points)}")
    if report.open_points:
        lines.append(f"{amount(report.open_points)} of the points are given by a person, and open")
    if report.isolation is Isolation.SHARED:
        lines.append("isolation: shared")
    return lines


def amount(points: float) -> str:
    """Points as people write them: 7.5, 6.67."""
    return f"{round(points, 2):.10g}"


def points_of(points: float, most: float) -> str:
    """``7.5 of 10``."""
    return f"{amount(points)} of {amount(most)}"


def duration(ns: int) -> str:
    """A time that is long for people: its two largest units."""
    seconds, words = ns // 1_000_000_000, []
    for unit_s, word in _UNITS:
        if seconds >= unit_s:
            words.append(f"{seconds // unit_s} {word}")
            seconds %= unit_s
    return " ".join(words[:2]) or "less than 1 s"


def texts_of_test(test: CourseTestReport) -> list[tuple[str, str]]:
    """What a test gave, wanted and got, each with its title; empty texts left out."""
    texts = [
        ("input", whole(test.input)),
        ("expected", whole(test.expected)),
        ("output", whole(test.output)),
        ("standard error", whole(test.stderr)),
    ]
    return [(title, text) for title, text in texts if text]


def texts_differ(test: CourseTestReport) -> bool:
    """Whether there is something to compare."""
    return test.status is TestStatus.FAILED and _is_text(test.expected) and _is_text(test.output)


def _is_text(printed: Printed | None) -> bool:
    return printed is not None and bool(printed.head)


def _late(report: CourseworkReport) -> str:
    if report.closed or not report.late_ns:
        return ""
    return f", {duration(report.late_ns)} late{_cost(report.late_penalty_points)}"


def _cost(points: float) -> str:
    return f": {amount(points)} points less" if points else ""


def word_of_part(part: CoursePartReport) -> str:
    """How the part's status is called; points that a person gave are marked, and no failure."""
    return MARKED if is_marked(part) else STATUS_WORDS[part.status]


def is_marked(part: CoursePartReport) -> bool:
    """Whether a person gave some of the points, and not all."""
    return part.kind is PartKind.BY_HAND and part.status is TestStatus.FAILED


def _part_lines(part: CoursePartReport) -> Iterator[str]:
    shared = "isolation: shared" if part.isolation is Isolation.SHARED else ""
    yield _row(part.title or part.name, word_of_part(part), _given(part.points, part.points_max), shared)
    if part.message:
        yield f"{_INDENT}{part.message}"
    if part.instructions:
        yield f"{_INDENT}for who marks: {part.instructions}"
    for test in part.tests:
        cpu = format_ns(test.cpu_time_ns) if test.cpu_time_ns else ""
        cells = (STATUS_WORDS[test.status], _given(test.points, test.points_max), cpu)
        yield f"{_INDENT}{_row(test.title or test.name, *cells)}"
        yield from (f"{_INDENT * 3}{line}" for line in _test_texts(test))
    log = part.log.rstrip().splitlines()
    yield from (f"{_INDENT}| {line}" for line in log[:_LOG_LINES_MAX])
    if len(log) > _LOG_LINES_MAX:
        yield f"{_INDENT}| [{len(log) - _LOG_LINES_MAX} more lines]"


def _test_texts(test: CourseTestReport) -> Iterator[str]:
    if test.status in (TestStatus.PASSED, TestStatus.BLOCKED):
        return
    yield from excerpt(test.message) if test.message else ()
    if test.hint:
        yield f"hint: {test.hint}"
    for title, text in texts_of_test(test):
        yield f"{title}:"
        yield from (f"{_INDENT}{line}" for line in excerpt(text))


def _given(points: float, most: float) -> str:
    return points_of(points, most) if most else ""


def _row(name: str, word: str, *cells: str) -> str:
    words = [
        f"{name:<{_NAME_COLUMNS}}",
        f"{word:<{_STATUS_COLUMNS}}",
        *(cell for cell in cells if cell),
    ]
    return " ".join(words).rstrip()
