"""Carried state on a real Redis server, without workers: read under a claim, written with its report or not at all."""

from __future__ import annotations

import msgspec
import pytest
from service_harness import POLICY, order, until
from service_work import work_order
from test_queue_promises import LEASE_MS, claim, join, report_for

from judge import wire
from judge.errors import ClaimLost, NoSuchState, StateFull, StateMoved, WireError, WorkError
from judge.model.program import StateRead
from judge.model.work import WorkKind
from judge.model.work_report import BlameOn, report_without_work
from judge.queue import calls, rejudge, states
from judge.queue.admin import set_content_policy, set_policy, set_tenant_limit
from judge.queue.redis_queue import Queue
from judge.queue.rejudge import Selector
from judge.queue.states import NewState
from judge.queue.values import Claim, Fault, State, StatePolicy

LIMITS = StatePolicy(
    state_bytes_max=100, tenant_states=3, tenant_state_bytes=200, state_versions=3, state_life_ms=0
)  # fmt: skip


def begin(queue: Queue, tenant: str = "amy", slot: str = "0") -> Claim:
    """Judging work of the tenant's has begun."""
    join_once(queue)
    queue.run(calls.submit_work(work_order(WorkKind.PROGRAM, tenant=tenant)))
    return claim(queue, slot)


def join_once(queue: Queue) -> None:
    if not queue.link.command("EXISTS", queue.link.keys.worker("w1")):
        join(queue, routes=("c", "any", "any+=program"))


def read(queue: Queue, claimed: Claim, name: str = "best", version: int = 0) -> StateRead:
    found = queue.run(states.read(claimed, name, version))
    assert found is not None
    return found


def finish(queue: Queue, claimed: Claim, found: StateRead, content: bytes) -> bool:
    header = work_order(WorkKind.PROGRAM, claimed.id).header
    report = report_without_work(header, BlameOn.NONE, "")
    return queue.run(states.finish(claimed, report, NewState(read=found, content=content)))


def leave(queue: Queue, content: bytes, name: str = "best", tenant: str = "amy", slot: str = "0") -> int:
    """A whole judging that leaves this; the version."""
    claimed = begin(queue, tenant, slot)
    found = read(queue, claimed, name)
    assert finish(queue, claimed, found, content)
    return found.number


def test_what_one_judging_leaves_the_next_one_reads(queue: Queue) -> None:
    first = begin(queue)
    found = read(queue, first)
    assert (found.version, found.content) == (0, b"")
    assert finish(queue, first, found, b"\0\xff")
    second = read(queue, begin(queue))
    assert (second.version, second.content) == (found.number, b"\0\xff")
    assert second.number > second.version


def test_states_of_tenants_and_names_are_apart(queue: Queue) -> None:
    leave(queue, b"amy's")
    leave(queue, b"other", "other")
    assert read(queue, begin(queue, "bob")).version == 0
    assert read(queue, begin(queue, "", "1")).version == 0
    assert queue.run(states.look("amy", "other")).content == b"other"
    with pytest.raises(NoSuchState, match="no state 'best'"):
        queue.run(states.look("bob", "best"))


def test_of_two_that_read_the_same_version_one_is_recorded(queue: Queue) -> None:
    one, other = begin(queue, slot="0"), begin(queue, slot="1")
    of_one, of_other = read(queue, one), read(queue, other)
    assert finish(queue, one, of_one, b"one")
    with pytest.raises(StateMoved):
        finish(queue, other, of_other, b"other")
    assert queue.state(other.id) is State.CLAIMED
    assert queue.answer(other.id) is None
    again = read(queue, other)
    assert again.content == b"one"
    assert finish(queue, other, again, b"one, other")
    assert queue.run(states.look("amy", "best")).content == b"one, other"


def test_repeating_the_recording_writes_once(queue: Queue) -> None:
    claimed = begin(queue)
    found = read(queue, claimed)
    assert finish(queue, claimed, found, b"a")
    assert finish(queue, claimed, found, b"a")
    assert queue.run(states.look("amy", "best")).versions == (found.number,)


def test_who_lost_a_race_is_served_before_others(queue: Queue) -> None:
    winner, loser, newcomer = (begin(queue, slot=slot) for slot in "012")
    of_winner, of_loser = read(queue, winner), read(queue, loser)
    assert finish(queue, winner, of_winner, b"1")
    with pytest.raises(StateMoved):
        finish(queue, loser, of_loser, b"2")
    of_newcomer = read(queue, newcomer)
    with pytest.raises(StateMoved):
        finish(queue, newcomer, of_newcomer, b"3")
    assert queue.run(states.read(newcomer, "best")) is None, "it is not its turn"
    again = read(queue, loser)
    assert finish(queue, loser, again, b"2")
    last = read(queue, newcomer)
    assert last.content == b"2"
    assert finish(queue, newcomer, last, b"3")


def test_a_turn_ends_with_the_claim_that_has_it(queue: Queue) -> None:
    winner, loser, third = (begin(queue, slot=slot) for slot in "012")
    of_winner, of_loser, of_third = read(queue, winner), read(queue, loser), read(queue, third)
    assert finish(queue, winner, of_winner, b"1")
    for claimed, found in ((loser, of_loser), (third, of_third)):
        with pytest.raises(StateMoved):
            finish(queue, claimed, found, b"2")
    queue.run(calls.give_back(loser, "it went away", Fault.UNBLAMED, attempts_max=3))
    assert finish(queue, third, read(queue, third), b"3")


def test_a_claim_that_is_lost_reads_and_writes_nothing(queue: Queue) -> None:
    claimed = begin(queue)
    found = read(queue, claimed)
    queue.run(calls.give_back(claimed, "its process died", Fault.DIED, attempts_max=3))
    with pytest.raises(ClaimLost):
        read(queue, claimed)
    assert not finish(queue, claimed, found, b"a")
    with pytest.raises(NoSuchState):
        queue.run(states.look("amy", "best"))
    again = claim(queue)
    assert finish(queue, again, read(queue, again), b"b")
    assert not finish(queue, claimed, found, b"a")
    assert queue.run(states.look("amy", "best")).content == b"b"


def test_an_earlier_version_is_read_and_nothing_is_to_be_written(queue: Queue) -> None:
    first = leave(queue, b"1")
    leave(queue, b"2")
    found = read(queue, begin(queue), version=first)
    assert (found.content, found.number) == (b"1", 0)
    with pytest.raises(WorkError, match="state_version: version 4711 of the state best is not kept any more"):
        read(queue, begin(queue, slot="1"), version=4711)


@pytest.mark.parametrize("name", ["s", "s" * 120])
def test_a_rejudge_reads_what_was_read_when_it_was_judged_first(queue: Queue, name: str) -> None:
    join_once(queue)
    leave(queue, b"1", "@sum.best")
    queue.run(calls.submit(order(name, tenant="amy")))
    judged = claim(queue)
    found = read(queue, judged, "@sum.best")
    new = NewState(read=found, content=b"2")
    assert queue.run(states.finish(judged, report_for(judged.id), new))
    leave(queue, b"3", "@sum.best")
    batch, _ = rejudge.start(queue, Selector(ids=(name,)))
    again = claim(queue)
    seen = read(queue, again, "@sum.best")
    assert (seen.content, seen.version, seen.number) == (b"1", found.version, 0)
    queue.run(calls.finish(again, report_for(again.id)))
    rejudge.apply(queue, batch)
    assert queue.run(states.look("amy", "@sum.best")).content == b"3"


def test_a_rejudge_of_what_read_no_state_writes_none(queue: Queue) -> None:
    join_once(queue)
    queue.run(calls.submit(order("s", tenant="amy")))
    judged = claim(queue)
    queue.run(calls.finish(judged, report_for(judged.id)))
    rejudge.start(queue, Selector(ids=("s",)))
    assert read(queue, claim(queue), "@sum.best").number == 0


def test_the_eldest_versions_go(queue: Queue) -> None:
    set_content_policy(queue, LIMITS)
    left = [leave(queue, b"%d" % number) for number in range(5)]
    assert queue.run(states.look("amy", "best")).versions == tuple(left[2:])
    with pytest.raises(NoSuchState, match=f"version {left[0]} of the state best is not kept any more"):
        queue.run(states.look("amy", "best", left[0]))
    (view,) = queue.run(states.page("amy"))
    assert (view.versions, view.kept_bytes, view.size_bytes, view.version) == (3, 3, 1, left[-1])


def test_bytes_of_elder_versions_make_room(queue: Queue) -> None:
    set_content_policy(queue, LIMITS)
    for _ in range(3):
        leave(queue, b"x" * 90)
    (view,) = queue.run(states.page("amy"))
    assert (view.versions, view.kept_bytes) == (2, 180)
    leave(queue, b"x" * 15, "second")
    claimed = begin(queue)
    with pytest.raises(StateFull, match="no room for the state third"):
        finish(queue, claimed, read(queue, claimed, "third"), b"x" * 90)
    assert queue.state(claimed.id) is State.CLAIMED


def test_a_tenant_has_so_many_states(queue: Queue) -> None:
    set_content_policy(queue, LIMITS)
    for name in "abc":
        leave(queue, b"x", name)
    claimed = begin(queue)
    with pytest.raises(StateFull):
        finish(queue, claimed, read(queue, claimed, "d"), b"x")
    set_tenant_limit(queue, "amy", "tenant_states", 4)
    assert finish(queue, claimed, read(queue, claimed, "d"), b"x")
    leave(queue, b"x", "a", tenant="bob")


def test_a_state_that_is_too_large_is_not_written(queue: Queue) -> None:
    set_content_policy(queue, LIMITS)
    claimed = begin(queue)
    found = read(queue, claimed)
    assert found.bytes_max == 100
    with pytest.raises(StateFull):
        finish(queue, claimed, found, b"x" * 101)


def test_what_is_removed_while_it_is_judged_by_is_judged_again(queue: Queue) -> None:
    set_content_policy(queue, LIMITS)
    leave(queue, b"1")
    claimed = begin(queue)
    found = read(queue, claimed)
    assert queue.run(states.remove("amy", "best"))
    assert not queue.run(states.remove("amy", "best"))
    assert leave(queue, b"new", slot="1") > found.version, "no number comes twice"
    with pytest.raises(StateMoved):
        finish(queue, claimed, found, b"2")
    assert finish(queue, claimed, read(queue, claimed), b"new, 2")
    usage = queue.link.command("HMGET", queue.link.keys.state_usage("amy"), "bytes", "count")
    assert [int(one) for one in usage] == [9, 1]


def test_the_list_has_the_last_used_first(queue: Queue) -> None:
    for name in ("a", "b", "c"):
        leave(queue, b"x", name)
    read(queue, begin(queue), "a")
    names = [view.name for view in queue.run(states.page("amy"))]
    assert names[0] == "a" and set(names) == {"a", "b", "c"}
    assert [view.name for view in queue.run(states.page("amy", 1, 1))] == names[1:2]
    assert queue.run(states.page("bob")) == ()


def test_states_that_nothing_uses_go_in_their_time(queue: Queue) -> None:
    leave(queue, b"x")
    set_content_policy(queue, msgspec.structs.replace(LIMITS, state_life_ms=1))
    set_policy(queue, POLICY)

    def gone() -> bool:
        queue.run(calls.sweep("w1", 0, LEASE_MS, 3))
        return not queue.run(states.page("amy"))

    until(gone, "the state to go")


@pytest.mark.parametrize("name", ["", "@", "a b", "@a/b", "@@a", "ü"])
def test_what_is_no_name_is_refused(queue: Queue, name: str) -> None:
    with pytest.raises(WireError, match="state"):
        queue.run(states.look("amy", name))


def test_states_of_packages_have_names_that_no_work_can_give() -> None:
    assert wire.package_state("sum", "best") == "@sum.best"
    for problem in ("a b", "ü" * 200, "a/b", "\udcff"):
        assert states.check_state_name(wire.package_state(problem, "best")).startswith("@")
