"""Runs that go on beside others: clocks that stand still, last words, and who watches them. Over fakes."""

from __future__ import annotations

import os
import select
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack

import msgspec
import pytest

from judge.model.limits import Limits
from judge.model.run import Outcome
from judge.model.units import S_NS
from judge.sandbox.active_run import ActiveRun
from judge.sandbox.cpu_wait import Processors
from judge.sandbox.protocol import FINISHED, KILL, SIGNAL
from judge.sandbox.reports import REPORT_BYTES_MAX, Finish
from judge.sandbox.run_loop import Surroundings, supervise, watch_beside
from judge.sandbox.streams import Drain

LIMITS = Limits(cpu_time_ns=S_NS, cpu_time_hard_ns=2 * S_NS, wall_time_ns=5 * S_NS, idle_time_ns=S_NS)
OVER = FINISHED + Finish(**dict.fromkeys(Finish._fields, 0) | {"tasks_created": 1}).pack()
FAR = 1 << 60


class Group:
    """Counters that a test sets."""

    def __init__(self) -> None:
        self.cpu = 0

    def cpu_ns(self) -> int:
        return self.cpu

    def oom_kills(self) -> int:
        return 0

    def task_ids(self) -> list[int]:
        return []


class Alone(Processors):
    """One that nobody else uses."""

    def __init__(self) -> None:
        super().__init__(cpu=0)

    def unserved_ns(self) -> int | None:
        return 0

    def stolen(self) -> tuple[int, int]:
        return 0, 0


class Launcher:
    """A launcher that is the test."""

    def __init__(self, stack: ExitStack) -> None:
        ours, self.other_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._ours = stack.enter_context(ours)
        stack.enter_context(self.other_end)
        self.other_end.setblocking(False)
        self.control_fd = ours.fileno()
        self.listener_fd, idle = os.pipe()
        stack.callback(os.close, self.listener_fd)
        stack.callback(os.close, idle)

    def hear(self) -> bytes:
        return self._ours.recv(REPORT_BYTES_MAX)

    def tell(self, data: bytes) -> None:
        self._ours.send(data)

    def kill_hard(self) -> None:
        raise AssertionError("nothing here is killed from outside")

    def told(self) -> bytes:
        """What it was told, or nothing."""
        try:
            return self.other_end.recv(100)
        except BlockingIOError:
            return b""


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def silent() -> Drain:
    drain = Drain(-1, 0)
    drain.at_end = True
    return drain


def started(stack: ExitStack, limits: Limits = LIMITS) -> tuple[ActiveRun, Launcher, Group]:
    launcher, group = Launcher(stack), Group()
    run = ActiveRun(launcher, limits, group, silent(), silent(), Alone())  # type: ignore[arg-type]
    return run, launcher, group


def surroundings(stack: ExitStack, *beside: ActiveRun) -> Surroundings:
    cancel = os.eventfd(0, os.EFD_NONBLOCK)
    stack.callback(os.close, cancel)
    return Surroundings(cancel, lambda: 0, beside)


def test_a_run_that_waits_for_its_caller_is_neither_idle_nor_too_long(stack: ExitStack) -> None:
    run, launcher, _ = started(stack)
    run.pause()
    run.pause()
    run.look(time.monotonic_ns() + 1000 * S_NS)
    assert run.stop_outcome is None
    assert launcher.told() == b""
    run.go_on()
    run.go_on()
    run.look(time.monotonic_ns() + 2 * S_NS)
    assert run.stop_outcome is Outcome.IDLE_LIMIT


def test_cpu_time_counts_while_it_waits(stack: ExitStack) -> None:
    run, launcher, group = started(stack)
    run.pause()
    group.cpu = 3 * S_NS
    run.look(time.monotonic_ns())
    assert run.stop_outcome is Outcome.CPU_LIMIT
    assert launcher.told() == KILL


def test_a_time_limit_lets_it_say_where_it_stands(stack: ExitStack) -> None:
    run, launcher, group = started(stack)
    run.last_words_signal = signal.SIGUSR1
    group.cpu = 3 * S_NS
    now_ns = time.monotonic_ns()
    run.look(now_ns)
    assert launcher.told() == SIGNAL + bytes([signal.SIGUSR1])
    assert run.stop_outcome is None
    run.look(now_ns + S_NS // 2)
    assert launcher.told() == b""
    run.look(run.look_ns + S_NS)
    assert run.stop_outcome is Outcome.CPU_LIMIT
    assert launcher.told() == KILL


def test_one_that_ends_by_that_signal_has_met_its_limit(stack: ExitStack) -> None:
    run, _, group = started(stack)
    run.last_words_signal = signal.SIGUSR1
    group.cpu = 3 * S_NS
    run.look(time.monotonic_ns())
    run.take(OVER)
    assert run.stop_outcome is Outcome.CPU_LIMIT


def test_a_limit_that_is_none_of_time_ends_it_at_once(stack: ExitStack) -> None:
    run, launcher, _ = started(stack)
    run.last_words_signal = signal.SIGUSR1
    run.stop(Outcome.OUTPUT_LIMIT, "too much")
    assert launcher.told() == KILL


def test_those_beside_are_watched_and_not_waited_for(stack: ExitStack) -> None:
    main, main_launcher, _ = started(stack)
    beside, beside_launcher, group = started(stack)
    group.cpu = 3 * S_NS
    main_launcher.other_end.send(OVER)
    beside.look_ns = 0
    supervise([main], surroundings(stack, beside), lambda: beside.look(time.monotonic_ns()))
    assert main.over
    assert not beside.over
    assert beside_launcher.told() == KILL


def test_one_beside_that_ends_meanwhile_is_over(stack: ExitStack) -> None:
    main, main_launcher, _ = started(stack)
    beside, beside_launcher, _ = started(stack)
    beside_launcher.other_end.send(OVER)
    beside_launcher.other_end.send(b"what is left is for others")
    given = surroundings(stack, beside)
    watch_beside(given, {}, FAR)
    assert beside.over
    main_launcher.other_end.send(OVER)
    supervise([main], given, lambda: None)
    assert main.over


def test_a_wait_beside_ends_when_something_is_ready_or_it_is_late(stack: ExitStack) -> None:
    beside, _, _ = started(stack, msgspec.structs.replace(LIMITS, wall_time_ns=3600 * S_NS, idle_time_ns=0))
    given = surroundings(stack, beside)
    watch_beside(given, {}, time.monotonic_ns())
    ready, other = socket.socketpair()
    stack.enter_context(ready)
    stack.enter_context(other)
    watch_beside(given, {ready.fileno(): select.POLLOUT}, FAR)
    other.send(b"x")
    watch_beside(given, {ready.fileno(): select.POLLIN}, FAR)
    assert not beside.over


def test_a_cancelled_slot_ends_those_beside(stack: ExitStack) -> None:
    beside, launcher, _ = started(stack)
    given = surroundings(stack, beside)
    os.eventfd_write(given.cancel_fd, 1)
    watch_beside(given, {}, time.monotonic_ns() + S_NS // 100)
    assert beside.stop_outcome is Outcome.CANCELLED
    assert launcher.told() == KILL
