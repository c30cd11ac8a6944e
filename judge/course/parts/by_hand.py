"""Parts that a person marks: left open."""

from __future__ import annotations

import msgspec

from judge.course.context import PartContext
from judge.course.scoring import part_without_tests
from judge.model.assignment import CoursePart, Isolation
from judge.model.coursework import CoursePartReport, TestStatus


def grade_part(context: PartContext, part: CoursePart) -> CoursePartReport:
    """An :data:`~judge.course.context.Engine`."""
    report = part_without_tests(part, TestStatus.OPEN)
    return msgspec.structs.replace(report, isolation=Isolation.NONE, instructions=part.instructions)
