"""The loop of one slot: claim, judge, report. Runs inside a Celery task, knows nothing of Celery.

Who is to blame for a judging that failed is decided by its cause: the setter or client (a judge error at once), this
host (the work goes back unblamed), or unknown: :mod:`judge_workers.slot.giving_back`.
"""

from __future__ import annotations

import contextlib
import logging
import signal
import time
from collections.abc import Callable
from contextlib import closing
from typing import TypeVar

from judge import wire
from judge.errors import (
    BlobStoreError,
    CancelledError,
    ClaimLost,
    JudgeError,
    LanguageError,
    PackageError,
    PackageMissing,
    QueueAnswerError,
    StateBusy,
    StateFull,
    StateMoved,
    WireError,
    WorkError,
)
from judge.model.event import Done, Emit, Event, Retried, WorkDone
from judge.model.report import Report
from judge.model.submission import Submission
from judge.model.units import S_NS
from judge.model.work import SessionRequest, Work, WorkKind
from judge.model.work_report import AnyWorkReport, BlameOn
from judge.observe.logs import log_context
from judge.observe.metrics.pipe_records import Count, Counted, Phase, SlotChanged, SlotState
from judge.observe.timeline import Timeline
from judge.queue import calls, states
from judge.queue.claimed import ClaimWriter
from judge.queue.redis_queue import Queue
from judge.queue.script import Call
from judge.queue.session_link import SessionLink
from judge.queue.state_link import StateLink
from judge.queue.states import NewState
from judge.queue.tickets import TicketPoll
from judge.queue.values import Claim, Fault, Refusal, RefusalReason
from judge.running.session import longest_ns
from judge.text import printable
from judge_workers.judging import SlotJudge
from judge_workers.run_dir import Judged, JudgedNote, OrderAction, read_order
from judge_workers.slot.answered import until_answered
from judge_workers.slot.claimed_text import blame_for_lack
from judge_workers.slot.claims import Claims
from judge_workers.slot.giving_back import GivingBack
from judge_workers.slot.judge_error import TOO_LARGE, judge_error, too_long
from judge_workers.slot.slot_config import HostCheck, SlotConfig, SlotTelemetry
from judge_workers.slot.telling import take_back, tell_after, tell_before

#: One Celery task judges at most this many submissions, for at most this long; then Celery gets the slot back for a
#: moment.
SUBMISSIONS_PER_TASK = 256
TASK_MAX_S = 5.0

#: Progress is gathered for this long: no client sees the difference, and Redis has less to do.
GATHER_S = 0.02

#: In one claim: so often it may be judged again because a carried state changed.
STATE_RACES_MAX = 4

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
        self._telemetry = telemetry
        self._judged = JudgedNote(config.run_directory, config.slot)
        #: What is judged now, and the writer of its progress: both or neither. Signal handlers read them.
        self._claim: Claim | None = None
        self._writer: ClaimWriter | None = None
        #: The present claim was cancelled: its next event raises ClaimLost.
        self._lost = False
        #: The present claim was told to end; where it was not cancelled, with the report that its time is over.
        self._late = False
        #: The way to the client of the session that is held now.
        self._channel: SessionLink | None = None
        self._claims = Claims(queue, config, host, tickets)
        self._giving_back = GivingBack(config, host, telemetry, self._ask)

    @property
    def leaving(self) -> bool:
        """Nothing more is claimed: the process is to end."""
        return self._claims.ended

    def leave(self) -> None:
        """Finish what is judged, claim nothing more; callable from a signal handler at any moment."""
        self._claims.ended = True

    def work(self) -> int:
        """Serve a ticket, and those that follow closely, until there is nothing to do. Returns how many were judged."""
        self._claims.begin(SUBMISSIONS_PER_TASK, TASK_MAX_S)
        done = 0
        while self._claims.goes_on():
            timeline = Timeline()
            with timeline.phase(Phase.CLAIM):
                answer = self._claims.take()
            if isinstance(answer, Claim):
                self._serve(answer, timeline)
                done += 1
            elif answer.reason is not RefusalReason.NONE or not done or not self._claims.wait():
                return done
        self._queue.run(calls.wake())
        return done

    def work_on(self, priority_class: str) -> int:
        """Judge what waits of one class, until nothing does. Returns how many."""
        self._claims.begin(only=priority_class)
        done = 0
        while self._claims.goes_on():
            timeline = Timeline()
            with timeline.phase(Phase.CLAIM):
                answer = self._claims.take()
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
            case OrderAction.INTERRUPT:
                self._judge.interrupt()
            case OrderAction.END if self._channel is not None:
                self._channel.end()
                self._judge.thaw()
            case OrderAction.END | OrderAction.CANCEL:
                self._lost = self._lost or order.action is OrderAction.CANCEL
                self._late = True
                self._judge.cancel()
                self._judge.thaw()
            case OrderAction.FREEZE:
                self._judge.freeze()
            case OrderAction.THAW:
                self._judge.thaw()

    def _serve(self, claim: Claim, timeline: Timeline) -> None:
        """Judge one claim to its end; raises nothing: this is the task boundary."""
        self._lost = self._late = False
        self._judge.forget_cancel()  # from here on it is this claim's
        self._claim = claim
        self._telemetry.send(SlotChanged(self._config.slot, SlotState.BUSY))
        writer = self._writer = ClaimWriter(self._queue, claim, _alarm_later)
        with log_context(submission=claim.id, attempt=claim.attempt, slot=self._config.slot):
            state = self._config.idle
            try:
                if not self._was_judged(claim, writer, timeline):
                    state = SlotState.FAILING
            except ClaimLost:
                self._telemetry.send(Counted(Count.LEASE_LOST))
            except QueueAnswerError as error:  # the slot's next claim gives it up
                log.error("the queue takes neither a report nor the claim back: %s", error)
            finally:
                self._claim = self._writer = self._channel = None
                with contextlib.suppress(OSError):
                    self._judged.write(None)
                self._judge.thaw()
                writer.close()
                signal.setitimer(signal.ITIMER_REAL, 0)  # nothing is to be sent any more
                if not self._clear_up():
                    state = SlotState.FAILING
                for record in self._judge.take_counts():
                    self._telemetry.send(record)
                self._telemetry.send(SlotChanged(self._config.slot, state))

    def _was_judged(self, claim: Claim, writer: ClaimWriter, timeline: Timeline) -> bool:
        """Judge, or give back; False = for a reason that nobody foresaw. Raises ClaimLost, QueueAnswerError."""
        try:
            self._judged.write(self._note(claim, _kind_of(claim)))
            self._judge_by_newest(claim, writer, timeline)
        except ClaimLost:
            raise
        except (StateMoved, StateBusy) as error:
            self._give_back(claim, writer, f"{error}", Fault.RETURNED)
        except BlobStoreError as error:
            self._wait_for_store(claim, writer, error)
        except Exception as error:
            self._giving_back.find_the_blame(claim, error, lambda: self._flush(writer), self._clear_up)
            return False
        return True

    def _judge_by_newest(self, claim: Claim, writer: ClaimWriter, timeline: Timeline) -> None:
        """Judge, and again where a carried state that was read has changed meanwhile: who lost a race is served before
        others, so that another loss is rare. Raises StateMoved after the last."""
        for _ in range(STATE_RACES_MAX - 1):
            try:
                self._judge_claim(claim, writer, timeline)
            except StateMoved as error:
                self._telemetry.send(Counted(Count.STATE_RACE_LOST))
                writer.emit(Retried(submission=claim.id, attempt=claim.attempt, reason=f"{error}: it is judged again"))
                self._clear_up()
            else:
                return
        self._judge_claim(claim, writer, timeline)

    def _judge_claim(self, claim: Claim, writer: ClaimWriter, timeline: Timeline) -> None:
        carried = StateLink(claim, self._ask, self._pause)

        def emit(event: Event) -> None:
            self._check_lost(claim)
            timeline(event)
            if not isinstance(event, Done | WorkDone):  # the queue says that, when the report is recorded
                writer.emit(event)

        try:
            report = self._done(wire.decode_claimed(claim.submission, claim.sources), claim, emit, carried)
        except (WorkError, WireError) as error:
            self._check_lost(claim)
            report = self._error(claim, str(error), BlameOn.CLIENT)
        except (PackageMissing, LanguageError) as error:
            self._check_lost(claim)
            self._flush(writer)
            lacking = self._giving_back.hand_on(claim, error)
            if not lacking:
                return
            reason = f"{error}; no other worker is left to ask ({', '.join(lacking)})"
            report = self._error(claim, reason, blame_for_lack(claim, error, self._config.languages))
        except PackageError as error:
            self._check_lost(claim)
            report = self._error(claim, str(error))
        except JudgeError as error:
            self._check_lost(claim)
            if not (self._late and isinstance(error, CancelledError)):
                raise
            report = self._error(claim, too_long(claim.submission), BlameOn.CLIENT)
        self._check_lost(claim)
        if not isinstance(report, Report):
            timeline.rest(Phase.RUN)
        self._record(claim, report, writer, timeline, carried.new)

    def _done(self, work: Submission | Work, claim: Claim, emit: Emit, carried: StateLink) -> Report | AnyWorkReport:
        if not isinstance(work, Work):
            return self._judge.judge(work, claim.attempt, emit, carried)
        with closing(SessionLink(self._queue, claim)) as channel:
            if isinstance(work.task, SessionRequest):
                self._channel = channel
                self._judged.write(self._note(claim, work.header.kind, longest_ns(work.task) / S_NS))
            return self._judge.carry_out(work, claim.attempt, emit, channel, carried)

    def _record(
        self,
        claim: Claim,
        report: Report | AnyWorkReport,
        writer: ClaimWriter,
        timeline: Timeline,
        new: NewState | None,
    ) -> None:
        """``new``: the carried state that the judging leaves. Raises StateMoved: nothing is recorded."""
        encoded = wire.encode(report)
        if len(encoded) > wire.REPORT_BYTES_MAX:
            report = self._error(claim, TOO_LARGE.format(len(encoded), wire.REPORT_BYTES_MAX), BlameOn.CLIENT)
            encoded = wire.encode(report)
            new = None
        tell_before(self._telemetry, claim, report, timeline)
        try:
            if new is None:
                won = self._was_recorded(calls.finish(claim, report, encoded), writer)
            else:
                self._flush(writer)
                won = self._ask(states.finish(claim, report, new, encoded))
        except (StateMoved, StateFull, QueueAnswerError) as error:
            take_back(self._telemetry)
            if isinstance(error, StateMoved):
                raise
            small = report = self._not_taken(claim, error)
            tell_before(self._telemetry, claim, small, timeline)
            won = self._answered(lambda: writer.finish(calls.finish(claim, small)))
        tell_after(self._telemetry, self._config, claim, report, timeline, won=won)

    def _was_recorded(self, ending: Call[bool], writer: ClaimWriter) -> bool:
        """Whether the report is the one. The slot's next claim goes with it."""
        both = self._claims.after(ending)
        if both is None:
            return self._answered(lambda: writer.finish(ending, meanwhile=self._clear_up))
        won, answer = self._answered(lambda: writer.finish(both, meanwhile=self._clear_up))
        self._claims.came(answer)
        return won

    def _not_taken(self, claim: Claim, error: StateFull | QueueAnswerError) -> Report | AnyWorkReport:
        """What is recorded in place of a report that the queue does not take."""
        if isinstance(error, StateFull):
            return self._error(claim, f"{error}", BlameOn.CLIENT)
        log.error("the report is not taken: %s", error)
        return self._error(claim, f"the queue did not take the report: {printable(str(error))}")

    def _answered(self, action: Callable[[], T]) -> T:
        return until_answered(action, lambda: self._lost)

    def _flush(self, writer: ClaimWriter) -> None:
        try:
            self._answered(writer.flush)
        except QueueAnswerError as error:
            log.error("progress is lost: %s", error)

    def _wait_for_store(self, claim: Claim, writer: ClaimWriter, error: BlobStoreError) -> None:
        """The package store is away, for this worker at least: the fault of neither work nor host; it passes."""
        self._flush(writer)
        if self._giving_back.hand_on(claim, error):
            self._give_back(claim, writer, f"{error}", Fault.UNBLAMED)

    def _give_back(
        self, claim: Claim, writer: ClaimWriter, reason: str, fault: Fault, *, out: str = "", attempts_max: int = 0
    ) -> None:
        self._giving_back.give_back(
            claim, reason, fault, lambda: self._flush(writer), out=out, attempts_max=attempts_max
        )

    def _error(self, claim: Claim, reason: str, blame: BlameOn = BlameOn.JUDGE) -> Report | AnyWorkReport:
        return judge_error(claim.id, claim.submission, reason, claim.attempt, self._config.judge_name, blame)

    def _clear_up(self) -> bool:
        """What the judge has put off; False = that failed, which the next judging will feel."""
        try:
            self._judge.clear_up()
        except JudgeError as error:
            log.warning("clearing up: %s", error)
            return False
        return True

    def _note(self, claim: Claim, kind: WorkKind, lasts_s: float | None = None) -> Judged:
        who = self._config.claimant
        return Judged(
            slot=who.slot,
            id=claim.id,
            fence=claim.fence,
            pid=who.pid,
            priority_class=claim.priority_class,
            kind=kind,
            lasts_s=lasts_s,
        )

    def _ask(self, call: Call[T]) -> T:
        return self._answered(lambda: self._queue.run(call))

    def _pause(self, seconds: float) -> None:
        """Raises ClaimLost or CancelledError when the claim is to end."""
        time.sleep(seconds)
        if self._claim is not None:
            self._check_lost(self._claim)
        if self._late:
            raise CancelledError("it was told to end")

    def _check_lost(self, claim: Claim) -> None:
        if self._lost:
            raise ClaimLost(f"submission {claim.id}: the claim was withdrawn")


def _alarm_later() -> None:
    signal.setitimer(signal.ITIMER_REAL, GATHER_S)


def _kind_of(claim: Claim) -> WorkKind:
    """What cannot be read is refused as a submission would be."""
    try:
        return wire.kind_of_text(claim.submission)
    except WireError:
        return WorkKind.SUBMISSION
