"""What a judge program says, as events."""

from __future__ import annotations

from judge.model.event import CaseJudged, Event, ProgramCaseJudged, ProgramProgressed
from judge.model.program import ProgramCase, ProgramProgress
from judge.model.verdict import Verdict
from judge.program.tasks.said import as_submission, as_work, case_report

CASE = ProgramCase(name="1", verdict=Verdict.WA, score=2.0, reason="r", feedback="f", team_feedback="t")
SECRET = ProgramCase(name="2", verdict=Verdict.AC, visible=False)


def test_cases_of_work_are_counted() -> None:
    heard: list[Event] = []
    hear = as_work("w", heard.append)
    for said in (CASE, ProgramProgress(done=1, total=2, message="m"), SECRET):
        hear(said)
    assert heard == [
        ProgramCaseJudged(submission="w", index=1, case=CASE),
        ProgramProgressed(submission="w", done=1, total=2, message="m"),
        ProgramCaseJudged(submission="w", index=2, case=SECRET),
    ]


def test_cases_of_a_submission_are_tests() -> None:
    heard: list[Event] = []
    hear = as_submission("s", heard.append, 1)
    hear(CASE)
    hear(SECRET)
    assert heard == [
        CaseJudged(submission="s", index=1, total=1, case=case_report(CASE)),
        CaseJudged(submission="s", index=2, total=2, case=case_report(SECRET)),
    ]


def test_a_case_says_in_a_report_what_its_program_said() -> None:
    report = case_report(CASE)
    assert (report.name, report.verdict, report.score, report.reason) == ("1", Verdict.WA, 2.0, "r")
    assert (report.feedback, report.team_feedback) == ("f", "t")
    assert case_report(SECRET).hidden is True
