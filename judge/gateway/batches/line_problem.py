"""What is wrong with a line of a batch, as its result says it."""

from __future__ import annotations

import msgspec

from judge.gateway.problems import ProblemError, problem_of, problem_value
from judge.model.work import WorkKind

#: What a kind of work is called in a line.
FIELDS = {WorkKind.EXECUTION: "run", WorkKind.EVALUATION: "evaluation", WorkKind.GROUP: "group"}


def problem_text(problem: ProblemError) -> str:
    """A problem as it is kept with results."""
    return msgspec.json.encode(problem_value(problem)).decode()


def line_problem(error: Exception, word: str) -> ProblemError | None:
    """What an error means for a line whose work is in this field; None = nobody foresaw it."""
    problem = problem_of(error)
    if problem is None or not problem.errors:
        return problem
    errors = tuple(msgspec.structs.replace(one, pointer=f"/{word}{one.pointer}") for one in problem.errors)
    return ProblemError(problem.kind.name, problem.detail, errors=errors)
