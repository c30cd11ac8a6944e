"""A slot's loop against a real queue, with a judge that does as it is told: what may go wrong around a report."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from judge_workers.run_dir import Order, OrderAction, leave_order, read_judged
from judge_workers.slot.loop import SlotLoop
from judge_workers.slot.slot_config import HostCheck, SlotConfig, SlotTelemetry
from service_work import work_order

from judge import wire
from judge.errors import CancelledError, QueueAnswerError, StateMoved
from judge.model.event import Emit
from judge.model.work import Work, WorkKind
from judge.model.work_report import AnyWorkReport, BlameOn, report_without_work
from judge.observe.metrics.pipe_records import Judged
from judge.observe.metrics.settlement import VerdictSender
from judge.program.tasks.carried import CarriedState
from judge.queue import calls, states
from judge.queue.claimed import ClaimWriter
from judge.queue.redis_queue import Queue
from judge.queue.script import Call
from judge.queue.state_link import StateLink
from judge.queue.states import NewState
from judge.queue.tickets import TicketPoll
from judge.queue.values import Claim, Claimant, State, WorkerInfo, WorkerState
from judge.running.session import SessionChannel


class ToldVerdicts:
    """What the metrics are told: each record, and whether it is the one that counts."""

    def __init__(self) -> None:
        self.told: list[Judged | bool] = []

    def prepare(self, submission: str, fence: int, record: Judged) -> None:
        self.told.append(record)

    def settle(self, won: bool) -> None:
        self.told.append(won)


class ToldJudge:
    """Notes what it is asked for."""

    def __init__(self, do: Callable[[Work], AnyWorkReport]) -> None:
        self.do = do
        self.asked: list[str] = []
        self.verdicts = ToldVerdicts()

    def carry_out(
        self, work: Work, attempt: int, emit: Emit, channel: SessionChannel, carried: CarriedState
    ) -> AnyWorkReport:
        self.asked.append("carry out")
        return self.do(work)

    def take_counts(self) -> tuple[()]:
        return ()

    def __getattr__(self, name: str) -> Callable[[], None]:
        return lambda: self.asked.append(name)


class WellHost:
    """A host that is well."""

    def __init__(self) -> None:
        self.health = self

    def ailment_at_a_glance(self) -> str:
        return ""

    def ailment(self, language: str = "") -> str:
        return ""


def said(reason: str) -> Callable[[Work], AnyWorkReport]:
    """Work that is done, with this to say."""
    return lambda work: report_without_work(work.header, BlameOn.NONE, reason)


@pytest.fixture
def slot(queue: Queue, tmp_path: Path) -> Callable[[Callable[[Work], AnyWorkReport]], tuple[SlotLoop, ToldJudge]]:
    """Makes the loop of the only slot there is."""
    routes = wire.routes_served(("c",), ())
    queue.run(calls.register("w", "S", WorkerState.ON, WorkerInfo(slots=1), "", routes))

    def make(do: Callable[[Work], AnyWorkReport]) -> tuple[SlotLoop, ToldJudge]:
        judge = ToldJudge(do)
        who = Claimant(node="w", session="S", slot="0", pid=4711)
        config = SlotConfig(claimant=who, run_directory=tmp_path, languages=("c",), lease_ms=60_000, attempts_max=3)
        host = cast(HostCheck, WellHost())
        telemetry = SlotTelemetry(lambda _: True, cast(VerdictSender, judge.verdicts))
        return SlotLoop(queue, config, cast(Any, judge), host, TicketPoll(queue, ("c",), who), telemetry), judge

    return make


def test_a_report_that_is_too_large_says_so_instead(queue: Queue, slot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "REPORT_BYTES_MAX", 2000)
    queue.run(calls.submit_work(work_order(WorkKind.EXECUTION, "one")))
    loop, _ = slot(said("x" * 2000))
    loop.work()
    report = queue.answer("one")
    assert report is not None
    assert cast(Any, report).blame is BlameOn.CLIENT
    assert report.reason.endswith("at most 2000 are kept: ask for fewer repeats, tests or files")


def test_a_report_that_the_queue_does_not_take_is_replaced_by_one_that_says_so(
    queue: Queue, slot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish = ClaimWriter.finish

    def refuse(writer: ClaimWriter, ending: Call[Any], **words: Any) -> Any:
        if b'"odd"' in cast(bytes, ending.arguments[3]):
            raise QueueAnswerError("Redis at here: invalid bulk length")
        return finish(writer, ending, **words)

    monkeypatch.setattr(ClaimWriter, "finish", refuse)
    queue.run(calls.submit_work(work_order(WorkKind.EXECUTION, "one")))
    loop, judge = slot(said("odd"))
    loop.work()
    report = cast(Any, queue.answer("one"))
    assert report.blame is BlameOn.JUDGE
    assert report.reason == "the queue did not take the report: Redis at here: invalid bulk length"
    first, first_counts, second, second_counts = judge.verdicts.told
    assert (first.verdict, first_counts, second_counts) == ("REFUSED", False, True)
    assert second.verdict == "JE"


def test_of_what_lost_a_race_for_its_state_and_was_judged_again_one_verdict_counts(
    queue: Queue, slot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = [StateMoved("it has changed")]

    def finish(claim: Claim, report: Any, new: NewState, encoded: bytes) -> Call[bool]:
        if moved:
            raise moved.pop()
        return calls.finish(claim, report, encoded)

    monkeypatch.setattr(states, "finish", finish)
    monkeypatch.setattr(StateLink, "new", property(lambda _: object(), lambda *_: None), raising=False)
    queue.run(calls.submit_work(work_order(WorkKind.PROGRAM, "one")))
    loop, judge = slot(said("fine"))
    loop.work()
    assert [told for told in judge.verdicts.told if isinstance(told, bool)] == [False, True]
    assert judge.asked.count("carry out") == 2


def refuse(*_: Any, **__: Any) -> Any:
    """What the queue says of a call that it never takes."""
    raise QueueAnswerError("Redis at here: no")


def test_where_no_report_is_taken_the_claim_goes_back(queue: Queue, slot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    queue.run(calls.submit_work(work_order(WorkKind.EXECUTION, "one")))
    monkeypatch.setattr(ClaimWriter, "finish", refuse)
    loop, _ = slot(said("fine"))
    loop.work()
    assert queue.state("one") is State.HELD
    assert "Redis at here: no" in queue.link.command("HGET", queue.link.keys.record("one"), "why").decode()


def test_where_not_even_that_is_taken_the_slot_goes_on(
    queue: Queue, slot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue.run(calls.submit_work(work_order(WorkKind.EXECUTION, "one")))
    loop, judge = slot(said("fine"))
    monkeypatch.setattr(ClaimWriter, "finish", refuse)
    monkeypatch.setattr(calls, "give_back", refuse)
    monkeypatch.setattr(judge, "do", lambda work: (loop.leave(), said("fine")(work))[1])
    assert loop.work() == 1
    assert queue.state("one") is State.CLAIMED


def test_an_earlier_cancel_is_forgotten_before_the_claim_can_be_cancelled(
    queue: Queue, slot: Any, tmp_path: Path
) -> None:
    queue.run(calls.submit_work(work_order(WorkKind.GROUP, "one")))

    def cancelled(work: Work) -> AnyWorkReport:
        (held,) = read_judged(tmp_path, 1).values()
        leave_order(tmp_path, "0", Order(action=OrderAction.CANCEL, id=held.id, fence=held.fence))
        loop.on_order()
        queue.run(calls.cancel("one"))
        raise CancelledError("cancelled")

    loop, judge = slot(cancelled)
    loop.work()
    assert judge.asked[:4] == ["forget_cancel", "carry out", "cancel", "thaw"]
    assert queue.state("one") is State.CANCELLED


def test_the_next_claim_comes_with_the_answer_to_a_report_while_the_round_lasts(
    queue: Queue, slot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    run = queue.run

    def noted(call: Call[Any]) -> Any:
        asked.append(call.script)
        return run(call)

    monkeypatch.setattr(queue, "run", noted)
    monkeypatch.setattr("judge_workers.slot.loop.SUBMISSIONS_PER_TASK", 3)
    for name in ("one", "two", "three", "four"):
        queue.run(calls.submit_work(work_order(WorkKind.EXECUTION, name)))
    asked.clear()
    loop, _ = slot(said("fine"))
    assert loop.work() == 3
    assert asked == ["claim", "wake"]
    assert queue.state("four") is State.QUEUED


def test_what_came_with_the_last_answer_is_judged_though_the_slot_is_to_end(queue: Queue, slot: Any) -> None:
    for name in ("one", "two", "three"):
        queue.run(calls.submit_work(work_order(WorkKind.EXECUTION, name)))

    loop, judge = slot(said("fine"))
    clear_up = judge.clear_up
    judge.clear_up = lambda: (loop.leave(), clear_up())  # while the answer is on its way
    assert loop.work() == 2
    assert [queue.state(name) for name in ("one", "two", "three")] == [State.DONE, State.DONE, State.QUEUED]


def test_a_slot_that_waits_serves_what_it_is_handed_and_ends_its_waiting(
    queue: Queue, slot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    run = queue.run

    def noted(call: Call[Any]) -> Any:
        asked.append(call.script)
        return run(call)

    poll = TicketPoll.wait

    def wait(tickets: TicketPoll) -> Claim | bool:
        with Queue(queue.broker) as client:
            if client.link.command("EXISTS", client.link.keys.record("two")) == 0:
                client.run(calls.submit_work(work_order(WorkKind.EXECUTION, "two")))
        return poll(tickets)

    monkeypatch.setattr(TicketPoll, "wait", wait)
    queue.run(calls.submit_work(work_order(WorkKind.EXECUTION, "one")))
    monkeypatch.setattr(queue, "run", noted)
    loop, _ = slot(said("fine"))
    assert loop.work() == 2
    assert asked == ["claim", "unwait"]
    assert queue.link.command("EXISTS", queue.link.keys.waiting_slots()) == 0


def test_what_is_handed_to_a_slot_whose_round_ends_is_judged(
    queue: Queue, slot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends between the wait, which brought a ticket, and the next claim; meanwhile something was handed to it."""
    loop, _ = slot(said("fine"))

    def wait(tickets: TicketPoll) -> bool:
        queue.run(calls.submit_work(work_order(WorkKind.EXECUTION, "two")))
        loop.leave()
        return True

    monkeypatch.setattr(TicketPoll, "wait", wait)
    queue.run(calls.submit_work(work_order(WorkKind.EXECUTION, "one")))
    assert loop.work() == 2
    assert [queue.state(name) for name in ("one", "two")] == [State.DONE, State.DONE]
