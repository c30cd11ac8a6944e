"""What clients are told of each end of a program."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from judge.gateway.dialects.fusion.modes import JAVA_NOTE, MODES
from judge.gateway.dialects.fusion.program import SHOWN_BYTES_MAX
from judge.gateway.dialects.fusion.results import run_answer, sandbox_error, shown
from judge.model.report import CompileReport
from judge.model.run import Outcome, RunResult, Usage
from judge.model.work_report import BlameOn, ExecutionReport, RunReport

_USAGE = Usage(wall_time_ns=1_500_000_000)


def _report(result: RunResult | None, **fields: Any) -> ExecutionReport:
    runs = () if result is None else (RunReport(result=msgspec.structs.replace(result, usage=_USAGE)),)
    return ExecutionReport(id="x", runs=runs, **fields)


def _answer(report: ExecutionReport, language: str = "python", written: tuple[bytes, bytes] = (b"", b"")) -> Any:
    return run_answer(report, MODES[language], written, {})


@pytest.mark.parametrize(
    ("outcome", "fields", "status", "code"),
    [
        (Outcome.EXITED, {"exit_code": 0}, "Finished", 0),
        (Outcome.EXITED, {"exit_code": 255}, "Finished", 255),
        (Outcome.SIGNALLED, {"signal": 11}, "Finished", -11),
        (Outcome.CPU_LIMIT, {"signal": 9}, "TimeLimitExceeded", None),
        (Outcome.WALL_LIMIT, {"signal": 9}, "TimeLimitExceeded", None),
        (Outcome.IDLE_LIMIT, {"signal": 9}, "TimeLimitExceeded", None),
        (Outcome.MEMORY_LIMIT, {"exit_code": 1}, "Finished", -9),
        (Outcome.OUTPUT_LIMIT, {}, "Finished", -25),
        (Outcome.SYSCALL_DENIED, {"syscall": "bpf"}, "Finished", -31),
        (Outcome.CANCELLED, {}, "Finished", -9),
        (Outcome.PROCESS_LIMIT, {"exit_code": 2}, "Finished", 2),
        (Outcome.PROCESS_LIMIT, {"signal": 6}, "Finished", -6),
        (Outcome.DISK_LIMIT, {"exit_code": 0}, "Finished", 1),
    ],
)
def test_every_outcome(outcome: Outcome, fields: dict[str, Any], status: str, code: int | None) -> None:
    answer = _answer(_report(RunResult(outcome=outcome, **fields), blame=BlameOn.PROGRAM))
    assert answer["status"] == ("Success" if code == 0 else "Failed")
    assert answer["message"] == ""
    result = answer["run_result"]
    assert (result["status"], result["return_code"], result["execution_time"]) == (status, code, 1.5)


@pytest.mark.parametrize("blame", [BlameOn.JUDGE, BlameOn.CLIENT])
def test_what_is_not_the_programs_fault_is_a_sandbox_error(blame: BlameOn) -> None:
    failed = RunResult(outcome=Outcome.EXITED, exit_code=1)
    answer = _answer(_report(failed, blame=blame, reason="the disk of this host is gone"))
    assert answer == sandbox_error("the disk of this host is gone")
    assert answer["status"] == "SandboxError"


def test_a_compiler_out_of_time_is_told_as_such() -> None:
    run = RunResult(outcome=Outcome.CPU_LIMIT, signal=9, usage=_USAGE)
    answer = _answer(_report(None, compile=CompileReport(ok=False, log="so far", run=run)), "cpp")
    assert answer["run_result"] is None
    assert answer["compile_result"] == {
        "status": "TimeLimitExceeded",
        "execution_time": 1.5,
        "return_code": None,
        "stdout": "",
        "stderr": "so far",
    }


@pytest.mark.parametrize("run", [None, RunResult(outcome=Outcome.EXITED, exit_code=0)])
def test_what_cannot_be_compiled_never_ends_well(run: RunResult | None) -> None:
    answer = _answer(_report(None, compile=CompileReport(ok=False, log="no class has a main method", run=run)), "java")
    assert (answer["status"], answer["compile_result"]["return_code"]) == ("Failed", 1)


def test_javas_note_about_its_options_is_ours() -> None:
    report = _report(RunResult(outcome=Outcome.EXITED, exit_code=0), compile=CompileReport(ok=True))
    written = (b"", JAVA_NOTE + b"own words")
    assert _answer(report, "java", written)["run_result"]["stderr"] == "own words"
    assert _answer(report, "python", written)["run_result"]["stderr"].startswith("NOTE")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (b"", ""),
        ("naïve\0".encode(), "naïve\0"),
        (b"\xff", "[DecodeError] 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
        (b"a\xe2\x82", "[DecodeError] 'utf-8' codec can't decode bytes in position 1-2: unexpected end of data"),
        (b"x" * (SHOWN_BYTES_MAX - 1) + "é".encode(), "x" * (SHOWN_BYTES_MAX - 1)),
        (b"x" * (SHOWN_BYTES_MAX + 5), "x" * SHOWN_BYTES_MAX),
    ],
)
def test_output_as_text(written: bytes, told: str) -> None:
    assert shown(written) == told
