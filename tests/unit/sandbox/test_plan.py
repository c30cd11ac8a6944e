"""The plan of a container as pure data: what comes before what, for every identity and every size."""

from __future__ import annotations

import marshal

from hypothesis import given
from hypothesis import strategies as st

from judge.kernel import abi
from judge.sandbox.inside.set_up import SetUp
from judge.sandbox.plan import PSEUDO_TERMINALS_MAX, Identity, alias_mounts, container_steps, run_mounts
from judge.sandbox.protocol import FILTER, RUN_MOUNTS, Step
from judge.sandbox.spec import ContainerSpec, Rootfs

ROOTED = Identity(0, 1000, 1001)
identities = st.sampled_from([ROOTED, Identity(1000, 1000, 1000)])
sizes = st.integers(1, 1 << 40)


def plan(identity: Identity = ROOTED, disk_bytes: int = 1, disk_inodes: int = 1) -> list[Step]:
    spec = ContainerSpec(rootfs=Rootfs(mounts=()), disk_bytes=disk_bytes, disk_inodes=disk_inodes)
    return container_steps(spec, identity, "r0", -1, b"x")


@given(identity=identities, disk_bytes=sizes, disk_inodes=sizes)
def test_privileges_are_used_before_they_are_dropped_and_the_filter_is_last(
    identity: Identity, disk_bytes: int, disk_inodes: int
) -> None:
    names = [step[0] for step in plan(identity, disk_bytes, disk_inodes)]
    order = ["mount", "bring lo up", "pivot root", "become", "drop capabilities", "no new privileges", FILTER]
    places = [names.index(name) for name in order]
    assert places == sorted(places)
    assert names[-2:] == [FILTER, "rehearse"]  # what comes after the filter is under it
    assert max(index for index, name in enumerate(names) if name in ("mount", "mount proc")) < names.index("pivot root")
    # Changing the uid clears the parent-death signal: it must be set again afterwards.
    assert "die with zygote" in names[names.index("become") :]
    assert names[0] == "die with zygote"
    assert names.index("enter idle cgroup") < names.index("unshare cgroup namespace")


def test_the_launcher_knows_every_step() -> None:
    known = SetUp(None, [], [])._operations()  # type: ignore[arg-type]
    assert {step[0] for step in plan()} <= set(known)


@given(uid=st.integers(0, 2**31), disk_bytes=sizes, disk_inodes=sizes)
def test_every_run_mount_is_sized_and_harmless(uid: int, disk_bytes: int, disk_inodes: int) -> None:
    mounts = run_mounts(uid, disk_bytes, disk_inodes, prefix="/")
    assert tuple(mount[1] for mount in mounts) == RUN_MOUNTS
    *files, terminals = mounts
    assert terminals[2] == "devpts"
    assert {"newinstance", f"gid={uid}", f"max={PSEUDO_TERMINALS_MAX}"} <= set(terminals[4].split(","))
    for _, _, kind, flags, options in files:
        assert kind == "tmpfs"
        assert flags & abi.MS_NOSUID
        assert flags & abi.MS_NODEV
        assert f"size={disk_bytes},nr_inodes={disk_inodes}" in options
    assert f"uid={uid}" in mounts[0][4]


def test_plans_of_one_kind_are_equal_and_travel_unchanged() -> None:
    assert plan() == plan()
    assert marshal.loads(marshal.dumps(plan())) == plan()
    assert plan(disk_bytes=2) != plan()


def test_no_path_of_the_host_is_in_a_plan() -> None:
    paths = [word for step in plan() for word in step if isinstance(word, str) and word.startswith("/")]
    assert paths == []


def test_work_is_shown_elsewhere_from_the_beginning_and_whenever_it_is_renewed() -> None:
    spec = ContainerSpec(rootfs=Rootfs(mounts=()), work_alias="/w")
    mounts = [step[1:] for step in container_steps(spec, ROOTED, "r0", -1, b"x") if step[0] == "mount"]
    assert mounts[-1] == ("work", "w", "", abi.MS_BIND, "")
    assert alias_mounts("/w", prefix="/") == [("/work", "/w", "", abi.MS_BIND, "")]
    assert alias_mounts("") == []
