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
    ProgramCaseJudged,
    ProgramProgressed,
    Queued,
    Retried,
    TestJudged,
    Verifying,
    WorkDone,
)
from judge.queue.values import SubmissionView, Summary
from judge.render.view import (
    Role,
    case_view_of,
    program_case_view_of,
    test_view_of,
    view_of,
    work_view_of,
)
from judge.render.words import JUDGE_ERROR

_replace = msgspec.structs.replace


def event_view_of(event: Event, role: Role, now_ms: int = 0) -> Event | None:
    """The event as ``role`` may see it; None = not at all. A new kind of event does not pass before it stands here.

    ``now_ms``: as :func:`judge.render.view.view_of` takes it.
    """
    if role is Role.JUDGE:
        return event
    match event:
        case CaseJudged() if event.case.hidden:
            return None
        case ProgramCaseJudged() if role is not Role.SENDER and not event.case.visible:
            return None
        case Claimed():
            return _replace(event, worker="")
        case Retried():
            return _replace(event, reason=JUDGE_ERROR)
        case CaseJudged():
            return _replace(event, case=case_view_of(event.case, role))
        case TestJudged():
            return _replace(event, test=test_view_of(event.test, role))
        case ProgramCaseJudged():
            return _replace(event, case=program_case_view_of(event.case, role))
        case ProgramProgressed():
            return event if role is Role.SENDER else _replace(event, message="")
        case Verifying():
            return _replace(event, part="", result=None)
        case Done():
            return _replace(event, report=view_of(event.report, role, now_ms))
        case WorkDone():
            return _replace(event, report=work_view_of(event.report, role))
        case Queued() | Compiling() | Compiled() | OutputChunk() | Cancelled():
            return event
    assert_never(event)


def course_event_view_of(event: Event, role: Role, now_ms: int) -> Event | None:
    """The event of coursework as ``role`` may see it; None = not at all.

    A student is told of no test before all are over: the time that passes between two of them would tell of others.
    """
    if role in (Role.JUDGE, Role.MARKER) or isinstance(event, Queued | Claimed | Retried | Cancelled | Done):
        return event_view_of(event, role, now_ms)
    return None


def record_view_of(record: SubmissionView, role: Role) -> SubmissionView:
    """A record, as lists have it, as ``role`` may see it: our hosts are nobody else's concern."""
    if role is Role.JUDGE:
        return record
    seen = _replace(record, worker="", reason="", summary=summary_view_of(record.summary, role))
    if role is Role.MARKER or not record.is_coursework:
        return seen
    # What sums up hidden tests: the verdict, when all were over, and how often it was begun.
    return _replace(seen, verdict="", finished_at_ms=0, attempt=0)


def summary_view_of(summary: Summary, role: Role) -> Summary:
    """What lists show of a report, as ``role`` may see it."""
    if role is Role.JUDGE:
        return summary
    if summary.coursework and role is not Role.MARKER:
        return Summary(problem=summary.problem, coursework=True)
    return _replace(summary, judged_by="", package_digest="")
