"""Handing in to an assignment: whose work it is, when it came, and which attempt it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import UNSET, UnsetType

from judge.gateway.access.caller import Caller
from judge.gateway.endpoint import Asked
from judge.gateway.problems import ProblemError, field_problem
from judge.http_form.requests import GivenHandIn, SubmissionRequest
from judge.model.submission import HandIn
from judge.queue import attempts
from judge.queue.api_keys import Scope
from judge.queue.attempts import Attempts

_NOTHING_GIVEN = GivenHandIn()


@asynccontextmanager
async def attempt_of(asked: Asked, package: str, id: str) -> AsyncIterator[HandIn | UnsetType]:
    """How the submission ``id`` is handed in; unset where the package is no assignment.

    An attempt is counted at once, and given back when the block fails before the submission is taken in. What is handed
    in by who marks is a first attempt, however often. Raises ProblemError: what only who marks may say, or no attempt
    is left.
    """
    request: SubmissionRequest = asked.body
    name = await assignment_of(asked, package)
    if not name:
        if request.hand_in is not None:
            raise field_problem("the package is no assignment that was published here", "/hand_in")
        yield UNSET
        return
    given = request.hand_in or _NOTHING_GIVEN
    student = _student(asked.caller, given)
    by_marker = asked.caller.may(Scope.MARKER)
    whose = Attempts(asked.caller.tenant, name, student, by_marker)
    attempt = await asked.service.queue.run(
        attempts.take(whose, id, at_ms=given.handed_in_at_ms, most=0 if by_marker else await _most(asked, package))
    )
    if attempt is None:
        raise ProblemError("attempts-used", f"{student[:100]} has no attempt left")
    try:
        yield HandIn(
            student=student,
            handed_in_at_ms=attempt.at_ms,
            attempt=1 if by_marker else attempt.number,
            due_at_ms=given.due_at_ms,
        )
    except BaseException:
        await asked.service.queue.run(attempts.give_back(whose, id))
        raise


async def assignment_of(asked: Asked, package: str) -> str:
    """The name by which attempts at it are counted; empty = it is no assignment."""
    return await asked.service.packages.assignment_name(asked.caller.tenant, package)


def student_of(caller: Caller) -> str:
    """Whose work it hands in: the key's student, or who is signed in, or else the tenant as one."""
    return caller.rights.student or caller.person or caller.tenant


def _student(caller: Caller, given: GivenHandIn) -> str:
    """Raises ProblemError for what only who marks may say."""
    own = student_of(caller)
    fields = {
        "student": given.student not in ("", own),
        "handed_in_at_ms": given.handed_in_at_ms > 0,
        "due_at_ms": given.due_at_ms > 0,
    }
    for field, is_said in fields.items():
        if is_said and not caller.may(Scope.MARKER):
            raise ProblemError("no-scope", f"to say {field} the scope {Scope.MARKER} is needed")
    return given.student or own


async def _most(asked: Asked, package: str) -> int:
    """0 = as many as wanted."""
    part = await asked.service.public_parts.part(package, asked.caller.tenant)
    return part.assignment.attempts_max if part.assignment is not None else 0
