"""The queue's scripts on a real Redis server, without workers: who gets what, when, and what nobody can break."""

# What is None, or of another type, where something is asked of it, fails the test: no need to ask first.
# mypy: disable-error-code="no-untyped-call, union-attr"

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest
from service_harness import POLICY, RedisServer, order, running, until

from judge.errors import QueueFullError, RateLimitError, StaleSession, UsageError, WireError
from judge.model.event import Cancelled, Claimed, Done, Queued, Retried
from judge.model.report import Report
from judge.model.verdict import Verdict
from judge.queue import calls, rejudge
from judge.queue.admin import queue_view, set_policy, set_worker_state, worker_views
from judge.queue.redis_queue import Queue
from judge.queue.rejudge import Selector
from judge.queue.values import Claim, Claimant, Fault, Held, Refusal, State, WorkerInfo, WorkerState

LEASE_MS = 60_000


def join(queue: Queue, node: str = "w1", session: str = "S", routes: tuple[str, ...] = ("c", "any")) -> int:
    """Register a worker; returns how many claims of an earlier session went back."""
    template = '{"id":"@@SERIAL@@"}'
    sweep(queue)
    queue.link.command(
        "HSET", queue.link.keys.counters(), "hold_until", 0
    )  # the first sweep ever holds leases for a while
    return queue.run(calls.register(node, session, WorkerState.ON, WorkerInfo(slots=2), template, routes))


def claim(queue: Queue, slot: str = "0", node: str = "w1", session: str = "S", lease_ms: int = LEASE_MS) -> Claim:
    """Claim something; there must be something."""
    answer = queue.run(calls.claim(Claimant(node=node, session=session, slot=slot, pid=4711), lease_ms))
    assert isinstance(answer, Claim), answer
    return answer


def refused(queue: Queue, slot: str = "0", node: str = "w1", session: str = "S") -> str:
    """Claim nothing; why."""
    answer = queue.run(calls.claim(Claimant(node=node, session=session, slot=slot, pid=4711), LEASE_MS))
    assert isinstance(answer, Refusal), answer
    return answer.reason


def report_for(submission_id: str, verdict: Verdict = Verdict.AC) -> Report:
    return Report(submission=submission_id, problem="p", language="c", verdict=verdict)


def finish(queue: Queue, claimed: Claim, verdict: Verdict = Verdict.AC) -> bool:
    return queue.run(calls.finish(claimed, report_for(claimed.id, verdict)))


def sweep(queue: Queue, attempts_max: int = 3) -> Any:
    return queue.run(calls.sweep("w1", 0, LEASE_MS, attempts_max))


def events(queue: Queue, submission_id: str) -> list[object]:
    return [event for _, event in queue.follow(submission_id)]


def test_the_same_submission_is_accepted_once(queue: Queue) -> None:
    submission = order("one")
    assert queue.run(calls.submit(submission)) is True
    assert queue.run(calls.submit(submission)) is False
    assert queue_view(queue).waiting == 1


def test_an_id_cannot_stand_for_another_submission(queue: Queue) -> None:
    queue.run(calls.submit(order("one")))
    with pytest.raises(UsageError, match="another submission"):
        queue.run(calls.submit(order("one", verdict="WA")))


@pytest.mark.parametrize("name", ["", "a b", "a:b", "{x}", "x" * 129, "-x", "a\n", "é"])
def test_an_id_that_cannot_be_a_key_is_refused_by_name(queue: Queue, name: str) -> None:
    with pytest.raises(WireError, match=r"^id: "):
        queue.run(calls.submit(msgspec.structs.replace(order(), id=name)))


def test_a_claim_needs_a_registered_session(queue: Queue) -> None:
    queue.run(calls.submit(order()))
    assert refused(queue) == "stale"
    join(queue)
    assert refused(queue, session="other") == "stale"
    claim(queue)


def test_a_worker_gets_only_what_it_serves(queue: Queue) -> None:
    join(queue, routes=("c",))
    queue.run(calls.submit(order("java", language="java")))
    queue.run(calls.submit(order("gpu", tags=("gpu",))))
    assert refused(queue) == "none"
    join(queue, "w2", routes=("java", "c", "c+gpu"))
    assert {claim(queue, node="w2").id, claim(queue, "1", node="w2").id} == {"java", "gpu"}


def test_one_tenant_is_served_in_order(queue: Queue) -> None:
    join(queue)
    ids = [f"s{number}" for number in range(20)]
    for name in ids:
        queue.run(calls.submit(order(name)))
    assert [claim(queue, str(number)).id for number in range(20)] == ids


def test_a_tenant_with_one_submission_does_not_wait_behind_a_thousand_of_another(queue: Queue) -> None:
    join(queue)
    for number in range(1000):
        queue.run(calls.submit(order(f"big{number}", tenant="big")))
    finish(queue, claim(queue))
    queue.run(calls.submit(order("small", tenant="small")))
    next_two = [claim(queue, str(number)).id for number in range(2)]
    assert "small" in next_two


def test_tenants_share_a_class_evenly(queue: Queue) -> None:
    join(queue)
    for number in range(60):
        queue.run(calls.submit(order(f"a{number}", tenant="a")))
    for number in range(20):
        queue.run(calls.submit(order(f"b{number}", tenant="b", language="any" if number % 2 else "c")))
    shares = Counter(claim(queue, str(number)).id[0] for number in range(30))
    assert abs(shares["a"] - shares["b"]) <= 2


def test_classes_share_by_their_weights_and_none_starves(queue: Queue) -> None:
    join(queue)
    for name in ("contest", "run", "practice", "rejudge"):
        for number in range(106):
            queue.run(calls.submit(order(f"{name}{number}", priority_class=name)))
    shares = Counter(claim(queue, str(number)).priority_class for number in range(106))
    assert shares == {"contest": 64, "run": 32, "practice": 8, "rejudge": 2}


def test_a_class_gets_no_credit_for_having_been_idle(queue: Queue) -> None:
    join(queue)
    for number in range(100):
        queue.run(calls.submit(order(f"p{number}", priority_class="practice")))
    for _ in range(50):
        finish(queue, claim(queue))
    for number in range(50):
        queue.run(calls.submit(order(f"r{number}", priority_class="rejudge")))
    shares = Counter(claim(queue, str(number)).priority_class for number in range(20))
    assert shares["practice"] >= 14


def test_what_waits_too_long_goes_ahead_of_its_class(queue: Queue) -> None:
    set_policy(queue, msgspec.structs.replace(POLICY, ageing_ms=1))
    join(queue)
    queue.run(calls.submit(order("old", priority_class="rejudge")))
    for number in range(100):
        queue.run(calls.submit(order(f"c{number}", priority_class="contest")))
    until(lambda: queue_view(queue).lanes[-1].oldest_ms > 5, "the submission to grow old")
    assert "old" in [claim(queue, str(number)).id for number in range(5)]


def test_a_tenant_at_its_limit_does_not_keep_the_old_of_others_waiting(queue: Queue) -> None:
    set_policy(queue, msgspec.structs.replace(POLICY, ageing_ms=1, tenant_running_max=1))
    join(queue)
    for number in range(4):
        queue.run(calls.submit(order(f"a{number}", tenant="a", priority_class="rejudge")))
    assert claim(queue).id == "a0"
    queue.run(calls.submit(order("old", tenant="b", priority_class="rejudge")))
    for number in range(100):
        queue.run(calls.submit(order(f"c{number}", tenant=f"t{number}", priority_class="contest")))
    until(lambda: all(lane.oldest_ms > 5 for lane in queue_view(queue).lanes), "the submissions to grow old")
    assert "old" in [claim(queue, str(number)).id for number in range(1, 6)]


def test_a_tenant_at_its_limit_waits_and_others_go_ahead(queue: Queue) -> None:
    set_policy(queue, msgspec.structs.replace(POLICY, tenant_running_max=2))
    join(queue)
    for number in range(5):
        queue.run(calls.submit(order(f"a{number}", tenant="a")))
    queue.run(calls.submit(order("b0", tenant="b")))
    first = claim(queue, "0")
    assert {claim(queue, "1").id, claim(queue, "2").id} == {"a1", "b0"} or first.id == "b0"
    assert refused(queue, "3") == "none"
    finish(queue, first)
    assert claim(queue, "3").id.startswith("a")
    assert refused(queue, "4") == "none"


def test_a_tenant_may_have_a_limit_of_its_own(queue: Queue) -> None:
    queue.link.command("HSET", queue.link.keys.policy(), "tenant_running_max/vip", 0, "tenant_running_max", 1)
    join(queue)
    for number in range(3):
        queue.run(calls.submit(order(f"v{number}", tenant="vip")))
    assert len({claim(queue, str(number)).id for number in range(3)}) == 3


def test_a_full_queue_refuses_at_once_and_says_how_long(queue: Queue) -> None:
    set_policy(queue, msgspec.structs.replace(POLICY, queue_max=8))
    join(queue)
    queue.link.command("HSET", queue.link.keys.counters(), "judging_ms", "500.0")
    for _ in range(8):
        queue.run(calls.submit(order()))
    with pytest.raises(QueueFullError) as caught:
        queue.run(calls.submit(order()))
    assert (caught.value.length, caught.value.wait_s) == (8, 2.0)  # 8 of half a second on 2 slots


def test_a_rejudge_is_not_bound_by_its_tenants_rate(queue: Queue) -> None:
    old = _finished(queue, 3)
    set_policy(queue, msgspec.structs.replace(POLICY, tenant_per_minute=1, keep_ms=60_000))
    batch, count = rejudge.start(queue, Selector(ids=old))
    assert count == 3
    assert 0 < queue.link.command("PTTL", queue.link.keys.rejudge(batch)) <= 120_000


def test_a_rejudge_that_the_queue_refuses_leaves_nothing(queue: Queue) -> None:
    old = _finished(queue, 3)
    set_policy(queue, msgspec.structs.replace(POLICY, queue_max=2))
    with pytest.raises(QueueFullError):
        rejudge.start(queue, Selector(ids=old))
    assert queue_view(queue).waiting == 0
    assert list(queue.link.client.scan_iter(queue.link.keys.rejudge("*"))) == []


def _finished(queue: Queue, count: int) -> tuple[str, ...]:
    join(queue)
    for number in range(count):
        queue.run(calls.submit(order(f"s{number}", tenant="a")))
        finish(queue, claim(queue))
    return tuple(f"s{number}" for number in range(count))


def test_a_known_submission_is_answered_even_when_the_queue_is_full(queue: Queue) -> None:
    set_policy(queue, msgspec.structs.replace(POLICY, queue_max=1))
    submission = order()
    queue.run(calls.submit(submission))
    assert queue.run(calls.submit(submission)) is False


def test_a_tenant_that_submits_too_fast_is_told_when_to_come_back(queue: Queue) -> None:
    set_policy(queue, msgspec.structs.replace(POLICY, tenant_per_minute=3))
    for _ in range(3):
        queue.run(calls.submit(order(tenant="a")))
    with pytest.raises(RateLimitError) as caught:
        queue.run(calls.submit(order(tenant="a")))
    assert 0 < caught.value.retry_s <= 20
    queue.run(calls.submit(order(tenant="b")))


def test_an_unknown_class_is_refused_with_the_known_ones(queue: Queue) -> None:
    with pytest.raises(WireError, match="practice"):
        queue.run(calls.submit(order(priority_class="vip")))


def test_the_newest_fence_alone_writes(queue: Queue) -> None:
    join(queue)
    queue.run(calls.submit(order("s")))
    zombie = claim(queue)
    queue.run(calls.give_back(zombie, "frozen", Fault.UNBLAMED, attempts_max=3))
    heir = claim(queue, "1")
    assert finish(queue, zombie, Verdict.WA) is False
    assert queue.run(calls.event(zombie, 0, [Queued(submission="s")])) is False
    assert finish(queue, heir) is True
    assert finish(queue, zombie, Verdict.WA) is False
    assert queue.report("s").verdict is Verdict.AC


def test_recording_twice_is_one_record(queue: Queue) -> None:
    join(queue)
    queue.run(calls.submit(order("s")))
    claimed = claim(queue)
    assert [finish(queue, claimed), finish(queue, claimed)] == [True, True]
    assert queue_view(queue).counters["finished"] == 1
    assert [type(event) for event in events(queue, "s")] == [Queued, Claimed, Done]


def test_progress_sent_twice_arrives_once(queue: Queue) -> None:
    join(queue)
    queue.run(calls.submit(order("s")))
    claimed = claim(queue)
    retry = Retried(submission="s", attempt=1, reason="x")
    for _ in range(2):
        assert queue.run(calls.event(claimed, 0, [retry, retry]))
    queue.run(calls.event(claimed, 1, [retry, retry]))
    finish(queue, claimed)
    assert [type(event) for event in events(queue, "s")].count(Retried) == 3


def test_a_late_client_sees_everything_and_can_resume(queue: Queue) -> None:
    join(queue)
    queue.run(calls.submit(order("s")))
    finish(queue, claim(queue))
    seen = list(queue.follow("s"))
    assert [event for _, event in queue.follow("s", seen[0][0])] == [event for _, event in seen[1:]]


def test_a_slot_that_asks_again_gives_up_what_it_held(queue: Queue) -> None:
    join(queue)
    queue.run(calls.submit(order("s")))
    lost = claim(queue)
    again = claim(queue)
    assert (again.id, again.attempt) == ("s", 1)
    assert again.fence > lost.fence


def test_an_expired_lease_goes_back_to_its_old_place(queue: Queue) -> None:
    join(queue)
    for name in ("first", "second"):
        queue.run(calls.submit(order(name)))
    assert claim(queue, lease_ms=0).id == "first"
    sweep(queue)
    assert claim(queue, "1").id == "first"


def test_after_an_outage_no_lease_is_judged_before_one_lease_has_passed(queue: Queue) -> None:
    join(queue)
    queue.run(calls.submit(order("s")))
    sweep(queue)
    claim(queue, lease_ms=0)
    queue.link.command("HINCRBY", queue.link.keys.counters(), "swept_at", -LEASE_MS)
    sweep(queue)
    sweep(queue)
    assert queue.state("s") is State.CLAIMED
    queue.link.command("HSET", queue.link.keys.counters(), "hold_until", 0)
    sweep(queue)
    assert queue.state("s") is State.QUEUED


def test_a_new_session_takes_back_what_the_old_one_held(queue: Queue) -> None:
    join(queue)
    queue.run(calls.submit(order("s")))
    claim(queue)
    assert join(queue, session="S") == 0
    assert join(queue, session="T") == 1
    assert claim(queue, session="T").attempt == 2


def test_too_many_blamed_attempts_end_in_the_hands_of_the_sweeper(queue: Queue) -> None:
    join(queue)
    queue.run(calls.submit(order("poison")))
    for number in range(3):
        claimed = claim(queue, str(number))
        queue.run(calls.give_back(claimed, f"death {number}", Fault.BLAMED, attempts_max=3))
    assert refused(queue) == "none"
    (exhausted,) = sweep(queue).exhausted
    assert (exhausted.id, exhausted.attempt, exhausted.reason) == ("poison", 3, "death 2")
    assert queue.run(calls.finish(exhausted, report_for("poison", Verdict.JE)))
    assert sweep(queue).exhausted == ()


def test_submissions_that_kill_their_judge_take_no_worker_out(queue: Queue) -> None:
    join(queue)
    for number in range(12):
        queue.run(calls.submit(order(f"s{number}")))
        claimed = claim(queue)
        queue.run(calls.give_back(claimed, "death", Fault.DIED, attempts_max=1))
        assert len(sweep(queue, attempts_max=1).exhausted) == 1
    queue.run(calls.submit(order("good")))
    assert claim(queue).id == "good"


def test_a_sweeper_that_dies_leaves_its_judge_error_to_the_next(queue: Queue) -> None:
    join(queue)
    queue.run(calls.submit(order("poison")))
    claimed = claim(queue)
    queue.run(calls.give_back(claimed, "death", Fault.BLAMED, attempts_max=1))
    (dead,) = queue.run(calls.sweep("w1", 0, 0, 1)).exhausted
    (alive,) = sweep(queue, attempts_max=1).exhausted
    assert queue.run(calls.finish(dead, report_for("poison", Verdict.JE))) is False
    assert queue.run(calls.finish(alive, report_for("poison", Verdict.JE))) is True


def test_workers_that_die_are_not_held_against_a_submission_for_long(queue: Queue) -> None:
    join(queue)
    queue.run(calls.submit(order("s")))
    for number in range(12):
        claimed = claim(queue, str(number))
        queue.run(calls.give_back(claimed, "worker died", Fault.UNBLAMED, attempts_max=3))
    assert [item.id for item in sweep(queue).exhausted] == ["s"]


def test_what_is_returned_in_order_never_counted(queue: Queue) -> None:
    join(queue)
    queue.run(calls.submit(order("s")))
    for number in range(30):
        claimed = claim(queue, str(number))
        assert claimed.attempt == 1
        queue.run(calls.give_back(claimed, "stopped", Fault.RETURNED, attempts_max=3))


def test_a_delayed_retry_waits_for_the_sweep(queue: Queue) -> None:
    join(queue)
    queue.run(calls.submit(order("s")))
    claimed = claim(queue)
    queue.run(calls.give_back(claimed, "disk", Fault.BLAMED, attempts_max=3, delay_ms=1))
    assert queue.state("s") is State.HELD
    until(lambda: sweep(queue) and queue.state("s") is State.QUEUED, "the retry")
    assert claim(queue).attempt == 2


def test_cancelling_takes_a_waiting_submission_out(queue: Queue) -> None:
    join(queue)
    queue.run(calls.submit(order("s")))
    assert queue.run(calls.cancel("s")) is True
    assert refused(queue) == "none"
    assert [type(event) for event in events(queue, "s")] == [Queued, Cancelled]
    assert queue.run(calls.cancel("s")) is True


def test_cancelling_a_running_submission_frees_its_slot_and_fences_it_off(queue: Queue) -> None:
    join(queue)
    queue.run(calls.submit(order("s")))
    claimed = claim(queue)
    queue.run(calls.cancel("s"))
    assert finish(queue, claimed) is False
    assert worker_views(queue)[0].running == {}


def test_cancelling_too_late_changes_nothing(queue: Queue) -> None:
    join(queue)
    queue.run(calls.submit(order("s")))
    finish(queue, claim(queue))
    assert queue.run(calls.cancel("s")) is False
    assert queue.report("s").verdict is Verdict.AC


def test_cancelling_what_is_unknown_is_an_error(queue: Queue) -> None:
    with pytest.raises(UsageError, match="nobody"):
        queue.run(calls.cancel("nobody"))


def test_a_drained_worker_claims_nothing(queue: Queue) -> None:
    join(queue)
    queue.run(calls.submit(order()))
    set_worker_state(queue, "w1", WorkerState.DRAINING, "test")
    assert refused(queue) == "out"
    set_worker_state(queue, "w1", WorkerState.ON, "")
    claim(queue)


def test_a_heartbeat_renews_and_tells_what_is_lost(queue: Queue) -> None:
    join(queue)
    for name in ("kept", "gone"):
        queue.run(calls.submit(order(name)))
    kept, gone = claim(queue, "0", lease_ms=0), claim(queue, "1", lease_ms=0)
    queue.run(calls.cancel("gone"))
    held = [Held(slot="0", id="kept", fence=kept.fence, pid=1), Held(slot="1", id="gone", fence=gone.fence, pid=1)]
    reply = queue.run(calls.tick("w1", "S", LEASE_MS, None, held))
    assert reply.lost == ("gone",)
    assert [item.id for item in reply.held] == ["kept"]
    sweep(queue)
    assert queue.state("kept") is State.CLAIMED


def test_a_heartbeat_of_an_unknown_session_is_told_so(queue: Queue) -> None:
    with pytest.raises(StaleSession):
        queue.run(calls.tick("w1", "S", LEASE_MS, None, []))


def test_lost_tickets_are_issued_again(queue: Queue) -> None:
    join(queue)
    for _ in range(5):
        queue.run(calls.submit(order()))
    queue.link.command("DEL", queue.link.keys.tickets("c"))
    sweep(queue)
    assert queue.link.command("LLEN", queue.link.keys.tickets("c")) == 5


def test_work_that_nobody_takes_ends_in_a_judge_error(queue: Queue) -> None:
    set_policy(queue, msgspec.structs.replace(POLICY, waiting_max_ms=1))
    queue.run(calls.submit(order("orphan", language="cobol")))
    until(lambda: queue_view(queue).lanes[0].oldest_ms > 2, "the patience to end")
    (exhausted,) = sweep(queue).exhausted
    assert "no worker took it" in exhausted.reason
    assert queue_view(queue).waiting == 0


def test_old_records_and_their_sources_go(queue: Queue) -> None:
    set_policy(queue, msgspec.structs.replace(POLICY, keep_max=1))
    join(queue)
    for number in range(3):
        queue.run(calls.submit(order(f"s{number}", ms=number)))
        finish(queue, claim(queue))
    sweep(queue)
    with pytest.raises(UsageError):
        queue.state("s0")
    assert queue.state("s2") is State.DONE
    assert queue.link.command("HLEN", queue.link.keys.source_uses()) == 1
    assert len(queue.link.command("KEYS", queue.link.keys.sources("*"))) == 1


def test_shared_sources_stay_until_the_last_record_goes(queue: Queue) -> None:
    set_policy(queue, msgspec.structs.replace(POLICY, keep_max=1))
    join(queue)
    for number in range(3):
        queue.run(calls.submit(order(f"s{number}")))
        finish(queue, claim(queue))
    assert len(queue.link.command("KEYS", queue.link.keys.sources("*"))) == 1
    sweep(queue)
    assert len(queue.link.command("KEYS", queue.link.keys.sources("*"))) == 1


def test_nothing_is_left_when_all_is_done(queue: Queue) -> None:
    join(queue)
    for number in range(40):
        name = ("contest", "run", "practice", "rejudge")[number % 4]
        queue.run(calls.submit(order(priority_class=name, tenant=f"t{number % 3}")))
    for _ in range(40):
        finish(queue, claim(queue))
    view = queue_view(queue)
    assert (view.waiting, view.running, view.lanes, view.waiting_by_class) == (0, 0, (), {})
    for pattern in ("w:*", "l:*", "a:*", "t:*", "tag:*", "parked:*", "lease"):
        assert queue.link.command("KEYS", queue.link.keys.prefix + pattern) == []


def test_a_long_queue_costs_claims_and_submits_no_more_commands(short_dir: Path) -> None:
    """On a server of its own: what is counted are all commands of the server."""
    server = RedisServer(short_dir)
    with running(server), Queue(server.broker) as queue:
        set_policy(queue, POLICY)
        join(queue)
        short = _commands_of_a_round(queue, waiting=20)
        assert _commands_of_a_round(queue, waiting=5000) <= short


def _commands_of_a_round(queue: Queue, waiting: int) -> int:
    """Redis commands of one submit, claim and finish while this many more wait."""

    def count() -> int:
        stats = queue.server_info("commandstats")
        return sum(entry["calls"] for name, entry in stats.items() if name != "cmdstat_info")

    queue.run(calls.submit(order(tenant="t0")))  # the server knows the script from now on
    queue.run_all(calls.submit(order(tenant=f"t{number % 5}")) for number in range(waiting))
    before = count()
    queue.run(calls.submit(order(tenant="t0")))
    finish(queue, claim(queue))
    return count() - before
