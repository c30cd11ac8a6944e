"""What came of a job, as Piston says it. Pure."""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from judge.gateway.dialects.common.outcome import End, end_of_result
from judge.model.report import CompileReport
from judge.model.run import RunResult, Usage, signal_name
from judge.model.units import MS_NS
from judge.model.work_report import ExecutionReport, OutputPiece

#: JSON of one stage, and of a whole answer.
Stage = dict[str, Any]

#: What ends with Piston's own kill.
_KILLED = {"TO", "OL", "EL"}


@dataclass(frozen=True)
class Streams:
    """What a program wrote, as far as it was kept. ``pieces``: in which order the two arrived."""

    stdout: bytes = b""
    stderr: bytes = b""
    pieces: Sequence[OutputPiece] = ()
    stdout_cut: bool = False
    stderr_cut: bool = False

    @property
    def output(self) -> bytes:
        """Both, in the order in which they arrived; where that is not known any more, the rest of each."""
        left = {1: self.stdout, 2: self.stderr}
        together = []
        for piece in self.pieces:
            together.append(left[piece.stream][: piece.size_bytes])
            left[piece.stream] = left[piece.stream][piece.size_bytes :]
        return b"".join((*together, left[1], left[2]))


@dataclass(frozen=True)
class Said:
    """How a stage ended, in Piston's words; None = null."""

    status: str | None = None
    code: int | None = 0
    signal: str | None = None
    message: str | None = None


def said_of(result: RunResult, streams: Streams) -> Said:
    """How a run of ours ended."""
    match end_of_result(result):
        case End.OK:
            return Said()
        case End.CPU:
            return Said("TO", None, "SIGKILL", "Time limit exceeded")
        case End.WALL:
            return Said("TO", None, "SIGKILL", "Time limit exceeded (wall clock)")
        case End.OUTPUT:
            status, stream = ("EL", "stderr") if streams.stderr_cut and not streams.stdout_cut else ("OL", "stdout")
            return Said(status, None, "SIGKILL", f"{stream} length exceeded")
        case End.MEMORY:
            return Said("SG", None, "SIGKILL", "Memory limit exceeded")
        case End.REFUSED_CALL:
            return Said("SG", None, "SIGSYS", f"Forbidden system call {result.syscall or ''}".strip())
    if result.exit_code is not None:
        code = result.exit_code
        return Said("RE", code, None, f"Exited with error status {code}") if code else Said()
    number = result.signal or signal.SIGKILL
    return Said("SG", None, signal_name(number), f"Caught fatal signal {int(number)}")


def stage_of(said: Said, streams: Streams, usage: Usage | None) -> Stage:
    """One stage. Text that is no UTF-8 has a replacement character for each piece that is none, as in Node."""
    return {
        "signal": said.signal,
        "stdout": _text(streams.stdout),
        "stderr": _text(streams.stderr),
        "code": said.code,
        "output": _text(streams.output),
        "memory": None if usage is None else usage.memory_peak_bytes // 1024 * 1000,
        "message": said.message,
        "status": said.status,
        "cpu_time": None if usage is None else usage.cpu_time_ns // MS_NS,
        "wall_time": None if usage is None else usage.wall_time_ns // MS_NS,
    }


def compile_said(report: CompileReport) -> Said:
    """How compiling ended."""
    if report.ok:
        return Said()
    if report.run is None or report.run.ok:
        return Said("RE", 1, None, "Exited with error status 1")
    return said_of(report.run, Streams())


def compile_stage(report: CompileReport) -> Stage:
    """The compile stage; what compilers say is on standard error, in one."""
    log = f"{report.log}\n" if report.log and not report.log.endswith("\n") else report.log
    return stage_of(
        compile_said(report), Streams(stderr=log.encode()), None if report.run is None else report.run.usage
    )


def answer_of(report: ExecutionReport, streams: Streams | None, head: Mapping[str, str], *, compiled: bool) -> Stage:
    """The whole answer. ``streams`` None = the program was not run; ``head``: language and version.

    A language without a compiler has no compile stage: what is wrong with its sources, its run says.
    """
    stages: dict[str, Stage] = {}
    if compiled and report.compile is not None:
        stages["compile"] = compile_stage(report.compile)
    if streams is not None:
        stages["run"] = run_stage(report, streams)
    elif report.compile is not None:
        stages["run"] = compile_stage(report.compile)
    return {**stages, **head}


def run_stage(report: ExecutionReport, streams: Streams) -> Stage:
    """The run stage of a job that was run."""
    result = report.runs[-1].result
    return stage_of(said_of(result, streams), streams, result.usage)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")
