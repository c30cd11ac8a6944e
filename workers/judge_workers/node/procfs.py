"""The few facts about processes that the keeper reads from /proc (proc_pid_stat(5))."""

from __future__ import annotations

from typing import NamedTuple


class ProcessStat(NamedTuple):
    """State letter and parent of a process; ``alive`` is False for a zombie and for one that is gone."""

    state: str
    parent_pid: int

    @property
    def alive(self) -> bool:
        """Running, sleeping or stopped."""
        return self.state not in ("", "Z", "X")

    @property
    def stopped(self) -> bool:
        """Stopped by a signal or a tracer."""
        return self.state in ("T", "t")


def process_stat(pid: int) -> ProcessStat:
    """Look once; a process that is gone has state ""."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return ProcessStat("", 0)
    return ProcessStat(fields[0], int(fields[1]))


def children(pid: int) -> list[int]:
    """The direct children of a process without threads; none when it is gone."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []
