"""Since when a claim is judged, as the leases process counts it; and what it knows of claims without Redis."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from judge_workers.node import leases
from judge_workers.node.leases import Leases, Watched, excused
from judge_workers.profile import Profile
from judge_workers.run_dir import Judged, JudgedNote

from judge.config import Settings
from judge.errors import QueueError
from judge.queue.redis_queue import Queue
from judge.queue.settings import broker_of
from judge.queue.values import Held, WorkerInfo


def held(slot: int, fence: int = 1) -> Held:
    return Held(slot=str(slot), id=f"s{slot}", fence=fence, pid=slot + 100, priority_class="rejudge")


def test_the_time_for_which_a_slot_stood_frozen_is_not_that_of_its_work() -> None:
    watched = {"0": Watched(held=held(0), since_s=10.0), "1": Watched(held=held(1), since_s=10.0)}
    found = excused(watched, {"0": held(0)}, stood_s=2.5)
    assert {slot: one.since_s for slot, one in found.items()} == {"0": 12.5, "1": 10.0}


def test_a_claim_after_the_frozen_one_is_not_excused() -> None:
    watched = {"0": Watched(held=held(0, fence=2), since_s=10.0)}
    assert excused(watched, {"0": held(0, fence=1)}, stood_s=2.5) == watched


@pytest.mark.parametrize("has_claimed", [False, True])
def test_a_worker_that_is_stopped_while_redis_is_away_waits_for_what_was_only_just_claimed(
    has_claimed: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(state_dir=str(tmp_path))
    settings.state.run.mkdir()
    note = JudgedNote(settings.state.run, 0)

    def nobody_answers(*_: object) -> None:
        if has_claimed:
            note.write(Judged(slot="0", id="s", fence=1, pid=2))
        raise QueueError("Redis is away")

    monkeypatch.setattr(leases, "set_worker_state", nobody_answers)
    with Queue(broker_of(settings)) as queue:
        ours = Leases(settings, Profile(node="w", session="s", routes=(), info=WorkerInfo(slots=1)), queue)
        with contextlib.suppress(QueueError):
            ours.drain()
    assert ours.drained is not has_claimed
