"""What the kernel counts of a run, and the difference of two readings."""

from __future__ import annotations

from typing import NamedTuple


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
