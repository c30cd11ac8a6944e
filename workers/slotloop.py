"""The loop of one slot: claim, judge, report. Runs inside a Celery task, knows nothing of Celery.

The retry policy lives here: a judging that failed for our reasons goes back to the queue, a limited number of times.
"""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from judge import wire
from judge.errors import InfrastructureError, JudgeError, LanguageError, PackageError, QueueError, WireError
from judge.grading.version import judge_version
from judge.model.event import Done, Event
from judge.model.report import Report
from judge.model.submission import Submission
from judge.model.verdict import Verdict
from judge.observe.logs import log_context
from judge.observe.record import Count, Counted, Phase, Record, SlotChanged, SlotState
from judge.observe.settlement import VerdictSender
from judge.observe.summary import judged_record
from judge.observe.timeline import Timeline
from judge.observe.traces import Traces
from judge.queue import calls
from judge.queue.claimed import ClaimLost, ClaimWriter
from judge.queue.store import Queue
from judge.queue.values import Claim, Fault, Refusal
from workers.judging import SlotJudge
from workers.linger import Linger
from workers.notes import SlotNote, leave_noise, read_order

#: One Celery task judges so many submissions, or so long; then Celery gets the slot back for a moment.
SUBMISSIONS_PER_TASK = 256
TASK_MAX_S = 5.0

#: Progress is gathered for so long: nobody sees the difference, and Redis and clients are troubled less.
GATHER_S = 0.02

#: How the keeper tells a slot to read its orders. SIGUSR1 is taken (billiard's soft time limit).
ORDER_SIGNAL = signal.SIGUSR2

#: Between two tries while Redis answers with an error; the queue itself has been patient before that.
REDIS_PAUSE_S = 0.25

#: Wait before the next attempt after our own failure, doubled each time.
RETRY_DELAY_MS = 200

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True)
class SlotIdentity:
    """Who claims. ``orders`` is the directory of notes and orders (:mod:`workers.notes`)."""

    node: str
    session: str
    slot: int
    orders: Path


class SlotLoop:
    """One slot's life between tickets. ``on_order`` and ``on_alarm`` are all that a signal handler may call.

    SIGALRM and its timer are the loop's: progress is sent from there while a program runs.
    """

    def __init__(
        self,
        queue: Queue,
        identity: SlotIdentity,
        judge: SlotJudge,
        linger: Linger,
        send: Callable[[Record], object],
        verdicts: VerdictSender | None,
        traces: Traces | None = None,
        *,
        lease_ms: int,
        attempts_max: int,
        idle: SlotState = SlotState.FREE,
    ) -> None:
        self._queue = queue
        self._identity = identity
        self._judge = judge
        self._linger = linger
        self._send = send
        self._verdicts = verdicts
        self._traces = traces
        self._lease_ms = lease_ms
        self._attempts_max = attempts_max
        self._idle = idle
        self._note = SlotNote(identity.orders, identity.slot)
        self._claim: Claim | None = None
        self._writer: ClaimWriter | None = None
        self._lost = False

    def work(self) -> int:
        """Serve a ticket, and those that follow closely, until there is nothing to do. Returns how many were judged."""
        deadline = time.monotonic() + TASK_MAX_S
        done = 0
        while done < SUBMISSIONS_PER_TASK and time.monotonic() < deadline:
            timeline = Timeline()
            with timeline.phase(Phase.CLAIM):
                answer = self._next_claim()
            if isinstance(answer, Claim):
                self._serve(answer, timeline)
                done += 1
            elif answer.reason != "none" or not done or not self._linger.wait():
                return done
        self._queue.run(calls.wake())
        return done

    def work_on(self, priority_class: str) -> int:
        """Judge what waits of one class, until nothing does. Returns how many."""
        done = 0
        while True:
            timeline = Timeline()
            with timeline.phase(Phase.CLAIM):
                answer = self._next_claim(priority_class)
            if isinstance(answer, Refusal):
                return done
            self._serve(answer, timeline)
            done += 1

    def on_alarm(self) -> None:
        """Progress has been gathered for a while."""
        if self._writer is not None:
            self._writer.send()

    def on_order(self) -> None:
        """The keeper's order: for the claim it names, if that is the current one."""
        claim = self._claim
        verb, _, target = read_order(self._identity.orders, self._identity.slot).partition(" ")
        if claim is None or target != f"{claim.id} {claim.fence}":
            return
        if verb == "cancel":
            self._lost = True
            self._judge.cancel()
            self._judge.thaw()
        elif verb == "freeze":
            self._judge.freeze()
        elif verb == "thaw":
            self._judge.thaw()

    def _next_claim(self, only: str = "") -> Claim | Refusal:
        """Claim, and keep trying while Redis is away: an unanswered claim may have taken a lease."""
        who = self._identity
        claiming = calls.claim(who.node, who.session, str(who.slot), os.getpid(), self._lease_ms, only)
        while True:
            try:
                return self._queue.run(claiming)
            except QueueError as error:
                log.warning("slot %d: %s", who.slot, error)
                time.sleep(REDIS_PAUSE_S)

    def _serve(self, claim: Claim, timeline: Timeline) -> None:
        """Judge one claim to its end; raises nothing: this is the task boundary."""
        self._lost = False
        self._claim = claim
        self._note.write(f"{claim.id} {claim.fence} {os.getpid()}")
        self._send(SlotChanged(self._identity.slot, SlotState.BUSY))
        writer = self._writer = ClaimWriter(self._queue, claim, _alarm_later)
        with log_context(submission=claim.id, attempt=claim.attempt, slot=self._identity.slot):
            state = self._idle
            try:
                self._judge_claim(claim, writer, timeline)
            except ClaimLost:
                self._send(Counted(Count.LEASE_LOST))
            except InfrastructureError as error:
                state = SlotState.FAILING
                self._give_back(claim, writer, f"{error}")
            except Exception as error:
                state = SlotState.FAILING
                log.exception("judging failed")
                self._give_back(claim, writer, f"{type(error).__name__}: {error}")
            finally:
                self._claim = self._writer = None
                self._note.write("")
                self._judge.thaw()
                writer.close()
                if not self._clear_up():
                    state = SlotState.FAILING
                for record in self._judge.take_counts():
                    self._send(record)
                self._send(SlotChanged(self._identity.slot, state))

    def _judge_claim(self, claim: Claim, writer: ClaimWriter, timeline: Timeline) -> None:
        def emit(event: Event) -> None:
            self._check_lost(claim)
            timeline(event)
            if not isinstance(event, Done):  # the queue says that, when the report is recorded
                writer.emit(event)

        try:
            submission = wire.decode_submission(claim.submission, claim.sources)
            report = self._judge.judge(submission, claim.attempt, emit)
        except (PackageError, LanguageError, WireError) as error:
            self._check_lost(claim)
            report = judge_error(claim.id, claim.submission, str(error), claim.attempt)
        except JudgeError as error:
            self._check_lost(claim)
            raise InfrastructureError(str(error)) from error
        self._check_lost(claim)
        self._record(claim, report, writer, timeline)

    def _record(self, claim: Claim, report: Report, writer: ClaimWriter, timeline: Timeline) -> None:
        if self._verdicts is not None:
            record = judged_record(
                report,
                priority_class=claim.priority_class,
                wait_ns=claim.wait_ms * 1_000_000,
                judging_ns=time.monotonic_ns() - timeline.started_ns,
                phases_ns=timeline.phases_ns,
            )
            self._verdicts.prepare(claim.id, claim.fence, record)
        won = _until_answered(lambda: writer.finish(report, meanwhile=self._clear_up))
        if self._verdicts is not None:
            self._verdicts.settle(won)
        if self._traces is not None:
            self._traces.send(timeline, report, claim.wait_ms * 1_000_000)
        if not won:
            self._send(Counted(Count.VERDICT_FENCED))
        if report.noise_ratio is not None:
            leave_noise(self._identity.orders, self._identity.slot, report.noise_ratio)

    def _give_back(self, claim: Claim, writer: ClaimWriter, why: str) -> None:
        log.warning("attempt failed: %s", why)
        self._send(Counted(Count.ATTEMPT_FAILED))
        returning = calls.give_back(
            claim.id,
            claim.fence,
            f"attempt {claim.attempt} on {self._identity.node}/{self._identity.slot}: {why}"[:2000],
            Fault.BLAMED,
            attempts_max=self._attempts_max,
            delay_ms=RETRY_DELAY_MS << min(claim.attempt - 1, 6),
        )
        _until_answered(writer.flush)
        _until_answered(lambda: self._queue.run(returning))

    def _clear_up(self) -> bool:
        """What the judge has put off; False = that failed, which the next judging will feel."""
        try:
            self._judge.clear_up()
        except JudgeError as error:
            log.warning("clearing up: %s", error)
            return False
        return True

    def _check_lost(self, claim: Claim) -> None:
        if self._lost:
            raise ClaimLost(f"submission {claim.id}: the claim was withdrawn")


def judge_error(submission_id: str, submission: bytes, why: str, attempt: int = 1) -> Report:
    """The report of a submission that could not be judged; reads what it can of its text."""
    try:
        sent = wire.decode_submission(submission, b"[]")
    except WireError:
        sent = Submission(id=submission_id, package="", sources=())
    return Report(
        submission=submission_id,
        problem=os.path.basename(sent.package.rstrip("/")),
        language=sent.language,
        verdict=Verdict.JE,
        why=why,
        attempt=attempt,
        tenant=sent.tenant,
        judge_version=judge_version(),
    )


def _alarm_later() -> None:
    signal.setitimer(signal.ITIMER_REAL, GATHER_S)


def _until_answered(action: Callable[[], T]) -> T:
    """Repeat a safe-to-repeat queue operation while Redis is away."""
    while True:
        try:
            return action()
        except QueueError as error:
            log.warning("%s", error)
            time.sleep(REDIS_PAUSE_S)
