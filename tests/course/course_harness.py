"""What tests of coursework share: a stand that grades, and the labelled work of an assignment."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from judge.course.here import judged_here
from judge.grading.calibrate import jury_submission
from judge.grading.pipeline import Judge
from judge.model.coursework import CoursePartReport, CourseworkReport
from judge.model.event import Event
from judge.model.problem import Problem
from judge.model.report import Report
from judge.model.submission import HandIn, SourceFile, Submission
from judge.package.ceilings import DEFAULT_CEILINGS
from judge.package.source import open_package


@dataclass
class CourseStand:
    """Grades in the session's slot. ``heard``: the events of the last grading."""

    judge: Judge
    heard: list[Event] = field(default_factory=list)

    def grade(self, problem: Problem, submission: Submission) -> Report:
        """The report of one submission."""
        self.heard.clear()
        return judged_here(self.judge, submission, problem, DEFAULT_CEILINGS, self.heard.append)

    def grade_files(self, assignment: Path, files: dict[str, str], hand_in: HandIn | None = None) -> Report:
        """The report of these files on the assignment of a directory."""
        sources = tuple(SourceFile(name=name, content=text.encode()) for name, text in files.items())
        submission = Submission(id="s", package=str(assignment), sources=sources)
        if hand_in is not None:
            submission = Submission(id="s", package=str(assignment), sources=sources, hand_in=hand_in)
        with open_package(str(assignment)) as problem:
            return self.grade(problem, submission)

    def grade_labelled(self, assignment: Path) -> dict[str, Report]:
        """The reports of all labelled work of an assignment, by name."""
        with open_package(str(assignment)) as problem:
            return {
                entry.path.removeprefix("submissions/"): self.grade(problem, jury_submission(problem, entry))
                for entry in problem.submissions
            }


def coursework(report: Report) -> CourseworkReport:
    """The coursework of a report that has some."""
    assert report.coursework is not None, report
    return report.coursework


def part_of(report: Report, name: str) -> CoursePartReport:
    """One part of a report."""
    return next(part for part in coursework(report).parts if part.name == name)


def statuses(part: CoursePartReport) -> dict[str, str]:
    """How each test of a part went."""
    return {test.name: test.status.value for test in part.tests}


def write(folder: Path, files: dict[str, str]) -> Path:
    """Files below a folder, which is returned."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder
