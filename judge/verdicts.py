"""The one function that turns what the kernel saw of a submission into a verdict, and its reason in words.

A run without a verdict here (None) ended by itself with exit code 0 within its limits: what it printed decides.
Runs of setters' programs are not judged here: whatever they do wrong is a judge error.
"""

from __future__ import annotations

from collections.abc import Sequence

from judge.model.limits import Limits
from judge.model.run import Outcome, RunResult, signal_name
from judge.model.units import brief_bytes, brief_ns, format_ns
from judge.model.verdict import Verdict


def verdict_of_run(run: RunResult, stderr: bytes = b"", memory_markers: Sequence[str] = ()) -> Verdict | None:
    """The verdict of one run of a submission, or None when its output decides.

    ``memory_markers`` are a language's words for "out of memory" (a JVM that gives up by itself): where a program
    ended by itself or by a signal and its ``stderr`` holds one, that is a memory limit. A cause that the kernel knows
    (threads or disk refused, a forbidden call) counts for more: runtimes call much memory that is none.

    Raises ValueError for a run that was cancelled: it was not allowed to show what it would have done, so it has no
    verdict.
    """
    if run.ok:
        return None
    verdict = _verdict_of(run.outcome)
    ended_by_itself = run.outcome in (Outcome.EXITED, Outcome.SIGNALLED)
    if ended_by_itself and any(marker.encode() in stderr for marker in memory_markers):
        return Verdict.MLE
    return verdict


def _verdict_of(outcome: Outcome) -> Verdict:
    """The verdict of a run that failed so: an outcome without a case here is a type error."""
    match outcome:
        case Outcome.EXITED | Outcome.SIGNALLED:
            return Verdict.RTE
        case Outcome.CPU_LIMIT | Outcome.WALL_LIMIT | Outcome.IDLE_LIMIT:
            return Verdict.TLE
        case Outcome.MEMORY_LIMIT:
            return Verdict.MLE
        case Outcome.OUTPUT_LIMIT:
            return Verdict.OLE
        case Outcome.PROCESS_LIMIT | Outcome.DISK_LIMIT | Outcome.SYSCALL_DENIED:
            return Verdict.RTE
        case Outcome.CANCELLED:
            raise ValueError("a cancelled run has no verdict")


def reason_of_run(run: RunResult) -> str:
    """Why a setter's program ended as it did, in one short line: the evidence; empty for a run that went well."""
    return run.cause or ending_of_run(run, None)


def ending_of_run(run: RunResult, limits: Limits | None) -> str:
    """How a run failed, in words that a beginner understands; empty for a run that went well.

    ``limits``: those it ran under, None = not known. Nothing here comes from what the program wrote.
    """
    words = _Words(run, limits)
    match run.outcome:
        case Outcome.EXITED:
            return (run.cause or f"exit code {run.exit_code}") if run.exit_code else ""
        case Outcome.SIGNALLED:
            name = signal_name(run.signal)
            return f"killed by {name} ({_SIGNALS[name]})" if name in _SIGNALS else f"killed by {name}"
        case Outcome.CPU_LIMIT:
            return f"needed more than {words.cpu_time} of CPU time"
        case Outcome.WALL_LIMIT:
            return (
                f"still ran after {words.wall_time} of real time, having used {format_ns(run.usage.cpu_time_ns)} of CPU"
            )
        case Outcome.IDLE_LIMIT:
            return f"slept or waited{words.idle_time} without computing (for input that did not come?)"
        case Outcome.MEMORY_LIMIT:
            return f"used more than {words.memory} of memory"
        case Outcome.OUTPUT_LIMIT:
            return f"printed more than {words.output}"
        case Outcome.PROCESS_LIMIT:
            return f"could not start a process or thread: {words.processes}"
        case Outcome.DISK_LIMIT:
            return f"wrote more into files than fits{words.disk}"
        case Outcome.SYSCALL_DENIED:
            return f"forbidden system call {run.syscall}" if run.syscall else "forbidden system call"
        case Outcome.CANCELLED:
            return "cancelled"


#: What the usual signals mean for the program's author.
_SIGNALS = {
    "SIGSEGV": "touched memory that is not its own: a wrong index or pointer, or too deep recursion",
    "SIGBUS": "touched memory that is not there",
    "SIGFPE": "divided by zero",
    "SIGABRT": "gave up: a failed assertion or an exception that nothing caught",
    "SIGILL": "came to an instruction that does not exist",
}


class _Words:
    """Limits as people say them; where they are not known, what was used."""

    def __init__(self, run: RunResult, limits: Limits | None) -> None:
        usage = run.usage
        self.cpu_time = brief_ns(limits.cpu_time_ns if limits else usage.cpu_time_ns)
        self.wall_time = brief_ns(limits.wall_time_ns if limits else usage.wall_time_ns)
        self.idle_time = f" for {brief_ns(limits.idle_time_ns)}" if limits and limits.idle_time_ns else ""
        self.memory = brief_bytes(limits.memory_bytes if limits else usage.memory_peak_bytes)
        self.processes = f"{limits.processes} at once are allowed" if limits else "too many at once"
        self.disk = f": {brief_bytes(limits.disk_bytes)}" if limits else ""
        over_stderr = limits is not None and run.stderr_bytes >= limits.stderr_bytes > run.stdout_bytes
        if limits is None:
            self.output = brief_bytes(max(run.stdout_bytes, run.stderr_bytes))
        elif over_stderr:
            self.output = f"{brief_bytes(limits.stderr_bytes)} to standard error"
        else:
            self.output = brief_bytes(limits.stdout_bytes)
