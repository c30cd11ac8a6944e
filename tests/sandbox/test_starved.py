"""On a host that others keep busy a run is judged by what it did, or not at all."""

from __future__ import annotations

import pytest
from sandbox_harness import Stage, actor, script
from starving import starved

from judge.errors import HostBusyError
from judge.model.run import Outcome, RunResult
from judge.model.units import MS_NS, S_NS
from judge.sandbox.conversation import Participant
from judge.sandbox.slot import Slot
from judge.sandbox.spec import ContainerSpec, RunSpec

pytestmark = pytest.mark.realtime

CLOCKS = {"wall_time_ns": 500 * MS_NS, "idle_time_ns": 300 * MS_NS}
PROGRAMS = {
    "one that computes": actor("burn", 60, **CLOCKS),
    "an interpreter": script("import json, re; print(sum(range(1000)))", **CLOCKS),
    "threads": actor("burn_threads", 4, 15, **CLOCKS),
    "children": actor("forks_in_turn", 50, **CLOCKS),
}


def result_of(stage: Stage, spec: RunSpec) -> RunResult | None:
    """None: the host was too busy to say."""
    try:
        return stage.box.run(spec).result
    except HostBusyError as busy:
        assert "for a processor" in str(busy)
        return None


@pytest.mark.parametrize("name", PROGRAMS)
def test_who_gets_no_processor_is_neither_too_slow_nor_idle(stage: Stage, sandbox_slot: Slot, name: str) -> None:
    with starved(sandbox_slot):
        result = result_of(stage, PROGRAMS[name])
    if result is not None:
        assert result.ok, result
        usage = result.usage
        assert usage.waited_for_cpu_ns is None or usage.waited_for_cpu_ns <= usage.wall_time_ns - usage.cpu_time_ns


def test_most_of_the_real_time_of_a_starved_run_is_waiting(stage: Stage, sandbox_slot: Slot) -> None:
    with starved(sandbox_slot):
        usage = stage.box.run(actor("burn", 30, wall_time_ns=60 * S_NS)).result.usage
    assert usage.waited_for_cpu_ns is not None
    assert usage.waited_for_cpu_ns > (usage.wall_time_ns - usage.cpu_time_ns) // 2 > 0


@pytest.mark.parametrize("kind", ["wall", "idle"])
def test_who_really_waits_ends_at_its_limit_all_the_same(stage: Stage, sandbox_slot: Slot, kind: str) -> None:
    outcome, limit = {
        "wall": (Outcome.WALL_LIMIT, {"wall_time_ns": S_NS}),
        "idle": (Outcome.IDLE_LIMIT, {"wall_time_ns": 9 * S_NS, "idle_time_ns": S_NS}),
    }[kind]
    with starved(sandbox_slot):
        result = result_of(stage, actor("sleep", 60_000, **limit))
    assert result is None or result.outcome is outcome


def test_a_conversation_of_the_starved_is_judged_by_what_was_said(
    stage: Stage, sandbox_slot: Slot, container_spec: ContainerSpec
) -> None:
    with sandbox_slot.container(container_spec) as other, starved(sandbox_slot):
        try:
            done = stage.box.interact(
                Participant(actor("asks", 100, **CLOCKS)), other, Participant(actor("echoes", **CLOCKS))
            )
        except HostBusyError:
            return
    assert done.self_side.result.ok, done.self_side.result
    assert done.other_side.result.ok, done.other_side.result
