"""A class in the terminal."""

from __future__ import annotations

import pytest

from judge.cli.course.table import print_class
from judge.gradebook.results.book import BookPart, Entry, Gradebook
from judge.model.coursework import CourseworkReport
from judge.model.report import Report
from judge.model.verdict import Verdict

HOUR_NS = 3_600 * 10**9


def entry(key: str, late_ns: int = 0) -> Entry:
    coursework = CourseworkReport(points=7, points_max=10, late_ns=late_ns)
    report = Report(submission="s", problem="p", language="python3", verdict=Verdict.WA, coursework=coursework)
    return Entry(key=key, report=report)


def shown(capsys: pytest.CaptureFixture[str], *entries: Entry, parts: tuple[BookPart, ...] = ()) -> list[list[str]]:
    print_class(Gradebook(title="Bank", parts=parts, entries=entries))
    return [line.split() for line in capsys.readouterr().out.splitlines()]


def test_who_was_late_is_told_and_how_much(capsys: pytest.CaptureFixture[str]) -> None:
    parts = (BookPart(name="io", points=10),)
    heading, ann, bob, eve, *_ = shown(
        capsys, entry("ann", 2 * HOUR_NS), entry("bob"), entry("eve", 72 * HOUR_NS), parts=parts
    )
    assert heading == ["student", "name", "status", "points/10", "io", "late", "remarks"]
    assert ann[-2:] == ["2.0", "h"]
    assert bob == ["bob", "judged", "7"]
    assert eve[-2:] == ["3.0", "d"]


def test_where_nobody_was_late_there_is_no_column_for_it(capsys: pytest.CaptureFixture[str]) -> None:
    heading, *_ = shown(capsys, entry("ann"), parts=(BookPart(name="io", points=10),))
    assert "late" not in heading


def test_a_class_that_was_only_looked_at_has_no_most_points(capsys: pytest.CaptureFixture[str]) -> None:
    heading, *_ = shown(capsys, Entry(key="ann"))
    assert heading == ["student", "name", "status", "points", "remarks"]
