"""Which slot stands frozen for whom."""

from __future__ import annotations

from judge_workers.node.preemption import Decision, decide

from judge.queue.values import Held


def held(slot: int, priority_class: str, fence: int = 1) -> Held:
    return Held(slot=str(slot), id=f"s{slot}", fence=fence, pid=slot + 100, priority_class=priority_class)


def ask(*now: Held, frozen: tuple[Held, ...] | None = (), urgent: bool = False, lately: bool = False) -> Decision:
    return decide(
        now,
        None if frozen is None else {item.slot: item for item in frozen},
        slots=2,
        urgent_waits=urgent,
        granted_lately=lately,
        preempted_class="rejudge",
    )


REJUDGE, CONTEST = held(0, "rejudge"), held(1, "contest")
RESERVE = held(2, "contest")


def test_urgent_work_without_a_free_slot_has_a_rejudge_frozen() -> None:
    assert ask(REJUDGE, CONTEST, urgent=True) == Decision(freeze=(REJUDGE,), grant=True)


def test_nothing_is_frozen_while_a_slot_is_free() -> None:
    assert ask(REJUDGE, urgent=True) == Decision()


def test_nothing_is_frozen_when_nothing_less_urgent_runs() -> None:
    assert ask(held(0, "practice"), CONTEST, urgent=True) == Decision()


def test_the_grant_is_given_once_and_the_slot_stays_frozen_meanwhile() -> None:
    assert ask(REJUDGE, CONTEST, frozen=(REJUDGE,), urgent=True, lately=True) == Decision()


def test_one_slot_stays_frozen_while_the_reserve_slot_is_busy() -> None:
    assert ask(REJUDGE, held(1, "rejudge"), RESERVE, frozen=(REJUDGE,), urgent=True) == Decision()


def test_a_reserve_slot_that_works_without_anything_frozen_has_something_frozen() -> None:
    assert ask(REJUDGE, CONTEST, RESERVE) == Decision(freeze=(REJUDGE,))


def test_the_slot_goes_on_when_the_reserve_slot_is_idle_again() -> None:
    assert ask(REJUDGE, CONTEST, frozen=(REJUDGE,)) == Decision(thaw=(REJUDGE,))


def test_more_urgent_work_keeps_it_frozen() -> None:
    assert ask(REJUDGE, CONTEST, frozen=(REJUDGE,), urgent=True) == Decision(grant=True)


def test_a_frozen_claim_that_is_gone_is_forgotten() -> None:
    assert ask(held(0, "practice", fence=2), CONTEST, frozen=(REJUDGE,)) == Decision()


def test_a_process_that_does_not_know_what_stands_frozen_thaws_everything() -> None:
    assert ask(REJUDGE, CONTEST, frozen=None) == Decision(thaw=(REJUDGE, CONTEST))


def test_a_process_that_does_not_know_what_stands_frozen_thaws_all_but_one_while_the_reserve_slot_is_busy() -> None:
    other = held(1, "rejudge")
    assert ask(REJUDGE, other, RESERVE, frozen=None) == Decision(freeze=(REJUDGE,), thaw=(other, RESERVE))
