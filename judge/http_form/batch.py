"""Batches: a line of a body, a batch as it stands, and the result of a line."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from judge.http_form.answers import Problem, WorkForm
from judge.http_form.requests import EvaluationRequest, GroupRequest, RunRequest
from judge.queue.batches import BatchView

#: NDJSON, as it is sent and answered.
NDJSON = "application/x-ndjson"

CustomId = Annotated[
    str,
    Meta(description="What you call the line: the same within a batch is the same line.", min_length=1, max_length=200),
]


class BatchLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line: one of ``run``, ``evaluation`` and ``group``, each as in the request of its own; without an ``id``."""

    custom_id: CustomId
    run: RunRequest | None = None
    evaluation: EvaluationRequest | None = None
    group: GroupRequest | None = None


class BatchState(StrEnum):
    """Where a batch stands."""

    RECEIVING = "receiving"  #: its body did not come to its end; send it again
    RUNNING = "running"
    CANCELLING = "cancelling"
    DONE = "done"  #: each line has a result
    CANCELLED = "cancelled"  #: each line has a result, or was withdrawn


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """What a body brought: lines that are ``new``, that were there already, and that were refused (their results say
    why); all are ``lines``."""

    lines: int = 0
    new: int = 0
    known: int = 0
    refused: int = 0


class BatchForm(msgspec.Struct, frozen=True, kw_only=True):
    """A batch. ``lines`` = waiting + running + done + refused + withdrawn. ``received``: only when it was sent."""

    id: str
    state: BatchState
    tenant: str = ""
    lines: int = 0
    waiting: int = 0
    running: int = 0
    done: int = 0
    refused: int = 0
    withdrawn: int = 0
    submitted_at_ms: int = 0
    finished_at_ms: int = 0
    received: Received | None = None


class BatchPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some batches, newest first. ``next``: what ``after`` says for the page that follows; null = there is none."""

    items: tuple[BatchForm, ...] = ()
    next: str | None = None


class LineState(StrEnum):
    """How a line ended."""

    DONE = "done"  #: ``work`` has its report
    REFUSED = "refused"  #: ``problem`` says why
    WITHDRAWN = "withdrawn"  #: the batch was cancelled


class BatchResult(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a line. ``position``: go on behind it with ``after``; it counts results in the order asked for."""

    position: int
    custom_id: str
    state: LineState
    work: WorkForm | None = None
    problem: Problem | None = None


def batch_form(view: BatchView, public_id: str, received: Received | None = None) -> BatchForm:
    """A batch as its tenant sees it, under this id."""
    return BatchForm(
        id=public_id,
        state=_state(view),
        tenant=view.tenant,
        lines=view.lines,
        waiting=view.waiting,
        running=view.running,
        done=view.done,
        refused=view.refused,
        withdrawn=view.withdrawn,
        submitted_at_ms=view.submitted_at_ms,
        finished_at_ms=view.finished_at_ms,
        received=received,
    )


def _state(view: BatchView) -> BatchState:
    if view.cancelled:
        return BatchState.CANCELLED if view.finished_at_ms else BatchState.CANCELLING
    if not view.whole:
        return BatchState.RECEIVING
    return BatchState.DONE if view.finished_at_ms else BatchState.RUNNING
