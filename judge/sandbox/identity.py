"""Who a slot is on this host: its number (one holder at a time) and its uids.

* Started by root: three uids of the reserved range a slot, one for the zygote, one for programs, one for programs that
  judge others.
* Started by a plain user with subordinate uids (newuidmap, /etc/subuid) on a cgroup v2 host: the user's own uid for
  the zygote, two subordinate ones per slot for programs.
* Otherwise the user's own uid for all: the last resort. Walls stay whole (namespaces, no capabilities), but
  programs share a uid with everything else the user runs; ``judge doctor`` points it out.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from judge.errors import SandboxError
from judge.sandbox.plan import REMEDIES, Identity

#: What programs are inside, always; and what programs are there that judge others, where a second uid can be had.
PROGRAM_UID = 1000
JUDGING_UID = 1001
_SLOTS_MAX = 4096


@dataclass(frozen=True)
class HostIdentity:
    """The uids of one slot outside. ``setup_uid_host == program_uid_host`` = only one uid could be had.

    ``judging_uid_host``: of programs that judge others; the programs' own where there is no further one.
    """

    setup_uid_host: int
    program_uid_host: int
    judging_uid_host: int

    @property
    def inside(self) -> Identity:
        """The same uids as seen inside the user namespace."""
        if self.setup_uid_host == self.program_uid_host:
            return Identity(PROGRAM_UID, PROGRAM_UID, PROGRAM_UID)
        shared = self.judging_uid_host == self.program_uid_host
        return Identity(0, PROGRAM_UID, PROGRAM_UID if shared else JUDGING_UID)

    @property
    def mapped(self) -> list[tuple[int, int]]:
        """(uid inside, uid outside), each once."""
        setup, program, judging = self.inside
        pairs = [(setup, self.setup_uid_host), (program, self.program_uid_host), (judging, self.judging_uid_host)]
        return list(dict.fromkeys(pairs))


def runtime_dir() -> Path:
    """Where locks live: one directory per user of this host."""
    base = os.environ.get("XDG_RUNTIME_DIR")
    return Path(base) / "judge" if base and os.geteuid() != 0 else usual_runtime_dir(os.geteuid())


def usual_runtime_dir(uid: int) -> Path:
    """Where locks of a user lie who has no session (no XDG_RUNTIME_DIR)."""
    return Path("/run/judge") if uid == 0 else Path(f"/tmp/judge-{uid}")


def _open_own_directory(path: Path, parent_fd: int | None = None) -> int:
    """Our own directory, made when it is not there, that only we can write in; never reached through a link.

    ``parent_fd`` is that of its parent, when there is one that nobody else can write in. Raises SandboxError.
    """
    name = path if parent_fd is None else path.name
    try:
        with contextlib.suppress(FileExistsError):
            os.mkdir(name, 0o700, dir_fd=parent_fd)
        fd = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent_fd)
    except OSError as error:
        raise SandboxError("claim slot number", errno=error.errno or 0, detail=str(path), remedy="remove it") from error
    about = os.fstat(fd)
    if about.st_uid != os.geteuid():
        os.close(fd)
        raise SandboxError("claim slot number", detail=f"{path} belongs to somebody else", remedy="remove it")
    if about.st_mode & 0o022:
        os.fchmod(fd, about.st_mode & 0o755)
    return fd


def _open_lock(path: Path, directory_fd: int) -> int:
    try:
        fd = os.open(path.name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600, dir_fd=directory_fd)
    except OSError as error:
        remedy = f"{path.parent} must be writable (in a unit: RuntimeDirectory=)"
        raise SandboxError("claim slot number", errno=error.errno or 0, detail=str(path), remedy=remedy) from error
    about = os.fstat(fd)
    if about.st_uid != os.geteuid() or not stat.S_ISREG(about.st_mode):
        os.close(fd)
        raise SandboxError("claim slot number", detail=f"{path} is not a lock of ours", remedy="remove it")
    return fd


@contextlib.contextmanager
def claim_number(index: int) -> Iterator[int]:
    """Hold the first free slot number from ``index`` on, on this host, until the block ends or the process dies.

    The locks lie where others may have been before us (``/tmp``): each part of the way is opened beneath the one
    before, and must be ours. Raises SandboxError.
    """
    place = runtime_dir()
    with contextlib.suppress(OSError):  # reported below
        place.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        place_fd = _open_own_directory(place)
        stack.callback(os.close, place_fd)
        locks_fd = _open_own_directory(place / "slots", place_fd)
        stack.callback(os.close, locks_fd)
        for number in (*range(index, _SLOTS_MAX), *range(index)):
            fd = _open_lock(place / "slots" / f"{number}.lock", locks_fd)
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(fd)
                continue
            stack.callback(os.close, fd)
            yield number
            return
    raise SandboxError("claim slot number", detail=f"all {_SLOTS_MAX} slots of this host are taken")


def identity_of(number: int, uid_base: int, cgroup_version: int) -> HostIdentity:
    """The uids of slot ``number``."""
    uid = os.geteuid()
    if uid == 0:
        return HostIdentity(uid_base + 2 * number, uid_base + 2 * number + 1, uid_base + 2 * _SLOTS_MAX + number)
    start, count = subordinate_range(uid)
    if cgroup_version == 2 and number < count and shutil.which("newuidmap") and shutil.which("newgidmap"):
        further = _SLOTS_MAX + number
        return HostIdentity(uid, start + number, start + (further if further < count else number))
    return HostIdentity(uid, uid, uid)


def subordinate_range(uid: int, files: tuple[str, str] = ("/etc/subuid", "/etc/subgid")) -> tuple[int, int]:
    """(first, count) that ``uid`` may map both as uids and gids; (0, 0) when it has none."""
    names = {str(uid)}
    with contextlib.suppress(KeyError):
        names.add(pwd.getpwuid(uid).pw_name)
    ranges = [_first_range(Path(file), names) for file in files]
    if None in ranges or ranges[0] != ranges[1]:
        return 0, 0
    assert ranges[0] is not None
    return ranges[0]


def _first_range(file: Path, names: set[str]) -> tuple[int, int] | None:
    try:
        for line in file.read_text().splitlines():
            name, _, numbers = line.partition(":")
            start, _, count = numbers.partition(":")
            if name in names and start.isdigit() and count.isdigit():
                return int(start), int(count)
    except OSError:
        return None
    return None


def _write_project_map(pid: int) -> None:
    """Use up the one write that the map of project ids takes.

    It needs no privilege and stays readable as long as the namespace lives: a program could leave kilobytes there
    for every later one of the slot. Where it cannot be written (no map outside), programs cannot write it either.
    """
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/projid_map").write_text("0 0 1\n")


def write_maps(pid: int, identity: HostIdentity) -> None:
    """Give the new user namespace of ``pid`` its uids and gids. Raises SandboxError."""
    setup, program, _ = identity.inside
    _write_project_map(pid)
    try:
        if setup == program:
            Path(f"/proc/{pid}/setgroups").write_text("deny")
            for kind in ("uid", "gid"):
                outside = os.geteuid() if kind == "uid" else os.getegid()
                Path(f"/proc/{pid}/{kind}_map").write_text(f"{program} {outside} 1")
        elif os.geteuid() == 0:
            Path(f"/proc/{pid}/setgroups").write_text("deny")
            for kind in ("uid", "gid"):
                lines = "".join(f"{inside} {outside} 1\n" for inside, outside in identity.mapped)
                Path(f"/proc/{pid}/{kind}_map").write_text(lines)
        else:
            for tool, own in (("newuidmap", os.geteuid()), ("newgidmap", os.getegid())):
                further = [word for inside, outside in identity.mapped[1:] for word in (str(inside), str(outside), "1")]
                words = [tool, str(pid), str(setup), str(own), "1", *further]
                done = subprocess.run(words, capture_output=True, text=True, timeout=10, check=False)
                if done.returncode != 0:
                    raise SandboxError(
                        "write uid maps", detail=done.stderr.strip(), remedy="check /etc/subuid, /etc/subgid"
                    )
    except OSError as error:
        raise SandboxError(
            "write uid maps", errno=error.errno or 0, remedy=REMEDIES["unshare user namespace"]
        ) from error
