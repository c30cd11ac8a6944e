"""Progress of one submission, as a stream of frozen events. Metrics and clients subscribe to these."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from judge.model.program import ProgramCase
from judge.model.report import CaseReport, Report
from judge.model.verification import SubmissionResult
from judge.model.work_report import AnyWorkReport, TestReport


class Queued(msgspec.Struct, frozen=True, kw_only=True, tag="queued"):
    """Accepted into the queue."""

    submission: str


class Claimed(msgspec.Struct, frozen=True, kw_only=True, tag="claimed"):
    """A worker's slot took it. ``attempt`` counts from 1; ``wait_ns`` is the time spent waiting."""

    submission: str
    worker: str
    attempt: int
    wait_ns: int = 0


class Compiling(msgspec.Struct, frozen=True, kw_only=True, tag="compiling"):
    """The compile stage started."""

    submission: str
    language: str


class Compiled(msgspec.Struct, frozen=True, kw_only=True, tag="compiled"):
    """The compile stage ended. ``cached`` = no compiler was run.

    ``checked`` False: the sources are run at once; if the first run fails they are checked after all, with events of
    this stage again, before any event of a test.
    """

    submission: str
    ok: bool
    cached: bool
    wall_time_ns: int
    checked: bool = True


class CaseJudged(msgspec.Struct, frozen=True, kw_only=True, tag="case"):
    """Test ``index`` of ``total`` (from 1) has its verdict."""

    submission: str
    index: int
    total: int
    case: CaseReport


class Retried(msgspec.Struct, frozen=True, kw_only=True, tag="retried"):
    """An attempt ended without a report; another follows, or a judge error when it was the last."""

    submission: str
    attempt: int
    reason: str = msgspec.field(name="why")


class Cancelled(msgspec.Struct, frozen=True, kw_only=True, tag="cancelled"):
    """Withdrawn; there will be no report."""

    submission: str


class Done(msgspec.Struct, frozen=True, kw_only=True, tag="done"):
    """The one report."""

    submission: str
    report: Report


class OutputChunk(msgspec.Struct, frozen=True, kw_only=True, tag="output"):
    """What a running program wrote; only when the work asked for it. ``stream`` 1 = stdout, 2 = stderr.

    ``run``: which of the repeats, from 1. ``offset``: of its first byte in that stream of that run; an attempt that
    follows begins again at 0. ``last``: the bound of live output is reached; the report has the rest.
    """

    submission: str
    run: int = 1
    stream: int
    offset: int
    content: bytes
    last: bool = False


class TestJudged(msgspec.Struct, frozen=True, kw_only=True, tag="test"):
    """Test ``index`` of ``total`` (from 1) of an evaluation has its verdict."""

    __test__ = False

    submission: str
    index: int
    total: int
    test: TestReport


class Verifying(msgspec.Struct, frozen=True, kw_only=True, tag="verifying"):
    """A verification has come this far: ``done`` of ``total`` parts. ``part``: what was done last, or whose time is
    measured now ("time limit: PATH").

    ``result``: of a jury submission, when that was the part; without its ``case``, which the report has.
    """

    submission: str
    part: str = ""
    done: int
    total: int
    result: SubmissionResult | None = None


class ProgramCaseJudged(msgspec.Struct, frozen=True, kw_only=True, tag="program-case"):
    """A judge program has said how its case ``index`` (from 1) went."""

    submission: str
    index: int
    case: ProgramCase


class ProgramProgressed(msgspec.Struct, frozen=True, kw_only=True, tag="progress"):
    """How far a judge program has come, by its own words: ``done`` of ``total`` (0 = it does not say)."""

    submission: str
    done: int
    total: int = 0
    message: str = ""


class WorkDone(msgspec.Struct, frozen=True, kw_only=True, tag="work-done"):
    """The one report of work that is no submission. Lies in the record, as that of :class:`Done` does."""

    submission: str
    report: AnyWorkReport


Event = (
    Queued
    | Claimed
    | Compiling
    | Compiled
    | CaseJudged
    | OutputChunk
    | TestJudged
    | Verifying
    | ProgramCaseJudged
    | ProgramProgressed
    | Retried
    | Cancelled
    | Done
    | WorkDone
)

#: Takes each event when it happens, in the thread that judges. What it raises ends the judging.
Emit = Callable[[Event], None]


def unheard(event: Event) -> None:
    """An :data:`Emit` that does nothing."""
