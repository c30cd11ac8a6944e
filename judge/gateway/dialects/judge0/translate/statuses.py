"""Judge0's statuses, and how a report comes to one. Pure."""

from __future__ import annotations

import signal
from collections.abc import Sequence

import msgspec

from judge.gateway.dialects.common.outcome import End, end_of_result
from judge.gateway.dialects.judge0.translate.task import Context
from judge.model.run import Outcome, RunResult
from judge.model.units import KIB, S_NS
from judge.model.work_report import AnyWorkReport, BlameOn, ExecutionReport

IN_QUEUE, PROCESSING, ACCEPTED, WRONG_ANSWER, TIME_LIMIT, COMPILATION, NZEC, OTHER = 1, 2, 3, 4, 5, 6, 11, 12
INTERNAL_ERROR, MEMORY_LIMIT = 13, 15

STATUSES = {
    IN_QUEUE: "In Queue",
    PROCESSING: "Processing",
    ACCEPTED: "Accepted",
    WRONG_ANSWER: "Wrong Answer",
    TIME_LIMIT: "Time Limit Exceeded",
    COMPILATION: "Compilation Error",
    7: "Runtime Error (SIGSEGV)",
    8: "Runtime Error (SIGXFSZ)",
    9: "Runtime Error (SIGFPE)",
    10: "Runtime Error (SIGABRT)",
    NZEC: "Runtime Error (NZEC)",
    OTHER: "Runtime Error (Other)",
    INTERNAL_ERROR: "Internal Error",
    14: "Exec Format Error",
}

#: Only where the settings ask for it.
MEMORY_LIMIT_WORDS = "Memory Limit Exceeded"

_BY_SIGNAL = {
    int(number): status
    for number, status in ((signal.SIGSEGV, 7), (signal.SIGXFSZ, 8), (signal.SIGFPE, 9), (signal.SIGABRT, 10))
}

_TOO_LONG_COMPILING = b"Compilation time limit exceeded."
_TOO_LONG, _TOO_LONG_WALL = "Time limit exceeded", "Time limit exceeded (wall clock)"


class Written(msgspec.Struct, frozen=True):
    """What one run wrote."""

    stdout: bytes = b""
    stderr: bytes = b""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """How a submission stands. Times in seconds, memory in KiB."""

    status_id: int
    time: float | None = None
    wall_time: float | None = None
    memory: int | None = None
    stdout: bytes | None = None
    stderr: bytes | None = None
    compile_output: bytes | None = None
    message: str | None = None
    exit_code: int | None = None
    exit_signal: int | None = None


def result_of(
    report: AnyWorkReport,
    written: Sequence[Written],
    context: Context,
    expected: bytes | None,
    *,
    own_memory_status: bool = False,
) -> Result:
    """How it ended. ``written``: by each run of the report."""
    if report.blame in (BlameOn.JUDGE, BlameOn.CLIENT) or not isinstance(report, ExecutionReport):
        return Result(status_id=INTERNAL_ERROR, message=report.reason or "no report")
    log = None if report.compile is None else report.compile.log.encode() or None
    if report.compile is not None and not report.compile.ok:
        run = report.compile.run
        too_long = run is not None and run.outcome in (Outcome.CPU_LIMIT, Outcome.WALL_LIMIT)
        return Result(status_id=COMPILATION, compile_output=_TOO_LONG_COMPILING if too_long else log)
    results = [run.result for run in report.runs]
    found = [_of_run(one, out, context, expected, own_memory_status) for one, out in zip(results, written, strict=True)]
    first = next((index for index, one in enumerate(found) if one.status_id != ACCEPTED), len(found) - 1)
    if first < 0:
        return Result(status_id=INTERNAL_ERROR, message="no run")
    counted = found[: first + 1]
    times = [one.time or 0 for one in counted]
    memories = [one.memory or 0 for one in counted]
    return msgspec.structs.replace(
        found[first],
        compile_output=log,
        time=round(sum(times) / len(times), 3),
        memory=sum(memories) // len(memories),
    )


def lines_equal(expected: bytes, given: bytes) -> bool:
    """Whether two texts are the same but for blanks at the ends of their lines and of themselves."""
    return expected == given or _stripped(expected) == _stripped(given)


def ended_well(result: RunResult, context: Context) -> bool:
    """Whether it is right if what it wrote is."""
    return _ended(result, context, own_memory_status=False)[0] == ACCEPTED


def _stripped(text: bytes) -> bytes:
    blank = b" \t\r\n\v\f\0"
    return b"\n".join(line.rstrip(blank) for line in text.split(b"\n")).rstrip(blank)


def _of_run(
    result: RunResult, written: Written, context: Context, expected: bytes | None, own_memory_status: bool
) -> Result:
    usage = result.usage
    status, message, code, number = _ended(result, context, own_memory_status)
    if status == ACCEPTED and expected is not None and not lines_equal(expected, written.stdout):
        status = WRONG_ANSWER
    memory_bytes = usage.memory_peak_bytes
    if context.by_process and usage.rss_peak_bytes is not None:
        memory_bytes = usage.rss_peak_bytes
    return Result(
        status_id=status,
        time=round(usage.cpu_time_ns / S_NS, 3),
        wall_time=round(usage.wall_time_ns / S_NS, 3),
        memory=memory_bytes // KIB,
        stdout=written.stdout or None,
        stderr=written.stderr or None,
        message=message,
        exit_code=code,
        exit_signal=number,
    )


def _ended(result: RunResult, context: Context, own_memory_status: bool) -> tuple[int, str | None, int, int | None]:
    """Status, message, exit code and signal."""
    end, code = end_of_result(result), result.exit_code or 0
    if end is End.CPU or (end is End.OK and 0 < context.cpu_time_limit * S_NS < result.usage.cpu_time_ns):
        return TIME_LIMIT, _TOO_LONG, 0, None
    if end is End.WALL:
        return TIME_LIMIT, _TOO_LONG_WALL, 0, None
    if end is End.OK:
        return ACCEPTED, None, 0, None
    if end is End.CANCELLED:
        return INTERNAL_ERROR, "cancelled", 0, None
    number = result.signal
    if end is End.MEMORY:
        number = number if code else number or signal.SIGKILL
        status = MEMORY_LIMIT if own_memory_status else NZEC if code else OTHER
        return status, "Memory limit exceeded", code, None if number is None else int(number)
    if end is End.OUTPUT:
        return _BY_SIGNAL[signal.SIGXFSZ], _caught(signal.SIGXFSZ), 0, int(signal.SIGXFSZ)
    if end is End.REFUSED_CALL:
        return OTHER, f"Forbidden system call {result.syscall or ''}".strip(), 0, int(signal.SIGSYS)
    if number is not None and not code:
        return _BY_SIGNAL.get(int(number), OTHER), _caught(number), 0, number
    return NZEC, f"Exited with error status {code}", code, None


def _caught(number: int) -> str:
    return f"Caught fatal signal {int(number)}"
