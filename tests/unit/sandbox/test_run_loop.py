"""Outcomes from evidence, and the loop over fakes: no process is needed to decide what happened."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.errors import HostBusyError, InfrastructureError
from judge.model.limits import Limits
from judge.model.run import Outcome, RunResult
from judge.model.units import MS_NS, S_NS
from judge.sandbox.active_run import ActiveRun
from judge.sandbox.cgroups.counters import Counters
from judge.sandbox.cpu_wait import Processors
from judge.sandbox.protocol import FINISHED, KILL, NOT_STARTED
from judge.sandbox.reports import REPORT_BYTES_MAX, Failure, Finish
from judge.sandbox.run_loop import Surroundings, _Loop, supervise
from judge.sandbox.run_result import result_of
from judge.sandbox.streams import Drain

LIMITS = Limits(cpu_time_ns=S_NS, cpu_time_hard_ns=2 * S_NS, wall_time_ns=5 * S_NS)


class FakeGroup:
    """Counters that a test sets."""

    def __init__(self) -> None:
        self.cpu = 0
        self.ooms = 0
        self.pids_apart = False

    def cpu_ns(self) -> int:
        return self.cpu

    def oom_kills(self) -> int:
        return self.ooms

    def is_leaving(self) -> bool:
        return False

    def task_ids(self) -> list[int]:
        return []


class FakeProcessors(Processors):
    """One, for which a test says how long nobody got it."""

    def __init__(self, unserved_ns: int | None = 0) -> None:
        super().__init__(cpu=0)
        self.unserved = unserved_ns
        self.worked_ns = 0

    def unserved_ns(self) -> int | None:
        return self.unserved

    def stolen(self) -> tuple[int, int]:
        return 0, self.worked_ns


class FakeLauncher:
    """A launcher that is the test: it writes to ``other_end`` and reads from it what the launcher is told."""

    def __init__(self, stack: ExitStack) -> None:
        ours, self.other_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._ours = stack.enter_context(ours)
        stack.enter_context(self.other_end)
        self.control_fd = ours.fileno()
        self.listener_fd, idle = os.pipe()
        stack.callback(os.close, self.listener_fd)
        stack.callback(os.close, idle)
        self.kills = 0

    def hear(self) -> bytes:
        return self._ours.recv(REPORT_BYTES_MAX)

    def tell(self, data: bytes) -> None:
        self._ours.send(data)

    def kill_hard(self) -> None:
        self.kills += 1
        self.other_end.close()


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def drain(stack: ExitStack, text: bytes = b"", limit: int = 100) -> Drain:
    read_end, write_end = os.pipe()
    os.set_blocking(read_end, False)
    os.write(write_end, text)
    os.close(write_end)
    made = Drain(read_end, limit)
    stack.callback(made.close)
    return made


def active(
    stack: ExitStack, limits: Limits = LIMITS, out: bytes = b"", processors: Processors | None = None
) -> ActiveRun:
    launcher, group = FakeLauncher(stack), FakeGroup()
    return ActiveRun(launcher, limits, group, drain(stack, out), drain(stack), processors or FakeProcessors())  # type: ignore[arg-type]


def finished(**changes: Any) -> Finish:
    values = dict.fromkeys(Finish._fields, 0) | {"ended_ns": 10, "tasks_created": 1}
    return Finish(**values | changes)


def counters(**changes: Any) -> Counters:
    values = {"memory_peak_bytes": 0, "pids_peak": 2, "cpu_ns": 0, "cpu_user_ns": 0, "cpu_system_ns": 0}
    return Counters(**values | {"oom_kills": 0, "fork_failures": 0} | changes)


def concluded(stack: ExitStack, full: int = 0, *, finish: dict[str, Any] | None = None, **counted: Any) -> RunResult:
    run = active(stack)
    run.finish = finished(**finish or {})
    return result_of(run, counters(**counted), full)


# -- conclusions ----------------------------------------------------------------------------------------------

EXIT_1, KILLED = {"status": 1 << 8}, {"status": 9}


@pytest.mark.parametrize(
    ("finish", "full", "counted", "outcome"),
    [
        ({}, 0, {}, Outcome.EXITED),
        (EXIT_1, 0, {}, Outcome.EXITED),
        (KILLED, 0, {}, Outcome.SIGNALLED),
        ({}, 0, {"oom_kills": 1}, Outcome.MEMORY_LIMIT),
        ({}, 0, {"fork_failures": 1}, Outcome.EXITED),
        (EXIT_1, 0, {"fork_failures": 1}, Outcome.PROCESS_LIMIT),
        (KILLED, 0, {"fork_failures": 1}, Outcome.PROCESS_LIMIT),
        ({}, 1, {}, Outcome.EXITED),
        (EXIT_1, 1, {}, Outcome.DISK_LIMIT),
        (EXIT_1, 1, {"oom_kills": 1}, Outcome.MEMORY_LIMIT),
        ({}, 0, {"cpu_ns": S_NS}, Outcome.EXITED),
        ({}, 0, {"cpu_ns": S_NS + 1}, Outcome.CPU_LIMIT),
        ({"ended_ns": 5 * S_NS}, 0, {}, Outcome.EXITED),
        ({"ended_ns": 5 * S_NS + 1}, 0, {}, Outcome.WALL_LIMIT),
        ({"ended_ns": 5 * S_NS + 1}, 0, {"cpu_ns": S_NS + 1}, Outcome.CPU_LIMIT),
    ],
)
def test_evidence_decides(
    stack: ExitStack, finish: dict[str, Any], full: int, counted: dict[str, Any], outcome: Outcome
) -> None:
    result = concluded(stack, full, finish=finish, **counted)
    assert result.outcome is outcome
    assert result.cause or result.ok


@pytest.mark.parametrize(
    "outcome",
    [Outcome.CANCELLED, Outcome.CPU_LIMIT, Outcome.IDLE_LIMIT, Outcome.WALL_LIMIT, Outcome.SYSCALL_DENIED],
)
def test_what_we_ended_is_told_so(stack: ExitStack, outcome: Outcome) -> None:
    run = active(stack)
    run.stop(outcome, "because")
    run.stop(Outcome.CANCELLED, "too late to count")
    run.finish = finished(status=9)
    assert result_of(run, counters(), 0).outcome is outcome


def test_a_program_that_could_not_be_executed_exits_127(stack: ExitStack) -> None:
    run = active(stack)
    run.refusal = Failure(-1, 2, "execute", "/absent: No such file or directory")
    result = result_of(run, counters(), 0)
    assert (result.outcome, result.exit_code) == (Outcome.EXITED, 127)
    run.refusal = Failure(-1, 12, "execute", "/big: Cannot allocate memory")
    assert result_of(run, counters(), 0).outcome is Outcome.MEMORY_LIMIT


def test_a_lost_launcher_is_our_fault_unless_the_evidence_says_otherwise(stack: ExitStack) -> None:
    run = active(stack)
    run.lost = True
    with pytest.raises(InfrastructureError):
        result_of(run, counters(), 0)
    assert result_of(run, counters(oom_kills=1), 0).outcome is Outcome.MEMORY_LIMIT


@pytest.mark.parametrize(
    ("peak", "created", "expected"),
    [(2, 1, 1), (2, 2, 2), (3, 2, 2), (9, 100, 9), (3, 0, 2), (1, 0, 1), (None, 1, None)],
)
def test_the_launcher_is_not_counted(stack: ExitStack, peak: int | None, created: int, expected: int | None) -> None:
    assert concluded(stack, finish={"tasks_created": created}, pids_peak=peak).usage.pids_peak == expected


def test_a_launcher_that_was_a_member_all_along_is_taken_off_by_its_group(stack: ExitStack) -> None:
    run = active(stack)
    run.group.pids_apart = True
    run.finish = finished(tasks_created=0)
    assert result_of(run, counters(pids_peak=3), 0).usage.pids_peak == 3


def test_frozen_time_is_no_wall_time(stack: ExitStack) -> None:
    run = active(stack)
    run.shift(3 * S_NS)
    run.finish = finished(ended_ns=7 * S_NS)
    result = result_of(run, counters(), 0)
    assert (result.outcome, result.usage.wall_time_ns) == (Outcome.EXITED, 4 * S_NS)


@settings(deadline=None)
@given(
    status=st.sampled_from([0, 1 << 8, 9, 11]),
    ended_ns=st.integers(0, 10 * S_NS),
    full=st.integers(0, 7),
    cpu_ns=st.integers(0, 4 * S_NS),
    oom_kills=st.integers(0, 2),
    fork_failures=st.integers(0, 2),
)
def test_nothing_over_a_limit_is_ever_ok(
    status: int, ended_ns: int, full: int, cpu_ns: int, oom_kills: int, fork_failures: int
) -> None:
    with ExitStack() as stack:
        result = concluded(
            stack,
            full,
            finish={"status": status, "ended_ns": ended_ns},
            cpu_ns=cpu_ns,
            oom_kills=oom_kills,
            fork_failures=fork_failures,
        )
    within = cpu_ns <= LIMITS.cpu_time_ns and ended_ns <= LIMITS.wall_time_ns and not oom_kills
    assert result.ok == (within and status == 0)


# -- looking --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limits", "cpu", "ooms", "after_ns", "outcome"),
    [
        (LIMITS, 2 * S_NS + MS_NS, 0, S_NS, Outcome.CPU_LIMIT),  # less may be the launcher's
        (LIMITS, 0, 1, S_NS, Outcome.MEMORY_LIMIT),
        (LIMITS, 0, 0, 6 * S_NS, Outcome.WALL_LIMIT),
        (Limits(idle_time_ns=S_NS), 0, 0, 2 * S_NS, Outcome.IDLE_LIMIT),
        (LIMITS, S_NS, 0, S_NS, None),
    ],
)
def test_a_look_stops_what_is_over_its_limit(
    stack: ExitStack, limits: Limits, cpu: int, ooms: int, after_ns: int, outcome: Outcome | None
) -> None:
    run = active(stack, limits)
    run.group.cpu, run.group.ooms = cpu, ooms  # type: ignore[attr-defined]
    now_ns = time.monotonic_ns() + after_ns
    run.look(now_ns)
    assert run.stop_outcome is outcome
    assert run.look_ns > time.monotonic_ns()
    if outcome:
        assert run.launcher.other_end.recv(10) == KILL  # type: ignore[attr-defined]
        run.look(now_ns + 100 * S_NS)
        assert run.launcher.kills == 1  # type: ignore[attr-defined]


@settings(deadline=None)
@given(cpu_ns=st.integers(0, 2 * S_NS - 1), after_ns=st.integers(0, 5 * S_NS - 1))
def test_the_next_look_is_never_later_than_the_limits_could_be_met(cpu_ns: int, after_ns: int) -> None:
    with ExitStack() as stack:
        run = active(stack)
        run.group.cpu = cpu_ns  # type: ignore[attr-defined]
        now_ns = run.look_ns + after_ns // 2
        run.look(now_ns)
        if run.stop_outcome is None:
            assert run.look_ns <= now_ns + max(MS_NS, LIMITS.cpu_time_hard_ns - cpu_ns)
            assert now_ns < run.look_ns <= now_ns + 100 * MS_NS


def looked_at(run: ActiveRun, *after_s: float, waits: bool = False) -> None:
    """Look so many seconds after the start; while it ``waits`` the host gives it no processor all the time."""
    start_ns = time.monotonic_ns()
    for after in after_s:
        if waits:
            run.cpu_wait._processors.unserved = round(after * S_NS)  # type: ignore[attr-defined]
        run.look(start_ns + round(after * S_NS))


def test_time_in_which_the_host_gave_no_processor_is_neither_wall_nor_idle_time(stack: ExitStack) -> None:
    run = active(stack, Limits(wall_time_ns=5 * S_NS, idle_time_ns=2 * S_NS))
    looked_at(run, 1, 3, 20, waits=True)
    assert run.stop_outcome is None
    looked_at(run, 21, 24)
    assert run.stop_outcome is Outcome.IDLE_LIMIT


def test_a_wall_limit_is_met_later_by_what_the_host_took_and_says_so(stack: ExitStack) -> None:
    run = active(stack, LIMITS)
    looked_at(run, 1, 20, waits=True)
    looked_at(run, 24)
    assert run.stop_outcome is None
    looked_at(run, 26)
    assert run.stop_outcome is Outcome.WALL_LIMIT
    assert "without the 20.000 s in which the host gave it no processor" in run.stop_cause


def test_one_that_never_got_a_processor_ends_at_the_ceiling_without_a_verdict(stack: ExitStack) -> None:
    run = active(stack, LIMITS)
    looked_at(run, 1, 49, waits=True)
    assert run.stop_outcome is None
    looked_at(run, 51, waits=True)
    assert run.host_is_busy
    run.finish = finished(status=9, ended_ns=51 * S_NS)
    with pytest.raises(HostBusyError, match=r"host too busy: in 51\.000 s .* waited 51\.000 s for a processor"):
        result_of(run, counters(), 0)


def test_what_is_certain_is_told_of_a_run_on_a_busy_host_too(stack: ExitStack) -> None:
    run = active(stack, LIMITS)
    looked_at(run, 51, waits=True)
    run.finish = finished(status=9, ended_ns=51 * S_NS)
    assert result_of(run, counters(oom_kills=1), 0).outcome is Outcome.MEMORY_LIMIT


def test_waiting_is_reported_and_never_more_than_what_was_not_computed(stack: ExitStack) -> None:
    processors = FakeProcessors()
    run = active(stack, processors=processors)
    processors.unserved = 9 * S_NS
    run.finish = finished(ended_ns=9 * S_NS)
    result = result_of(run, counters(cpu_ns=S_NS), 0)
    assert result.ok
    assert result.usage.waited_for_cpu_ns == 8 * S_NS
    assert result.usage.wall_time_ns == 9 * S_NS


def test_where_nobody_can_say_how_long_it_waited_there_is_no_verdict(stack: ExitStack) -> None:
    processors = FakeProcessors(None)
    run = active(stack, LIMITS, processors=processors)
    looked_at(run, 1)
    processors.worked_ns = 99 * S_NS  # for others
    looked_at(run, 6)
    assert run.stop_outcome is None
    looked_at(run, 11)
    assert run.host_is_busy


def conversation(stack: ExitStack, limits: Limits = LIMITS) -> tuple[ActiveRun, ActiveRun]:
    one, other = active(stack, limits), active(stack, limits)
    one.converse([other])
    other.converse([one])
    return one, other


def test_who_waits_for_a_busy_side_is_not_idle(stack: ExitStack) -> None:
    one, other = conversation(stack, Limits(idle_time_ns=S_NS))
    for second in range(1, 5):
        other.group.cpu += 10 * MS_NS  # type: ignore[attr-defined]
        looked_at(other, second)
        looked_at(one, second)
    assert one.stop_outcome is None
    looked_at(other, 7)
    looked_at(one, 7)
    assert one.stop_outcome is Outcome.IDLE_LIMIT


@pytest.mark.parametrize(("status", "seconds"), [(0, 2), (1 << 8, 1)])
def test_once_its_peer_is_over_one_side_soon_ends(stack: ExitStack, status: int, seconds: int) -> None:
    limits = Limits(cpu_time_ns=10 * S_NS, cpu_time_hard_ns=10 * S_NS, wall_time_ns=60 * S_NS)
    computing, peer = conversation(stack, limits)
    waiting, other_peer = conversation(stack, limits)
    for gone in (peer, other_peer):
        say(gone, FINISHED + finished(status=status).pack())
        gone.hear()
    computing.hurry(peer)
    waiting.hurry(other_peer)
    looked_at(computing, 0.5)
    looked_at(waiting, 2 * seconds - 0.1)
    assert (computing.stop_outcome, waiting.stop_outcome) == (None, None)
    computing.group.cpu = seconds * S_NS + 2 * MS_NS  # type: ignore[attr-defined]
    looked_at(computing, 0.6)
    looked_at(waiting, 2 * seconds + 0.1)
    assert (computing.stop_outcome, waiting.stop_outcome) == (Outcome.CPU_LIMIT, Outcome.WALL_LIMIT)
    assert "the other side had long ended" in computing.stop_cause


# -- the loop -------------------------------------------------------------------------------------------------


def loop(stack: ExitStack, *runs: ActiveRun) -> int:
    """Supervise to the end; returns the eventfd that cancels."""
    cancel = os.eventfd(0, os.EFD_NONBLOCK)
    stack.callback(os.close, cancel)
    supervise(list(runs), Surroundings(cancel, lambda: 0), lambda: None)
    return cancel


def say(run: ActiveRun, message: bytes) -> None:
    run.launcher.other_end.send(message)  # type: ignore[attr-defined]


def test_the_news_of_the_end_ends_it(stack: ExitStack) -> None:
    run = active(stack, out=b"text")
    say(run, FINISHED + finished(status=1 << 8).pack())
    loop(stack, run)
    assert run.finish == finished(status=1 << 8)
    assert run.exit_code == 1
    assert run.stdout.finish().read() == b"text"


def test_a_refusal_and_a_death_end_it(stack: ExitStack) -> None:
    refused, dead = active(stack), active(stack)
    say(refused, NOT_STARTED + Failure(-1, 2, "execute", "/absent").pack())
    dead.launcher.other_end.close()  # type: ignore[attr-defined]
    loop(stack, refused, dead)
    assert refused.refusal == Failure(-1, 2, "execute", "/absent")
    assert dead.lost


@pytest.mark.parametrize("nonsense", [b"?", b"F", b"F" + bytes(500), b"Z123"])
def test_nonsense_from_the_launcher_is_a_lost_launcher(stack: ExitStack, nonsense: bytes) -> None:
    run = active(stack)
    say(run, nonsense)
    loop(stack, run)
    assert run.lost


def test_output_over_the_limit_is_stopped(stack: ExitStack) -> None:
    run = active(stack, out=bytes(101))
    say_later = FINISHED + finished(status=9).pack()
    run.launcher.tell = lambda data: say(run, say_later)  # type: ignore[method-assign]
    loop(stack, run)
    result = result_of(run, counters(), 0)
    assert (result.outcome, result.stdout_bytes) == (Outcome.OUTPUT_LIMIT, 100)


def held_drain(stack: ExitStack, text: bytes) -> Drain:
    """A stream whose end is never seen: its writing end is held, as for a run that has its output to itself."""
    read_end, write_end = os.pipe()
    os.set_blocking(read_end, False)
    os.write(write_end, text)
    made = Drain(read_end, 100, held_fd=write_end)
    stack.callback(made.close)
    return made


@pytest.mark.parametrize("watched", [True, False])
def test_what_was_written_last_is_kept(stack: ExitStack, watched: bool) -> None:
    run = active(stack)
    run.stdout, run.stderr = held_drain(stack, b"last words"), held_drain(stack, b"")
    run.launcher.other_end.send(FINISHED + finished().pack())  # type: ignore[attr-defined]
    cancel = os.eventfd(0)
    stack.callback(os.close, cancel)
    loop = _Loop([run], Surroundings(cancel, lambda: 0), (), None)
    if not watched:  # the reader of a conversation is far behind
        loop._forget(run.stdout.fd)
    loop.until_over(lambda: None)
    assert run.stderr.at_end
    assert run.stdout.finish().read() == b"last words"
