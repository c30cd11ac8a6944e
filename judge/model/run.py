"""One execution in one sandbox: what the kernel saw and what it cost. Never a verdict."""

from __future__ import annotations

import signal
from enum import StrEnum

import msgspec


class Outcome(StrEnum):
    """Why a run ended. One function, in grading, turns outcomes into verdicts."""

    EXITED = "EXITED"  #: left by exit(); see ``exit_code``
    SIGNALLED = "SIGNALLED"  #: died of a signal that was not ours; see ``signal``
    CPU_LIMIT = "CPU_LIMIT"
    WALL_LIMIT = "WALL_LIMIT"
    IDLE_LIMIT = "IDLE_LIMIT"  #: used no CPU for ``idle_time_ns``
    MEMORY_LIMIT = "MEMORY_LIMIT"
    OUTPUT_LIMIT = "OUTPUT_LIMIT"
    PROCESS_LIMIT = "PROCESS_LIMIT"  #: failed, and a fork was refused by the pids limit
    DISK_LIMIT = "DISK_LIMIT"  #: failed, and a file system of the run was full
    SYSCALL_DENIED = "SYSCALL_DENIED"  #: a refused call that kills; see ``syscall``
    CANCELLED = "CANCELLED"  #: ended by us on request (cancel, interactor already decided)


class Usage(msgspec.Struct, frozen=True, kw_only=True):
    """What one run used, from its cgroup where it has a counter. None = the kernel has none.

    ``rss_peak_bytes`` is the largest resident set of one process; None when it is below what
    the launcher's own image hides (vfork children start from it).
    ``waited_for_cpu_ns`` is how long something of it was ready and the host ran nothing of it; wall and idle limits do
    not count that, ``wall_time_ns`` does.
    ``spared_start_ns`` is CPU time of an interpreter's start that was done once for many runs, and is a part of the CPU
    and wall times of each; None = the run was a start of its own.
    ``pressure_*_ns`` are the "some" totals of pressure-stall information (cgroup v2).
    """

    cpu_time_ns: int = 0
    cpu_user_ns: int = 0
    cpu_system_ns: int = 0
    wall_time_ns: int = 0
    memory_peak_bytes: int = 0
    rss_peak_bytes: int | None = None
    pids_peak: int | None = None
    oom_kills: int = 0
    fork_failures: int = 0
    context_switches_voluntary: int = 0
    context_switches_involuntary: int = 0
    major_faults: int = 0
    io_read_bytes: int | None = None
    io_write_bytes: int | None = None
    throttled_ns: int | None = None
    pressure_cpu_ns: int | None = None
    pressure_memory_ns: int | None = None
    pressure_io_ns: int | None = None
    waited_for_cpu_ns: int | None = None
    spared_start_ns: int | None = None


class RunResult(msgspec.Struct, frozen=True, kw_only=True):
    """One run. ``cause`` is the evidence in words (one line, may be empty).

    ``exit_code`` is set for EXITED, ``signal`` for SIGNALLED; both keep what the kernel said
    for other outcomes when it said anything. ``stdout_bytes``/``stderr_bytes`` count what the
    program wrote up to the limit.
    """

    outcome: Outcome
    exit_code: int | None = None
    signal: int | None = None
    syscall: str | None = None
    cause: str = ""
    usage: Usage = Usage()
    stdout_bytes: int = 0
    stderr_bytes: int = 0

    @property
    def ok(self) -> bool:
        """True when the program ended by itself with exit code 0 within all limits."""
        return self.outcome is Outcome.EXITED and self.exit_code == 0


def signal_name(number: int | None) -> str:
    """``SIGSEGV``, or ``signal 64`` when it has no name."""
    try:
        return signal.Signals(number or 0).name
    except ValueError:
        return f"signal {number}"
