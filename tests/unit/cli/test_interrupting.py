"""Ctrl-C while work is done: whose it is depends on whether a program runs."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator

import pytest

from judge.cli.interrupting import CtrlC
from judge.model.event import Claimed, Compiled, Event, Retried, unheard
from judge.model.work import CommandGroup, Evaluation, Execution, ProgramSource, Task

PROGRAM = ProgramSource(sources=())
COMMAND = Execution(argv=("/bin/true",))
CLAIMED = Claimed(submission="x", worker="w", attempt=1)
COMPILED = Compiled(submission="x", ok=True, cached=False, wall_time_ns=1)
RETRIED = Retried(submission="x", attempt=1, reason="it died")


@pytest.fixture(autouse=True)
def python_own_handler() -> Iterator[None]:
    """What Python does at Ctrl-C; a job in the background is started with the signal ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def keys_after(task: Task, *events: Event, starts_at_once: bool = False) -> list[str]:
    """What two Ctrl-C do after these events."""
    done: list[str] = []
    keys = CtrlC(task, lambda: done.append("forwarded"), starts_at_once=starts_at_once)
    hear = keys.hearing(unheard)
    for event in events:
        hear(event)
    with keys.caught():
        for _ in range(2):
            try:
                signal.raise_signal(signal.SIGINT)
            except KeyboardInterrupt:
                done.append("ended")
    return done


@pytest.mark.parametrize(
    ("task", "events"),
    [
        (COMMAND, (CLAIMED,)),
        (Execution(program=PROGRAM), (CLAIMED, COMPILED)),
        (CommandGroup(commands=()), (CLAIMED,)),
        (COMMAND, (CLAIMED, RETRIED, CLAIMED)),
    ],
)
def test_the_first_is_the_programs_and_the_second_ends_it(task: Task, events: tuple[Event, ...]) -> None:
    assert keys_after(task, *events) == ["forwarded", "ended"]


@pytest.mark.parametrize(
    ("task", "events"),
    [
        (COMMAND, ()),
        (COMMAND, (CLAIMED, RETRIED)),
        (Execution(program=PROGRAM), (CLAIMED,)),
        (Evaluation(program=PROGRAM), (CLAIMED, COMPILED)),
    ],
)
def test_where_no_program_takes_it_the_work_ends(task: Task, events: tuple[Event, ...]) -> None:
    assert keys_after(task, *events) == ["ended", "ended"]


def test_here_a_command_starts_at_once_and_a_program_when_it_is_compiled() -> None:
    assert keys_after(COMMAND, starts_at_once=True) == ["forwarded", "ended"]
    assert keys_after(Execution(program=PROGRAM), starts_at_once=True) == ["ended", "ended"]


def test_afterwards_it_is_handled_as_before() -> None:
    before = signal.getsignal(signal.SIGINT)
    with CtrlC(COMMAND, lambda: None, starts_at_once=True).caught():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_in_another_thread_it_is_left_alone() -> None:
    seen = []

    def work() -> None:
        with CtrlC(COMMAND, lambda: None, starts_at_once=True).caught():
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [signal.getsignal(signal.SIGINT)]
