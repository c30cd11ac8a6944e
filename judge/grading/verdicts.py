"""The one function that turns what the kernel saw of a submission into a verdict, and its reason in words.

A run without a verdict here (None) ended by itself with exit code 0 within its limits: what it printed decides.
Runs of setters' programs are not judged here: whatever they do wrong is a judge error.
"""

from __future__ import annotations

import signal
from collections.abc import Sequence

from judge.model.run import Outcome, RunResult
from judge.model.units import format_bytes, format_ns
from judge.model.verdict import Verdict

_VERDICTS: dict[Outcome, Verdict] = {
    Outcome.SIGNALLED: Verdict.RTE,
    Outcome.CPU_LIMIT: Verdict.TLE,
    Outcome.WALL_LIMIT: Verdict.TLE,
    Outcome.IDLE_LIMIT: Verdict.TLE,
    Outcome.MEMORY_LIMIT: Verdict.MLE,
    Outcome.OUTPUT_LIMIT: Verdict.OLE,
    Outcome.PROCESS_LIMIT: Verdict.RTE,
    Outcome.DISK_LIMIT: Verdict.RTE,
    Outcome.SYSCALL_DENIED: Verdict.RTE,
}


def verdict_of_run(run: RunResult, stderr: bytes = b"", memory_markers: Sequence[str] = ()) -> Verdict | None:
    """The verdict of one run of a submission, or None when its output decides.

    ``memory_markers`` are a language's words for "out of memory" (a JVM that gives up by itself): a run-time
    error whose ``stderr`` holds one is a memory limit. Raises ValueError for a run that was cancelled: it
    was not allowed to show what it would have done, so it has no verdict.
    """
    if run.outcome is Outcome.CANCELLED:
        raise ValueError("a cancelled run has no verdict")
    if run.ok:
        return None
    verdict = _VERDICTS.get(run.outcome, Verdict.RTE)
    if verdict is Verdict.RTE and any(marker.encode() in stderr for marker in memory_markers):
        return Verdict.MLE
    return verdict


def reason_of_run(run: RunResult) -> str:
    """Why a run ended as it did, in one short line; empty for a run that went well."""
    usage = run.usage
    match run.outcome:
        case Outcome.EXITED:
            return f"exit code {run.exit_code}" if run.exit_code else ""
        case Outcome.SIGNALLED:
            return f"killed by {signal_name(run.signal)}"
        case Outcome.CPU_LIMIT:
            return f"time limit: used {format_ns(usage.cpu_time_ns)} of CPU time"
        case Outcome.WALL_LIMIT:
            waited, used = format_ns(usage.wall_time_ns), format_ns(usage.cpu_time_ns)
            return f"wall limit: still there after {waited}, having used {used} of CPU time"
        case Outcome.IDLE_LIMIT:
            return "idle: neither computed nor ended"
        case Outcome.MEMORY_LIMIT:
            return f"memory limit: reached {format_bytes(usage.memory_peak_bytes)}"
        case Outcome.OUTPUT_LIMIT:
            return f"output limit: wrote {format_bytes(max(run.stdout_bytes, run.stderr_bytes))}"
        case Outcome.PROCESS_LIMIT:
            return "process limit: a process or thread could not be started"
        case Outcome.DISK_LIMIT:
            return "disk limit: a file system was full"
        case Outcome.SYSCALL_DENIED:
            return f"forbidden system call {run.syscall}" if run.syscall else "forbidden system call"
        case Outcome.CANCELLED:
            return "cancelled"


def signal_name(number: int | None) -> str:
    """``SIGSEGV``, or ``signal 64`` when it has no name."""
    try:
        return signal.Signals(number or 0).name
    except ValueError:
        return f"signal {number}"
