"""Events and records in each role."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest

from judge.model.event import (
    CaseJudged,
    Claimed,
    Event,
    ProgramCaseJudged,
    ProgramProgressed,
    Retried,
    TestJudged,
    Verifying,
    WorkDone,
)
from judge.model.printed import Printed
from judge.model.program import ProgramCase, StateUse
from judge.model.report import CaseReport
from judge.model.verdict import Verdict
from judge.model.verification import PackageResult, SubmissionResult
from judge.model.work_report import BlameOn, EvaluationReport, KeptFile, ProgramReport, TestReport, VerificationReport
from judge.queue.values import State, SubmissionView, Summary
from judge.render.record_view import event_view_of, record_view_of
from judge.render.view import Role

_SECRET = "secret"
_PRINTED = Printed(head=_SECRET)
_CASE = CaseReport(
    name="1", verdict=Verdict.WA, reason=_SECRET, feedback=_SECRET, stdout=_PRINTED, stderr=_PRINTED, transcript=_SECRET
)
_HIDDEN_TEST = CaseReport(name=_SECRET, verdict=Verdict.WA, team_feedback=_SECRET, ending=_SECRET, hidden=True)
_TEST = TestReport(name="1", verdict=Verdict.WA, reason=_SECRET, feedback=_SECRET, stdout=_PRINTED, stderr=_PRINTED)
_RESULT = SubmissionResult(path=_SECRET, expected=("AC",), verdict=Verdict.WA, ok=False, case=_CASE)
_VERIFIED = VerificationReport(
    id="i", reason=_SECRET, judged_by=_SECRET, result=PackageResult(package=_SECRET, ok=False, submissions=(_RESULT,))
)
_PROGRAM_CASE = ProgramCase(name="1", verdict=Verdict.WA, reason=_SECRET, feedback=_SECRET, team_feedback="t")
_HIDDEN_CASE = ProgramCase(name=_SECRET, verdict=Verdict.WA, team_feedback=_SECRET, visible=False)
_BY_PROGRAM = ProgramReport(
    id="i", verdict=Verdict.WA, score=3.0, reason=_SECRET, feedback=_SECRET, team_feedback="t", log=_SECRET,
    judged_by=_SECRET, cases=(_PROGRAM_CASE, _HIDDEN_CASE), state=StateUse(name=_SECRET),
    files=(KeptFile(name=_SECRET, blob="b", size_bytes=1),),
)  # fmt: skip


@pytest.mark.parametrize(
    "event",
    [
        Claimed(submission="i", worker=_SECRET, attempt=1),
        Retried(submission="i", attempt=1, reason=_SECRET),
        CaseJudged(submission="i", index=1, total=1, case=_CASE),
        CaseJudged(submission="i", index=1, total=1, case=_HIDDEN_TEST),
        TestJudged(submission="i", index=1, total=1, test=_TEST),
        Verifying(submission="i", part=_SECRET, done=1, total=2, result=_RESULT),
        ProgramCaseJudged(submission="i", index=1, case=_PROGRAM_CASE),
        ProgramCaseJudged(submission="i", index=1, case=_HIDDEN_CASE),
        ProgramProgressed(submission="i", done=1, message=_SECRET),
        WorkDone(submission="i", report=_BY_PROGRAM),
        WorkDone(submission="i", report=_VERIFIED),
        WorkDone(submission="i", report=EvaluationReport(id="i", tests=(_TEST,), reason=_SECRET, judged_by=_SECRET)),
    ],
    ids=lambda one: type(one).__name__,
)
def test_a_contestant_is_told_nothing_of_it(event: Event) -> None:
    assert _SECRET.encode() not in msgspec.json.encode(event_view_of(event, Role.CONTESTANT))
    assert event_view_of(event, Role.JUDGE) is event


@pytest.mark.parametrize("case", [_HIDDEN_TEST, _HIDDEN_CASE], ids=["submission", "program"])
def test_a_case_for_judges_alone_is_no_event_of_a_contestant(case: CaseReport | ProgramCase) -> None:
    event = (
        CaseJudged(submission="i", index=1, total=1, case=case)
        if isinstance(case, CaseReport)
        else ProgramCaseJudged(submission="i", index=1, case=case)
    )
    assert event_view_of(event, Role.CONTESTANT) is None
    assert event_view_of(event, Role.JUDGE) is event


def test_a_contestant_sees_what_a_judge_program_says_to_contestants() -> None:
    event = WorkDone(submission="i", report=_BY_PROGRAM)
    seen = event_view_of(event, Role.CONTESTANT)
    assert isinstance(seen, WorkDone) and isinstance(seen.report, ProgramReport)
    assert (seen.report.verdict, seen.report.score, seen.report.team_feedback) == (Verdict.WA, 3.0, "t")
    assert [(case.name, case.team_feedback) for case in seen.report.cases] == [("1", "t")]
    sender = event_view_of(event, Role.SENDER)
    assert sender == WorkDone(submission="i", report=msgspec.structs.replace(_BY_PROGRAM, judged_by=""))


@pytest.mark.parametrize("blame", BlameOn)
def test_what_a_verification_found_is_for_judges_alone(blame: BlameOn) -> None:
    event = WorkDone(submission="i", report=msgspec.structs.replace(_VERIFIED, blame=blame, cpu_time_ns=7))
    for role in (Role.SENDER, Role.CONTESTANT):
        seen = event_view_of(event, role)
        assert isinstance(seen, WorkDone) and isinstance(seen.report, VerificationReport)
        assert (seen.report.result, seen.report.cpu_time_ns, _SECRET in seen.report.reason) == (None, 0, False)


def test_who_sent_the_tests_sees_them() -> None:
    event = TestJudged(submission="i", index=1, total=1, test=_TEST)
    assert event_view_of(event, Role.SENDER) == event


def test_who_sent_the_tests_sees_nothing_of_our_faults() -> None:
    failed = TestReport(name="1", verdict=Verdict.JE, reason=_SECRET)
    report = EvaluationReport(id="i", blame=BlameOn.JUDGE, reason=_SECRET, judged_by=_SECRET, tests=(failed,))
    seen = event_view_of(WorkDone(submission="i", report=report), Role.SENDER)
    assert _SECRET.encode() not in msgspec.json.encode(seen)


def test_our_hosts_are_named_to_judges_alone() -> None:
    record = SubmissionView(
        id="i",
        state=State.DONE,
        worker=_SECRET,
        reason=_SECRET,
        summary=Summary(judged_by=_SECRET, package_digest=_SECRET),
    )
    for role in (Role.SENDER, Role.CONTESTANT):
        assert _SECRET.encode() not in msgspec.json.encode(record_view_of(record, role))
    assert record_view_of(record, Role.JUDGE) is record


def test_every_kind_of_event_has_its_rule() -> None:
    from judge.render import record_view

    for kind in get_args(Event):
        assert hasattr(record_view, kind.__name__)
