"""The judge error of a submission whose judging failed too often; a sweep leaves it to the worker that swept."""

from __future__ import annotations

import logging

from judge import wire
from judge.errors import WireError
from judge.model.work import WorkKind
from judge.observe.metrics.judged_record import record_of
from judge.observe.metrics.settlement import VerdictSender
from judge.queue import calls
from judge.queue.redis_queue import Queue
from judge.queue.values import Exhausted
from judge_workers.slot.judge_error import judge_error

log = logging.getLogger(__name__)


def give_up(queue: Queue, exhausted: Exhausted, node: str, verdicts: VerdictSender | None) -> None:
    """Record the judge error of worker ``node``, and count it unless the claim is lost. Raises QueueError."""
    reason = f"{_what_happened(exhausted.submission)}: {exhausted.reason}"
    log.error("submission %s: %s", exhausted.id, reason)
    report = judge_error(exhausted.id, exhausted.submission, reason, exhausted.attempt, node)
    if verdicts is not None:
        record = record_of(report, priority_class=_priority_class(exhausted.submission))
        verdicts.prepare(exhausted.id, exhausted.fence, record)
    won = queue.run(calls.finish(exhausted, report))
    if verdicts is not None:
        verdicts.settle(won)


def _what_happened(submission: bytes) -> str:
    try:
        is_session = wire.kind_of_text(submission) is WorkKind.SESSION
    except WireError:
        is_session = False
    return "the session was lost" if is_session else "judging this submission kept failing"


def _priority_class(submission: bytes) -> str:
    """The class in a submission's text; empty when it does not decode."""
    try:
        if wire.kind_of_text(submission) is not WorkKind.SUBMISSION:
            return wire.decode_work_header(submission).priority_class
        return wire.decode_header(submission).priority_class
    except WireError:
        return ""
