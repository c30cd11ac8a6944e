"""The processes of a worker's slots, as the leases process sees them: children of the pool, and the reserve slot."""

from __future__ import annotations

import contextlib
import os
import signal

import msgspec

from judge.config import Settings
from judge.kernel.procfs import children, process_stat
from judge_workers.slot.reserve import reserve_pid

#: A slot's process that stands stopped (SIGSTOP, a debugger) for this long is replaced.
STOPPED_MAX_S = 5.0


class SlotProcess(msgspec.Struct, frozen=True, kw_only=True):
    """A slot's process, and its parent's number: the pool, or for the reserve slot the supervisor."""

    pidfd: int
    parent_pid: int


class SlotProcesses:
    """Knows them by process number. Call from a child of the supervisor, from one thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        #: Those that lived at the last :meth:`find`, by number; each pidfd is open for as long as its entry is here.
        self._found: dict[int, SlotProcess] = {}
        #: Those of them that stood stopped at the last look, and since when.
        self._stopped_since_s: dict[int, float] = {}

    @property
    def stopped_count(self) -> int:
        """How many stood stopped at the last look."""
        return len(self._stopped_since_s)

    def find(self) -> None:
        """Look for them again; the dead are forgotten."""
        reserve = reserve_pid(self._settings.state)
        siblings = children(os.getppid())
        others = (reserve, os.getpid())
        found = {pid: parent for parent in siblings if parent not in others for pid in children(parent)}
        if reserve in siblings:
            found[reserve] = os.getppid()
        for pid in [pid for pid in self._found if pid not in found]:
            os.close(self._found.pop(pid).pidfd)
        for pid, parent in found.items():
            if pid not in self._found:
                with contextlib.suppress(ProcessLookupError):
                    self._found[pid] = SlotProcess(pidfd=os.pidfd_open(pid), parent_pid=parent)

    def pidfds(self) -> list[int]:
        """Readable when their process has ended; valid until the next :meth:`find`."""
        return [process.pidfd for process in self._found.values()]

    def look_for_stopped(self, now_s: float) -> list[int]:
        """See which stand stopped now; those that have done so for too long."""
        before = self._stopped_since_s
        self._stopped_since_s = {pid: before.get(pid, now_s) for pid in self._found if process_stat(pid).stopped}
        return [pid for pid, since_s in self._stopped_since_s.items() if now_s - since_s > STOPPED_MAX_S]

    def kill(self, pid: int) -> None:
        """End one; nothing when it is not known, or gone."""
        process = self._found.get(pid)
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(process.pidfd, signal.SIGKILL)

    def parent_lives(self, pid: int) -> bool:
        """Whether the process above a slot's lives; True for one that is not known."""
        process = self._found.get(pid)
        return process is None or process_stat(process.parent_pid).alive

    def is_slot(self, pid: int) -> bool:
        """Whether a process number (from Redis: any client may have written it) is a living slot of this worker."""
        stat = process_stat(pid)
        return stat.alive and os.getppid() in (stat.parent_pid, process_stat(stat.parent_pid).parent_pid)
