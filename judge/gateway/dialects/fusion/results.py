"""From the report of an execution to the answer to a request to run code. Pure."""

from __future__ import annotations

import base64
import signal
from collections.abc import Mapping
from typing import Any

from judge.gateway.dialects.common.outcome import End, end_of_result
from judge.gateway.dialects.fusion.modes import JAVA_NOTE, Mode
from judge.gateway.dialects.fusion.program import SHOWN_BYTES_MAX
from judge.model.report import CompileReport
from judge.model.run import RunResult
from judge.model.units import S_NS
from judge.model.work_report import BlameOn, ExecutionReport

#: Ends that clients of this interface know as a time limit.
_TIME = (End.CPU, End.WALL)

#: Runs that we ended for a limit that this interface has no word for end as by the signal that Linux sends for it.
_SIGNALS = {
    End.MEMORY: signal.SIGKILL,
    End.OUTPUT: signal.SIGXFSZ,
    End.REFUSED_CALL: signal.SIGSYS,
    End.CANCELLED: signal.SIGKILL,
}


def run_answer(report: ExecutionReport, mode: Mode, written: tuple[bytes, bytes], files: Mapping[str, bytes]) -> Any:
    """The answer of /run_code. ``written``: standard output and error of the run, ``files``: as they were asked for."""
    if report.blame in (BlameOn.JUDGE, BlameOn.CLIENT):
        return sandbox_error(report.reason)
    compiled = _compile_result(report.compile, mode)
    run = _run_result(report, mode, written)
    if run is None and not mode.compiles:
        compiled, run = None, _compile_failure(report.compile)
    parts = [part for part in (compiled, run) if part is not None]
    good = all(part["status"] == "Finished" and part["return_code"] == 0 for part in parts)
    return {
        "status": "Success" if good else "Failed",
        "message": "",
        "compile_result": compiled,
        "run_result": run,
        "executor_pod_name": None,
        "files": {name: base64.b64encode(content).decode() for name, content in files.items()},
    }


def sandbox_error(message: str) -> Any:
    """The answer when nothing can be said of the program: a fault of ours, or a request that cannot be done."""
    return {
        "status": "SandboxError",
        "message": message,
        "compile_result": None,
        "run_result": None,
        "executor_pod_name": None,
        "files": {},
    }


def shown(written: bytes) -> str:
    """Output as text. What is no UTF-8 is told as this interface tells it; a character that was cut is left out."""
    cut = written[:SHOWN_BYTES_MAX]
    try:
        return cut.decode()
    except UnicodeDecodeError as error:
        is_cut = len(cut) < len(written) and error.start >= len(cut) - 3 and error.reason == "unexpected end of data"
        return cut[: error.start].decode() if is_cut else f"[DecodeError] {error}"


def _run_result(report: ExecutionReport, mode: Mode, written: tuple[bytes, bytes]) -> Any:
    if not report.runs:
        return None
    stdout, stderr = written
    if mode.environment:
        stderr = stderr.removeprefix(JAVA_NOTE)
    return _result(report.runs[0].result, shown(stdout), shown(stderr))


def _compile_result(compiled: CompileReport | None, mode: Mode) -> Any:
    if compiled is None or not mode.compiles:
        return None
    if compiled.ok:
        return _told("Finished", 0, _wall_s(compiled), "", compiled.log)
    return _compile_failure(compiled)


def _compile_failure(compiled: CompileReport | None) -> Any:
    """Of a compiler, or of a check whose program did not run: as an interpreter that found the mistake itself."""
    if compiled is None:
        return None
    if compiled.run is None:
        return _told("Finished", 1, 0.0, "", compiled.log)
    result = _result(compiled.run, "", compiled.log)
    if result["return_code"] == 0:  # what it left is not as it must be
        return result | {"return_code": 1}
    return result


def _result(result: RunResult, stdout: str, stderr: str) -> Any:
    end, wall_s = end_of_result(result), result.usage.wall_time_ns / S_NS
    if end in _TIME:
        return _told("TimeLimitExceeded", None, wall_s, stdout, stderr)
    return _told("Finished", _return_code(result, end), wall_s, stdout, stderr)


def _return_code(result: RunResult, end: End) -> int:
    """What a parent process would see: the exit code, or the number of the signal below zero."""
    if end in (End.OK, End.EXIT):
        return result.exit_code or 0
    if end in _SIGNALS:
        return -_SIGNALS[end]
    if result.signal:
        return -result.signal
    return result.exit_code or 1


def _wall_s(compiled: CompileReport) -> float:
    return 0.0 if compiled.run is None else compiled.run.usage.wall_time_ns / S_NS


def _told(status: str, code: int | None, wall_s: float, stdout: str, stderr: str) -> Any:
    return {"status": status, "execution_time": wall_s, "return_code": code, "stdout": stdout, "stderr": stderr}
