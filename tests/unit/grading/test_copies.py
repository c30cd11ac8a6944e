"""Who of a manager and the copies that it talks to was over first."""

from __future__ import annotations

import signal

import pytest

from judge.grading.copies import ended_before
from judge.model.run import Outcome, RunResult, Usage

MS_NS = 1_000_000


def ended(outcome: Outcome, number: int | None = None, exit_code: int | None = None) -> RunResult:
    return RunResult(outcome=outcome, signal=number, exit_code=exit_code, usage=Usage())


@pytest.mark.parametrize("number", [signal.SIGABRT, signal.SIGSEGV])
def test_a_copy_that_crashed_lets_go_of_its_pipes_before_it_is_gone(number: int) -> None:
    crashed = ended(Outcome.SIGNALLED, number)
    assert not ended_before(100 * MS_NS, crashed, 101 * MS_NS)
    assert ended_before(100 * MS_NS, crashed, 200 * MS_NS)


def test_a_copy_that_fails_because_its_pipe_was_closed_was_not_the_first() -> None:
    assert ended_before(100 * MS_NS, ended(Outcome.SIGNALLED, signal.SIGPIPE), 101 * MS_NS)
    assert ended_before(100 * MS_NS, ended(Outcome.EXITED, exit_code=1), 101 * MS_NS)
    assert not ended_before(100 * MS_NS, ended(Outcome.EXITED, exit_code=1), 99 * MS_NS)
