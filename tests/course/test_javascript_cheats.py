"""Cheats in JavaScript: whatever a student's module does, it has no points for what it has not done."""

from __future__ import annotations

import needs
from cheat_corpus import CHEATS, cheats, differences
from course_harness import CourseStand

CORPUS = CHEATS / "javascript"


def test_cheats_in_javascript_get_nothing(course_stands: tuple[CourseStand, ...]) -> None:
    needs.tool("node")
    assert len(list(cheats(CORPUS, "tasks.js"))) >= 30
    assert differences(course_stands, CORPUS, "tasks.js") == {}
