"""Events and records in each role."""

from __future__ import annotations

from typing import get_args

import msgspec
import pytest

from judge.model.event import CaseJudged, Claimed, Event, Retried, TestJudged, Verifying, WorkDone
from judge.model.report import CaseReport, Printed
from judge.model.verdict import Verdict
from judge.model.verification import PackageResult, SubmissionResult
from judge.model.work_report import BlameOn, EvaluationReport, TestReport, VerificationReport
from judge.queue.values import State, SubmissionView, Summary
from judge.render.record_view import event_view_of, record_view_of
from judge.render.view import Role

_SECRET = "secret"
_PRINTED = Printed(head=_SECRET)
_CASE = CaseReport(
    name="1", verdict=Verdict.WA, reason=_SECRET, feedback=_SECRET, stdout=_PRINTED, stderr=_PRINTED, transcript=_SECRET
)
_TEST = TestReport(name="1", verdict=Verdict.WA, reason=_SECRET, feedback=_SECRET, stdout=_PRINTED, stderr=_PRINTED)
_RESULT = SubmissionResult(path=_SECRET, expected=("AC",), verdict=Verdict.WA, ok=False, case=_CASE)
_VERIFIED = VerificationReport(
    id="i", reason=_SECRET, judged_by=_SECRET, result=PackageResult(package=_SECRET, ok=False, submissions=(_RESULT,))
)


@pytest.mark.parametrize(
    "event",
    [
        Claimed(submission="i", worker=_SECRET, attempt=1),
        Retried(submission="i", attempt=1, reason=_SECRET),
        CaseJudged(submission="i", index=1, total=1, case=_CASE),
        TestJudged(submission="i", index=1, total=1, test=_TEST),
        Verifying(submission="i", part=_SECRET, done=1, total=2, result=_RESULT),
        WorkDone(submission="i", report=_VERIFIED),
        WorkDone(submission="i", report=EvaluationReport(id="i", tests=(_TEST,), reason=_SECRET, judged_by=_SECRET)),
    ],
    ids=lambda one: type(one).__name__,
)
def test_a_contestant_is_told_nothing_of_it(event: Event) -> None:
    assert _SECRET.encode() not in msgspec.json.encode(event_view_of(event, Role.CONTESTANT))
    assert event_view_of(event, Role.JUDGE) is event


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
