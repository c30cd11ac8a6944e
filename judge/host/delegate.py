"""Hands our cgroups on v1 and hybrid hosts to a plain user, once, as root. (v2 hosts delegate by systemd.)"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from judge.errors import HostError
from judge.kernel.cgroupfs import read_hierarchies
from judge.sandbox.cgroups.hierarchy import V1_CONTROLLERS, parent_name

_SHARES_OF_A_SLOT = 1024


def delegate_to(uid: int, gid: int) -> tuple[Path, ...]:
    """Make the parent group of ``uid`` in each v1 hierarchy and give it to them; returns the directories.

    Idempotent; only groups named by us are touched. Raises HostError.
    """
    hierarchies = read_hierarchies()
    points = {hierarchies.v1[name]: name for name in V1_CONTROLLERS if name in hierarchies.v1}
    if not points:
        raise HostError(
            "this host has no cgroup v1 hierarchy; on v2 run the service below a unit with Delegate=yes, "
            "as deploy/systemd does"
        )
    made = []
    for point in points:
        directory = Path(point) / parent_name(uid)
        try:
            directory.mkdir(exist_ok=True)
            _fill_cpuset(directory)
            _weigh(directory)
            for path in (directory, *(directory / name for name in ("cgroup.procs", "tasks"))):
                if path.exists():
                    os.chown(path, uid, gid)
        except OSError as error:
            raise HostError(f"cannot delegate {directory}: {error}; remedy: run it as root") from error
        made.append(directory)
    return tuple(made)


def undelegate_from(uid: int, runtime: Path) -> tuple[Path, ...]:
    """Remove what is left of a user's judge: its groups in each v1 hierarchy and its directory of locks, ``runtime``.

    Only groups named by us and only a directory of that user's are touched. Returns what was removed; idempotent.
    Raises HostError when something still runs in a group.
    """
    hierarchies = read_hierarchies()
    points = {hierarchies.v1[name] for name in V1_CONTROLLERS if name in hierarchies.v1}
    parents = [Path(point) / parent_name(uid) for point in sorted(points)]
    groups = [Path(found) for parent in parents for found, _, _ in os.walk(parent, topdown=False)]
    for group in groups:
        if (group / "cgroup.procs").read_text().strip():
            raise HostError(f"a process is still in {group}; remedy: stop the judge of that user first")
    try:
        for group in groups:
            group.rmdir()
        gone = [parent for parent in parents if parent in groups]
        if runtime.is_dir() and not runtime.is_symlink() and runtime.stat().st_uid == uid:
            shutil.rmtree(runtime)
            gone.append(runtime)
    except OSError as error:
        raise HostError(f"cannot remove {error.filename}: {error.strerror}; remedy: run it as root") from error
    return tuple(gone)


def _fill_cpuset(directory: Path) -> None:
    """A new cpuset group is empty and takes nobody in."""
    for name in ("cpuset.mems", "cpuset.cpus"):
        file = directory / name
        if file.exists() and not file.read_text().strip():
            file.write_text((directory.parent / name).read_text().strip())


def _weigh(directory: Path) -> None:
    """As much as a slot on each core: the weight of this group stays root's to set."""
    file = directory / "cpu.shares"
    if file.exists():
        file.write_text(str(_SHARES_OF_A_SLOT * (os.cpu_count() or 1)))
