"""Cheats get what they have done, and nothing else."""

from __future__ import annotations

from cheat_corpus import CHEATS, cheats, differences
from course_harness import CourseStand


def test_cheats_in_python_get_nothing(course_stands: tuple[CourseStand, ...]) -> None:
    assert len(list(cheats(CHEATS / "python", "bank.py"))) >= 50
    assert differences(course_stands, CHEATS / "python", "bank.py") == {}
