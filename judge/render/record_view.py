"""Events and records as one role may see them, by the rules of :mod:`judge.render.view`. Pure."""

from __future__ import annotations

from typing import assert_never

import msgspec

from judge.model.event import (
    Cancelled,
    CaseJudged,
    Claimed,
    Compiled,
    Compiling,
    Done,
    Event,
    OutputChunk,
    Queued,
    Retried,
    TestJudged,
    Verifying,
    WorkDone,
)
from judge.queue.values import SubmissionView, Summary
from judge.render.view import JUDGE_ERROR, Role, case_view_of, test_view_of, view_of, work_view_of

_replace = msgspec.structs.replace


def event_view_of(event: Event, role: Role) -> Event:
    """The event as ``role`` may see it. A new kind of event does not pass before it stands here."""
    if role is Role.JUDGE:
        return event
    match event:
        case Claimed():
            return _replace(event, worker="")
        case Retried():
            return _replace(event, reason=JUDGE_ERROR)
        case CaseJudged():
            return _replace(event, case=case_view_of(event.case, role))
        case TestJudged():
            return _replace(event, test=test_view_of(event.test, role))
        case Verifying():
            return _replace(event, part="", result=None)
        case Done():
            return _replace(event, report=view_of(event.report, role))
        case WorkDone():
            return _replace(event, report=work_view_of(event.report, role))
        case Queued() | Compiling() | Compiled() | OutputChunk() | Cancelled():
            return event
    assert_never(event)


def record_view_of(record: SubmissionView, role: Role) -> SubmissionView:
    """A record, as lists have it, as ``role`` may see it: our hosts are nobody else's concern."""
    if role is Role.JUDGE:
        return record
    return _replace(record, worker="", reason="", summary=summary_view_of(record.summary, role))


def summary_view_of(summary: Summary, role: Role) -> Summary:
    """What lists show of a report, as ``role`` may see it."""
    return summary if role is Role.JUDGE else _replace(summary, judged_by="", package_digest="")
