"""The pool of groups of a slot, without a kernel: who gets one, and how many are made ready."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from judge.errors import SandboxError
from judge.model.limits import Limits
from judge.sandbox.cgroups.hierarchy import CgroupHost
from judge.sandbox.cgroups.slot_groups import SlotGroups
from judge.sandbox.launcher_groups import LauncherGroups


class _Group:
    """A group that always can serve again, unless it ``holds`` something."""

    is_discarded = False

    def __init__(self, name: str) -> None:
        self.name = name
        self.holds = self.is_stuck = False

    @classmethod
    def create(cls, _: dict[str, Path], name: str) -> _Group:
        return cls(name)

    def limit(self, memory_bytes: int, processes: int) -> None:
        """Any limits will do."""

    def recycle(self) -> bool:
        return not self.holds

    def remove(self) -> None:
        if self.is_stuck:
            raise SandboxError("remove cgroup", detail=self.name)


@pytest.fixture
def groups(tmp_path: Path) -> SlotGroups:
    groups = SlotGroups(CgroupHost(2, {"": tmp_path}, frozenset()), 0)
    kind: Any = _Group
    groups._group_kind = kind
    return groups


def _round(groups: SlotGroups, launchers: list[LauncherGroups]) -> None:
    """A program for each launcher, all at once."""
    taken = [launcher.take(Limits(), goes_on=True) for launcher in launchers]
    groups.prepare()
    for launcher, group in zip(launchers, taken, strict=True):
        launcher.put_away(group)


def test_each_of_two_launchers_soon_has_a_group_to_wait_in(groups: SlotGroups) -> None:
    launchers = [LauncherGroups(groups), LauncherGroups(groups)]
    for _ in range(3):
        _round(groups, launchers[:1])  # the one is ahead of the other: it waits already, and two more are ready
    assert launchers[0].next is not None
    for _ in range(3):
        _round(groups, launchers)
    assert None not in [launcher.next for launcher in launchers]


def test_few_groups_are_made_for_one_launcher(groups: SlotGroups) -> None:
    launcher = LauncherGroups(groups)
    before = len(groups._free)
    for _ in range(50):
        _round(groups, [launcher])
    assert before - len(groups._free) <= 5


def test_a_group_that_goes_on_holding_what_it_read_does_not_keep_those_behind_it_from_serving_again(
    groups: SlotGroups,
) -> None:
    def run() -> _Group:
        group: Any = groups.take(64 << 20, 1)
        groups.prepare()
        groups.give_back(group)
        return cast("_Group", group)

    before = len(groups._free)
    run().holds = True
    served = [run().name for _ in range(50)]
    assert before - len(groups._free) <= 12
    assert len(set(served[-20:])) < 12


def test_a_group_in_which_something_would_not_die_fails_no_later_run(groups: SlotGroups) -> None:
    stuck: Any = groups.take(64 << 20, 1)
    stuck.is_stuck = stuck.is_discarded = True
    other: Any = groups.take(64 << 20, 1)
    other.is_discarded = True
    for group in (stuck, other):
        groups.give_back(group)
    groups.prepare()
    assert other.name in groups._free
    held = [groups.take(64 << 20, 1) for _ in range(len(groups._free) + len(groups._ready))]
    with pytest.raises(SandboxError, match=stuck.name):
        groups.take(64 << 20, 1)
    stuck.is_stuck = False
    assert groups.take(64 << 20, 1) not in held
