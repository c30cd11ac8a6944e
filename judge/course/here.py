"""Judging without a service, whatever judges a package's submissions: on the command line, and to verify packages."""

from __future__ import annotations

from judge.course.grade import grade_submission
from judge.grading.pipeline import Judge
from judge.model.event import Emit, unheard
from judge.model.problem import Problem
from judge.model.program import DEFAULT_QUOTAS
from judge.model.report import Report
from judge.model.submission import Submission
from judge.package.ceilings import Ceilings
from judge.program.tasks import here


def judged_here(
    judge: Judge, submission: Submission, problem: Problem, ceilings: Ceilings, emit: Emit = unheard
) -> Report:
    """The report of a submission: by the parts of an assignment, by a judge program, or by the pipeline; blocks.

    Raises LanguageError, PackageMissing, CancelledError, InfrastructureError.
    """
    if problem.assignment is None:
        return here.judged_here(judge, submission, problem, ceilings, emit)
    with here.runner_here(judge, ceilings) as runner:
        return grade_submission(runner, submission, problem, emit, DEFAULT_QUOTAS)
