"""The cgroup of one run: limits and counters behind one face, on cgroup v2 and on v1/hybrid hosts.

Its two kinds: :mod:`judge.sandbox.cgroups.run_group_v1`, :mod:`judge.sandbox.cgroups.run_group_v2`.
"""

from __future__ import annotations

import contextlib
import errno
import itertools
import os
from collections.abc import Sequence
from pathlib import Path

from judge.errors import SandboxError, sandbox_error
from judge.kernel.cgroupfs import read_value
from judge.kernel.procfs import process_stat
from judge.sandbox.cgroups.counters import NOTHING, Counters
from judge.sandbox.cgroups.hierarchy import remove_group

#: A used group that still holds more than this is not as good as new. The kernel charges in batches of 64 pages and
#: keeps the change of each core (mm/memcontrol.c, MEMCG_CHARGE_BATCH): one batch is no residue.
_RESIDUE_BYTES_MAX = 256 << 10
#: Room for any number in a file of the kernel's.
_NUMBER_BYTES = 32
#: Tasks in a group while a program is launched: the launcher and the program.
_LAUNCH_TASKS = 2


class RunGroup:
    """The cgroup of one run: its limits, its counters, and ``join_fds``, where a thread writes "0" to join.

    ``group_id`` is a number that no other group of this process ever had.
    """

    #: The file of a directory behind its join fd.
    JOIN_FILE = "cgroup.procs"
    #: The file of a directory that lists the tasks in it.
    TASKS = "cgroup.threads"
    #: Whether processes are counted in a hierarchy of their own, the last of the join fds: the launcher is then a
    #: member of that one for the whole run, and the limit is exact from the first instruction to the last.
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
                self.join_fds += (os.open(directory / self.JOIN_FILE, os.O_WRONLY | os.O_CLOEXEC),)
            for key, path in files.items():
                fd = _open_if_there(path)
                if fd is not None:
                    self._fds[key] = fd
        except OSError as error:
            self.remove()
            raise sandbox_error("make run group", errno=error.errno or 0, detail=str(error)) from error

    @property
    def launch_fds(self) -> tuple[int, ...]:
        """A launcher's: the join fds, then where it writes the process limit once it has left, if it leaves."""
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
        """The threads that live in it now, as this process sees them; none when that cannot be read."""
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
        """Processes killed for memory so far: not one that was alone and never used half of its limit."""
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
