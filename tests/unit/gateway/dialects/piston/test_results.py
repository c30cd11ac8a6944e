"""What Piston's clients read of how a run ended."""

from __future__ import annotations

import pytest

from judge.gateway.dialects.piston.results import Said, Streams, compile_stage, said_of, stage_of
from judge.model.report import CompileReport
from judge.model.run import Outcome, RunResult, Usage
from judge.model.work_report import OutputPiece

NOTHING = Streams()
CUT_STDERR = Streams(stderr_cut=True)


@pytest.mark.parametrize(
    ("result", "streams", "said"),
    [
        (RunResult(outcome=Outcome.EXITED, exit_code=0), NOTHING, Said()),
        (RunResult(outcome=Outcome.EXITED, exit_code=3), NOTHING, Said("RE", 3, None, "Exited with error status 3")),
        (
            RunResult(outcome=Outcome.SIGNALLED, signal=11),
            NOTHING,
            Said("SG", None, "SIGSEGV", "Caught fatal signal 11"),
        ),
        (RunResult(outcome=Outcome.CPU_LIMIT), NOTHING, Said("TO", None, "SIGKILL", "Time limit exceeded")),
        (
            RunResult(outcome=Outcome.WALL_LIMIT),
            NOTHING,
            Said("TO", None, "SIGKILL", "Time limit exceeded (wall clock)"),
        ),
        (
            RunResult(outcome=Outcome.IDLE_LIMIT),
            NOTHING,
            Said("TO", None, "SIGKILL", "Time limit exceeded (wall clock)"),
        ),
        (RunResult(outcome=Outcome.OUTPUT_LIMIT), NOTHING, Said("OL", None, "SIGKILL", "stdout length exceeded")),
        (RunResult(outcome=Outcome.OUTPUT_LIMIT), CUT_STDERR, Said("EL", None, "SIGKILL", "stderr length exceeded")),
        (
            RunResult(outcome=Outcome.MEMORY_LIMIT, signal=9),
            NOTHING,
            Said("SG", None, "SIGKILL", "Memory limit exceeded"),
        ),
        (
            RunResult(outcome=Outcome.MEMORY_LIMIT, exit_code=1),
            NOTHING,
            Said("SG", None, "SIGKILL", "Memory limit exceeded"),
        ),
        (
            RunResult(outcome=Outcome.PROCESS_LIMIT, exit_code=1),
            NOTHING,
            Said("RE", 1, None, "Exited with error status 1"),
        ),
        (
            RunResult(outcome=Outcome.DISK_LIMIT, signal=6),
            NOTHING,
            Said("SG", None, "SIGABRT", "Caught fatal signal 6"),
        ),
        (
            RunResult(outcome=Outcome.SYSCALL_DENIED, syscall="ptrace"),
            NOTHING,
            Said("SG", None, "SIGSYS", "Forbidden system call ptrace"),
        ),
    ],
)
def test_how_a_run_ended(result: RunResult, streams: Streams, said: Said) -> None:
    assert said_of(result, streams) == said


def test_every_outcome_has_words() -> None:
    for outcome in Outcome:
        said_of(RunResult(outcome=outcome), NOTHING)


def test_amounts_are_in_pistons_units() -> None:
    usage = Usage(memory_peak_bytes=5 * 1024 + 7, cpu_time_ns=12_900_000, wall_time_ns=3_000_000)
    stage = stage_of(Said(), NOTHING, usage)
    assert (stage["memory"], stage["cpu_time"], stage["wall_time"]) == (5000, 12, 3)


def test_both_streams_are_together_as_they_came() -> None:
    pieces = [
        OutputPiece(stream=1, size_bytes=2),
        OutputPiece(stream=2, size_bytes=3),
        OutputPiece(stream=1, size_bytes=1),
    ]
    streams = Streams(stdout=b"abcd", stderr=b"EFGh", pieces=pieces)
    assert stage_of(Said(), streams, None)["output"] == "abEFGcdh"


def test_bytes_that_are_no_text_are_replaced() -> None:
    assert stage_of(Said(), Streams(stdout=b"a\xffb"), None)["stdout"] == "a\ufffdb"


@pytest.mark.parametrize(
    ("report", "code", "status"),
    [
        (CompileReport(ok=True), 0, None),
        (CompileReport(ok=False, log="no such name"), 1, "RE"),
        (CompileReport(ok=False, run=RunResult(outcome=Outcome.EXITED, exit_code=0)), 1, "RE"),
        (CompileReport(ok=False, run=RunResult(outcome=Outcome.EXITED, exit_code=4)), 4, "RE"),
        (CompileReport(ok=False, run=RunResult(outcome=Outcome.CPU_LIMIT)), None, "TO"),
    ],
)
def test_how_compiling_ended(report: CompileReport, code: int | None, status: str | None) -> None:
    stage = compile_stage(report)
    assert (stage["code"], stage["status"]) == (code, status)
    assert stage["stderr"] == stage["output"] == (f"{report.log}\n" if report.log else "")
