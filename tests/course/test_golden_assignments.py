"""The golden assignments: every student's work there has the points that ``submissions/expected.yaml`` promises."""

from __future__ import annotations

from pathlib import Path

import pytest
from course_harness import CourseStand

from judge.errors import LanguageError
from judge.model.problem import JurySubmission, Problem
from judge.package.source import open_package
from judge.verify.package_run import DEFAULT_CHOICES, verify_submission

GOLDEN = Path(__file__).parent / "golden"

#: Students that every language has.
KINDS = {"right", "partly", "wrong", "hanging", "crashing", "cheating"}


@pytest.mark.parametrize("language", sorted(path.name for path in GOLDEN.iterdir() if path.is_dir()))
def test_students_of_a_golden_assignment_get_the_points_that_are_promised(course: CourseStand, language: str) -> None:
    with open_package(str(GOLDEN / language)) as problem:
        assert {Path(entry.path).stem for entry in problem.submissions} >= KINDS
        assert all(entry.labelled for entry in problem.submissions)
        try:
            differences = {entry.path: _differences(course, problem, entry) for entry in problem.submissions}
        except LanguageError as error:
            pytest.skip(f"{error}")
    assert {path: found for path, found in differences.items() if found} == {}


def _differences(course: CourseStand, problem: Problem, entry: JurySubmission) -> tuple[str, ...]:
    result = verify_submission(course.judge, problem, entry, DEFAULT_CHOICES)
    return result.differences or ((result.skipped,) if result.skipped else ())
