"""Control groups of slots and runs: one face over v2 (a delegated subtree) and v1/hybrid hosts.

Every directory below the *parent* is ours and named ``slot-<n>``; nothing else is ever touched. In a slot:

* ``home``: where launchers wait between runs;
* ``r<k>``: one per run, made ahead of it, removed after it.

Memory, pids and CPU accounting are per run. Weight, core and freezing are per slot: on v1 their hierarchies hold
the slot's group only. Sources: cgroup-v2.rst, cgroup-v1/{memory,cpuacct,cpusets,freezer-subsystem,pids}.rst.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from judge.errors import HostError, SandboxError
from judge.kernel.cgroupfs import read_hierarchies, read_keyed

_HOME = "home"
_SERVICE = "judge-service"
_RING = 8
_V1_RUN = ("memory", "pids", "cpuacct")
_V1_SLOT = ("cpu", "cpuset", "freezer")
V1_CONTROLLERS = (*_V1_RUN, *_V1_SLOT)
_EMPTY_WAIT_S = 5.0
_V1_TCP_BYTES_MAX = 16 << 20
#: A used group that still holds more than this is not as good as new. The kernel charges in batches of 64 pages a
#: core and keeps the change (mm/memcontrol.c, MEMCG_CHARGE_BATCH): that much is no residue.
_RESIDUE_BYTES_MAX = 512 << 10
#: Tasks in a group while a program is launched: the launcher and the program.
_LAUNCH_TASKS = 2


@dataclass(frozen=True)
class CgroupHost:
    """Where this host lets us make groups. ``parents``: controller -> directory ("" for all of v2)."""

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
        available = _words(root / "cgroup.controllers")
        if {"memory", "pids", "cpu"} <= available:
            _enable(root, available)
            return CgroupHost(2, {"": root}, frozenset(available))
    missing = [name for name in _V1_RUN if name not in hierarchies.v1]
    if missing:
        raise HostError(
            f"cgroups: no delegated v2 subtree with memory, pids and cpu, and no v1 hierarchy for "
            f"{', '.join(missing)}; remedy: run below a unit with Delegate=yes (systemd-run --user -p Delegate=yes)"
        )
    parents = {name: _v1_parent(hierarchies.v1[name]) for name in V1_CONTROLLERS if name in hierarchies.v1}
    return CgroupHost(1, parents, frozenset(parents))


def parent_name(uid: int) -> str:
    """The name of the group below which everything of ours is, in each hierarchy."""
    return "judge" if uid == 0 else f"judge-{uid}"


def _v1_parent(mount_point: str) -> Path:
    parent = Path(mount_point) / parent_name(os.geteuid())
    try:
        parent.mkdir(exist_ok=True)
    except OSError as error:
        raise HostError(
            f"cgroups: cannot make {parent}: {error.strerror}; remedy: judge host delegate USER, once as root"
        ) from error
    if not os.access(parent, os.W_OK):
        raise HostError(f"cgroups: {parent} is not writable; remedy: judge host delegate USER, once as root")
    return parent


def _v2_root(mount_point: str, own: str) -> Path:
    """The delegated subtree we run in; for root outside of one, a group of ours at the top."""
    here = Path(mount_point + own)
    if here.name == _SERVICE:
        return here.parent
    if os.geteuid() == 0 and not _is_delegated(here) and not _is_namespace_root(here, own):
        parent = Path(mount_point) / "judge"
        with contextlib.suppress(OSError):
            _enable_one(Path(mount_point), _words(Path(mount_point) / "cgroup.controllers"))
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
    if {"memory", "pids", "cpu"} <= _words(root / "cgroup.subtree_control"):
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
                _enable_one(root, available)
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


def _enable_one(root: Path, available: frozenset[str] | set[str]) -> None:
    wanted = [f"+{name}" for name in ("cpu", "memory", "pids", "io", "cpuset") if name in available]
    (root / "cgroup.subtree_control").write_text(" ".join(wanted))


def _words(path: Path) -> set[str]:
    try:
        return set(path.read_text().split())
    except OSError:
        return set()


class Counters(NamedTuple):
    """One reading of a run's group. None = this kernel has no such counter."""

    memory_peak_bytes: int
    pids_peak: int | None
    # From here on running totals.
    cpu_ns: int
    cpu_user_ns: int
    cpu_system_ns: int
    oom_kills: int
    fork_failures: int
    io_read_bytes: int | None = None
    io_write_bytes: int | None = None
    throttled_ns: int | None = None
    pressure_cpu_ns: int | None = None
    pressure_memory_ns: int | None = None
    pressure_io_ns: int | None = None

    def since(self, base: Counters) -> Counters:
        """What was counted since ``base``; peaks stay."""
        totals = [now if now is None else now - (was or 0) for now, was in zip(self[2:], base[2:], strict=True)]
        return Counters(self.memory_peak_bytes, self.pids_peak, *totals)  # type: ignore[arg-type]


#: What a group that was never used has counted.
NOTHING = Counters(0, None, 0, 0, 0, 0, 0)


#: In /proc/PID/stat, field 9: the kernel has begun to take the process apart (include/linux/sched.h).
_PF_EXITING = 0x4


def _is_exiting(pid: str) -> bool:
    """Whether a process of this host is past its last instruction. Source: proc_pid_stat(5)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return pid != "0"  # gone; 0 = of a pid namespace that we do not see
    return fields[0] in "ZX" or bool(int(fields[6]) & _PF_EXITING)


class RunGroup:
    """The cgroup of one run: its limits, its counters, its doors (``procs_fds``)."""

    def __init__(self, directories: Sequence[Path], files: dict[str, str], name: str) -> None:
        self._directories = directories
        self.name = name
        self._fds: dict[str, int] = {}
        self.procs_fds: tuple[int, ...] = ()
        self._memory_max = -1
        self._base = self._last = NOTHING
        self._settled = False
        try:
            for directory in directories:
                directory.mkdir()
            for directory in directories:
                self.procs_fds += (os.open(directory / "cgroup.procs", os.O_WRONLY | os.O_CLOEXEC),)
            for key, path in files.items():
                fd = _open_if_there(path)
                if fd is not None:
                    self._fds[key] = fd
        except OSError as error:
            self.remove()
            raise SandboxError("make run group", errno=error.errno or 0, detail=str(error)) from error

    @property
    def pids_max_fd(self) -> int:
        """Where the launcher writes the process limit once it has left the group."""
        return self._fds["pids_max"]

    def read(self, key: str) -> str:
        """One small file, read afresh; empty when the kernel has none."""
        fd = self._fds.get(key)
        return os.pread(fd, 4096, 0).decode() if fd is not None else ""

    def write(self, key: str, value: int | str) -> None:
        """Set one limit. Raises SandboxError naming it."""
        try:
            os.pwrite(self._fds[key], str(value).encode(), 0)
        except KeyError as error:
            raise SandboxError(f"cgroup limit {key}", detail="this kernel has no such file") from error
        except OSError as error:
            raise SandboxError(f"cgroup limit {key}={value}", errno=error.errno or 0) from error

    def is_leaving(self) -> bool:
        """True when every process in it is on its way out, or none is left."""
        try:
            pids = (self._directories[0] / "cgroup.procs").read_text().split()
        except OSError:
            return False
        return all(_is_exiting(pid) for pid in pids)

    def limit(self, memory_bytes: int, processes: int) -> None:
        """Set the limits. One more process than asked is let in until the launcher has left again."""
        if self._memory_max != memory_bytes:
            self._limit_memory(memory_bytes)
            self._memory_max = memory_bytes
        self.write("pids_max", processes + 1)
        self._settled = False

    def cpu_ns(self) -> int:
        """CPU time used so far by the whole tree, the dead included."""
        return self._cpu_ns() - self._base.cpu_ns

    def oom_kills(self) -> int:
        """Processes that the kernel killed because of the memory limit."""
        return self._oom_kills() - self._base.oom_kills

    def counters(self) -> Counters:
        """Everything at once, at the end of the run."""
        self._last = self._counters()
        self._settled = True
        return self._last.since(self._base)

    def recycle(self) -> bool:
        """Make the group as good as new; False when it cannot be, or the run's :meth:`counters` were never read.

        Running totals count on from what they are now; peaks must be where a first run would find them.
        """
        if not self._settled or self._memory_now() > _RESIDUE_BYTES_MAX or (self._last.pids_peak or 0) > _LAUNCH_TASKS:
            return False
        self._base = self._last
        return self._reset_memory_peak()

    def _limit_memory(self, memory_bytes: int) -> None:
        raise NotImplementedError

    def _cpu_ns(self) -> int:
        raise NotImplementedError

    def _oom_kills(self) -> int:
        raise NotImplementedError

    def _counters(self) -> Counters:
        raise NotImplementedError

    def _memory_now(self) -> int:
        return int(self.read("memory_now") or _RESIDUE_BYTES_MAX + 1)

    def _reset_memory_peak(self) -> bool:
        raise NotImplementedError

    def remove(self) -> None:
        """Give everything back; idempotent. Raises SandboxError when processes are left in it."""
        for fd in (*self.procs_fds, *self._fds.values()):
            with contextlib.suppress(OSError):
                os.close(fd)
        self.procs_fds = ()
        self._fds = {}
        for directory in self._directories:
            _remove_group(directory)


class RunGroupV1(RunGroup):
    """A run's groups in the memory, pids and cpuacct hierarchies."""

    @classmethod
    def create(cls, slots: dict[str, Path], name: str) -> RunGroupV1:
        """Make ``name`` below the slot's group in each hierarchy."""
        at = {controller: slots[controller] / name for controller in _V1_RUN}
        memory, pids, cpuacct = (str(at[controller]) for controller in _V1_RUN)
        files = {
            "memory_max": f"{memory}/memory.limit_in_bytes",
            "memsw_max": f"{memory}/memory.memsw.limit_in_bytes",
            "memory_peak": f"{memory}/memory.max_usage_in_bytes",
            "memory_now": f"{memory}/memory.usage_in_bytes",
            "tcp_max": f"{memory}/memory.kmem.tcp.limit_in_bytes",
            "oom": f"{memory}/memory.oom_control",
            "pids_max": f"{pids}/pids.max",
            "pids_peak": f"{pids}/pids.peak",
            "pids_events": f"{pids}/pids.events",
            "cpu": f"{cpuacct}/cpuacct.usage",
            "cpu_system": f"{cpuacct}/cpuacct.usage_sys",
        }
        return cls(tuple(dict.fromkeys(at.values())), files, name)

    def _limit_memory(self, memory_bytes: int) -> None:
        """Memory and swap together must never be below memory alone, not even for a moment.

        v1 does not count the buffers of connections as memory, and counts them at all only under a limit of their own.
        """
        if "tcp_max" in self._fds:
            self.write("tcp_max", min(memory_bytes, _V1_TCP_BYTES_MAX))
        if self._memory_max >= 0 and "memsw_max" in self._fds:
            self.write("memsw_max", -1)
        self.write("memory_max", memory_bytes)
        if "memsw_max" in self._fds:
            self.write("memsw_max", memory_bytes)

    def _reset_memory_peak(self) -> bool:
        self.write("memory_peak", 0)
        return True

    def _cpu_ns(self) -> int:
        return int(self.read("cpu") or 0)

    def _oom_kills(self) -> int:
        return read_keyed(self.read("oom")).get("oom_kill", 0)

    def _counters(self) -> Counters:
        cpu_ns = self._cpu_ns()
        system_ns = min(int(self.read("cpu_system") or 0), cpu_ns)
        peak = self.read("pids_peak")
        return Counters(
            cpu_ns=cpu_ns,
            cpu_user_ns=cpu_ns - system_ns,
            cpu_system_ns=system_ns,
            memory_peak_bytes=int(self.read("memory_peak") or 0),
            pids_peak=int(peak) if peak else None,
            oom_kills=self._oom_kills(),
            fork_failures=read_keyed(self.read("pids_events")).get("max", 0),
        )


class RunGroupV2(RunGroup):
    """A run's group in the unified hierarchy."""

    @classmethod
    def create(cls, slots: dict[str, Path], name: str) -> RunGroupV2:
        """Make ``name`` below the slot's group."""
        at = slots[""] / name
        files = {
            key: f"{at}/{file}"
            for key, file in {
                "memory_max": "memory.max",
                "swap_max": "memory.swap.max",
                "oom_group": "memory.oom.group",
                "memory_peak": "memory.peak",
                "memory_now": "memory.current",
                "memory_events": "memory.events",
                "pids_max": "pids.max",
                "pids_peak": "pids.peak",
                "pids_events": "pids.events",
                "cpu": "cpu.stat",
                "io": "io.stat",
                "pressure_cpu": "cpu.pressure",
                "pressure_memory": "memory.pressure",
                "pressure_io": "io.pressure",
            }.items()
        }
        group = cls((at,), files, name)
        group._sampled_peak = 0
        return group

    _sampled_peak: int = 0

    def _limit_memory(self, memory_bytes: int) -> None:
        self.write("memory_max", memory_bytes)
        if self._memory_max < 0:
            if "swap_max" in self._fds:
                self.write("swap_max", 0)
            self.write("oom_group", 1)

    def _reset_memory_peak(self) -> bool:
        """Since Linux 6.12 a write resets the peak for this descriptor."""
        try:
            os.pwrite(self._fds["memory_peak"], b"reset", 0)
        except (KeyError, OSError):
            return False
        return True

    def _cpu_ns(self) -> int:
        if "memory_peak" not in self._fds:  # before Linux 5.19 the next best is the largest sample
            self._sampled_peak = max(self._sampled_peak, int(self.read("memory_now") or 0))
        return read_keyed(self.read("cpu")).get("usage_usec", 0) * 1000

    def _oom_kills(self) -> int:
        return read_keyed(self.read("memory_events")).get("oom_kill", 0)

    def _counters(self) -> Counters:
        cpu_ns = self._cpu_ns()
        cpu = read_keyed(self.read("cpu"))
        peak = self.read("pids_peak")
        read_bytes, write_bytes = self._io()
        return Counters(
            cpu_ns=cpu_ns,
            cpu_user_ns=cpu.get("user_usec", 0) * 1000,
            cpu_system_ns=cpu.get("system_usec", 0) * 1000,
            memory_peak_bytes=int(self.read("memory_peak") or self._sampled_peak),
            pids_peak=int(peak) if peak else None,
            oom_kills=self._oom_kills(),
            fork_failures=read_keyed(self.read("pids_events")).get("max", 0),
            io_read_bytes=read_bytes,
            io_write_bytes=write_bytes,
            throttled_ns=cpu["throttled_usec"] * 1000 if "throttled_usec" in cpu else None,
            pressure_cpu_ns=self._pressure("pressure_cpu"),
            pressure_memory_ns=self._pressure("pressure_memory"),
            pressure_io_ns=self._pressure("pressure_io"),
        )

    def _io(self) -> tuple[int | None, int | None]:
        if "io" not in self._fds:
            return None, None
        words = [word.partition("=") for word in self.read("io").split()]
        totals = {"rbytes": 0, "wbytes": 0}
        for key, _, value in words:
            if key in totals:
                totals[key] += int(value)
        return totals["rbytes"], totals["wbytes"]

    def _pressure(self, key: str) -> int | None:
        with contextlib.suppress(OSError):  # EOPNOTSUPP: built in, switched off
            for word in self.read(key).split("\n", 1)[0].split():
                if word.startswith("total="):
                    return int(word[6:]) * 1000
        return None


class SlotGroups:
    """All groups of one slot: made at :meth:`open`, a ring of run groups, everything removed at :meth:`close`."""

    def __init__(self, host: CgroupHost, number: int) -> None:
        self.host = host
        self._slots = {controller: parent / f"slot-{number}" for controller, parent in host.parents.items()}
        self.home_procs_fds: tuple[int, ...] = ()
        self.slot_procs_fds: tuple[int, ...] = ()
        self._spare: RunGroup | None = None
        self._used: list[RunGroup] = []
        self._free = [f"r{index}" for index in range(_RING)]
        self._stack = contextlib.ExitStack()

    def open(self, cpu: int, weight: int) -> None:
        """Remove what a dead slot of this number left, make the groups. Raises SandboxError."""
        try:
            for directory in self.directories:
                remove_tree(directory)
                directory.mkdir()
                self._stack.callback(remove_tree, directory)
            homes, others = self._open_v2(cpu) if self.host.version == 2 else self._open_v1(cpu)
            for home in homes:
                self.home_procs_fds += (os.open(home / "cgroup.procs", os.O_WRONLY | os.O_CLOEXEC),)
            for other in others:
                self.slot_procs_fds += (os.open(other / "cgroup.procs", os.O_WRONLY | os.O_CLOEXEC),)
            self.set_weight(weight)
        except OSError as error:
            self.close()
            raise SandboxError(
                "make slot groups", errno=error.errno or 0, detail=str(error), remedy="judge doctor"
            ) from error

    @property
    def directories(self) -> list[Path]:
        """The slot's own group in each hierarchy."""
        return self._unique(self._slots.values())

    @staticmethod
    def _unique(paths: Iterable[Path]) -> list[Path]:
        return list(dict.fromkeys(paths))

    def _open_v2(self, cpu: int) -> tuple[list[Path], list[Path]]:
        slot = self._slots[""]
        if cpu >= 0 and "cpuset" in self.host.controllers:
            (slot / "cpuset.cpus").write_text(str(cpu))
        _enable_one(slot, _words(slot / "cgroup.controllers"))
        home = slot / _HOME
        home.mkdir()
        return [home], []

    def _open_v1(self, cpu: int) -> tuple[list[Path], list[Path]]:
        """Where launchers wait, and the slot's groups in the hierarchies that runs do not change."""
        homes: list[Path] = []
        if "cpuset" in self._slots:
            self._open_cpuset(self._slots["cpuset"], cpu)
        for controller in _V1_RUN:
            if controller == "memory":
                with contextlib.suppress(OSError):
                    (self._slots["memory"] / "memory.swappiness").write_text("0")
            home = self._slots[controller] / _HOME
            home.mkdir(exist_ok=True)
            homes.append(home)
        parents = {home.parent for home in homes}  # cpu and cpuacct are often mounted as one
        others = [self._slots[name] for name in _V1_SLOT if name in self._slots]
        return self._unique(homes), self._unique(path for path in others if path not in parents)

    @staticmethod
    def _open_cpuset(slot: Path, cpu: int) -> None:
        """cpuset.cpus and .mems start empty on v1; a parent of ours may still be empty, too."""
        for directory in (slot.parent, slot):
            for name in ("cpuset.mems", "cpuset.cpus"):
                file = directory / name
                if not file.read_text().strip():
                    file.write_text((directory.parent / name).read_text().strip())
        if cpu >= 0:
            (slot / "cpuset.cpus").write_text(str(cpu))

    def set_weight(self, weight: int) -> None:
        """CPU weight of everything in the slot, 1..10000, 100 = usual (v2's scale)."""
        if self.host.version == 2:
            (self._slots[""] / "cpu.weight").write_text(str(weight))
        elif "cpu" in self._slots:
            (self._slots["cpu"] / "cpu.shares").write_text(str(max(2, weight * 1024 // 100)))

    def freeze(self, frozen: bool) -> None:
        """Stop or continue everything in the slot; returns when it is so. Raises SandboxError."""
        if self.host.version == 2:
            self._switch(self._slots[""] / "cgroup.freeze", "01"[frozen])
            self._await(lambda: f"frozen {int(frozen)}" in (self._slots[""] / "cgroup.events").read_text())
        elif "freezer" in self._slots:
            file = self._slots["freezer"] / "freezer.state"
            self._switch(file, "FROZEN" if frozen else "THAWED")
            self._await(lambda: file.read_text().strip() == ("FROZEN" if frozen else "THAWED"))
        else:
            raise SandboxError("freeze", detail="no freezer hierarchy", remedy="mount the freezer controller")

    @staticmethod
    def _switch(path: Path, value: str) -> None:
        try:
            path.write_text(value)
        except OSError as error:
            raise SandboxError("freeze", errno=error.errno or 0, detail=str(error)) from error

    @staticmethod
    def _await(reached: Callable[[], bool]) -> None:
        deadline = time.monotonic() + _EMPTY_WAIT_S
        while not reached():
            if time.monotonic() > deadline:
                raise SandboxError("freeze", detail="the group did not change its state in time")
            time.sleep(0.0005)

    def sweep(self) -> None:
        """Remove the groups of finished runs that cannot be used again; called while a program runs."""
        while self._used:
            self._used[-1].remove()
            self._free.append(self._used.pop().name)

    def take(self) -> RunGroup:
        """A fresh run group."""
        group, self._spare = self._spare or self._create(), None
        return group

    def give_back(self, group: RunGroup) -> None:
        """The run is over; its group serves again when nothing is left in it, else is removed at the next chance."""
        if self._spare is None and group.recycle():
            self._spare = group
            return
        self._used.append(group)
        if len(self._used) >= _RING // 2:
            self.sweep()

    def _create(self) -> RunGroup:
        if not self._free:
            self.sweep()
        if not self._free:
            raise SandboxError("make run group", detail="too many runs at once in one slot")
        create = RunGroupV2.create if self.host.version == 2 else RunGroupV1.create
        group = create(self._slots, self._free[0])
        del self._free[0]
        return group

    def close(self) -> None:
        """Kill what is left in the groups and remove them; idempotent."""
        for fd in (*self.home_procs_fds, *self.slot_procs_fds):
            with contextlib.suppress(OSError):
                os.close(fd)
        self.home_procs_fds = self.slot_procs_fds = ()
        spare, self._spare = self._spare, None
        for group in (*self._used, *((spare,) if spare else ())):
            with contextlib.suppress(SandboxError):
                group.remove()
        self._used.clear()
        self._stack.close()


def _open_if_there(path: str) -> int | None:
    for flags in (os.O_RDWR, os.O_RDONLY, os.O_WRONLY):
        try:
            return os.open(path, flags | os.O_CLOEXEC)
        except (PermissionError, FileNotFoundError):
            continue
        except OSError as error:
            if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL):
                raise
    return None


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
    _remove_group(directory)


def _remove_group(directory: Path) -> None:
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
