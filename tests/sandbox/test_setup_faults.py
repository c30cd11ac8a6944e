"""Every step of the set-up made to fail in turn: the error names it, nothing leaks, the next container works."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sandbox_harness import actor, holdings, zygote_descriptors

from judge.errors import InfrastructureError, KernelError, SandboxError
from judge.kernel.netlink import loopback_up_request
from judge.model.run import Outcome
from judge.sandbox.cgroups import run_group as rungroup
from judge.sandbox.cgroups import slot_groups as slotgroups
from judge.sandbox.cgroups.run_group import RunGroup
from judge.sandbox.plan import Identity, container_steps
from judge.sandbox.protocol import KILL, Step
from judge.sandbox.slot import Slot, SlotConfig
from judge.sandbox.spec import ContainerSpec, OverlayMount, Rootfs
from judge.sandbox.zygote_client import ZygoteClient

STEPS = container_steps(
    ContainerSpec(rootfs=Rootfs(mounts=())), Identity(0, 1000, 1001), "root", -1, loopback_up_request()
)


MEMORY_BYTES = 64 << 20


@pytest.fixture
def own_slot(sandbox_state: Path) -> Iterator[Slot]:
    """A slot to break."""
    with Slot.open(SlotConfig(index=0, state_dir=str(sandbox_state))) as slot:
        yield slot


def runs_again(slot: Slot, spec: ContainerSpec) -> bool:
    with slot.container(spec) as box:
        return box.run(actor("exit", 0)).result.ok


def broken(slot: Slot, spec: ContainerSpec, steps: dict[int, Step]) -> SandboxError:
    """What opening a container with these steps in its plan raises."""

    def with_them(plan: list[Step]) -> list[Step]:
        for index, step in sorted(steps.items()):
            plan.insert(index, step)
        return plan

    with pytest.raises(SandboxError) as caught, slot.container(spec, with_them):
        pass
    return caught.value


@pytest.mark.parametrize(
    "index", range(len(STEPS) + 1), ids=[*(str(step[0]).replace(" ", "-") for step in STEPS), "end"]
)
def test_a_failing_step_is_named_and_leaks_nothing(
    sandbox_slot: Slot, container_spec: ContainerSpec, sandbox_state: Path, index: int
) -> None:
    assert runs_again(sandbox_slot, container_spec)
    before = holdings(sandbox_slot, sandbox_state)
    error = broken(sandbox_slot, container_spec, {index: ("fail", errno.EXDEV)})
    assert (error.step, error.index, error.errno) == ("fail", index, errno.EXDEV)
    assert f"(#{index})" in str(error)
    assert os.strerror(errno.EXDEV) in str(error)
    assert holdings(sandbox_slot, sandbox_state) == before
    assert runs_again(sandbox_slot, container_spec)


def test_real_steps_report_their_own_name(sandbox_slot: Slot, container_spec: ContainerSpec) -> None:
    error = broken(sandbox_slot, container_spec, {4: ("mount", "x", "/absent/place", "tmpfs", 0)})
    assert (error.step, error.index, error.errno) == ("mount", 4, errno.ENOENT)
    assert broken(sandbox_slot, container_spec, {0: ("no such step",)}).step == "no such step"


def test_unknown_policies_and_tiny_ceilings_are_refused(sandbox_slot: Slot, container_spec: ContainerSpec) -> None:
    for changes in ({"policy": "absent"}, {"open_files_max": 3}):
        spec = ContainerSpec(rootfs=container_spec.rootfs, **changes)
        with pytest.raises(SandboxError):
            sandbox_slot.container(spec).__enter__()


def test_roots_that_are_not_there_are_refused_with_their_path(own_slot: Slot, container_spec: ContainerSpec) -> None:
    rootfs = Rootfs(mounts=(OverlayMount(target="/", lowers=("/absent/root", "/absent/empty")),))
    for _ in range(2):  # the same error again, not one about what the first attempt left
        with pytest.raises(SandboxError) as caught:
            own_slot.container(ContainerSpec(rootfs=rootfs)).__enter__()
        assert caught.value.errno == errno.ENOENT
        assert "/absent/root" in str(caught.value)
    assert runs_again(own_slot, container_spec)


def test_artifacts_that_are_not_there_are_refused(sandbox_slot: Slot, container_spec: ContainerSpec) -> None:
    spec = ContainerSpec(rootfs=container_spec.rootfs, artifact="/absent/artifact")
    assert runs_again(sandbox_slot, container_spec)
    before = zygote_descriptors(sandbox_slot)
    for _ in range(3):
        with pytest.raises(SandboxError) as caught:
            sandbox_slot.container(spec).__enter__()
        assert (caught.value.step, caught.value.errno) == ("mount artifact", errno.ENOENT)
    assert runs_again(sandbox_slot, container_spec)
    assert zygote_descriptors(sandbox_slot) == before


# -- processes that die ---------------------------------------------------------------------------------------


def test_a_zygote_that_cannot_start_names_the_step(
    sandbox_state: Path, sandbox_slot: Slot, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = holdings(sandbox_slot, sandbox_state)
    monkeypatch.setattr("judge.sandbox.zygote_client._BOOT", "raise SystemExit(1) # {fd}")
    with pytest.raises(SandboxError) as caught:
        ZygoteClient(sandbox_slot.identity, sandbox_state, sandbox_slot.groups).start()
    assert caught.value.step == "unshare user namespace"
    assert caught.value.remedy
    assert holdings(sandbox_slot, sandbox_state) == before


def test_a_state_directory_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SandboxError) as caught:
        Slot.open(SlotConfig(index=0, state_dir=str(tmp_path / "file"))).__enter__()
    assert caught.value.step == "make stage"


def test_uid_maps_that_cannot_be_written_name_the_step(sandbox_state: Path, sandbox_slot: Slot) -> None:
    from judge.sandbox.identity import HostIdentity

    before = set(os.listdir("/proc/self/fd"))
    with pytest.raises(SandboxError) as caught:
        ZygoteClient(HostIdentity(2**32 - 1, 2**32 - 2, 2**32 - 3), sandbox_state, sandbox_slot.groups).start()
    assert caught.value.step == "write uid maps"
    assert set(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize("moment", ["between runs", "before the first container"])
def test_a_zygote_killed_outside_a_run_is_replaced(own_slot: Slot, container_spec: ContainerSpec, moment: str) -> None:
    if moment == "between runs":
        assert runs_again(own_slot, container_spec)
    os.kill(own_slot.zygote.pid, signal.SIGKILL)
    with pytest.raises(InfrastructureError):
        with own_slot.container(container_spec) as box:  # perhaps it was not dead yet
            box.run(actor("exit", 0))
            raise InfrastructureError("was replaced at once")
    assert runs_again(own_slot, container_spec)


def test_a_zygote_killed_during_a_run_is_our_fault_and_the_slot_lives_on(
    own_slot: Slot, container_spec: ContainerSpec, sandbox_state: Path
) -> None:
    assert runs_again(own_slot, container_spec)
    before = holdings(own_slot, sandbox_state)
    with own_slot.container(container_spec) as box:
        killer = threading.Timer(0.1, os.kill, (own_slot.zygote.pid, signal.SIGKILL))
        killer.start()
        with pytest.raises(InfrastructureError):
            box.run(actor("sleep", 60_000))
        killer.join()
    assert runs_again(own_slot, container_spec)
    after = holdings(own_slot, sandbox_state)
    assert after == before


def test_a_launcher_killed_between_runs_is_replaced_by_the_run_after_the_error(
    sandbox_slot: Slot, container_spec: ContainerSpec
) -> None:
    with sandbox_slot.container(container_spec) as box:
        assert box.run(actor("exit", 0)).result.ok
        box._namespaces.launcher.kill_hard()
        with contextlib.suppress(InfrastructureError):  # unless its death was seen before it was asked
            box.run(actor("exit", 0))
        assert box.run(actor("exit", 0)).result.ok


def test_a_launcher_killed_during_a_run_is_our_fault_and_the_container_lives_on(
    sandbox_slot: Slot, container_spec: ContainerSpec, sandbox_state: Path
) -> None:
    with sandbox_slot.container(container_spec) as box:
        assert box.run(actor("exit", 0)).result.ok
        before = holdings(sandbox_slot, sandbox_state)
        killer = threading.Timer(0.1, box._namespaces.launcher.kill_hard)
        killer.start()
        with pytest.raises(InfrastructureError, match="launcher"):
            box.run(actor("sleep", 60_000))
        killer.join()
        assert box.run(actor("exit", 0)).result.ok
        after = holdings(sandbox_slot, sandbox_state)
        assert after == before


def test_a_stop_that_comes_after_the_end_does_no_harm(sandbox_slot: Slot, container_spec: ContainerSpec) -> None:
    with sandbox_slot.container(container_spec) as box:
        for _ in range(3):
            assert box.run(actor("exit", 0)).result.ok
            box._namespaces.launcher.tell(KILL)


# -- control groups -------------------------------------------------------------------------------------------


def failing_group(monkeypatch: pytest.MonkeyPatch, key: str, errno_: int) -> None:
    """Let one write to a run's group fail."""
    write = rungroup.RunGroup.write

    def failing(self: rungroup.RunGroup, name: str, value: int | str) -> None:
        if name == key:
            raise SandboxError(f"cgroup limit {name}={value}", errno=errno_)
        write(self, name, value)

    monkeypatch.setattr(rungroup.RunGroup, "write", failing)


@pytest.mark.parametrize("key", ["memory_max", "pids_max"])
def test_a_limit_that_cannot_be_written_refuses_the_run(
    own_slot: Slot, container_spec: ContainerSpec, sandbox_state: Path, key: str
) -> None:
    with own_slot.container(container_spec) as box:
        assert box.run(actor("exit", 0)).result.ok
        before = holdings(own_slot, sandbox_state)
        for _ in range(20):  # more often than there are groups in the ring
            with pytest.MonkeyPatch.context() as patch:
                failing_group(patch, key, errno.EINVAL)
                with pytest.raises(SandboxError, match=key):
                    box.run(actor("exit", 0, memory_bytes=32 << 20, processes=7))
        assert box.run(actor("exit", 0)).result.ok
        after = holdings(own_slot, sandbox_state)
        assert (after.descriptors, after.cgroups) == (before.descriptors, before.cgroups)


def test_missing_files_of_a_group_are_told(own_slot: Slot) -> None:
    group = own_slot.groups.take(MEMORY_BYTES, 4)
    try:
        with pytest.raises(SandboxError, match="no such file"):
            group.write("absent", 1)
        with pytest.raises(SandboxError, match="memory_max"):
            group.write("memory_max", "nonsense")
    finally:
        own_slot.groups.give_back(group)


def test_groups_that_cannot_be_made_are_told_again_and_again(
    own_slot: Slot, container_spec: ContainerSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert runs_again(own_slot, container_spec)
    own_slot.groups.tidy()
    while own_slot.groups._used:
        own_slot.groups._remove_first(own_slot.groups._used)
    held = [own_slot.groups.take(MEMORY_BYTES, 4) for _ in range(max(1, len(own_slot.groups._ready)))]
    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir", _read_only)
        for _ in range(20):
            with pytest.raises(SandboxError) as caught:
                own_slot.groups.take(MEMORY_BYTES, 4)
            assert (caught.value.step, caught.value.errno) == ("make run group", errno.EROFS)
    for group in held:
        own_slot.groups.give_back(group)
    assert runs_again(own_slot, container_spec)


def _read_only(self: Path, *_: object, **__: object) -> None:
    raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(self))


def test_slot_groups_that_cannot_be_made_are_told(sandbox_state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(os.listdir("/proc/self/fd"))
    (sandbox_state / "stage").mkdir(exist_ok=True)
    with monkeypatch.context() as patch:
        patch.setattr(slotgroups.SlotGroups, "set_weight", lambda self, weight: _read_only(Path("cpu.shares")))
        with pytest.raises(SandboxError) as caught:
            Slot.open(SlotConfig(index=0, state_dir=str(sandbox_state))).__enter__()
    assert (caught.value.step, caught.value.errno) == ("make slot groups", errno.EROFS)
    assert set(os.listdir("/proc/self/fd")) == before


def test_a_group_that_cannot_be_entered_is_not_the_programs_fault(
    own_slot: Slot, container_spec: ContainerSpec
) -> None:
    with own_slot.container(container_spec) as box:
        assert box.run(actor("exit", 0)).result.ok
        group = own_slot.groups.take(MEMORY_BYTES, 4)
        real, group.join_fds = group.join_fds, (os.open("/dev/full", os.O_WRONLY), *group.join_fds[1:])
        group.group_id = next(RunGroup._ids)  # not one of those that the launcher has
        own_slot.groups._ready.append(group)
        try:
            with pytest.raises(SandboxError) as caught:
                box.run(actor("exit", 0))
        finally:
            os.close(group.join_fds[0])
            group.join_fds = real
        assert (caught.value.step, caught.value.errno) == ("enter run cgroup", errno.ENOSPC)
        assert box.run(actor("exit", 0)).result.outcome is Outcome.EXITED


def test_mounts_that_cannot_be_renewed_give_way_to_a_new_container(
    sandbox_slot: Slot, container_spec: ContainerSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sandbox_slot.container(container_spec) as box:
        box.run(actor("exit", 0), files={"a": b"dirty"})
        with monkeypatch.context() as patch:
            patch.setattr("judge.sandbox.namespaces.run_mounts", lambda *_, **__: [("x", "/no", "no", 0, "")] * 3)
            with pytest.raises(SandboxError, match="renew mounts"):
                box.run(actor("exit", 0))
        assert box.run(actor("exit", 0)).result.ok


def test_kernel_errors_name_call_errno_and_subject() -> None:
    error = KernelError("mount", errno.EPERM, "/proc")
    assert str(error) == "mount(/proc): Operation not permitted [errno 1]"
