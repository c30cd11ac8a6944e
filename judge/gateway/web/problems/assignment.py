"""What a problem's page says of an assignment, for who looks at it."""

from __future__ import annotations

from typing import NamedTuple

from judge.gateway.api.coursework import assignment_of, student_of
from judge.gateway.endpoint import Asked
from judge.gateway.statements.shown import file_address
from judge.model.public_part import PublicPart
from judge.queue.attempts import Attempts, used

#: In a pattern that means more than one name.
_WILD = "*?["


class ShownAssignment(NamedTuple):
    """``required``: the name of the only program, where that is said. ``starter_address``: of the only file to begin
    with."""

    attempts_left: int = 0
    required: str = ""
    starter_address: str = ""
    starter_name: str = ""


async def course_of(asked: Asked, digest: str, part: PublicPart) -> ShownAssignment:
    """Raises QueueError."""
    assignment = part.assignment
    if assignment is None:
        return ShownAssignment()
    whose = Attempts(asked.caller.tenant, await assignment_of(asked, digest) or digest, student_of(asked.caller))
    count = await used(asked.service.queue, whose) if assignment.attempts_max else 0
    plain = [name for name in assignment.required if not any(letter in name for letter in _WILD)]
    starter = assignment.starter[0] if len(assignment.starter) == 1 else ""
    return ShownAssignment(
        attempts_left=max(0, assignment.attempts_max - count),
        required=plain[0] if len(plain) == 1 and len(assignment.required) == 1 else "",
        starter_address=file_address(digest, starter) if starter else "",
        starter_name=starter.partition("/")[2],
    )
