"""Where our groups go on each kind of host, and counters that begin at nothing; over plain directories."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from judge.errors import HostError, SandboxError
from judge.kernel.cgroupfs import Hierarchies
from judge.sandbox.cgroups import hierarchy as cgroup
from judge.sandbox.cgroups.counters import NOTHING, Counters
from judge.sandbox.cgroups.hierarchy import UNIFIED, V1_CONTROLLERS, find_host, parent_name, remove_group, remove_tree
from judge.sandbox.cgroups.slot_groups import weigh_parent


def host_with(monkeypatch: pytest.MonkeyPatch, v1: dict[str, str], v2: str = "", own: str = "/") -> None:
    monkeypatch.setattr(cgroup, "read_hierarchies", lambda: Hierarchies(v1=v1, v2=v2, own={"": own}))


def v1_tree(tmp_path: Path, *controllers: str) -> dict[str, str]:
    for name in controllers:
        (tmp_path / name).mkdir()
    return {name: str(tmp_path / name) for name in controllers}


def test_hybrid_hosts_get_a_parent_in_each_hierarchy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host_with(monkeypatch, v1_tree(tmp_path, *V1_CONTROLLERS))
    host = find_host()
    assert host.version == 1
    assert host.parents == {name: tmp_path / name / parent_name(os.geteuid()) for name in V1_CONTROLLERS}
    assert all(parent.is_dir() for parent in host.parents.values())
    assert find_host() == host


def test_a_host_without_a_needed_controller_is_refused_with_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host_with(monkeypatch, v1_tree(tmp_path, "memory", "cpuacct"))
    with pytest.raises(HostError, match=r"pids.*remedy"):
        find_host()


def test_a_parent_that_cannot_be_made_is_refused_with_a_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host_with(monkeypatch, {name: str(tmp_path / "absent") for name in V1_CONTROLLERS})
    with pytest.raises(HostError, match="judge host delegate"):
        find_host()


def test_a_delegated_subtree_is_preferred_and_controllers_are_handed_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "unit"
    root.mkdir()
    (root / "cgroup.controllers").write_text("cpu memory pids io\n")
    (root / "cgroup.subtree_control").write_text("")
    (root / "cgroup.procs").write_text("")
    host_with(monkeypatch, {}, v2=str(tmp_path), own="/unit")
    host = find_host(str(root))
    assert (host.version, host.parents) == (2, {"": root})
    assert set((root / "cgroup.subtree_control").read_text().split()) == {"+cpu", "+memory", "+pids", "+io"}


def test_a_v2_tree_without_useful_controllers_falls_back_to_v1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "unified").mkdir()
    (tmp_path / "unified" / "cgroup.controllers").write_text("")
    host_with(monkeypatch, v1_tree(tmp_path, *V1_CONTROLLERS), v2=str(tmp_path / "unified"))
    assert find_host(str(tmp_path / "unified")).version == 1


def test_every_user_has_a_parent_of_their_own() -> None:
    assert parent_name(0) == "judge"
    assert parent_name(1234) == "judge-1234"


def test_removing_is_idempotent(tmp_path: Path) -> None:
    (tmp_path / "slot").mkdir()
    remove_group(tmp_path / "slot")
    remove_group(tmp_path / "slot")
    remove_tree(tmp_path / "slot")
    assert list(tmp_path.iterdir()) == []


def test_a_group_that_cannot_be_removed_is_told(tmp_path: Path) -> None:
    (tmp_path / "slot").mkdir()
    (tmp_path / "slot" / "file").write_text("a plain directory with a file stands for a busy group")
    with pytest.raises(SandboxError) as caught:
        remove_tree(tmp_path / "slot")
    assert (caught.value.step, caught.value.errno) == ("remove cgroup", errno.ENOTEMPTY)


def test_counters_are_told_since_their_base_and_peaks_stay() -> None:
    base = Counters(100, 2, 10, 6, 4, 1, 2, 5, None)
    now = Counters(50, 3, 30, 16, 14, 1, 5, 9, None)
    assert now.since(base) == Counters(50, 3, 20, 10, 10, 0, 3, 4, None)
    assert now.since(NOTHING) == now


def test_the_cgroup2_hierarchy_of_a_hybrid_host_is_used_where_it_counts_pressure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unified = tmp_path / "unified"
    unified.mkdir()
    (unified / "cgroup.procs").touch()
    host_with(monkeypatch, v1_tree(tmp_path, *V1_CONTROLLERS), v2=str(unified))
    assert UNIFIED not in find_host().parents
    (unified / parent_name(os.geteuid()) / "cpu.pressure").touch()
    host = find_host()
    assert next(iter(host.parents)) == UNIFIED  # the last to be removed: what is frozen cannot die
    assert host.parents[UNIFIED] == unified / parent_name(os.geteuid())


def test_the_group_of_all_slots_weighs_what_they_weigh_together(tmp_path: Path) -> None:
    (tmp_path / "cpu.shares").write_text("1024")
    weigh_parent(tmp_path, "cpu.shares", 5000)
    assert (tmp_path / "cpu.shares").read_text() == "1024"
    for number, shares in enumerate((1024, 512, 2048)):
        slot = tmp_path / f"slot-{number}"
        slot.mkdir()
        (slot / "cpu.shares").write_text(f"{shares}\n")
    (tmp_path / "slot-9").mkdir()  # on its way out
    weigh_parent(tmp_path, "cpu.shares", 5000)
    assert (tmp_path / "cpu.shares").read_text() == "3584"
    weigh_parent(tmp_path, "cpu.shares", 3000)
    assert (tmp_path / "cpu.shares").read_text() == "3000"
