"""One run that goes on, and the limits that the kernel does not enforce: CPU, wall and idle time.

Wall and idle limits are for programs that wait: time in which the host let them wait is taken off, see
:mod:`judge.sandbox.cpu_wait`. What the end means: :mod:`judge.sandbox.run_result`.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from judge.kernel import abi
from judge.kernel.seccomp import syscall_name
from judge.model.limits import Limits
from judge.model.run import Outcome
from judge.sandbox.cgroups.run_group import RunGroup
from judge.sandbox.cpu_wait import NOT_AT_ALL, CpuWait, Processors
from judge.sandbox.lock_calls import LockCalls
from judge.sandbox.policy import LOCK_CALLS, NOTED
from judge.sandbox.protocol import FINISHED, KILL, NOT_STARTED, SIGNAL
from judge.sandbox.reports import Failure, Finish
from judge.sandbox.streams import Drain
from judge.sandbox.template import NO_CHARGE, Template

#: A running program is looked at (CPU used, OOM kills, idleness) at least this often.
_LOOK_NS = 100_000_000
_LOOK_MIN_NS = 1_000_000
#: A program starts a little after it was asked for; a busy machine may take this long, which is not its time.
_START_NS = 50_000_000
#: A launcher that was asked to kill and does not report within this is killed with its whole container.
_PATIENCE_NS = 2_000_000_000
#: A run that was ready and got no processor all the time ends after this many times its wall limit,
_CEILING = 10
#: and one whose waiting is not known well enough after this many times: both without a verdict.
_IN_DOUBT = 2
#: When one side of a conversation is over, the other has this much CPU time left to end, and twice that in real time;
#: a share of its limit if the first ended well, so that there is something to think over.
_LAST_WORDS_NS = 1_000_000_000
_LAST_SHARE = 10
#: A run that is sent a signal before a time limit ends it has this long to say where it stands.
_LAST_SIGNAL_NS = 1_000_000_000
_OF_TIME = frozenset({Outcome.CPU_LIMIT, Outcome.WALL_LIMIT, Outcome.IDLE_LIMIT})
#: Waiting that is worth a word; where it is not known better than this, it is not known.
WORTH_A_WORD_NS = 200_000_000
#: CPU time between two looks that is a sign of life.
_ALIVE_NS = 200_000
#: Until the end of a run its cgroup's CPU time is too much by what the launcher used in it: less than this.
_LAUNCHER_NS = 1_000_000
#: struct seccomp_notif: id, pid, flags, nr, arch, instruction pointer, first argument
_NOTIFICATION = struct.Struct("<QIIiIQQ")
_ANSWER = struct.Struct("<QqiI")  # struct seccomp_notif_resp: id, val, error, flags
#: Each of them costs a moment of this process, which is charged to no run.
_NOTED_CALLS_MAX = 16_384


class Launched(Protocol):
    """What the run loop needs of a launcher: a :class:`judge.sandbox.launcher_client.LauncherClient`, or a test's."""

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


def exit_of(finish: Finish | None) -> tuple[int | None, int | None]:
    """(exit code, signal) of a program that has ended; None = not so."""
    if finish is None:
        return None, None
    if os.WIFSIGNALED(finish.status):
        return None, os.WTERMSIG(finish.status)
    return os.WEXITSTATUS(finish.status), None


def too_long(wall_time_ns: int, waited_ns: int, limits: Limits) -> str:
    """Why the wall limit ended a run: the real time that was its own, and what the host took when it took much."""
    own = f"{(wall_time_ns - waited_ns) / 1e9:.3f} s of real time"
    allowed = f"{limits.wall_time_ns / 1e9:.3f} s allowed"
    if waited_ns < WORTH_A_WORD_NS:
        return f"{own}, {allowed}"
    return f"{own} without the {waited_ns / 1e9:.3f} s in which the host gave it no processor, {allowed}"


class ActiveRun:
    """One run that goes on: its limits, streams and what has happened to it so far."""

    def __init__(
        self, launcher: Launched, limits: Limits, group: RunGroup, stdout: Drain, stderr: Drain, processors: Processors
    ) -> None:
        self.launcher = launcher
        self.listener_fd = launcher.listener_fd
        self.charge = NO_CHARGE
        self.limits = limits
        self.group = group
        self.stdout = stdout
        self.stderr = stderr
        self.other_outputs: Mapping[int, Drain] = {}  # by descriptor, those that it writes to pipes on
        self.finish: Finish | None = None
        self.lost = False
        self.refusal: Failure | None = None
        self.stop_outcome: Outcome | None = None
        self.stop_cause = ""
        self.host_is_busy = False  # then the outcome above is none: the host kept the run from its end
        self.peers: Sequence[ActiveRun] = ()  # those that it is joined to by pipes, over others or not
        self._locks = LockCalls(self.listener_fd, limits.memory_bytes)
        self.syscall: str | None = None
        self.noted_calls = 0  # of policy.NOTED, as often as they were let happen
        self.frozen_ns = 0
        self.last_words_signal = 0  # sent a moment before a time limit ends it; 0 = none
        self._last_words_ns = 0  # when that was sent
        self._last_reason = (Outcome.EXITED, "")  # and which limit that was
        self._paused_ns = 0  # since when its clocks stand still; 0 = they go
        self.cpu_wait = CpuWait(processors, group)
        self._cpus = processors.count
        self._cpu_limit_ns = limits.cpu_time_hard_ns
        self._wall_limit_ns = _START_NS + limits.wall_time_ns
        self._started_ns = self._looked_ns = self._busy_ns = time.monotonic_ns()
        self._waited = self._waited_when_busy = NOT_AT_ALL
        self._over_ns = self._stopped_ns = 0
        self._cpu_seen_ns = 0
        first = min(_LOOK_NS, limits.cpu_time_hard_ns // self._cpus)
        self.look_ns = self._started_ns + min(max(first, _LOOK_MIN_NS), self._wall_limit_ns)

    def be_copy_of(self, template: Template) -> None:
        """Before it is watched: it is under that template's filter, and what it is charged counts as used."""
        self.charge, self.listener_fd = template.charge, template.listener_fd
        self._locks = LockCalls(self.listener_fd, self.limits.memory_bytes)
        self._cpu_limit_ns -= self.charge.cpu_ns
        self._wall_limit_ns -= self.charge.cpu_ns

    @property
    def over(self) -> bool:
        """The program and all that it started are gone."""
        return self.finish is not None or self.lost or self.refusal is not None

    @property
    def exit_code(self) -> int | None:
        """Of a program that has left by itself; None otherwise."""
        return exit_of(self.finish)[0]

    def stop(self, outcome: Outcome, cause: str) -> None:
        """Ask for the end; the first reason counts."""
        if self.stop_outcome is not None or self.over:
            return
        if self.last_words_signal and outcome in _OF_TIME and not self._last_words_ns:
            self._last_words_ns = time.monotonic_ns()
            self._last_reason = (outcome, cause)
            self.look_ns = self._last_words_ns + _LAST_SIGNAL_NS
            self.signal(self.last_words_signal)
            return
        self.stop_outcome, self.stop_cause = outcome, cause
        self._stopped_ns = time.monotonic_ns()
        self.look_ns = self._stopped_ns + _PATIENCE_NS
        self.launcher.tell(KILL)

    def signal(self, number: int) -> None:
        """To its program."""
        self.launcher.tell(SIGNAL + bytes([number]))

    def shift(self, frozen_ns: int) -> None:
        """The slot stood frozen for a while: that time does not count."""
        self.look_ns += frozen_ns
        if self._paused_ns:
            return
        self.frozen_ns += frozen_ns
        self._busy_ns += frozen_ns

    def pause(self) -> None:
        """It waits for its caller: until :meth:`go_on` its wall and idle clocks stand still. Idempotent."""
        self._paused_ns = self._paused_ns or time.monotonic_ns()

    def go_on(self) -> None:
        """It has its answer. Idempotent."""
        since_ns, self._paused_ns = self._paused_ns, 0
        if since_ns:
            waited_ns = time.monotonic_ns() - since_ns
            self.frozen_ns += waited_ns
            self._busy_ns += waited_ns

    def outputs(self) -> Iterator[tuple[str, Drain]]:
        """What it writes to, each with the name that people know it by."""
        yield "stdout", self.stdout
        yield "stderr", self.stderr
        for descriptor, drain in self.other_outputs.items():
            yield f"descriptor {descriptor}", drain

    def converse(self, peers: Sequence[ActiveRun], *, passed_on: bool = True) -> None:
        """The others of a conversation. ``passed_on``: some of what is said goes through the calling thread."""
        self.peers = peers
        self.cpu_wait.converses([peer.cpu_wait for peer in peers], passed_on=passed_on)

    def hurry(self, gone: ActiveRun) -> None:
        """The other side of the conversation is over: what is left to do is to end."""
        if self.over:
            return
        cpu_ns = self.group.cpu_ns()
        elapsed_ns = self._elapsed_ns(time.monotonic_ns())
        more_ns = _LAST_WORDS_NS
        if gone.exit_code == 0 and gone.stop_outcome is None:
            more_ns = max(2 * more_ns, self.limits.cpu_time_hard_ns // _LAST_SHARE)
        self._cpu_limit_ns = min(self._cpu_limit_ns, cpu_ns + more_ns)
        waited_ns = self.cpu_wait.waited(elapsed_ns, cpu_ns).most_ns
        self._wall_limit_ns = min(self._wall_limit_ns, elapsed_ns - waited_ns + 2 * more_ns)

    def _elapsed_ns(self, now_ns: int) -> int:
        paused_ns = now_ns - self._paused_ns if self._paused_ns else 0
        return now_ns - self._started_ns - self.frozen_ns - paused_ns

    def _idle_ns(self) -> int:
        """How long this run had used no CPU at the last look, though the host would have let it; in a conversation,
        nobody in it: who waits for a busy one is not idle."""
        idle_ns = self._own_idle_ns()
        for peer in self.peers:
            idle_ns = min(idle_ns, self._looked_ns - peer._over_ns if peer.over else peer._own_idle_ns())
        return idle_ns

    def _own_idle_ns(self) -> int:
        waited_ns = self._waited.most_ns - self._waited_when_busy.most_ns
        return self._looked_ns - self._busy_ns - max(0, waited_ns)

    def look(self, now_ns: int) -> None:
        """Check every limit that the kernel does not enforce by itself, and set the time of the next look."""
        if self.over:
            return
        if self._last_words_ns and self.stop_outcome is None:
            if now_ns - self._last_words_ns < _LAST_SIGNAL_NS:
                return
            self.stop(*self._last_reason)
        if self.stop_outcome is not None:
            if now_ns - self._stopped_ns >= _PATIENCE_NS:
                self.launcher.kill_hard()
                self.look_ns = now_ns + _PATIENCE_NS
            return
        cpu_ns = self.group.cpu_ns()
        elapsed_ns = self._elapsed_ns(now_ns)
        self._waited, self._looked_ns = self.cpu_wait.look(elapsed_ns, cpu_ns), now_ns
        if cpu_ns - self._cpu_seen_ns > _ALIVE_NS:
            self._busy_ns, self._waited_when_busy = now_ns, self._waited
        self._cpu_seen_ns = cpu_ns
        if self.group.oom_kills():
            self.stop(Outcome.MEMORY_LIMIT, "")
        elif cpu_ns >= self._cpu_limit_ns + _LAUNCHER_NS:
            hurried = self._cpu_limit_ns < self.limits.cpu_time_hard_ns - self.charge.cpu_ns
            self.stop(Outcome.CPU_LIMIT, "still computing when the other side had long ended" if hurried else "")
        elif not self._paused_ns:
            self._look_at_clock(elapsed_ns)
        if self.stop_outcome is None:
            cpu_end_ns = now_ns + max(_LOOK_MIN_NS, (self._cpu_limit_ns - cpu_ns) // self._cpus)
            wall_end_ns = now_ns + max(_LOOK_MIN_NS, self._wall_limit_ns + self._waited.most_ns - elapsed_ns)
            self.look_ns = min(now_ns + _LOOK_NS, cpu_end_ns, now_ns + _LOOK_NS if self._paused_ns else wall_end_ns)

    def _look_at_clock(self, elapsed_ns: int) -> None:
        limits, waited = self.limits, self._waited
        if elapsed_ns - waited.most_ns >= self._wall_limit_ns:
            hurried = self._wall_limit_ns < limits.wall_time_ns - self.charge.cpu_ns
            cause = "still there when the other side had long ended"
            self.stop(Outcome.WALL_LIMIT, cause if hurried else too_long(elapsed_ns, waited.most_ns, limits))
        elif elapsed_ns >= self._wall_limit_ns * _CEILING or (
            elapsed_ns - waited.least_ns >= self._wall_limit_ns * _IN_DOUBT
        ):
            self.host_is_busy = True
            self.stop(Outcome.WALL_LIMIT, "")
        elif limits.idle_time_ns and self._idle_ns() >= limits.idle_time_ns:
            self.stop(Outcome.IDLE_LIMIT, f"no CPU used for {limits.idle_time_ns // 1_000_000} ms")

    def hear(self) -> None:
        """Take the launcher's next report."""
        self.take(self.launcher.hear())

    def take(self, report: bytes) -> None:
        """A report of the launcher; an empty one = it died."""
        kind, body = report[:1], report[1:]
        if kind == FINISHED:
            self.finish = Finish.unpack(body)
        elif kind == NOT_STARTED:
            self.refusal = Failure.unpack(body)
        self.lost = self.finish is None and self.refusal is None
        if self._last_words_ns and self.stop_outcome is None:
            self.stop_outcome, self.stop_cause = self._last_reason
        self._over_ns = time.monotonic_ns()

    def hear_notification(self) -> None:
        """A system call waits for an answer: one that is only noted or takes a lock may go on, a refused one
        never gets any."""
        buffer = bytearray(abi.SECCOMP_NOTIF_BYTES)
        with contextlib.suppress(OSError):  # ENOENT: the caller died meanwhile
            fcntl.ioctl(self.listener_fd, abi.SECCOMP_IOCTL_NOTIF_RECV, buffer)
            call_id, pid, _, number, arch, _, first = _NOTIFICATION.unpack_from(buffer)
            name = syscall_name(arch, number)
            if name in LOCK_CALLS:
                self._locks.answer(call_id, pid, first & 0xFFFF_FFFF)
                return
            if name in NOTED and self.noted_calls < _NOTED_CALLS_MAX:
                self.noted_calls += 1  # first: what is let happen is known, whatever comes next
                answer = _ANSWER.pack(call_id, 0, 0, abi.SECCOMP_USER_NOTIF_FLAG_CONTINUE)
                fcntl.ioctl(self.listener_fd, abi.SECCOMP_IOCTL_NOTIF_SEND, answer)
                return
            self.syscall = self.syscall or name
            what = f"made {_NOTED_CALLS_MAX} times" if name in NOTED else "refused"
            self.stop(Outcome.SYSCALL_DENIED, f"system call {name} is {what}")
