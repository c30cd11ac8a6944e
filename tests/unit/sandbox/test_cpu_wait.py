"""Bounds for how long a run waited for a processor, from what the kernel tells; over tasks that a test makes up."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from judge.model.units import MS_NS, S_NS
from judge.sandbox import cpu_wait
from judge.sandbox.cpu_wait import CpuWait, OwnDelay, Processors, TaskState, TaskWatch


class FakeTasks:
    """Living tasks by number; also what :func:`cpu_wait.read_task` reads."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.states: dict[int, TaskState] = {}
        monkeypatch.setattr(cpu_wait, "read_task", lambda tid: self.states[tid])

    def task_ids(self) -> list[int]:
        return list(self.states)

    def are(self, *states: tuple[int, int, bool]) -> None:
        self.states = {number: TaskState(*state) for number, state in enumerate(states)}


@pytest.fixture
def tasks(monkeypatch: pytest.MonkeyPatch) -> FakeTasks:
    return FakeTasks(monkeypatch)


class FakeProcessors(Processors):
    """Two cores whose others work all the time unless a test says otherwise."""

    def __init__(self, unserved_ns: int | None = None) -> None:
        super().__init__()
        self.unserved = unserved_ns
        self.stat = (0, 0)

    @property
    def count(self) -> int:
        return 2

    def unserved_ns(self) -> int | None:
        return self.unserved

    def stolen(self) -> tuple[int, int]:
        return self.stat


def test_a_wait_that_ended_is_the_hosts_but_for_what_siblings_computed(tasks: FakeTasks) -> None:
    watch = TaskWatch(tasks)
    tasks.are((2 * S_NS, 5 * S_NS, True), (S_NS, 0, False))
    watch.look(10 * S_NS, 3 * S_NS, (0, 0))
    assert watch.waited_ns == 4 * S_NS


def test_a_wait_that_goes_on_counts_from_the_first_look_that_saw_it(tasks: FakeTasks) -> None:
    watch = TaskWatch(tasks)
    tasks.are((0, 0, True))
    watch.look(S_NS, 0, (0, 0))
    assert watch.waited_ns == 0
    watch.look(4 * S_NS, 0, (S_NS, 0))
    assert watch.waited_ns == 3 * S_NS


def test_tasks_that_take_a_processor_from_each_other_wait_for_nobody_else(tasks: FakeTasks) -> None:
    watch = TaskWatch(tasks)
    for second in range(1, 9):
        tasks.are((second * S_NS // 2, second * S_NS // 2, True), (second * S_NS // 2, second * S_NS // 2, True))
        watch.look(second * S_NS, second * S_NS, ((second - 1) * S_NS, (second - 1) * S_NS))
    assert watch.waited_ns == 0


def test_who_sleeps_from_look_to_look_slept_but_for_what_it_computed_and_waited(tasks: FakeTasks) -> None:
    watch = TaskWatch(tasks)
    tasks.are((10, 100, False))
    assert watch.look(S_NS, 10, (0, 0)) == 0
    tasks.are((20, 150, False))
    assert watch.look(2 * S_NS, 20, (S_NS, 10)) == S_NS - 10 - 50


@pytest.mark.parametrize("other", [((20, 0, True),), ((20, 0, False), (0, 0, False)), ()])
def test_who_was_ready_or_had_children_may_not_have_slept(
    tasks: FakeTasks, other: tuple[tuple[int, int, bool], ...]
) -> None:
    watch = TaskWatch(tasks)
    tasks.are((10, 0, False))
    watch.look(S_NS, 10, (0, 0))
    tasks.are(*other)
    assert watch.look(2 * S_NS, 20, (S_NS, 10)) == 0


def test_a_crowd_of_tasks_is_not_looked_at_one_by_one(tasks: FakeTasks) -> None:
    tasks.are(*[(0, S_NS, False)] * 100)
    watch = TaskWatch(tasks)
    watch.look(S_NS, 0, (0, 0))
    assert watch.waited_ns == 0


def test_what_the_kernel_counted_for_one_core_is_exact(tasks: FakeTasks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeProcessors, "count", 1)
    processors = FakeProcessors(7 * S_NS)
    run = CpuWait(processors, tasks)
    processors.unserved = 9 * S_NS
    assert run.look(5 * S_NS, S_NS) == (2 * S_NS, 2 * S_NS)
    processors.unserved = 99 * S_NS
    assert run.look(6 * S_NS, S_NS) == (5 * S_NS, 5 * S_NS)  # no more than it did not compute


def test_on_several_cores_a_sleeper_is_known_to_sleep_beside_others(tasks: FakeTasks) -> None:
    processors = FakeProcessors()
    run = CpuWait(processors, tasks)
    for tenth in range(1, 51):
        processors.stat = (0, tenth * S_NS // 5)
        tasks.are((MS_NS, 0, False))
        waited = run.look(tenth * S_NS // 10, MS_NS)
    assert waited.least_ns == 0
    assert waited.most_ns <= S_NS // 10


def test_a_processor_that_is_idle_is_waited_for_by_nobody(tasks: FakeTasks) -> None:
    processors = FakeProcessors()
    run = CpuWait(processors, tasks)
    run.look(S_NS // 10, 0)
    tasks.are((0, 0, False), (0, 0, False))
    assert run.look(5 * S_NS, 0).most_ns < S_NS // 2


def test_a_wait_is_seen_whole_where_the_kernel_counted_short(tasks: FakeTasks) -> None:
    processors = FakeProcessors(0)
    run = CpuWait(processors, tasks)
    processors.unserved, processors.stat = S_NS, (0, 9 * S_NS)
    tasks.are((MS_NS, 3 * S_NS, True))
    assert run.look(4 * S_NS, MS_NS).least_ns == 3 * S_NS


def test_of_stolen_time_a_run_gets_its_share_of_the_work(tasks: FakeTasks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeProcessors, "count", 1)
    for cpu_ns, share_ns in ((0, 0), (2 * S_NS, S_NS), (4 * S_NS, 2 * S_NS)):
        processors = FakeProcessors(0)
        run = CpuWait(processors, tasks)
        run.look(0, 0)
        processors.stat = (2 * S_NS, 4 * S_NS)
        assert run.look(8 * S_NS, cpu_ns) == (share_ns, share_ns)


def test_pressure_is_read_from_the_full_line(tmp_path: Path) -> None:
    file = tmp_path / "cpu.pressure"
    lines = ["some avg10=1.00 avg60=0.00 avg300=0.00 total=999", "full avg10=0.00 avg60=0.00 avg300=0.00 total=123"]
    for text, told in (("\n".join(lines) + "\n", 123_000), (lines[0] + "\n", None), ("", None)):
        file.write_text(text)
        fd = os.open(file, os.O_RDONLY)
        try:
            assert Processors(pressure_fd=fd).unserved_ns() == told
        finally:
            os.close(fd)


@pytest.mark.parametrize(("passed_on", "waited_ns"), [(True, S_NS), (False, 0)])
def test_only_who_passes_something_on_is_waited_for(
    tasks: FakeTasks, monkeypatch: pytest.MonkeyPatch, passed_on: bool, waited_ns: int
) -> None:
    monkeypatch.setattr(FakeProcessors, "count", 1)
    delay_ns = [0, S_NS]
    monkeypatch.setattr(cpu_wait, "_own_delay_ns", lambda: delay_ns.pop(0))
    run = CpuWait(FakeProcessors(0), tasks)
    run.converses([], passed_on=passed_on)
    assert run.waited(5 * S_NS, 0) == (waited_ns, waited_ns)


def test_a_thread_knows_its_own_delay() -> None:
    delay = OwnDelay()
    assert 0 <= delay.so_far_ns() <= delay.so_far_ns()
