"""The loop of one slot: claim, judge, report. Runs inside a Celery task, knows nothing of Celery.

Who is to blame for a judging that failed is decided here, by its cause: the setter or client (a judge error at once),
this host (the work goes back unblamed), or unknown: then this worker proves itself, and if it is well the work is.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import signal
import time
from collections.abc import Callable
from contextlib import closing
from typing import TypeVar

from judge import wire
from judge.errors import (
    BlobStoreError,
    ClaimLost,
    HostBusyError,
    HostFault,
    JudgeError,
    LanguageError,
    PackageError,
    PackageMissing,
    QueueError,
    WireError,
    WorkError,
)
from judge.model.event import Done, Emit, Event, WorkDone
from judge.model.report import Report
from judge.model.submission import Submission
from judge.model.work import Work, WorkKind
from judge.model.work_report import AnyWorkReport, BlameOn
from judge.observe.logs import log_context
from judge.observe.metrics.judged_record import record_of
from judge.observe.metrics.pipe_records import Count, Counted, Phase, SlotChanged, SlotState
from judge.observe.timeline import Timeline
from judge.queue import calls
from judge.queue.claimed import ClaimWriter
from judge.queue.redis_queue import Queue
from judge.queue.session_link import SessionLink
from judge.queue.tickets import TicketPoll
from judge.queue.values import UNFORESEEN_MAX, Claim, Fault, Held, Refusal, RefusalReason
from judge.text import printable
from judge_workers.judging import SlotJudge
from judge_workers.run_dir import JudgedNote, OrderAction, leave_noise, read_order
from judge_workers.slot.judge_error import judge_error
from judge_workers.slot.proof import language_to_prove
from judge_workers.slot.slot_config import HostCheck, SlotConfig, SlotTelemetry

#: One Celery task judges at most this many submissions, for at most this long; then Celery gets the slot back for a
#: moment.
SUBMISSIONS_PER_TASK = 256
TASK_MAX_S = 5.0

#: Progress is gathered for this long: no client sees the difference, and Redis has less to do.
GATHER_S = 0.02

#: Between two tries while Redis answers with an error; the queue itself has been patient before that.
REDIS_PAUSE_S = 0.25

#: A host too busy to tell how a run would have ended may hand it back twice: then the verdict says so.
BUSY_MAX = 3

#: Wait before the next attempt after our own failure, doubled each time.
RETRY_DELAY_MS = 200

log = logging.getLogger(__name__)

T = TypeVar("T")


class SlotLoop:
    """One slot's life between tickets. ``on_order`` and ``on_alarm`` are all that a signal handler may call.

    SIGALRM and its timer are the loop's: progress is sent from there while a program runs.
    """

    def __init__(
        self,
        queue: Queue,
        config: SlotConfig,
        judge: SlotJudge,
        host: HostCheck,
        tickets: TicketPoll,
        telemetry: SlotTelemetry,
    ) -> None:
        self._queue = queue
        self._config = config
        self._judge = judge
        self._host = host
        self._tickets = tickets
        self._telemetry = telemetry
        self._judged = JudgedNote(config.run_directory, config.slot)
        #: What is judged now, and the writer of its progress: both or neither. Signal handlers read them.
        self._claim: Claim | None = None
        self._writer: ClaimWriter | None = None
        #: The present claim was cancelled: its next event raises ClaimLost.
        self._lost = False
        self._leaving = False

    @property
    def leaving(self) -> bool:
        """Nothing more is claimed: the process is to end."""
        return self._leaving

    def leave(self) -> None:
        """Finish what is judged, claim nothing more; callable from a signal handler at any moment."""
        self._leaving = True

    def work(self) -> int:
        """Serve a ticket, and those that follow closely, until there is nothing to do. Returns how many were judged."""
        deadline = time.monotonic() + TASK_MAX_S
        done = 0
        while done < SUBMISSIONS_PER_TASK and time.monotonic() < deadline and not self._leaving:
            timeline = Timeline()
            with timeline.phase(Phase.CLAIM):
                answer = self._next_claim()
            if isinstance(answer, Claim):
                self._serve(answer, timeline)
                done += 1
            elif answer.reason is not RefusalReason.NONE or not done or not self._tickets.wait():
                return done
        self._queue.run(calls.wake())
        return done

    def work_on(self, priority_class: str) -> int:
        """Judge what waits of one class, until nothing does. Returns how many."""
        done = 0
        while not self._leaving:
            timeline = Timeline()
            with timeline.phase(Phase.CLAIM):
                answer = self._next_claim(priority_class)
            if isinstance(answer, Refusal):
                return done
            self._serve(answer, timeline)
            done += 1
        return done

    def on_alarm(self) -> None:
        """Progress has been gathered for a while."""
        if self._writer is not None:
            self._writer.send()

    def on_order(self) -> None:
        """An order has come: for the claim it names, if that is the current one."""
        claim = self._claim
        order = read_order(self._config.run_directory, self._config.slot)
        if claim is None or order is None or (order.id, order.fence) != (claim.id, claim.fence):
            return
        match order.action:
            case OrderAction.CANCEL:
                self._lost = True
                self._judge.cancel()
                self._judge.thaw()
            case OrderAction.INTERRUPT:
                self._judge.interrupt()
            case OrderAction.FREEZE:
                self._judge.freeze()
            case OrderAction.THAW:
                self._judge.thaw()

    def _next_claim(self, only: str = "") -> Claim | Refusal:
        """Claim, and keep trying while Redis is away: an unanswered claim may have taken a lease."""
        config = self._config
        while True:
            ill = self._host.health.ailment_at_a_glance()
            try:
                sessions = config.session_slots
                claiming = calls.claim(config.claimant, config.lease_ms, only=only, ill=ill, session_slots=sessions)
                return self._queue.run(claiming)
            except QueueError as error:
                log.warning("slot %d: %s", config.slot, error)
                time.sleep(REDIS_PAUSE_S)

    def _serve(self, claim: Claim, timeline: Timeline) -> None:
        """Judge one claim to its end; raises nothing: this is the task boundary."""
        self._lost = False
        self._claim = claim
        self._telemetry.send(SlotChanged(self._config.slot, SlotState.BUSY))
        writer = self._writer = ClaimWriter(self._queue, claim, _alarm_later)
        with log_context(submission=claim.id, attempt=claim.attempt, slot=self._config.slot):
            state = self._config.idle
            try:
                self._judged.write(self._held(claim))
                self._judge_claim(claim, writer, timeline)
            except ClaimLost:
                self._telemetry.send(Counted(Count.LEASE_LOST))
            except BlobStoreError as error:
                self._wait_for_store(claim, writer, error)
            except Exception as error:
                state = SlotState.FAILING
                self._find_the_blame(claim, writer, error)
            finally:
                self._claim = self._writer = None
                with contextlib.suppress(OSError):
                    self._judged.write(None)
                self._judge.thaw()
                writer.close()
                if not self._clear_up():
                    state = SlotState.FAILING
                for record in self._judge.take_counts():
                    self._telemetry.send(record)
                self._telemetry.send(SlotChanged(self._config.slot, state))

    def _judge_claim(self, claim: Claim, writer: ClaimWriter, timeline: Timeline) -> None:
        def emit(event: Event) -> None:
            self._check_lost(claim)
            timeline(event)
            if not isinstance(event, Done | WorkDone):  # the queue says that, when the report is recorded
                writer.emit(event)

        try:
            report = self._done(wire.decode_claimed(claim.submission, claim.sources), claim, emit)
        except (WorkError, WireError) as error:
            self._check_lost(claim)
            report = judge_error(
                claim.id, claim.submission, str(error), claim.attempt, self._config.judge_name, BlameOn.CLIENT
            )
        except (PackageMissing, LanguageError) as error:
            self._check_lost(claim)
            _until_answered(writer.flush)
            lacking = self._hand_on(claim, error)
            if not lacking:
                return
            reason = f"{error}; no other worker is left to ask ({', '.join(lacking)})"
            report = judge_error(
                claim.id, claim.submission, reason, claim.attempt, self._config.judge_name, _blame(claim, error)
            )
        except PackageError as error:
            self._check_lost(claim)
            report = judge_error(claim.id, claim.submission, str(error), claim.attempt, self._config.judge_name)
        except JudgeError:
            self._check_lost(claim)
            raise
        self._check_lost(claim)
        if not isinstance(report, Report):
            timeline.rest(Phase.RUN)
        self._record(claim, report, writer, timeline)

    def _done(self, work: Submission | Work, claim: Claim, emit: Emit) -> Report | AnyWorkReport:
        if isinstance(work, Work):
            with closing(SessionLink(self._queue, claim)) as channel:
                return self._judge.carry_out(work, claim.attempt, emit, channel)
        return self._judge.judge(work, claim.attempt, emit)

    def _record(self, claim: Claim, report: Report | AnyWorkReport, writer: ClaimWriter, timeline: Timeline) -> None:
        if self._telemetry.verdicts is not None:
            record = record_of(
                report,
                priority_class=claim.priority_class,
                wait_ns=claim.wait_ms * 1_000_000,
                judging_ns=time.monotonic_ns() - timeline.started_ns,
                phases_ns=timeline.phases_ns,
            )
            self._telemetry.verdicts.prepare(claim.id, claim.fence, record)
        won = _until_answered(lambda: writer.finish(report, meanwhile=self._clear_up))
        if self._telemetry.verdicts is not None:
            self._telemetry.verdicts.settle(won)
        if self._telemetry.traces is not None:
            self._telemetry.traces.send(timeline, report, claim.wait_ms * 1_000_000)
        if not won:
            self._telemetry.send(Counted(Count.VERDICT_FENCED))
        if isinstance(report, Report) and report.noise_ratio is not None:
            leave_noise(self._config.run_directory, self._config.slot, report.noise_ratio)

    def _hand_on(self, claim: Claim, error: JudgeError) -> tuple[str, ...]:
        """Leave a claim to a worker that may have what this one lacks; the names of all who lack it if none is left."""
        handing = calls.hand_on(claim, self._where(claim, f"{error}"))
        lacking = _until_answered(lambda: self._queue.run(handing))
        if not lacking:
            log.info("left to another worker: %s", error)
        return lacking

    def _wait_for_store(self, claim: Claim, writer: ClaimWriter, error: BlobStoreError) -> None:
        """The package store is away, for this worker at least: the fault of neither work nor host; it passes."""
        _until_answered(writer.flush)
        if self._hand_on(claim, error):
            self._give_back(claim, writer, f"{error}", Fault.UNBLAMED)

    def _find_the_blame(self, claim: Claim, writer: ClaimWriter, error: Exception) -> None:
        """A judging failed, and neither contestant, setter nor client was known to be the cause where it was raised."""
        reference = secrets.token_hex(4)
        if isinstance(error, HostBusyError):
            self._give_back(claim, writer, f"{error}", Fault.BLAMED, attempts_max=BUSY_MAX)
            return
        said = f"{error}" if isinstance(error, JudgeError) else f"{type(error).__name__}: {error}"
        log.error("reference %s: judging failed: %s", reference, said, exc_info=error)
        self._clear_up()
        ailment = self._host.ailment(language_to_prove(_language_of(claim), self._config.languages))
        reason = f"{printable(said)} (reference {reference})"
        if ailment or isinstance(error, HostFault):
            self._give_back(claim, writer, reason, Fault.FELL, out=ailment)
        else:
            self._give_back(
                claim, writer, reason, Fault.BLAMED, attempts_max=min(self._config.attempts_max, UNFORESEEN_MAX)
            )

    def _give_back(
        self, claim: Claim, writer: ClaimWriter, reason: str, fault: Fault, *, out: str = "", attempts_max: int = 0
    ) -> None:
        log.warning("attempt failed: %s", reason)
        self._telemetry.send(Counted(Count.ATTEMPT_FAILED))
        returning = calls.give_back(
            claim,
            self._where(claim, reason),
            fault,
            attempts_max=attempts_max or self._config.attempts_max,
            delay_ms=0 if out else RETRY_DELAY_MS << min(max(claim.attempt, 1) - 1, 6),
            out=out,
        )
        _until_answered(writer.flush)
        _until_answered(lambda: self._queue.run(returning))

    def _where(self, claim: Claim, reason: str) -> str:
        return f"attempt {claim.attempt} on {self._config.name}: {reason}"[:2000]

    def _clear_up(self) -> bool:
        """What the judge has put off; False = that failed, which the next judging will feel."""
        try:
            self._judge.clear_up()
        except JudgeError as error:
            log.warning("clearing up: %s", error)
            return False
        return True

    def _held(self, claim: Claim) -> Held:
        who = self._config.claimant
        return Held(slot=who.slot, id=claim.id, fence=claim.fence, pid=who.pid, priority_class=claim.priority_class)

    def _check_lost(self, claim: Claim) -> None:
        if self._lost:
            raise ClaimLost(f"submission {claim.id}: the claim was withdrawn")


def _language_of(claim: Claim) -> str:
    """The language that a submission names; empty when it names none, or does not decode."""
    try:
        if wire.kind_of_text(claim.submission) is not WorkKind.SUBMISSION:
            return wire.decode_work_header(claim.submission).language
        return wire.decode_header(claim.submission).language
    except WireError:
        return ""


def _blame(claim: Claim, error: JudgeError) -> BlameOn:
    """Whose fault it is that no worker has something. The queue took the work for those that offer its language: what
    is named beside that one was never promised."""
    promised = not isinstance(error, LanguageError) or error.language in ("", _language_of(claim))
    return BlameOn.JUDGE if promised else BlameOn.CLIENT


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
