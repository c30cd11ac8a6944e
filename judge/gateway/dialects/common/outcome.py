"""How work ended, in words that are no dialect's. Pure."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from judge.model.run import Outcome, RunResult
from judge.model.work_report import AnyWorkReport, BlameOn, ExecutionReport, RunReport


class End(StrEnum):
    """How a program, or the work that ran it, ended."""

    OK = "ok"
    EXIT = "exit"  #: with an exit code that is not 0
    SIGNAL = "signal"  #: of a signal that was not ours
    CPU = "cpu"
    WALL = "wall"  #: wall or idle time
    MEMORY = "memory"
    OUTPUT = "output"
    PROCESSES = "processes"
    DISK = "disk"
    REFUSED_CALL = "refused-call"  #: a system call that is answered with the end
    CANCELLED = "cancelled"
    COMPILATION = "compilation"  #: it did not compile
    CLIENT = "client"  #: what was asked for could not be done; the report's reason says what
    JUDGE = "judge"  #: a fault of ours


_BY_OUTCOME = {
    Outcome.SIGNALLED: End.SIGNAL,
    Outcome.CPU_LIMIT: End.CPU,
    Outcome.WALL_LIMIT: End.WALL,
    Outcome.IDLE_LIMIT: End.WALL,
    Outcome.MEMORY_LIMIT: End.MEMORY,
    Outcome.OUTPUT_LIMIT: End.OUTPUT,
    Outcome.PROCESS_LIMIT: End.PROCESSES,
    Outcome.DISK_LIMIT: End.DISK,
    Outcome.SYSCALL_DENIED: End.REFUSED_CALL,
    Outcome.CANCELLED: End.CANCELLED,
}


def end_of_result(result: RunResult) -> End:
    """How one run ended."""
    if result.outcome is Outcome.EXITED:
        return End.OK if result.exit_code == 0 else End.EXIT
    return _BY_OUTCOME[result.outcome]


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """``run``: the one that says so, else the last; None = there was none."""

    end: End
    run: RunReport | None = None
    reason: str = ""


def ended(report: AnyWorkReport) -> Ended:
    """How an execution ended: by its first run that failed. Of other kinds only the faults are told."""
    runs = report.runs if isinstance(report, ExecutionReport) else ()
    last = runs[-1] if runs else None
    if report.blame is BlameOn.JUDGE:
        return Ended(end=End.JUDGE, run=last, reason=report.reason)
    if report.blame is BlameOn.CLIENT:
        return Ended(end=End.CLIENT, run=last, reason=report.reason)
    if isinstance(report, ExecutionReport) and report.compile is not None and not report.compile.ok:
        return Ended(end=End.COMPILATION, reason=report.reason)
    failed = next((run for run in runs if not run.result.ok), last)
    if failed is None:
        return Ended(end=End.OK, reason=report.reason)
    return Ended(end=end_of_result(failed.result), run=failed, reason=failed.result.cause or report.reason)
