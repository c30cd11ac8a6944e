"""Whether this host is fit to judge: the reasons for a worker to take itself out. Looks, decides nothing more."""

from __future__ import annotations

import os
import shutil

from judge.config import Settings
from judge.queue.values import FAILURES_MAX
from workers.notes import forget_unopened, read_unopened
from workers.profile import run_directory


class Health:
    """Looks at the host when asked."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._disk_was_full = False

    def problem(self, failures: int) -> str:
        """Why this worker should not judge now; empty = it should. ``failures``: failed attempts in a row.

        A full disk passes when there is room again, and with it what has failed meanwhile. A row of failures, or a slot
        that cannot be opened, stays until an operator resumes the worker or starts it anew.
        """
        run = run_directory(self._settings)
        disk = self._disk_problem()
        if disk:
            self._disk_was_full = True
            forget_unopened(run)
            return disk
        if failures < FAILURES_MAX:
            self._disk_was_full = False
        elif not self._disk_was_full:
            return f"{failures} attempts in a row failed here"
        return read_unopened(run)

    def disk_free_bytes(self) -> int:
        """Free space where slots and caches live; 0 when it cannot be told."""
        try:
            return shutil.disk_usage(self._settings.state_dir).free
        except OSError:
            return 0

    def load_1m(self) -> float:
        """The load average of one minute."""
        return round(os.getloadavg()[0], 2)

    def _disk_problem(self) -> str:
        free = self.disk_free_bytes()
        floor = self._settings.disk_free_min_bytes
        return f"disk full: {free >> 20} MiB free in {self._settings.state_dir}" if free < floor else ""
