"""The first assignment of each language gives all points to its solution, and some to what students begin with."""

from __future__ import annotations

from pathlib import Path

import pytest
from course_harness import CourseStand, coursework, part_of, write

from judge.gradebook.starter import LANGUAGES, starter_assignment
from judge.model.coursework import TestStatus
from judge.model.verdict import Verdict


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_labelled_work_gets_what_it_says(course: CourseStand, tmp_path: Path, language: str) -> None:
    reports = course.grade_labelled(write(tmp_path / "words", starter_assignment(language)))
    right, begun = reports["right"], reports["begun"]
    assert (right.verdict, right.score) == (Verdict.AC, 90)
    assert coursework(right).open_points == 10
    words = part_of(begun, "words")
    assert (words.status, words.points) == (TestStatus.FAILED, words.points_max / 4)
