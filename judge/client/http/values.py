"""Answers of a gateway as the values that clients over Redis give. Pure."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from judge.errors import ServerError
from judge.http_form.answers import Standing, WorkForm
from judge.http_form.reports import report_of
from judge.model.report import Report
from judge.model.work_report import AnyWorkReport
from judge.queue.values import State, SubmissionView

T = TypeVar("T")

_STATES = {
    Standing.QUEUED: State.QUEUED,
    Standing.RUNNING: State.CLAIMED,
    Standing.DONE: State.DONE,
    Standing.CANCELLED: State.CANCELLED,
}

_SAME = ("id", "kind", "language", "package", "tenant", "priority_class", "tags", "submitted_at_ms", "claimed_at_ms",
         "finished_at_ms", "attempt", "worker", "reason", "context", "summary")  # fmt: skip


def decoded(body: bytes, kind: type[T]) -> T:
    """A body as its type. Raises ServerError: no gateway, or a much newer one, speaks there."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
        raise ServerError(f"the server's answer is not a gateway's: {error}") from error


def state_of(form: WorkForm) -> State:
    """Where it stands; work that waits for another try counts as queued."""
    return _STATES[form.state]


def view_of_form(form: WorkForm) -> SubmissionView:
    """The record."""
    same = {name: getattr(form, name) for name in _SAME}
    return SubmissionView(**same, state=state_of(form), verdict=form.status)


def answer_of(form: WorkForm) -> Report | AnyWorkReport | None:
    """The report; None = it is not there, or there will be none."""
    if form.judging is not None:
        return form.judging
    return None if form.report is None else report_of(form.report)
