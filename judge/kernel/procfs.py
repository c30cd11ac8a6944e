"""What /proc says of one process or task. Reading only. Source: proc_pid_stat(5), include/linux/sched.h (PF_*)."""

from __future__ import annotations

from typing import NamedTuple

#: The kernel has begun to take the process apart.
_PF_EXITING = 0x4


class ProcessStat(NamedTuple):
    """One look at a process or task; one that is gone has state ""."""

    state: str  #: R running or ready, S D sleeping, T t stopped, Z X dead
    parent_pid: int
    flags: int

    @property
    def alive(self) -> bool:
        """Running, sleeping or stopped."""
        return self.state not in ("", "Z", "X")

    @property
    def stopped(self) -> bool:
        """Stopped by a signal or a tracer."""
        return self.state in ("T", "t")

    @property
    def leaving(self) -> bool:
        """Past its last instruction, or gone."""
        return not self.alive or bool(self.flags & _PF_EXITING)


def process_stat(pid: int) -> ProcessStat:
    """Look once. Raises OSError other than that it is gone."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ProcessStat("", 0, 0)
    return ProcessStat(fields[0], int(fields[1]), int(fields[6]))


def children(pid: int) -> list[int]:
    """The direct children of a process without threads; none when it is gone."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []
