"""What an assignment shows before it is handed in."""

from __future__ import annotations

from collections.abc import Iterator, Set

from judge.model.assignment import Assignment, CoursePart, PartKind, Visibility
from judge.model.problem import Problem
from judge.model.public_part import PublicAssignment, PublicCoursePart

_STARTER = "starter/"


def public_assignment(problem: Problem, here: Set[str]) -> PublicAssignment | None:
    """``here``: names of the files that are public; None = it is no assignment."""
    assignment = problem.assignment
    if assignment is None:
        return None
    return PublicAssignment(
        due_at_ms=assignment.due_at_ms,
        closed_at_ms=assignment.closed_at_ms,
        late=assignment.late,
        attempts_max=assignment.attempts_max,
        attempt_penalty_share=assignment.attempt_penalty_share,
        required=assignment.required,
        starter=tuple(_STARTER + name for name, _ in assignment.starter if _STARTER + name in here),
        parts=tuple(_parts(assignment)),
    )


def _parts(assignment: Assignment) -> Iterator[PublicCoursePart]:
    for part in assignment.parts:
        seen = _visibilities(part)
        if Visibility.VISIBLE in seen:
            points = part.points if seen == {Visibility.VISIBLE} else 0.0
            yield PublicCoursePart(name=part.name, title=part.title, kind=part.kind, points=points)


def _visibilities(part: CoursePart) -> set[Visibility]:
    """Of all tests that the part has or may be found to have, their points among them."""
    if part.kind in (PartKind.COMMAND, PartKind.STYLE, PartKind.BY_HAND, PartKind.AUTOGRADER):
        return {part.visibility}
    if part.tests:
        return {one for test in part.tests for one in (test.visibility, test.shown.points)}
    return {part.visibility, part.fields.points, *(rule.visibility for rule in part.rules if rule.visibility)}
