"""A slot that waits is handed what comes in: claimed in the step that takes it in, and otherwise as any claim."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from service_harness import POLICY, RedisServer, order, running
from service_work import work_order

from judge import wire
from judge.model.report import Report
from judge.model.submission import Submission
from judge.model.verdict import Verdict
from judge.model.work import WorkKind
from judge.queue import calls
from judge.queue.admin import set_policy, set_worker_state
from judge.queue.handed import unwait as unwait_call
from judge.queue.redis_queue import Queue
from judge.queue.tickets import TicketPoll
from judge.queue.values import Claim, Claimant, Refusal, RefusalReason, State, WorkerInfo, WorkerState

LEASE_MS = 60_000
NONE = Refusal(reason=RefusalReason.NONE)


def who(slot: str = "0", node: str = "w1") -> Claimant:
    return Claimant(node=node, session="S", slot=slot, pid=1)


def join(queue: Queue, node: str = "w1", routes: tuple[str, ...] = ("c", "any")) -> None:
    """A worker that pushes and takes tickets."""
    queue.run(calls.register(node, "S", WorkerState.ON, WorkerInfo(slots=2), "ticket @@SERIAL@@", routes))


def wait(queue: Queue, slot: str = "0", node: str = "w1", wait_ms: int = 60_000) -> Claim | Refusal:
    """A slot claims, and says that it waits if there is nothing."""
    return queue.run(calls.claim(who(slot, node), LEASE_MS, wait_ms=wait_ms))


def unwait(queue: Queue, slot: str = "0", node: str = "w1") -> Claim | None:
    return queue.run(unwait_call(who(slot, node), LEASE_MS))


def tickets(queue: Queue) -> int:
    return int(queue.link.command("LLEN", queue.link.keys.tickets("c")))


def finish(queue: Queue, claim: Claim) -> bool:
    return queue.run(calls.finish(claim, Report(submission=claim.id, problem="p", language="c", verdict=Verdict.AC)))


def submit(queue: Queue, id: str = "one", **words: Any) -> Submission:
    submission = order(id, **words)
    assert queue.run(calls.submit(submission))
    return submission


def test_what_comes_in_is_handed_to_the_slot_that_waits(queue: Queue) -> None:
    join(queue)
    assert wait(queue) == NONE
    sent = submit(queue)
    assert queue.state("one") is State.CLAIMED
    assert tickets(queue) == 0
    claim = TicketPoll(queue, ("c",), who()).wait()
    assert isinstance(claim, Claim)
    assert (claim.id, claim.fence, claim.attempt, claim.priority_class) == ("one", 1, 1, sent.priority_class)
    assert wire.decode_claimed(claim.submission, claim.sources) == sent
    assert finish(queue, claim)


def test_one_piece_of_work_is_handed_out_once(queue: Queue) -> None:
    join(queue)
    assert [wait(queue, slot) for slot in ("0", "1")] == [NONE, NONE]
    for id in ("one", "two", "three"):
        submit(queue, id)
    assert [queue.state(id) for id in ("one", "two", "three")] == [State.CLAIMED, State.CLAIMED, State.QUEUED]
    assert tickets(queue) == 1
    handed = [unwait(queue, slot) for slot in ("0", "1")]
    assert {claim.id for claim in handed if claim is not None} == {"one", "two"}


def test_other_work_than_submissions_is_handed_out(queue: Queue) -> None:
    join(queue, routes=wire.routes_served(("c",), ()))
    assert wait(queue) == NONE
    work = work_order(WorkKind.EXECUTION, "one")
    queue.run(calls.submit_work(work))
    claim = unwait(queue)
    assert claim is not None
    assert wire.decode_claimed(claim.submission, claim.sources) == work


def not_at_all(queue: Queue) -> None:
    """It has claimed without a word of waiting."""
    assert wait(queue, wait_ms=0) == NONE


def ended(queue: Queue) -> None:
    assert wait(queue) == NONE
    assert unwait(queue) is None


def asked_again(queue: Queue) -> None:
    assert wait(queue) == NONE
    assert wait(queue, wait_ms=0) == NONE


def too_long_ago(queue: Queue) -> None:
    assert wait(queue) == NONE
    (member,) = queue.link.command("ZRANGE", queue.link.keys.waiting_slots(), 0, -1)
    queue.link.command("ZADD", queue.link.keys.waiting_slots(), 1, member)


def drained(queue: Queue) -> None:
    assert wait(queue) == NONE
    set_worker_state(queue, "w1", WorkerState.DRAINING, "asked for")


def started_again(queue: Queue) -> None:
    assert wait(queue) == NONE
    queue.run(calls.register("w1", "T", WorkerState.ON, WorkerInfo(slots=2), "ticket @@SERIAL@@", ("c",)))


def serves_another_route(queue: Queue) -> None:
    join(queue, "w2", ("python3",))
    assert wait(queue, node="w2") == NONE


@pytest.mark.parametrize(
    "waited", [not_at_all, ended, asked_again, too_long_ago, drained, started_again, serves_another_route]
)
def test_who_does_not_wait_any_more_is_handed_nothing(queue: Queue, waited: Callable[[Queue], None]) -> None:
    join(queue)
    waited(queue)
    submit(queue)
    assert queue.state("one") is State.QUEUED
    assert tickets(queue) == 1


def test_what_a_slot_was_handed_and_did_not_take_goes_back_when_it_asks_again(queue: Queue) -> None:
    join(queue)
    assert wait(queue) == NONE
    submit(queue)
    queue.link.command("DEL", queue.link.keys.handed("w1", "0"))  # the answer that brought it was lost
    again = wait(queue)
    assert isinstance(again, Claim)
    assert (again.id, again.fence, again.attempt) == ("one", 2, 1)
    assert queue.link.command("EXISTS", queue.link.keys.handed("w1", "0")) == 0
    assert finish(queue, again)


def test_what_a_slot_was_handed_and_did_not_get_goes_back_when_it_waits_no_longer(queue: Queue) -> None:
    """Redis died before it sent what it had taken from the list."""
    join(queue)
    assert wait(queue) == NONE
    submit(queue)
    assert queue.link.command("RPOP", queue.link.keys.handed("w1", "0")) is not None
    assert unwait(queue) is None
    assert queue.state("one") is State.QUEUED
    again = wait(queue, "1")
    assert isinstance(again, Claim)
    assert (again.fence, again.attempt) == (2, 1)


def test_what_a_slot_was_handed_goes_back_when_its_lease_runs_out(queue: Queue) -> None:
    join(queue)
    assert wait(queue) == NONE
    submit(queue)
    handed = unwait(queue)
    assert handed is not None
    queue.link.command("ZADD", queue.link.keys.leases(), 1, "one")
    queue.run(calls.sweep("w2", 0, 0, 3))
    assert queue.state("one") is State.QUEUED
    assert not finish(queue, handed)
    second = wait(queue, "1")
    assert isinstance(second, Claim)
    assert finish(queue, second)


def test_a_slot_that_asks_again_gets_what_was_handed_to_it(queue: Queue) -> None:
    """A ticket woke it; what came in meanwhile is not claimed anew."""
    join(queue)
    assert wait(queue) == NONE
    submit(queue)
    claim = wait(queue)
    assert isinstance(claim, Claim)
    assert (claim.id, claim.fence, claim.attempt) == ("one", 1, 1)
    assert unwait(queue) is None  # and once
    story: Any = queue.link.client.xrange(queue.link.keys.events("one"))
    assert sum(fields[b"type"] == b"claimed" for _, fields in story) == 1


def test_another_process_of_the_slot_gets_nothing_that_was_handed_to_the_first(queue: Queue) -> None:
    join(queue)
    assert wait(queue) == NONE
    submit(queue)
    other = msgspec.structs.replace(who(), pid=2)
    claim = queue.run(calls.claim(other, LEASE_MS, wait_ms=60_000))
    assert isinstance(claim, Claim)
    assert (claim.id, claim.fence, claim.attempt) == ("one", 2, 1)


def test_the_policy_says_what_is_handed_out(queue: Queue) -> None:
    join(queue)
    submit(queue, "practice", priority_class="practice")
    queue.link.command("DEL", queue.link.keys.tickets("c"))
    (lane,) = queue.link.command("SMEMBERS", queue.link.keys.lanes())
    queue.link.command("SREM", queue.link.keys.lanes(), lane)  # the slot looks while it is not there
    assert wait(queue) == NONE
    queue.link.command("SADD", queue.link.keys.lanes(), lane)
    submit(queue, "second", priority_class="practice")
    assert queue.state("practice") is State.CLAIMED
    assert queue.state("second") is State.QUEUED
    assert tickets(queue) == 1


def test_a_tenant_at_its_limit_is_handed_nothing(queue: Queue) -> None:
    join(queue)
    set_policy(queue, msgspec.structs.replace(POLICY, tenant_running_max=1))
    assert [wait(queue, slot) for slot in ("0", "1")] == [NONE, NONE]
    submit(queue, "one", tenant="a")
    submit(queue, "two", tenant="a")
    assert queue.state("two") is State.QUEUED


def test_a_claim_outlives_its_server_and_its_fence_is_not_given_twice(short_dir: Path) -> None:
    """kill -9 of Redis between claim and report, the first owner alive: handed out, and come with a report."""
    server = RedisServer(short_dir)
    with running(server), Queue(server.broker) as queue:
        set_policy(queue, POLICY)
        join(queue)
        assert wait(queue) == NONE
        submit(queue, "one")
        submit(queue, "two")
        first = unwait(queue)
        assert first is not None
        report = Report(submission="one", problem="p", language="c", verdict=Verdict.AC)
        both = calls.finish_and_claim(calls.finish(first, report), calls.claim(who(), LEASE_MS))
        won, second = queue.run(both)
        assert won
        assert isinstance(second, Claim)
        server.kill()
        server.start()
        assert (queue.state("one"), queue.state("two")) == (State.DONE, State.CLAIMED)
        taken_over = wait(queue)  # another process of this slot
        assert isinstance(taken_over, Claim)
        assert (taken_over.id, taken_over.fence) == ("two", second.fence + 1)
        assert not finish(queue, second)
        assert finish(queue, taken_over)


def test_a_slot_of_the_service_serves_what_it_is_handed(queue: Queue) -> None:
    """While BRPOP waits, not only before."""
    join(queue)
    assert wait(queue) == NONE
    found: list[Claim | bool] = []
    with Queue(queue.broker) as own:
        poll = TicketPoll(own, ("c",), who())
        waiter = threading.Thread(target=lambda: found.append(poll.wait()))
        waiter.start()
        submit(queue)
        waiter.join()
    assert isinstance(found[0], Claim)


@pytest.mark.parametrize("at_once", [True, False])
def test_a_class_that_is_served_at_once_has_had_as_much_as_one_that_waited(queue: Queue, at_once: bool) -> None:
    """Else the classes whose work always finds a waiting slot would take more than their share from the others."""
    join(queue)
    keys = queue.link.keys
    queue.link.command("HSET", keys.class_passes(), "*", 5_000_000, "practice", 3_000_000)
    queue.link.command("HSET", keys.weights(), "practice", 4)
    if at_once:
        assert wait(queue) == NONE
    submit(queue, priority_class="practice")
    if not at_once:
        assert isinstance(wait(queue), Claim)
    passes = queue.link.command("HGETALL", keys.class_passes())
    assert {name.decode(): int(value) for name, value in passes.items()} == {"*": 5_000_000, "practice": 5_250_000}
    assert not queue.link.command("EXISTS", keys.class_waiting(), keys.lanes(), keys.class_vtimes())
    assert int(queue.link.command("HGET", keys.counters(), "running")) == 1
    assert int(queue.link.command("HGET", keys.counters(), "waiting") or 0) == 0
