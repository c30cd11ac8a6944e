"""Watches runs until they are over: reads their streams, enforces what the kernel does not, decides the outcome.

One loop serves one run or the two of an interaction. The kernel enforces memory and process limits; CPU, wall,
idle and output limits, refused system calls and cancelling are enforced here, by telling the launcher to kill.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import select
import signal
import struct
import time
from collections.abc import Callable
from functools import partial
from typing import Protocol

from judge.errors import InfrastructureError
from judge.kernel import abi
from judge.kernel.seccomp import syscall_name
from judge.model.limits import Limits
from judge.model.run import Outcome, RunResult, Usage
from judge.sandbox import channel
from judge.sandbox.lock_calls import LockCalls
from judge.sandbox.policy import LOCK_CALLS, NOTED
from judge.sandbox.rungroup import Counters, RunGroup
from judge.sandbox.streams import Drain, RelayDrain

#: A running program is looked at (CPU used, OOM kills, idleness) at least this often.
_LOOK_NS = 100_000_000
_LOOK_MIN_NS = 1_000_000
#: A program starts a little after it was asked for; a busy machine may take this long, which is not its time.
_START_NS = 50_000_000
#: A launcher that was told to kill and does not report within this is killed with its whole container.
_PATIENCE_NS = 2_000_000_000
#: An end of file waits this long for the news of its writer's exit, so that the order of exits stays true: longer
#: when the writer is seen to be on its way out, which a busy machine can draw out.
_END_OF_FILE_NS = 10_000_000
_END_OF_LEAVING_NS = 1_000_000_000
_NEVER_NS = 1 << 60
#: Until the end of a run its cgroup's CPU time is too much by what the launcher used in it: less than this.
_LAUNCHER_NS = 1_000_000
_BROKEN = select.POLLHUP | select.POLLERR | select.POLLNVAL
#: struct seccomp_notif: id, pid, flags, nr, arch, instruction pointer, first argument
_NOTIFICATION = struct.Struct("<QIIiIQQ")
_ANSWER = struct.Struct("<QqiI")  # struct seccomp_notif_resp: id, val, error, flags
#: Each of them costs a moment of this process, which is charged to nobody.
_NOTED_CALLS_MAX = 16_384


class Launchable(Protocol):
    """What the supervisor needs of a container."""

    control_fd: int
    listener_fd: int

    def hear(self) -> bytes:
        """The next message of the launcher; empty when it died."""
        ...

    def tell(self, data: bytes) -> None:
        """Send raw bytes to the launcher; a dead launcher is no error."""
        ...

    def kill_hard(self) -> None:
        """Kill the container from outside."""
        ...


class ActiveRun:
    """One run that goes on: its limits, streams and what has happened to it so far."""

    def __init__(
        self, box: Launchable, limits: Limits, group: RunGroup, stdout: Drain, stderr: Drain, cpus: int
    ) -> None:
        self.box = box
        self.limits = limits
        self.group = group
        self.stdout = stdout
        self.stderr = stderr
        self.finish: channel.Finish | None = None
        self.lost = False
        self.refusal: tuple[str, int, str] | None = None
        self.stop_outcome: Outcome | None = None
        self.stop_cause = ""
        self.peer: ActiveRun | None = None
        self._locks = LockCalls(box.listener_fd, limits.memory_bytes)
        self.syscall: str | None = None
        self.noted_calls = 0  # of policy.NOTED, as often as they were let happen
        self.frozen_ns = 0
        self._cpus = cpus
        self._started_ns = time.monotonic_ns()
        self._stopped_ns = 0
        self._wall_end_ns = self._started_ns + _START_NS + limits.wall_time_ns
        self._busy_ns = self._started_ns
        self._cpu_seen_ns = 0
        first = min(_LOOK_NS, limits.cpu_time_hard_ns // cpus)
        self.look_ns = min(self._started_ns + max(first, _LOOK_MIN_NS), self._wall_end_ns)

    @property
    def over(self) -> bool:
        """The program and all that it started are gone."""
        return self.finish is not None or self.lost or self.refusal is not None

    @property
    def exit_code(self) -> int | None:
        """Of a program that has left by itself; None otherwise."""
        return _exit_of(self.finish)[0]

    def stop(self, outcome: Outcome, cause: str) -> None:
        """Ask for the end; the first reason counts."""
        if self.stop_outcome is not None or self.over:
            return
        self.stop_outcome, self.stop_cause = outcome, cause
        self._stopped_ns = time.monotonic_ns()
        self.look_ns = self._stopped_ns + _PATIENCE_NS
        self.box.tell(channel.KILL)

    def shift(self, frozen_ns: int) -> None:
        """The slot stood frozen for a while: that time does not count."""
        self.frozen_ns += frozen_ns
        self._wall_end_ns += frozen_ns
        self._busy_ns += frozen_ns
        self.look_ns += frozen_ns

    @property
    def _last_busy_ns(self) -> int:
        """When this run last used CPU; who waits for a busy ``peer`` is not idle."""
        return max(self._busy_ns, self.peer._busy_ns) if self.peer else self._busy_ns

    def look(self, now_ns: int) -> None:
        """Check every limit that the kernel does not enforce by itself, and set the time of the next look."""
        if self.over:
            return
        if self.stop_outcome is not None:
            if now_ns - self._stopped_ns >= _PATIENCE_NS:
                self.box.kill_hard()
                self.look_ns = now_ns + _PATIENCE_NS
            return
        limits = self.limits
        cpu_ns = self.group.cpu_ns()
        if cpu_ns - self._cpu_seen_ns > 200_000:
            self._busy_ns = now_ns
        self._cpu_seen_ns = cpu_ns
        if self.group.oom_kills():
            self.stop(Outcome.MEMORY_LIMIT, "")
        elif cpu_ns >= limits.cpu_time_hard_ns + _LAUNCHER_NS:
            self.stop(Outcome.CPU_LIMIT, "")
        elif now_ns >= self._wall_end_ns:
            self.stop(Outcome.WALL_LIMIT, "")
        elif limits.idle_time_ns and now_ns - self._last_busy_ns >= limits.idle_time_ns:
            self.stop(Outcome.IDLE_LIMIT, f"no CPU used for {limits.idle_time_ns // 1_000_000} ms")
        else:
            cpu_end_ns = now_ns + max(_LOOK_MIN_NS, (limits.cpu_time_hard_ns - cpu_ns) // self._cpus)
            self.look_ns = min(now_ns + _LOOK_NS, cpu_end_ns, max(self._wall_end_ns, now_ns + _LOOK_MIN_NS))

    def hear(self) -> None:
        """Take one message of the launcher."""
        message = self.box.hear()
        kind, body = message[:1], message[1:]
        if kind == channel.FINISHED and len(body) == channel.FINISH.size:
            self.finish = channel.Finish._make(channel.FINISH.unpack(body))
        elif kind == channel.NOT_STARTED:
            _, code = channel.FAILURE.unpack_from(body)
            step, _, detail = body[channel.FAILURE.size :].decode("utf-8", "replace").partition("\0")
            self.refusal = (step, code, detail)
        else:
            self.lost = True

    def hear_notification(self) -> None:
        """A system call waits for an answer: one that is only noted or takes a lock may go on, a refused one
        never gets any."""
        buffer = bytearray(abi.SECCOMP_NOTIF_BYTES)
        with contextlib.suppress(OSError):  # ENOENT: the caller died meanwhile
            fcntl.ioctl(self.box.listener_fd, abi.SECCOMP_IOCTL_NOTIF_RECV, buffer)
            call_id, pid, _, number, arch, _, first = _NOTIFICATION.unpack_from(buffer)
            name = syscall_name(arch, number)
            if name in LOCK_CALLS:
                self._locks.answer(call_id, pid, first & 0xFFFF_FFFF)
                return
            if name in NOTED and self.noted_calls < _NOTED_CALLS_MAX:
                self.noted_calls += 1  # first: what is let happen is known, whatever comes next
                answer = _ANSWER.pack(call_id, 0, 0, abi.SECCOMP_USER_NOTIF_FLAG_CONTINUE)
                fcntl.ioctl(self.box.listener_fd, abi.SECCOMP_IOCTL_NOTIF_SEND, answer)
                return
            self.syscall = self.syscall or name
            what = f"made {_NOTED_CALLS_MAX} times" if name in NOTED else "refused"
            self.stop(Outcome.SYSCALL_DENIED, f"system call {name} is {what}")


def supervise(
    runs: list[ActiveRun],
    cancel_fd: int,
    frozen_ns: Callable[[], int],
    meanwhile: Callable[[], None],
    on_text: Callable[[ActiveRun, bytes], None] | None = None,
    on_end: Callable[[ActiveRun], None] | None = None,
) -> None:
    """Block until every run is over. ``meanwhile`` is called once, while the programs start.

    ``frozen_ns`` tells how long the slot has stood frozen since the last call. ``on_text`` hears what was read
    from a stdout, ``on_end`` of each run that is over. Raises InfrastructureError only when the host misbehaves.
    """
    _Loop(runs, cancel_fd, frozen_ns, on_text, on_end).until_over(meanwhile)


class _Loop:
    def __init__(
        self,
        runs: list[ActiveRun],
        cancel_fd: int,
        frozen_ns: Callable[[], int],
        on_text: Callable[[ActiveRun, bytes], None] | None,
        on_end: Callable[[ActiveRun], None] | None,
    ) -> None:
        self._runs = runs
        self._cancel_fd = cancel_fd
        self._frozen_ns = frozen_ns
        self._on_text = on_text
        self._on_end = on_end
        self._left = len(runs)
        self._poll = select.poll()
        self._handlers: dict[int, Callable[[], None]] = {}
        self._ends: dict[int, int] = {}
        self._watch(cancel_fd, self._cancel)
        for run in runs:
            self._watch(run.box.control_fd, partial(self._control, run))
            self._watch(run.box.listener_fd, run.hear_notification)
            self._watch(run.stdout.fd, partial(self._output, run, run.stdout))
            self._watch(run.stderr.fd, partial(self._output, run, run.stderr))

    def _watch(self, fd: int, handler: Callable[[], None], events: int = select.POLLIN) -> None:
        self._poll.register(fd, events)
        self._handlers[fd] = handler

    def _forget(self, fd: int) -> None:
        if self._handlers.pop(fd, None) is not None:
            self._poll.unregister(fd)

    def until_over(self, meanwhile: Callable[[], None]) -> None:
        meanwhile()
        while self._left:
            self._turn()

    def _turn(self) -> None:
        now_ns = time.monotonic_ns()
        waits = [run.look_ns for run in self._runs if not run.over]
        waits += list(self._ends.values())
        timeout_ms = max(0.0, (min(waits) - now_ns) / 1e6)
        ready = self._poll.poll(timeout_ms + 0.05)
        for fd, events in ready:
            handler = self._handlers.get(fd)
            if handler is not None:
                handler()
            if not self._left:
                self._note_the_empty(ready)
                return
            if events & _BROKEN and not events & select.POLLIN:
                self._forget(fd)
        frozen = self._frozen_ns()
        now_ns = time.monotonic_ns()
        for run in self._runs:
            if frozen and not run.over:
                run.shift(frozen)
            if now_ns >= run.look_ns:
                run.look(now_ns)
        self._deliver_ends(now_ns)

    def _note_the_empty(self, ready: list[tuple[int, int]]) -> None:
        """All runs are over: what their streams still hold is read by Drain.finish.

        The kernel looked at the streams after it had found the news of the end: those it watched that are not ready
        hold nothing.
        """
        fds = [fd for fd, _ in ready]
        for run in self._runs:
            for drain in (run.stdout, run.stderr):
                if drain.fd in self._handlers and drain.fd not in fds:
                    drain.at_end = True

    def _cancel(self) -> None:
        self._forget(self._cancel_fd)
        for run in self._runs:
            run.stop(Outcome.CANCELLED, "cancelled")

    def _control(self, run: ActiveRun) -> None:
        run.hear()
        if not run.over:
            return
        self._left -= 1
        if len(self._runs) > 1:
            self._forget(run.box.control_fd)
            self._forget(run.box.listener_fd)
            self._ended(run)
        if self._on_end is not None:
            self._on_end(run)

    def _output(self, run: ActiveRun, drain: Drain) -> None:
        data = drain.pump()
        if data and self._on_text is not None and drain is run.stdout:
            self._on_text(run, data)
        if drain.over:
            name = "stdout" if drain is run.stdout else "stderr"
            run.stop(Outcome.OUTPUT_LIMIT, f"{name} is over {drain.limit_bytes} bytes")
        if drain.at_end:
            self._forget(drain.fd)
        if isinstance(drain, RelayDrain):
            self._relay(run, drain)

    def _relay(self, run: ActiveRun, drain: RelayDrain) -> None:
        if drain.sink_fd in self._handlers and not drain.backlog:
            self._forget(drain.sink_fd)
        elif drain.backlog and drain.sink_fd not in self._handlers:
            self._watch(drain.sink_fd, partial(self._flush, run, drain), select.POLLOUT)
        if drain.is_clogged and drain.fd in self._handlers:
            self._forget(drain.fd)
        if drain.at_end and not drain.backlog and drain.sink_fd >= 0 and drain.fd not in self._ends:
            self._ends[drain.fd] = time.monotonic_ns() + _end_patience_ns(run, drain)

    def _flush(self, run: ActiveRun, drain: RelayDrain) -> None:
        drain.flush()
        if not drain.is_clogged and not drain.at_end and drain.fd not in self._handlers:
            self._watch(drain.fd, partial(self._output, run, drain))
        self._relay(run, drain)

    def _deliver_ends(self, now_ns: int) -> None:
        for run in self._runs:
            drain = run.stdout
            if not isinstance(drain, RelayDrain) or drain.fd not in self._ends:
                continue
            if run.over or now_ns >= self._ends[drain.fd]:
                del self._ends[drain.fd]
                self._forget(drain.sink_fd)
                drain.close_sink()

    def _ended(self, run: ActiveRun) -> None:
        """Of an interaction: the other side reads an end of file once it has read all; its writes are swallowed."""
        for other in self._runs:
            if other is not run and isinstance(other.stdout, RelayDrain):
                self._forget(other.stdout.sink_fd)
                other.stdout.close_sink()
                if other.stdout.fd >= 0 and other.stdout.fd not in self._handlers and not other.stdout.at_end:
                    self._watch(other.stdout.fd, partial(self._output, other, other.stdout))
        if isinstance(run.stdout, RelayDrain):
            while not run.stdout.at_end and not run.stdout.over and not run.stdout.is_clogged:
                before = run.stdout.total_bytes
                self._output(run, run.stdout)
                if run.stdout.total_bytes == before:
                    break


def _end_patience_ns(run: ActiveRun, drain: RelayDrain) -> int:
    if run.over:
        return 0
    if drain.holds_end:
        return _NEVER_NS
    return _END_OF_LEAVING_NS if run.group.is_leaving() else _END_OF_FILE_NS


def conclude(run: ActiveRun, counters: Counters, disk_full: int) -> RunResult:
    """Decide the outcome. ``disk_full``: bit k = RUN_MOUNTS[k] was full. Raises InfrastructureError.

    The order of the rules is the order of certainty: a refused call and a kill for memory are facts whatever the
    program's exit status says; limits come next; the exit status counts when nothing else explains the end.
    """
    finish = run.finish
    usage = _usage(run, counters)
    exit_code, number = _exit_of(finish)

    def result(outcome: Outcome, cause: str) -> RunResult:
        return RunResult(
            outcome=outcome,
            exit_code=exit_code,
            signal=number,
            syscall=run.syscall,
            cause=cause,
            usage=usage,
            stdout_bytes=run.stdout.total_bytes,
            stderr_bytes=run.stderr.total_bytes,
        )

    limits = run.limits
    if run.refusal is not None and run.refusal[0] == "execute" and not counters.oom_kills:
        if run.refusal[1] == errno.ENOMEM:
            return result(Outcome.MEMORY_LIMIT, f"{limits.memory_bytes} bytes are too few to execute it in")
        exit_code = 127
        return result(Outcome.EXITED, f"cannot execute {run.refusal[2]}")
    if run.stop_outcome is Outcome.SYSCALL_DENIED:
        return result(Outcome.SYSCALL_DENIED, run.stop_cause)
    if counters.oom_kills:
        cause = f"{counters.oom_kills} process(es) killed at the memory limit of {limits.memory_bytes} bytes"
        return result(Outcome.MEMORY_LIMIT, cause)
    if run.stdout.over or run.stderr.over:
        name, drain = ("stdout", run.stdout) if run.stdout.over else ("stderr", run.stderr)
        return result(Outcome.OUTPUT_LIMIT, f"{name} is over {drain.limit_bytes} bytes")
    if run.stop_outcome is Outcome.CANCELLED:
        return result(Outcome.CANCELLED, run.stop_cause)
    if counters.cpu_ns > limits.cpu_time_ns or run.stop_outcome is Outcome.CPU_LIMIT:
        return result(
            Outcome.CPU_LIMIT, f"{counters.cpu_ns / 1e9:.3f} s of CPU, {limits.cpu_time_ns / 1e9:.3f} s allowed"
        )
    if run.stop_outcome is Outcome.IDLE_LIMIT:
        return result(Outcome.IDLE_LIMIT, run.stop_cause)
    if run.stop_outcome is Outcome.WALL_LIMIT or usage.wall_time_ns > limits.wall_time_ns:
        allowed = f"{limits.wall_time_ns / 1e9:.3f} s allowed"
        return result(Outcome.WALL_LIMIT, f"{usage.wall_time_ns / 1e9:.3f} s of real time, {allowed}")
    if finish is None:
        raise InfrastructureError("the launcher of a container died during a run")
    return _by_exit_status(result, counters, disk_full, exit_code, number)


def _by_exit_status(
    result: Callable[[Outcome, str], RunResult],
    counters: Counters,
    disk_full: int,
    exit_code: int | None,
    number: int | None,
) -> RunResult:
    if exit_code != 0 and counters.fork_failures:
        return result(Outcome.PROCESS_LIMIT, f"{counters.fork_failures} fork(s) refused at the process limit")
    if exit_code != 0 and disk_full:
        full = [path for index, path in enumerate(channel.RUN_MOUNTS) if disk_full >> index & 1]
        return result(Outcome.DISK_LIMIT, f"{' and '.join(full)} full")
    if number is not None:
        return result(Outcome.SIGNALLED, f"killed by {_signal_name(number)}")
    return result(Outcome.EXITED, f"exit code {exit_code}" if exit_code else "")


def _exit_of(finish: channel.Finish | None) -> tuple[int | None, int | None]:
    if finish is None:
        return None, None
    if os.WIFSIGNALED(finish.status):
        return None, os.WTERMSIG(finish.status)
    return os.WEXITSTATUS(finish.status), None


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _pids_peak(run: ActiveRun, peak: int | None) -> int | None:
    """Where the launcher was a member only while it spawned: there never were more tasks than were made."""
    finish = run.finish
    if finish is None or peak is None or run.group.pids_apart:
        return peak
    return min(peak, finish.tasks_created or max(1, peak - 1))


def _usage(run: ActiveRun, counters: Counters) -> Usage:
    finish = run.finish
    rss: int | None = None
    if finish is not None and finish.rss_peak_kib > finish.launcher_rss_kib:
        rss = finish.rss_peak_kib * 1024
    return Usage(
        cpu_time_ns=counters.cpu_ns,
        cpu_user_ns=counters.cpu_user_ns,
        cpu_system_ns=counters.cpu_system_ns,
        wall_time_ns=max(0, finish.ended_ns - finish.started_ns - run.frozen_ns) if finish else 0,
        memory_peak_bytes=counters.memory_peak_bytes,
        rss_peak_bytes=rss,
        pids_peak=_pids_peak(run, counters.pids_peak),
        oom_kills=counters.oom_kills,
        fork_failures=counters.fork_failures,
        context_switches_voluntary=finish.switches_voluntary if finish else 0,
        context_switches_involuntary=finish.switches_involuntary if finish else 0,
        major_faults=finish.major_faults if finish else 0,
        io_read_bytes=counters.io_read_bytes,
        io_write_bytes=counters.io_write_bytes,
        throttled_ns=counters.throttled_ns,
        pressure_cpu_ns=counters.pressure_cpu_ns,
        pressure_memory_ns=counters.pressure_memory_ns,
        pressure_io_ns=counters.pressure_io_ns,
    )
