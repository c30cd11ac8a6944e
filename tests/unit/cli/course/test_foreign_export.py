"""``judge course export``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from judge import wire
from judge.cli.course import foreign_export
from judge.errors import UsageError
from judge.model.assignment import ALL_VISIBLE, PartKind, Visibility
from judge.model.coursework import CoursePartReport, CourseTestReport, CourseworkReport, TestStatus
from judge.model.report import Report
from judge.model.verdict import Verdict

HIDDEN = CourseTestReport(
    name="secret",
    status=TestStatus.FAILED,
    points_max=3.0,
    visibility=Visibility.HIDDEN,
    fields=ALL_VISIBLE.closed(Visibility.HIDDEN),
)
SHOWN = CourseTestReport(name="sample", status=TestStatus.PASSED, points=2.0, points_max=2.0)
PART = CoursePartReport(
    name="io", kind=PartKind.TESTS, status=TestStatus.FAILED, points=2.0, points_max=5.0, tests=(SHOWN, HIDDEN)
)
REPORT = Report(
    submission="s",
    problem="p",
    language="python3",
    verdict=Verdict.WA,
    score=2.0,
    coursework=CourseworkReport(parts=(PART,), points=2.0, points_max=5.0),
)


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    foreign_export.add_parser(parser.add_subparsers())
    return foreign_export.run(parser.parse_args(["export", *words]))


@pytest.fixture
def report(tmp_path: Path) -> str:
    path = tmp_path / "report.json"
    path.write_bytes(wire.encode(REPORT))
    return str(path)


def test_gradescope_gets_hidden_tests_and_nobody_else_does(report: str, tmp_path: Path) -> None:
    for name in ("gradescope", "prairielearn", "exercism", "junit"):
        out = tmp_path / name
        assert run("--format", name, report, "--out", str(out)) == 0
        assert ("secret" in out.read_text()) is (name == "gradescope")


def test_a_marker_may_be_given_all(report: str, tmp_path: Path) -> None:
    run("--format", "junit", report, "--out", str(tmp_path / "x"), "--role", "marker")
    assert "secret" in (tmp_path / "x").read_text()


def test_versions_of_exercism_can_be_chosen(report: str, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    run("--format", "exercism", report, "--format-version", "2")
    assert json.loads(capfdbinary.readouterr().out)["version"] == 2


def test_what_is_no_report_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("{")
    with pytest.raises(UsageError):
        run("--format", "junit", str(tmp_path / "x"))
