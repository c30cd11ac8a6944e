"""What a judge program says while it judges, as events of the work."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from judge.model.event import CaseJudged, Emit, ProgramCaseJudged, ProgramProgressed
from judge.model.program import ProgramCase, ProgramProgress
from judge.model.report import CaseReport


def as_work(id: str, emit: Emit) -> Callable[[ProgramCase | ProgramProgress], None]:
    """Of work that brought its judge program along."""
    count = 0

    def hear(said: ProgramCase | ProgramProgress) -> None:
        nonlocal count
        if isinstance(said, ProgramProgress):
            emit(ProgramProgressed(submission=id, done=said.done, total=said.total, message=said.message))
            return
        count += 1
        emit(ProgramCaseJudged(submission=id, index=count, case=said))

    return hear


def as_submission(id: str, emit: Emit, tests: int) -> Callable[[ProgramCase | ProgramProgress], None]:
    """Of a submission, with this number of tests."""
    count = 0

    def hear(said: ProgramCase | ProgramProgress) -> None:
        nonlocal count
        if isinstance(said, ProgramProgress):
            emit(ProgramProgressed(submission=id, done=said.done, total=said.total, message=said.message))
            return
        count += 1
        emit(CaseJudged(submission=id, index=count, total=max(count, tests), case=case_report(said)))

    return hear


def case_report(case: ProgramCase) -> CaseReport:
    """A case as the report of a submission has it."""
    report = CaseReport(
        name=case.name,
        verdict=case.verdict,
        score=case.score,
        run=case.run,
        reason=case.reason,
        feedback=case.feedback,
        team_feedback=case.team_feedback,
    )
    return report if case.visible else msgspec.structs.replace(report, hidden=True)
