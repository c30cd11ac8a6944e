"""From its second run on, a launcher waits in the group of the run to come; nothing of that shows."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from sandbox_harness import Stage, actor, settle

from judge.errors import InfrastructureError, SandboxError
from judge.model.units import MIB, MS_NS
from judge.sandbox.capture import Completed
from judge.sandbox.cgroups.run_group import RunGroup
from judge.sandbox.cgroups.slot_groups import _POOL_SIZE
from judge.sandbox.container import Container, run_together
from judge.sandbox.conversation import End, Link, Participant
from judge.sandbox.protocol import JOIN_FDS_KEPT, NoteFreshMounts
from judge.sandbox.slot import Slot, SlotConfig
from judge.sandbox.spec import ContainerSpec


@pytest.fixture(scope="module")
def slot(sandbox_state: Path) -> Iterator[Slot]:
    """One that nobody else has containers in."""
    with Slot.open(SlotConfig(index=0, state_dir=str(sandbox_state))) as slot:
        yield slot


@pytest.fixture
def waiting(slot: Slot, container_spec: ContainerSpec) -> Iterator[Container]:
    """A container whose launcher is in the next run's group, or on the way to it."""
    with slot.container(container_spec) as box:
        _run_until_placed([box], lambda: [box.run(actor("exit", 0))])
        yield box


def _run_until_placed(containers: Sequence[Container], run: Callable[[], Sequence[Completed]]) -> None:
    """The second run asks for a group to wait in; it gets one once the groups of earlier runs can serve again."""
    deadline = time.monotonic() + 30
    while True:
        assert all(each.result.ok for each in run())
        if all(box._namespaces.groups.next is not None for box in containers):
            return
        assert time.monotonic() < deadline, "no group to wait in"


def _members(group: RunGroup) -> list[int]:
    return [int(pid) for directory in group._directories for pid in (directory / "cgroup.procs").read_text().split()]


def _await_members(group: RunGroup, count: int) -> None:
    deadline = time.monotonic() + 10
    while len(_members(group)) != count:
        assert time.monotonic() < deadline, _members(group)


def _groups_known(slot: Slot) -> int:
    groups = slot.groups
    return len(groups._free) + len(groups._ready) + len(groups._used) + len(groups._discarded)


def test_it_stands_there_in_every_hierarchy(waiting: Container) -> None:
    assert waiting._namespaces.groups.next is not None
    _await_members(waiting._namespaces.groups.next, len(waiting._namespaces.groups.next.join_fds))


def test_those_of_a_conversation_stand_there_too(slot: Slot, container_spec: ContainerSpec) -> None:
    with slot.container(container_spec) as one, slot.container(container_spec) as other:
        talk = [Participant(actor("exit", 0)), Participant(actor("exit", 0))]
        link = Link(End(0, 1), End(1, 0))
        _run_until_placed([one, other], lambda: run_together([one, other], talk, [link]).completed)
        for box in (one, other):
            group = box._namespaces.groups.next
            assert group is not None
            _await_members(group, len(group.join_fds))


def test_what_it_uses_there_is_not_the_programs(waiting: Container) -> None:
    group = waiting._namespaces.groups.next
    assert group is not None
    _await_members(group, len(group.join_fds))
    deadline = time.monotonic() + 30
    while group.cpu_ns() < 50 * MS_NS:
        assert time.monotonic() < deadline
        waiting._namespaces.launcher.send(NoteFreshMounts())
    usage = waiting.run(actor("exit", 0)).result.usage
    assert group.cpu_ns() > 50 * MS_NS  # the very group of that run
    assert usage.cpu_time_ns < 25 * MS_NS
    assert usage.cpu_time_ns == usage.cpu_user_ns + usage.cpu_system_ns


def test_files_that_it_copies_are_not_the_programs(waiting: Container) -> None:
    done = waiting.run(actor("exit", 0), files={"big": bytes(16 * MIB)})
    assert done.result.ok
    assert done.result.usage.memory_peak_bytes < 4 * MIB


def test_it_is_let_go_before_a_group_is_removed(waiting: Container) -> None:
    number = waiting._namespaces.launcher._number
    for _ in range(2 * _POOL_SIZE):  # each spends its group, which is removed during the next
        assert waiting.run(actor("forks", 3)).result.usage.pids_peak is not None
    for index in range(2 * _POOL_SIZE):  # each of the small ones takes a group of its own, the others do not
        memory_bytes = (4 if index % 2 else 64) * MIB
        assert waiting.run(actor("exit", 0, memory_bytes=memory_bytes)).result.ok
    assert waiting._namespaces.launcher._number == number


def test_it_forgets_the_groups_of_long_ago(waiting: Container, slot: Slot) -> None:
    settle(slot)
    (launcher,) = set(_members(waiting._namespaces.groups.next)) if waiting._namespaces.groups.next else set()
    for _ in range(3 * JOIN_FDS_KEPT):
        assert waiting.run(actor("exit", 0, memory_bytes=4 * MIB)).result.ok
    if os.geteuid() == 0:  # an undumpable process shows its descriptors to nobody else
        assert len(os.listdir(f"/proc/{launcher}/fd")) < 4 * JOIN_FDS_KEPT


def test_no_group_is_lost_with_its_container(slot: Slot, container_spec: ContainerSpec) -> None:
    for _ in range(2 * _POOL_SIZE):
        with slot.container(container_spec) as box:
            for _ in range(3):
                assert box.run(actor("exit", 0)).result.ok
    assert _groups_known(slot) == _POOL_SIZE


def test_no_group_is_lost_with_its_zygote(waiting: Container, slot: Slot, container_spec: ContainerSpec) -> None:
    group = waiting._namespaces.groups.next
    assert group is not None
    os.kill(slot.zygote.pid, signal.SIGKILL)
    waiting._namespaces.close()
    assert group.is_discarded  # somebody may still have been in it
    with pytest.raises(InfrastructureError):
        waiting.run(actor("exit", 0))
    with slot.container(container_spec) as box:
        assert Stage(box).act("exit", 0).result.ok
    assert _groups_known(slot) == _POOL_SIZE


def test_no_group_is_lost_or_given_back_twice_when_its_limits_cannot_be_set(
    waiting: Container, slot: Slot, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert waiting._namespaces.groups.next is not None
    with monkeypatch.context() as patch:
        patch.setattr(RunGroup, "limit", _refuse)
        with pytest.raises(SandboxError, match="no limits"):
            waiting.run(actor("exit", 0))
    groups = slot.groups
    used = [group.name for group in (*groups._ready, *groups._used, *groups._discarded)]
    assert sorted(used + groups._free) == sorted(f"r{index}" for index in range(_POOL_SIZE))
    assert waiting.run(actor("exit", 0)).result.ok


def _refuse(*_: object) -> None:
    raise SandboxError("no limits today")
