"""What both clients share: which broker they talk to, and what an answer is to them."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from judge.config import Settings
from judge.errors import SubmissionCancelled, UsageError
from judge.model.report import Report
from judge.model.work_report import AnyWorkReport
from judge.queue.broker import Broker, parse
from judge.queue.settings import broker_of, embedded_url


def reported(answer: Report | AnyWorkReport | None, id: str) -> Report | AnyWorkReport:
    """The answer after the last event. Raises SubmissionCancelled when there is none."""
    if answer is None:
        raise SubmissionCancelled(f"{id} was cancelled")
    return answer


def work_report(answer: Report | AnyWorkReport, work_id: str) -> AnyWorkReport:
    """The answer to work that is no submission. Raises UsageError for a judging's."""
    if isinstance(answer, Report):
        raise UsageError(f"{work_id!r} is a submission: ask for its result")
    return answer


def judged_report(answer: Report | AnyWorkReport, submission_id: str) -> Report:
    """The answer to a submission. Raises UsageError for other work's."""
    if not isinstance(answer, Report):
        raise UsageError(f"{submission_id!r} is no submission: ask for its work_result")
    return answer


R = TypeVar("R", bound=AnyWorkReport)


def report_of_type(kind: type[R], report: AnyWorkReport) -> R:
    """The report as one of that kind; the queue answers work with no other."""
    if not isinstance(report, kind):
        raise UsageError(f"{report.id!r} stands for work of another kind")
    return report


def client_broker(settings: Settings) -> Broker:
    """The settings' broker, else this machine's. Raises UsageError."""
    if not settings.broker.address and not Path(parse(embedded_url(settings.state)).path).exists():
        raise UsageError("no service runs here: start one with `judge up`, or name yours with --broker")
    return broker_of(settings)
