"""Who failed first: the table of judge.grading.interact, row by row."""

from __future__ import annotations

from typing import Any

import pytest
from grading_bench import Bench
from grading_fakes import Call, completed

from judge.grading.interact import SENT_BYTES_MAX, decide, outliving, render_transcript
from judge.grading.programs import SetterProgram
from judge.grading.validate import Validation, kattis_validation
from judge.model.limits import Limits
from judge.model.run import Outcome, RunResult
from judge.model.verdict import Verdict
from judge.sandbox.interaction import Interaction, Side
from judge.verdicts import verdict_of_run

AC, WA, TLE, RTE, MLE, OLE, CE, JE = Verdict

GOOD = RunResult(outcome=Outcome.EXITED, exit_code=0)
CRASH = RunResult(outcome=Outcome.EXITED, exit_code=1)
PIPE = RunResult(outcome=Outcome.SIGNALLED, signal=13)
SLOW = RunResult(outcome=Outcome.CPU_LIMIT)
STUCK = RunResult(outcome=Outcome.WALL_LIMIT)
IDLE = RunResult(outcome=Outcome.IDLE_LIMIT)
FLOOD = RunResult(outcome=Outcome.OUTPUT_LIMIT)
CUT_OFF = RunResult(outcome=Outcome.CANCELLED)

ACCEPTS = Validation(verdict=AC, run=RunResult(outcome=Outcome.EXITED, exit_code=42))
REJECTS = Validation(verdict=WA, reason="bad guess", run=RunResult(outcome=Outcome.EXITED, exit_code=43))
CRASHES = Validation(verdict=JE, reason="validator crashed", run=RunResult(outcome=Outcome.SIGNALLED, signal=11))
HANGS = Validation(verdict=JE, reason="validator hangs", run=RunResult(outcome=Outcome.WALL_LIMIT))


@pytest.mark.parametrize(
    ("run", "validation", "first", "verdict"),
    [
        # row 1: the validator rejected first, whatever the submission does about it
        (GOOD, REJECTS, "validator", WA),
        (PIPE, REJECTS, "validator", WA),
        (CRASH, REJECTS, "validator", WA),
        (SLOW, REJECTS, "validator", WA),
        (FLOOD, REJECTS, "validator", WA),
        (CUT_OFF, REJECTS, "validator", WA),
        # row 2: the submission failed first
        (CRASH, REJECTS, "submission", RTE),
        (CRASH, ACCEPTS, "submission", RTE),
        (CRASH, CRASHES, "submission", RTE),
        (SLOW, REJECTS, "submission", TLE),
        (FLOOD, REJECTS, "submission", OLE),
        (STUCK, REJECTS, "submission", TLE),
        (IDLE, REJECTS, "submission", TLE),
        (STUCK, CRASHES, "submission", TLE),
        # row 2's exception and row 3: the validator is at fault
        (STUCK, HANGS, "submission", JE),
        (IDLE, HANGS, "submission", JE),
        (CRASH, CRASHES, "validator", JE),
        (GOOD, CRASHES, "submission", JE),
        (GOOD, HANGS, "submission", JE),
        (CUT_OFF, CRASHES, "validator", JE),
        # row 4: accepted early, then the submission failed by itself
        (SLOW, ACCEPTS, "validator", TLE),
        (CRASH, ACCEPTS, "validator", RTE),
        (FLOOD, ACCEPTS, "validator", OLE),
        # row 5
        (GOOD, ACCEPTS, "validator", AC),
        (GOOD, ACCEPTS, "submission", AC),
        (GOOD, REJECTS, "submission", WA),
    ],
)
def test_table(run: RunResult, validation: Validation, first: str, verdict: Verdict) -> None:
    own = None if run.outcome is Outcome.CANCELLED else verdict_of_run(run)
    assert decide(run, own, validation, validator_first=first == "validator")[0] is verdict


def test_transcript_is_written_as_in_the_format() -> None:
    me, other = Side.SELF, Side.OTHER
    pieces = [(other, b"10\n"), (me, b"guess "), (me, b"5\n"), (other, b"low\n"), (me, b"\xff")]
    assert render_transcript(pieces) == "<10\n>guess 5\n<low\n>\\xff"


def test_a_conversation_is_judged_and_kept(bench: Bench) -> None:
    problem = bench.problem(validator="referee", interactive=True)

    def talk(mine: Call, theirs: Call) -> Interaction:
        return Interaction(completed(), completed(exit_code=42), Side.SELF, ((Side.OTHER, b"1\n"), (Side.SELF, b"2\n")))

    nothing: Any = None
    report = bench.judge(problem, {"solution": nothing, "referee": nothing}, dialogues={("solution", "referee"): talk})
    assert report.verdict is AC
    assert report.root is not None
    assert report.root.groups[0].cases[0].transcript == "<1\n>2"
    theirs = bench.slot.calls[1][1]
    assert theirs.args[:3] == ("/dev/fd/3", "/dev/fd/4", "/work/feedback/")
    assert theirs.fds == {3: b"1\n", 4: b"2\n"}


def test_interactive_multi_pass_hands_on_the_next_input(bench: Bench) -> None:
    problem = bench.problem(validator="referee", interactive=True, multi_pass=True)
    answers = iter([{"feedback/nextpass.in": b"second", "feedback/state": b"s"}, {}])

    def talk(mine: Call, theirs: Call) -> Interaction:
        return Interaction(completed(), completed(exit_code=42, files=next(answers)), Side.SELF)

    nothing: Any = None
    report = bench.judge(problem, {"solution": nothing, "referee": nothing}, dialogues={("solution", "referee"): talk})
    assert report.verdict is AC
    assert bench.slot.calls[3][1].fds[3] == b"second"
    assert bench.slot.calls[3][1].files == {"feedback/state": b"s"}


def interactor(limits: Limits) -> SetterProgram:
    return SetterProgram(name="guess.py", compiled=None, toolchain=None, limits=limits)  # type: ignore[arg-type]


def test_an_interactor_may_send_more_than_a_validator_may_print() -> None:
    small, large = Limits(stdout_bytes=8 << 20), Limits(stdout_bytes=2 * SENT_BYTES_MAX)
    assert outliving(interactor(small), small).limits.stdout_bytes == SENT_BYTES_MAX
    assert outliving(interactor(large), small).limits.stdout_bytes == 2 * SENT_BYTES_MAX


@pytest.mark.parametrize(
    ("outcome", "key"),
    [
        (Outcome.OUTPUT_LIMIT, "validation_output"),
        (Outcome.CPU_LIMIT, "validation_time"),
        (Outcome.WALL_LIMIT, "validation_time"),
        (Outcome.MEMORY_LIMIT, "validation_memory"),
    ],
)
def test_a_validator_over_a_limit_is_told_the_key_that_raises_it(outcome: Outcome, key: str) -> None:
    reason = kattis_validation(interactor(Limits()), completed(outcome=outcome, cause="the evidence"), 1000).reason
    assert "guess.py" in reason
    assert f"(the evidence; the package's limits: {key})" in reason
