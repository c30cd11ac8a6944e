"""Whether this host is fit to judge: the reasons for a worker to take itself out. Looks, decides nothing more."""

from __future__ import annotations

import contextlib
import os

from judge.state_dir import StateDir
from judge_workers.run_dir import read_unopened

#: A worker with fewer free inodes takes itself out; of a small file system, with less than a twentieth.
INODES_FREE_MIN = 1024


class Health:
    """Looks at the host when asked."""

    def __init__(self, state: StateDir, disk_free_min_bytes: int) -> None:
        self._state = state
        self._disk_free_min_bytes = disk_free_min_bytes
        self._trial = state.root / f".trial-{os.getpid()}"

    def problem(self) -> str:
        """Why this worker should not judge now; empty = it should."""
        return self.ailment() or read_unopened(self._state.run)

    def ailment(self) -> str:
        """What ails the state directory's file system, also whether it takes a file; empty = nothing."""
        return self.ailment_at_a_glance() or self._write_problem()

    def ailment_at_a_glance(self) -> str:
        """The same without writing: space, inodes, whether it is there and not read-only. Costs microseconds."""
        where = self._state.root
        try:
            status = os.statvfs(where)
        except OSError as error:
            return f"{where}: {error.strerror}"
        if status.f_flag & os.ST_RDONLY:
            return f"{where} is mounted read-only"
        free = status.f_bavail * status.f_frsize
        if free < self._disk_free_min_bytes:
            return f"disk full: {free >> 20} MiB free in {where}"
        if status.f_favail < min(INODES_FREE_MIN, status.f_files // 20):
            return f"disk full: {status.f_favail} inodes free in {where}"
        return ""

    def disk_free_bytes(self) -> int:
        """Free space where slots and caches live; 0 when it cannot be told."""
        try:
            status = os.statvfs(self._state.root)
        except OSError:
            return 0
        return status.f_bavail * status.f_frsize

    def load_1m(self) -> float:
        """The load average of one minute."""
        return round(os.getloadavg()[0], 2)

    def _write_problem(self) -> str:
        """Nothing is forced to the disk: that may take long, and leases wait for the answer."""
        try:
            fd = os.open(self._trial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            try:
                os.write(fd, b"judge")
            finally:
                os.close(fd)
        except OSError as error:
            return f"{self._state.root} takes no file: {error.strerror}"
        finally:
            with contextlib.suppress(OSError):
                os.unlink(self._trial)
        return ""
