"""Since when a claim is judged, as the leases process counts it."""

from __future__ import annotations

from judge_workers.node.leases import Watched, excused

from judge.queue.values import Held


def held(slot: int, fence: int = 1) -> Held:
    return Held(slot=str(slot), id=f"s{slot}", fence=fence, pid=slot + 100, priority_class="rejudge")


def test_the_time_for_which_a_slot_stood_frozen_is_not_that_of_its_work() -> None:
    watched = {"0": Watched(held=held(0), since_s=10.0), "1": Watched(held=held(1), since_s=10.0)}
    found = excused(watched, {"0": held(0)}, stood_s=2.5)
    assert {slot: one.since_s for slot, one in found.items()} == {"0": 12.5, "1": 10.0}


def test_a_claim_after_the_frozen_one_is_not_excused() -> None:
    watched = {"0": Watched(held=held(0, fence=2), since_s=10.0)}
    assert excused(watched, {"0": held(0, fence=1)}, stood_s=2.5) == watched
