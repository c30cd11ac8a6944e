"""Every outcome has one verdict."""

from __future__ import annotations

import pytest

from judge.grading.verdicts import reason_of_run, verdict_of_run
from judge.model.run import Outcome, RunResult, Usage
from judge.model.verdict import Verdict


def test_a_clean_exit_has_no_verdict_yet() -> None:
    assert verdict_of_run(RunResult(outcome=Outcome.EXITED, exit_code=0)) is None


def test_a_non_zero_exit_is_a_run_time_error() -> None:
    assert verdict_of_run(RunResult(outcome=Outcome.EXITED, exit_code=1)) is Verdict.RTE


@pytest.mark.parametrize(
    ("outcome", "verdict"),
    [
        (Outcome.SIGNALLED, Verdict.RTE),
        (Outcome.CPU_LIMIT, Verdict.TLE),
        (Outcome.WALL_LIMIT, Verdict.TLE),
        (Outcome.IDLE_LIMIT, Verdict.TLE),
        (Outcome.MEMORY_LIMIT, Verdict.MLE),
        (Outcome.OUTPUT_LIMIT, Verdict.OLE),
        (Outcome.PROCESS_LIMIT, Verdict.RTE),
        (Outcome.DISK_LIMIT, Verdict.RTE),
        (Outcome.SYSCALL_DENIED, Verdict.RTE),
    ],
)
def test_outcome(outcome: Outcome, verdict: Verdict) -> None:
    assert verdict_of_run(RunResult(outcome=outcome, exit_code=0)) is verdict


def test_a_cancelled_run_has_no_verdict() -> None:
    with pytest.raises(ValueError, match="cancelled"):
        verdict_of_run(RunResult(outcome=Outcome.CANCELLED))


def test_a_memory_marker_on_stderr_turns_a_crash_into_a_memory_limit() -> None:
    run = RunResult(outcome=Outcome.EXITED, exit_code=1)
    markers = ("java.lang.OutOfMemoryError",)
    assert verdict_of_run(run, b"Exception java.lang.OutOfMemoryError: heap", markers) is Verdict.MLE
    assert verdict_of_run(run, b"Exception java.lang.Error", markers) is Verdict.RTE


def test_a_memory_marker_changes_nothing_for_a_clean_exit_or_a_timeout() -> None:
    assert verdict_of_run(RunResult(outcome=Outcome.EXITED, exit_code=0), b"oom", ("oom",)) is None
    assert verdict_of_run(RunResult(outcome=Outcome.CPU_LIMIT), b"oom", ("oom",)) is Verdict.TLE


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_bad_end_has_a_reason_of_one_line(outcome: Outcome) -> None:
    run = RunResult(outcome=outcome, exit_code=3, signal=11, syscall="ptrace", usage=Usage(cpu_time_ns=10**9))
    reason = reason_of_run(run)
    assert reason
    assert "\n" not in reason


def test_signals_are_named() -> None:
    assert reason_of_run(RunResult(outcome=Outcome.SIGNALLED, signal=11)) == "killed by SIGSEGV"
    assert reason_of_run(RunResult(outcome=Outcome.SIGNALLED, signal=64)).startswith("killed by ")
