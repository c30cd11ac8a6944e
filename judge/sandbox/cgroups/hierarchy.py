"""Where this host lets us make cgroups, on v2 (a delegated subtree) and on v1/hybrid; removing what is ours.

The groups themselves: :mod:`judge.sandbox.cgroups.run_group`, :mod:`judge.sandbox.cgroups.slot_groups`. Every
directory below the
*parent* is ours and named ``slot-<n>``; nothing else is ever touched. In a slot:

* ``idle``: where launchers wait between runs;
* ``r<k>``: one per run.
"""

from __future__ import annotations

import contextlib
import errno
import os
import pwd
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from judge.errors import HostError, SandboxError
from judge.kernel.cgroupfs import read_hierarchies

_SERVICE = "judge-service"
#: In the order in which they are entered and left: see ``RunGroup.pids_apart``.
V1_RUN = ("memory", "cpuacct", "pids")
V1_SLOT = ("cpu", "cpuset", "blkio", "freezer")
V1_CONTROLLERS = (*V1_RUN, *V1_SLOT)
#: Done without where it cannot be had: a delegation from before this was used lacks it.
_V1_OPTIONAL = frozenset({"blkio"})
#: The cgroup2 hierarchy of a hybrid host: no controllers, but it counts the pressure on a slot.
UNIFIED = "unified"
_EMPTY_WAIT_S = 5.0


@dataclass(frozen=True)
class CgroupHost:
    """Where this host lets us make groups. ``parents``: controller -> directory ("" for all of v2).

    A v1 host may have ``UNIFIED`` among them. Groups are made in this order, and removed in the opposite one: the
    freezer's first.
    """

    version: int
    parents: dict[str, Path]
    controllers: frozenset[str]


def find_host(cgroup_root: str = "") -> CgroupHost:
    """Find (and on v2 prepare) the place for our groups. Raises HostError saying what is missing and the remedy.

    ``cgroup_root`` overrides the v2 directory. Idempotent; safe in many processes at once.
    """
    hierarchies = read_hierarchies()
    if hierarchies.v2:
        root = Path(cgroup_root) if cgroup_root else _v2_root(hierarchies.v2, hierarchies.own.get("", "/"))
        available = words_of(root / "cgroup.controllers")
        if {"memory", "pids", "cpu"} <= available:
            _enable(root, available)
            return CgroupHost(2, {"": root}, frozenset(available))
    missing = [name for name in V1_RUN if name not in hierarchies.v1]
    if missing:
        raise HostError(
            f"cgroups: no delegated v2 subtree with memory, pids and cpu, and no v1 hierarchy for "
            f"{', '.join(missing)}; remedy: run below a unit with Delegate=yes (systemd-run --user -p Delegate=yes)"
        )
    parents = {}
    for name in (name for name in V1_CONTROLLERS if name in hierarchies.v1):
        with contextlib.suppress(*((HostError,) if name in _V1_OPTIONAL else ())):
            parents[name] = _v1_parent(hierarchies.v1[name])
    controllers = frozenset(parents)
    unified = _unified_parent(hierarchies.v2, hierarchies.own.get("", "/")) if hierarchies.v2 else None
    return CgroupHost(1, ({UNIFIED: unified} if unified else {}) | parents, controllers)


def _unified_parent(mount_point: str, own: str) -> Path | None:
    """A place for groups that only count, on a hybrid host; None when there is none for this user.

    Who moves a process must be allowed to write into the group above both places (cgroup-v2.rst, "Delegation
    Containment"): a plain user finds a place only below the own group.
    """
    above = Path(mount_point) if os.geteuid() == 0 else Path(mount_point + own)
    if not os.access(above / "cgroup.procs", os.W_OK):
        return None
    parent = above / parent_name(os.geteuid())
    try:
        parent.mkdir(exist_ok=True)
    except OSError:
        return None
    return parent if (parent / "cpu.pressure").exists() else None


def parent_name(uid: int) -> str:
    """The name of the group below which everything of ours is, in each hierarchy."""
    return "judge" if uid == 0 else f"judge-{uid}"


def _v1_parent(mount_point: str) -> Path:
    parent = Path(mount_point) / parent_name(os.geteuid())
    try:
        parent.mkdir(exist_ok=True)
    except OSError as error:
        raise HostError(f"cgroups: cannot make {parent}: {error.strerror}; remedy: {delegate_command()}") from error
    if not os.access(parent, os.W_OK):
        raise HostError(f"cgroups: {parent} is not writable; remedy: {delegate_command()}")
    return parent


def delegate_command() -> str:
    """What root types once so that this user can make groups."""
    uid = os.geteuid()
    try:
        user = pwd.getpwuid(uid).pw_name
    except KeyError:
        user = str(uid)
    script = Path(sys.executable).with_name("judge")
    command = str(script) if script.exists() else f"{sys.executable} -m judge"
    return f"as root, once after each boot: {command} host delegate {user}"


def _v2_root(mount_point: str, own: str) -> Path:
    """The delegated subtree we run in; for root outside of one, a group of ours at the top."""
    here = Path(mount_point + own)
    if here.name == _SERVICE:
        return here.parent
    if os.geteuid() == 0 and not _is_delegated(here) and not _is_namespace_root(here, own):
        parent = Path(mount_point) / "judge"
        with contextlib.suppress(OSError):
            enable_controllers(Path(mount_point), words_of(Path(mount_point) / "cgroup.controllers"))
            parent.mkdir(exist_ok=True)
        return parent
    return here


def _is_delegated(path: Path) -> bool:
    """systemd marks units with Delegate=yes by an extended attribute."""
    for name in ("user.delegate", "trusted.delegate"):
        with contextlib.suppress(OSError):
            return os.getxattr(path, name) == b"1"
    return False


def _is_namespace_root(here: Path, own: str) -> bool:
    """The top as a container's cgroup namespace shows it: ours. Only the real top has no cgroup.type."""
    return own == "/" and (here / "cgroup.type").exists()


def _enable(root: Path, available: frozenset[str] | set[str]) -> None:
    """Hand the controllers down. v2 wants no process beside child groups, so ours move to a leaf first."""
    if {"memory", "pids", "cpu"} <= words_of(root / "cgroup.subtree_control"):
        return
    try:
        for _ in range(100):
            leaf = root / _SERVICE
            pids = (root / "cgroup.procs").read_text().split()
            if pids:
                leaf.mkdir(exist_ok=True)
                for pid in pids:
                    with contextlib.suppress(ProcessLookupError):
                        (leaf / "cgroup.procs").write_text(pid)
            try:
                enable_controllers(root, available)
            except OSError as error:
                if error.errno != errno.EBUSY:
                    raise
            else:
                return
        raise OSError(errno.EBUSY, "processes keep appearing", str(root))
    except OSError as error:
        raise HostError(
            f"cgroups: cannot enable controllers in {root}: {error}; remedy: run below a unit with Delegate=yes"
        ) from error


def enable_controllers(root: Path, available: frozenset[str] | set[str]) -> None:
    wanted = [f"+{name}" for name in ("cpu", "memory", "pids", "io", "cpuset") if name in available]
    (root / "cgroup.subtree_control").write_text(" ".join(wanted))


def words_of(path: Path) -> set[str]:
    try:
        return set(path.read_text().split())
    except OSError:
        return set()


def remove_tree(directory: Path) -> None:
    """Kill everything in a group of ours and below, then remove it. Absent is fine. Raises SandboxError."""
    if not directory.is_dir():
        return
    with contextlib.suppress(OSError):
        (directory / "cgroup.freeze").write_text("0")
    with contextlib.suppress(OSError):
        (directory / "freezer.state").write_text("THAWED")
    for child in sorted(directory.iterdir()):
        if child.is_dir():
            remove_tree(child)
    remove_group(directory)


def remove_group(directory: Path) -> None:
    deadline = time.monotonic() + _EMPTY_WAIT_S
    pause_s = 0.0002
    while True:
        try:
            directory.rmdir()
        except FileNotFoundError:
            return
        except OSError as error:
            if error.errno != errno.EBUSY or time.monotonic() > deadline:
                raise SandboxError(
                    "remove cgroup", errno=error.errno or 0, detail=str(directory), remedy="see its cgroup.procs"
                ) from error
        else:
            return
        _kill_all(directory)
        time.sleep(pause_s)
        pause_s = min(pause_s * 2, 0.02)


def _kill_all(directory: Path) -> None:
    with contextlib.suppress(OSError):
        (directory / "cgroup.kill").write_text("1")
        return
    with contextlib.suppress(OSError):
        for pid in (directory / "cgroup.procs").read_text().split():
            if pid != "0":
                with contextlib.suppress(OSError):
                    os.kill(int(pid), signal.SIGKILL)
