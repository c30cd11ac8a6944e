"""Cancelling, freezing, weights, and slots that live side by side."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from sandbox_harness import Stage, actor, ends, groups_of

from judge.model.run import Outcome, RunResult
from judge.model.units import MS_NS
from judge.sandbox.cgroups.hierarchy import find_host
from judge.sandbox.cgroups.slot_groups import SlotGroups
from judge.sandbox.namespaces import Namespaces
from judge.sandbox.slot import Slot, SlotConfig
from judge.sandbox.spec import ContainerSpec, RunSpec


def during(stage: Stage, meddle: Callable[[], None], *words: object, **changes: int) -> RunResult:
    """The result of a run while ``meddle`` works in another thread; it begins when the program has begun."""
    started, said = os.pipe()

    def wait_and_meddle() -> None:
        os.read(started, 1)
        meddle()

    thread = threading.Thread(target=wait_and_meddle)
    thread.start()
    spec = actor(*words, **changes)
    script = f"echo >&9; exec {' '.join(spec.argv)} 9>&-"
    try:
        return stage.box.run(RunSpec(argv=("/bin/sh", "-c", script), limits=spec.limits), fds={9: said}).result
    finally:
        os.write(said, b"\n")
        thread.join()
        os.close(started)
        os.close(said)


# -- cancelling -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ["sleep 60000", "burn 60000", "flood 2", "daemon", "reads_for_ever"])
def test_cancel_from_another_thread_ends_the_run(stage: Stage, sandbox_slot: Slot, act: str) -> None:
    result = during(stage, sandbox_slot.cancel, *act.split())
    if act.split()[0] in ("sleep", "burn"):
        assert (result.outcome, result.signal) == (Outcome.CANCELLED, signal.SIGKILL)
    assert stage.act("exit", 0).result.ok


def test_an_interrupt_reaches_the_program_and_no_later_one(stage: Stage, sandbox_slot: Slot) -> None:
    result = during(stage, sandbox_slot.interrupt, "sleep", 60000)
    assert (result.outcome, result.signal) == (Outcome.SIGNALLED, signal.SIGINT)
    sandbox_slot.interrupt()
    assert stage.act("exit", 0).result.ok


def test_an_interrupt_is_not_for_compilers(sandbox_slot: Slot, container_spec: ContainerSpec) -> None:
    spec = msgspec.structs.replace(container_spec, policy="compile")
    words = ("/bin/sh", "-c", "trap 'echo heard; exit 1' INT; echo began; sleep 0.2; echo end")
    with sandbox_slot.container(spec) as box:
        run = RunSpec(argv=words, limits=actor("exit").limits)
        done = box.run(run, hear=lambda stream, data: sandbox_slot.interrupt())
    assert done.stdout.text() == "began\nend\n"


def test_a_cancel_between_two_runs_is_forgotten(stage: Stage, sandbox_slot: Slot) -> None:
    sandbox_slot.cancel()
    assert stage.act("exit", 0).result.ok
    sandbox_slot.cancel()
    sandbox_slot.cancel()
    assert stage.act("burn", 10).result.ok


def test_a_cancel_that_holds_ends_later_runs_until_it_is_forgotten(stage: Stage, sandbox_slot: Slot) -> None:
    sandbox_slot.cancel(hold=True)
    try:
        outcomes = {stage.act("sleep", 60_000).result.outcome for _ in range(2)}
    finally:
        sandbox_slot.forget_cancel()
    assert outcomes == {Outcome.CANCELLED}
    assert stage.act("exit", 0).result.ok


def test_cancel_reaches_a_frozen_run(stage: Stage, sandbox_slot: Slot) -> None:
    def freeze_and_cancel() -> None:
        sandbox_slot.freeze()
        sandbox_slot.cancel()

    assert during(stage, freeze_and_cancel, "sleep", 60_000).outcome is Outcome.CANCELLED
    assert stage.act("exit", 0).result.ok


# -- freezing -------------------------------------------------------------------------------------------------


@pytest.mark.realtime
def test_frozen_time_is_no_wall_time(stage: Stage, sandbox_slot: Slot) -> None:
    def freeze_for_a_while() -> None:
        sandbox_slot.freeze()
        sandbox_slot.freeze()
        select.select([], [], [], 1.5)  # this span of real time is what the run must not be charged for
        sandbox_slot.thaw()
        sandbox_slot.thaw()

    result = during(stage, freeze_for_a_while, "sleep", 200, wall_time_ns=1_500 * MS_NS)
    assert result.ok, result
    assert result.usage.wall_time_ns < 1_500 * MS_NS


def test_limits_hold_again_once_thawed(stage: Stage, sandbox_slot: Slot) -> None:
    def freeze_briefly() -> None:
        sandbox_slot.freeze()
        sandbox_slot.thaw()

    result = during(stage, freeze_briefly, "sleep", 60_000, wall_time_ns=300 * MS_NS)
    assert result.outcome is Outcome.WALL_LIMIT


def test_freezing_takes_hold_whatever_the_program_is_at(stage: Stage, sandbox_slot: Slot) -> None:
    """A shell that starts programs is most of the time in a vfork, which v1's freezer may pass over."""

    def freeze_often() -> None:
        for _ in range(100):
            sandbox_slot.freeze()
            sandbox_slot.thaw()

    result = during(stage, freeze_often, "vforks", 60_000, wall_time_ns=600 * MS_NS)
    assert result.outcome is Outcome.WALL_LIMIT


def test_a_frozen_program_uses_no_cpu(stage: Stage, sandbox_slot: Slot) -> None:
    def usage() -> bytes:
        return b"".join(sorted(path.read_bytes() for path in _cpu_counters(sandbox_slot.groups)))

    seen: list[bytes] = []

    def look_while_frozen() -> None:
        sandbox_slot.freeze()
        seen.append(usage())
        enough_s = time.thread_time() + 0.1
        while time.thread_time() < enough_s:  # others compute meanwhile: this test does
            pass
        seen.append(usage())
        sandbox_slot.thaw()

    assert during(stage, look_while_frozen, "burn", 200).ok
    assert seen[0] == seen[1]


def _cpu_counters(groups: SlotGroups) -> list[Path]:
    return [path for name in groups_of(groups) for path in Path(name).glob("cpuacct.usage")]


def test_a_freeze_between_runs_is_waited_for(sandbox_state: Path, container_spec: ContainerSpec) -> None:
    with Slot.open(SlotConfig(index=0, state_dir=str(sandbox_state))) as slot:
        with slot.container(container_spec) as box:
            assert box.run(actor("exit", 0)).result.ok
        zygote = slot.zygote.pid
        slot.zygote._socket.settimeout(0.3)
        slot.freeze()
        thaw = threading.Timer(1.0, slot.thaw)
        thaw.start()
        with slot.container(container_spec) as box:
            slot.zygote._socket.settimeout(30)
            assert box.run(actor("exit", 0)).result.ok
        thaw.join()
        assert slot.zygote.pid == zygote


def test_a_slot_may_be_closed_while_it_is_frozen(sandbox_state: Path, container_spec: ContainerSpec) -> None:
    with Slot.open(SlotConfig(index=0, state_dir=str(sandbox_state))) as slot:
        namespaces = Namespaces(slot.resources, container_spec)
        namespaces.open()
        slot.freeze()
        directories = slot.groups.directories
    namespaces.close()
    assert not any(directory.exists() for directory in directories)


# -- weights and pins -----------------------------------------------------------------------------------------


def test_weights_reach_the_kernel(sandbox_slot: Slot) -> None:
    host = find_host()
    if host.version == 2:
        file, values = sandbox_slot.groups.directories[0] / "cpu.weight", {1: 1, 100: 100, 10_000: 10_000}
    else:
        found = [path / "cpu.shares" for path in sandbox_slot.groups.directories if (path / "cpu.shares").exists()]
        file, values = found[0], {1: 10, 100: 1024, 10_000: 102_400}
    for weight, expected in values.items():
        sandbox_slot.set_weight(weight)
        assert int(file.read_text()) == expected
    sandbox_slot.set_weight(100)


def test_programs_stay_on_their_core(sandbox_state: Path, container_spec: ContainerSpec) -> None:
    last = max(os.sched_getaffinity(0))
    with Slot.open(SlotConfig(index=0, state_dir=str(sandbox_state), cpu=last)) as slot:
        with slot.container(container_spec) as box:
            look = "import os; print(os.sched_getaffinity(0)); os.sched_setaffinity(0, range(99))"
            done = Stage(box).python(look)
            assert done.stdout.text().strip() == str({last})
            assert "PermissionError" in done.stderr.text()


# -- side by side ---------------------------------------------------------------------------------------------


def test_slots_at_once_have_different_numbers_uids_and_groups(sandbox_slot: Slot, sandbox_state: Path) -> None:
    with Slot.open(SlotConfig(index=sandbox_slot.number, state_dir=str(sandbox_state))) as other:
        assert other.number != sandbox_slot.number
        assert set(other.groups.directories).isdisjoint(sandbox_slot.groups.directories)
        if os.geteuid() == 0:
            assert other.identity.program_uid_host != sandbox_slot.identity.program_uid_host


HOLDER = """
import os, sys, threading
from pathlib import Path
from judge.rootfs.host_root import host_rootfs
from judge.sandbox.slot import Slot, SlotConfig
from judge.sandbox.spec import ContainerSpec, RunSpec
from judge.model.limits import Limits
from judge.state_dir import StateDir
state = sys.argv[1]
with Slot.open(SlotConfig(index=2000, state_dir=state)) as slot:
    with slot.container(ContainerSpec(rootfs=host_rootfs(StateDir(Path(state))))) as box:
        print(slot.number, slot.zygote.pid, *slot.groups.directories, flush=True)
        said, says = os.pipe()
        def tell():
            os.read(said, 8)
            if "frozen" in sys.argv:
                slot.freeze()
            print("started", flush=True)
        threading.Thread(target=tell, daemon=True).start()
        box.run(RunSpec(argv=("/bin/sh", "-c", "echo >&9; sleep 600 & sleep 600"), limits=Limits()), fds={9: says})
"""


@pytest.mark.parametrize("state", ["running", "frozen"])
def test_a_killed_holder_leaves_nothing_alive_and_the_next_one_clears_up(sandbox_state: Path, state: str) -> None:
    words = [sys.executable, "-c", HOLDER, str(sandbox_state), state]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as holder:
        try:
            assert holder.stdout is not None
            number, zygote, *directories = holder.stdout.readline().split()
            assert holder.stdout.readline() == "started\n"
            files = [path for name in directories for path in Path(name).rglob("cgroup.procs")]
            members = {int(pid) for path in files for pid in _pids(path)}
            assert len(members) >= 2  # the launcher and the shell
        finally:
            holder.kill()
    for pid in (int(zygote), *(members if state == "running" else ())):  # the frozen die when they are thawed
        _wait_until_gone(pid)
    with Slot.open(SlotConfig(index=2000, state_dir=str(sandbox_state))) as slot:
        assert slot.number == int(number)
        assert sorted(map(str, slot.groups.directories)) == sorted(directories)
        left = [path for name in directories for path in Path(name).glob("r*") if path.is_dir()]
        assert left == []
    assert not any(Path(name).exists() for name in directories)
    for pid in members:
        _wait_until_gone(pid)


def _pids(path: Path) -> list[str]:
    return path.read_text().split()


def _wait_until_gone(pid: int) -> None:
    """Blocks on the process itself, not on the clock; a zombie of init's is gone enough."""
    try:
        fd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    assert ends(fd), f"process {pid} lives on"
    os.close(fd)
