"""The cgroup of one run: limits and counters behind one face, on cgroup v2 and on v1/hybrid hosts.

Sources: cgroup-v2.rst, cgroup-v1/{memory,cpuacct,pids}.rst.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from judge.errors import SandboxError, sandbox_error
from judge.kernel.cgroupfs import read_keyed, read_value
from judge.kernel.procfs import process_stat
from judge.sandbox.cgroups.hierarchy import V1_RUN, remove_group

_V1_TCP_BYTES_MAX = 16 << 20
#: A used group that still holds more than this is not as good as new. The kernel charges in batches of 64 pages and
#: keeps the change of each core (mm/memcontrol.c, MEMCG_CHARGE_BATCH): one batch is no residue.
_RESIDUE_BYTES_MAX = 256 << 10
#: Room for any number in a file of the kernel's.
_NUMBER_BYTES = 32
#: Tasks in a group while a program is launched: the launcher and the program.
_LAUNCH_TASKS = 2


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

    def since(self, base: Counters, not_its_ns: int = 0) -> Counters:
        """What was counted since ``base``; peaks stay. ``not_its_ns``: CPU time to take off."""
        cpu_ns = max(0, self.cpu_ns - base.cpu_ns - not_its_ns)
        system_ns = min(self.cpu_system_ns - base.cpu_system_ns, cpu_ns)
        return Counters(
            self.memory_peak_bytes,
            self.pids_peak,
            cpu_ns,
            cpu_ns - system_ns,
            system_ns,
            self.oom_kills - base.oom_kills,
            self.fork_failures - base.fork_failures,
            *map(_difference, self[7:], base[7:]),
        )


def _difference(now: int | None, was: int | None) -> int | None:
    return now if now is None else now - (was or 0)


#: What a group that was never used has counted.
NOTHING = Counters(0, None, 0, 0, 0, 0, 0)


class RunGroup:
    """The cgroup of one run: its limits, its counters, its doors (``join_fds``), where a thread writes "0" to enter.

    ``group_id`` is a number that no other group of this process ever had.
    """

    #: The file of a directory that is its door.
    DOOR = "cgroup.procs"
    #: The file of a directory that lists the tasks in it.
    TASKS = "cgroup.threads"
    #: Whether processes are counted in a hierarchy of their own, the last of the doors: then the launcher is a member
    #: of that one for the whole run, and the limit is exact from the first instruction to the last.
    pids_apart = False
    _ids = itertools.count()

    def __init__(self, directories: Sequence[Path], files: dict[str, str], name: str) -> None:
        self._directories = directories
        self.name = name
        self.group_id = next(self._ids)
        self._fds: dict[str, int] = {}
        self.join_fds: tuple[int, ...] = ()
        self._memory_max = -1
        self._processes_let_in = -1
        self._base = self._last = NOTHING
        self._settled = False
        self._is_dirty = False
        try:
            for directory in directories:
                directory.mkdir()
            for directory in directories:
                self.join_fds += (os.open(directory / self.DOOR, os.O_WRONLY | os.O_CLOEXEC),)
            for key, path in files.items():
                fd = _open_if_there(path)
                if fd is not None:
                    self._fds[key] = fd
        except OSError as error:
            self.remove()
            raise sandbox_error("make run group", errno=error.errno or 0, detail=str(error)) from error

    @property
    def launch_fds(self) -> tuple[int, ...]:
        """What a launcher needs: the doors, then where it writes the process limit once it has left, if it leaves."""
        return self.join_fds if self.pids_apart else (*self.join_fds, self._fds["pids_max"])

    def read(self, key: str) -> str:
        """One small file, read afresh; empty when the kernel has none."""
        fd = self._fds.get(key)
        return os.pread(fd, 4096, 0).decode() if fd is not None else ""

    def _number(self, key: str) -> int:
        """A file that holds one number; 0 when the kernel has none."""
        fd = self._fds.get(key)
        return int(os.pread(fd, _NUMBER_BYTES, 0)) if fd is not None else 0

    def write(self, key: str, value: int | str) -> None:
        """Set one limit. Raises SandboxError naming it."""
        try:
            os.pwrite(self._fds[key], str(value).encode(), 0)
        except KeyError as error:
            raise SandboxError(f"cgroup limit {key}", detail="this kernel has no such file") from error
        except OSError as error:
            raise sandbox_error(f"cgroup limit {key}={value}", errno=error.errno or 0) from error

    def is_leaving(self) -> bool:
        """True when every process in it is on its way out, or none is left."""
        try:
            pids = (self._directories[0] / "cgroup.procs").read_text().split()
        except OSError:
            return False
        return all(pid != "0" and process_stat(int(pid)).leaving for pid in pids)  # 0 = of an unseen pid namespace

    def task_ids(self) -> list[int]:
        """The threads that live in it now, as this process sees them; none when that cannot be told."""
        try:
            return [int(tid) for tid in (self._directories[0] / self.TASKS).read_text().split()]
        except OSError:
            return []

    def limit(self, memory_bytes: int, processes: int) -> None:
        """Set the limits, or see that they are set. One more process than asked is let in: the launcher.

        Unless :attr:`pids_apart` it then leaves and writes the exact number. Raises SandboxError.
        """
        if self._memory_max != memory_bytes:
            self._memory_max = -1
            self._limit_memory(memory_bytes)
            self._memory_max = memory_bytes
        if self._processes_let_in != processes + 1:
            self._processes_let_in = -1
            self.write("pids_max", processes + 1)
            self._processes_let_in = processes + 1

    def cpu_ns(self) -> int:
        """CPU time used so far by the whole tree, the dead included."""
        return self._cpu_ns() - self._base.cpu_ns

    def oom_kills(self) -> int:
        """Processes that the kernel killed because of the memory limit."""
        return self._oom_kills() - self._base.oom_kills

    def counters(self, *, was_alone: bool = False, not_its_ns: int = 0) -> Counters:
        """Everything at once, at the end of the run.

        ``was_alone``: the one process that was let in made no other and ended well. What only others or a kill would
        have counted is then not read. ``not_its_ns``: CPU time of the launcher's.
        """
        self._last = self._counters(was_alone)
        self._settled = True
        return self._last.since(self._base, not_its_ns)

    def abandon(self) -> None:
        """Nobody knows who is still in it: it never serves again."""
        self._settled = False

    def _tasks(self, was_alone: bool) -> tuple[int | None, int]:
        """The most tasks at once and the forks refused so far; of one that was alone both are known."""
        if was_alone:
            return _LAUNCH_TASKS - self.pids_apart, self._base.fork_failures
        peak = self.read("pids_peak")
        return int(peak) - self.pids_apart if peak else None, read_value(self.read("pids_events"), "max")

    def _kills(self, was_alone: bool, memory_peak_bytes: int) -> int:
        """Processes killed for memory so far: the kernel killed nobody alone whose memory never was half used."""
        if was_alone and memory_peak_bytes < self._memory_max // 2:
            return self._base.oom_kills
        return self._oom_kills()

    @property
    def is_discarded(self) -> bool:
        """Whether it can never be as good as new: a peak stays, or the run's :meth:`counters` were never read."""
        tasks_at_first = _LAUNCH_TASKS - self.pids_apart
        return not self._settled or self._is_dirty or (self._last.pids_peak or 0) > tasks_at_first

    def recycle(self) -> bool:
        """Make the group as good as new; False when it cannot be, or cannot yet be.

        Running totals count on from what they are now; peaks must be where a first run would find them.
        """
        if self.is_discarded or self._memory_now() > _RESIDUE_BYTES_MAX:
            return False
        self._base = self._last
        self._settled = False
        if not self.pids_apart:
            self._processes_let_in = -1
        self._is_dirty = not self._reset_memory_peak()
        return not self._is_dirty

    def _limit_memory(self, memory_bytes: int) -> None:
        raise NotImplementedError

    def _cpu_ns(self) -> int:
        raise NotImplementedError

    def _oom_kills(self) -> int:
        raise NotImplementedError

    def _counters(self, was_alone: bool) -> Counters:
        raise NotImplementedError

    def _memory_now(self) -> int:
        return int(self.read("memory_now") or _RESIDUE_BYTES_MAX + 1)

    def _reset_memory_peak(self) -> bool:
        raise NotImplementedError

    def remove(self) -> None:
        """Give everything back; idempotent. Raises SandboxError when processes are left in it."""
        for fd in (*self.join_fds, *self._fds.values()):
            with contextlib.suppress(OSError):
                os.close(fd)
        self.join_fds = ()
        self._fds = {}
        for directory in self._directories:
            remove_group(directory)


class RunGroupV1(RunGroup):
    """A run's groups in the memory, pids and cpuacct hierarchies.

    Their doors are the files ``tasks``: for a thread that moves itself the kernel then takes no lock of the whole host,
    and nobody waits for a grace period of RCU (cgroup_procs_write_start in kernel/cgroup/cgroup.c, Linux 5.17).
    """

    DOOR = TASKS = "tasks"

    @classmethod
    def create(cls, slots: dict[str, Path], name: str) -> RunGroupV1:
        """Make ``name`` below the slot's group in each hierarchy."""
        at = {controller: slots[controller] / name for controller in V1_RUN}
        memory, cpuacct, pids = (str(at[controller]) for controller in V1_RUN)
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
        group = cls(tuple(dict.fromkeys(at.values())), files, name)
        group.pids_apart = pids not in (memory, cpuacct)
        return group

    def _limit_memory(self, memory_bytes: int) -> None:
        """Memory and swap together must never be below memory alone, not even for a moment.

        v1 does not count the buffers of connections as memory, and counts them at all only under a limit of their own.
        """
        if "tcp_max" in self._fds:
            self.write("tcp_max", min(memory_bytes, _V1_TCP_BYTES_MAX))
        if "memsw_max" in self._fds:
            self.write("memsw_max", -1)
        self.write("memory_max", memory_bytes)
        if "memsw_max" in self._fds:
            self.write("memsw_max", memory_bytes)

    def _reset_memory_peak(self) -> bool:
        self.write("memory_peak", 0)
        return True

    def _cpu_ns(self) -> int:
        return self._number("cpu")

    def _oom_kills(self) -> int:
        return read_value(self.read("oom"), "oom_kill")

    def _counters(self, was_alone: bool) -> Counters:
        cpu_ns = self._cpu_ns()
        system_ns = min(self._number("cpu_system"), cpu_ns)
        memory_peak_bytes = self._number("memory_peak")
        pids_peak, fork_failures = self._tasks(was_alone)
        return Counters(
            memory_peak_bytes,
            pids_peak,
            cpu_ns,
            cpu_ns - system_ns,
            system_ns,
            self._kills(was_alone, memory_peak_bytes),
            fork_failures,
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
        self._sample_memory()
        return read_value(self.read("cpu"), "usage_usec") * 1000

    def _sample_memory(self) -> None:
        """Before Linux 5.19 the next best to a peak is the largest sample."""
        if "memory_peak" not in self._fds:
            self._sampled_peak = max(self._sampled_peak, int(self.read("memory_now") or 0))

    def _oom_kills(self) -> int:
        return read_value(self.read("memory_events"), "oom_kill")

    def _counters(self, was_alone: bool) -> Counters:
        self._sample_memory()
        cpu = read_keyed(self.read("cpu"))
        pids_peak, fork_failures = self._tasks(was_alone)
        memory_peak_bytes = int(self.read("memory_peak") or self._sampled_peak)
        read_bytes, write_bytes = self._io()
        return Counters(
            cpu_ns=cpu.get("usage_usec", 0) * 1000,
            cpu_user_ns=cpu.get("user_usec", 0) * 1000,
            cpu_system_ns=cpu.get("system_usec", 0) * 1000,
            memory_peak_bytes=memory_peak_bytes,
            pids_peak=pids_peak,
            oom_kills=self._kills(was_alone, memory_peak_bytes),
            fork_failures=fork_failures,
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
