"""Every outcome has one verdict."""

from __future__ import annotations

import pytest

from judge.model.limits import Limits
from judge.model.run import Outcome, RunResult, Usage
from judge.model.units import MIB, S_NS
from judge.model.verdict import Verdict
from judge.verdicts import ending_of_run, reason_of_run, verdict_of_run


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


@pytest.mark.parametrize("outcome", [Outcome.PROCESS_LIMIT, Outcome.DISK_LIMIT, Outcome.SYSCALL_DENIED])
def test_a_cause_that_the_kernel_knows_beats_a_runtimes_words_about_memory(outcome: Outcome) -> None:
    words = b"java.lang.OutOfMemoryError: unable to create native thread"
    assert verdict_of_run(RunResult(outcome=outcome, exit_code=1), words, ("OutOfMemoryError",)) is Verdict.RTE
    assert verdict_of_run(RunResult(outcome=Outcome.SIGNALLED, signal=6), words, ("OutOfMemoryError",)) is Verdict.MLE


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_bad_end_has_a_reason_of_one_line(outcome: Outcome) -> None:
    run = RunResult(outcome=outcome, exit_code=3, signal=11, syscall="ptrace", usage=Usage(cpu_time_ns=10**9))
    reason = reason_of_run(run)
    assert reason
    assert "\n" not in reason


def test_signals_are_named() -> None:
    assert reason_of_run(RunResult(outcome=Outcome.SIGNALLED, signal=11)).startswith("killed by SIGSEGV (")
    assert reason_of_run(RunResult(outcome=Outcome.SIGNALLED, signal=64)).startswith("killed by ")


LIMITS = Limits(idle_time_ns=2 * S_NS, stdout_bytes=8 * MIB, stderr_bytes=MIB)


@pytest.mark.parametrize(
    ("outcome", "sentence"),
    [
        (Outcome.CPU_LIMIT, "needed more than 2 s of CPU time"),
        (Outcome.IDLE_LIMIT, "slept or waited for 2 s without computing (for input that did not come?)"),
        (Outcome.MEMORY_LIMIT, "used more than 256 MiB of memory"),
        (Outcome.OUTPUT_LIMIT, "printed more than 8 MiB"),
    ],
)
def test_an_ending_says_the_limit_as_people_do(outcome: Outcome, sentence: str) -> None:
    assert ending_of_run(RunResult(outcome=outcome, cause="8388608", stdout_bytes=8 * MIB), LIMITS) == sentence


def test_an_ending_tells_which_stream_was_too_long() -> None:
    run = RunResult(outcome=Outcome.OUTPUT_LIMIT, stdout_bytes=5, stderr_bytes=MIB)
    assert ending_of_run(run, LIMITS) == "printed more than 1 MiB to standard error"
