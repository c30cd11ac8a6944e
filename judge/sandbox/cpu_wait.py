"""How long a run stood ready while the host gave it no processor: the host's time, not the program's.

Time counts only while some task of the run was ready and none ran: what its own tasks take from each other is its own.
Two sources:

* the ``full`` line of cpu.pressure in the slot's cgroup2 group, throttling included: exact for a slot on one core. For
  several the kernel weighs them by how busy each is, and a task that moves from one to the other is counted short.
  Source: Documentation/accounting/psi.rst; collect_percpu_times in kernel/sched/psi.c (Linux 6.18);
* the tasks themselves, looked at again and again (:class:`TaskWatch`): bounds. Source: Documentation/scheduler/
  sched-stats.rst; sched_info_arrive in kernel/sched/stats.h.

Time that a hypervisor stole while the run had its processor, and the time in which the run loop stood ready itself
and passed nothing on in a conversation, are added to both.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from judge.kernel.procfs import process_stat

_TICK_NS = 1_000_000_000 // os.sysconf("SC_CLK_TCK")
#: /proc/stat is read at most this often: on large hosts it is long.
_STAT_EVERY_NS = 1_000_000_000
#: More tasks than this are not looked at one by one: then only the bounds hold that need no look.
_TASKS_MAX = 32
#: What the kernel counted in less than this share of the time is exact enough for several cores, too.
_LITTLE = 50
#: The states in which a task has or wants a processor: R. Source: proc_pid_stat(5).
_READY = "R"


class Waited(NamedTuple):
    """How long a run waited for a processor: ``least_ns`` is sure, ``most_ns`` possible; equal where it is known."""

    least_ns: int
    most_ns: int

    def within(self, most_ns: int) -> Waited:
        """No run waited longer than this."""
        bound_ns = max(0, most_ns)
        return Waited(min(self.least_ns, bound_ns), min(self.most_ns, bound_ns))

    def plus(self, more: Waited) -> Waited:
        """One after the other."""
        return Waited(self.least_ns + more.least_ns, self.most_ns + more.most_ns)


NOT_AT_ALL = Waited(0, 0)


class TaskState(NamedTuple):
    """One task at one moment: its CPU time, how long it stood ready before it got it, whether it is ready or runs."""

    cpu_ns: int
    delay_ns: int
    is_ready: bool


def read_task(tid: int) -> TaskState:
    """Of a living task of this host. Raises OSError when it is gone."""
    cpu, delay, _ = Path(f"/proc/{tid}/schedstat").read_text().split()
    state = process_stat(tid).state
    if not state:
        raise ProcessLookupError(tid)
    return TaskState(int(cpu), int(delay), state == _READY)


class Tasks(Protocol):
    """What is asked of a run's cgroup."""

    def task_ids(self) -> list[int]:
        """The tasks that live in it now."""
        ...


class TaskWatch:
    """What is known of a run's waiting from looks at its living tasks.

    *Surely waited*: as long as a task stood ready it waited for the host, but for the CPU time that its siblings
    used meanwhile; the task for which that is most counts. The kernel adds a wait at its end: one that goes on is
    taken from the looks that found the task ready and otherwise as before. *Surely slept*: between two looks that
    found the same tasks, none of them ready, they slept but for what they computed and waited.
    """

    def __init__(self, group: Tasks) -> None:
        self._group = group
        self._before: Mapping[int, TaskState] = {}
        self._ready_since_ns: dict[int, int] = {}
        self.waited_ns = 0

    def forget(self) -> None:
        """The next look is a first one."""
        self._before = {}

    def look(self, now_ns: int, cpu_ns: int, since: tuple[int, int]) -> int:
        """At ``now_ns`` of its real time the run had used ``cpu_ns``; at the last look ``since``. Returns for how long
        it surely slept in between."""
        before, now = self._before, self._read()
        for tid, state in now.items():
            if not state.is_ready or before.get(tid) != state:
                self._ready_since_ns[tid] = now_ns
            waiting_ns = now_ns - self._ready_since_ns[tid]
            self.waited_ns = max(self.waited_ns, state.delay_ns + waiting_ns - max(0, cpu_ns - state.cpu_ns))
        self._before = now
        if not now or now.keys() != before.keys() or any(one.is_ready for one in (*now.values(), *before.values())):
            return 0
        awake_ns = cpu_ns - since[1] + sum(state.delay_ns - before[tid].delay_ns for tid, state in now.items())
        return max(0, now_ns - since[0] - awake_ns)

    def _read(self) -> Mapping[int, TaskState]:
        """The living tasks; nothing when they are too many, or one ended meanwhile."""
        tids = self._group.task_ids()
        if len(tids) > _TASKS_MAX:
            return {}
        try:
            return {tid: read_task(tid) for tid in tids}
        except (OSError, ValueError):
            return {}


class Processors:
    """Those that a slot may use, and what the kernel counts for them; of the whole slot, for all of its runs.

    ``pressure_fd``: cpu.pressure of the slot's cgroup2 group, -1 = there is none; stays the caller's.
    """

    def __init__(self, cpu: int = -1, pressure_fd: int = -1) -> None:
        self.pressure_fd = pressure_fd
        self._names = {f"cpu{number}" for number in ({cpu} if cpu >= 0 else os.sched_getaffinity(0))}

    @property
    def count(self) -> int:
        """How many programs of the slot can run at once."""
        return len(self._names)

    def unserved_ns(self) -> int | None:
        """How long tasks of the slot stood ready and none ran, a running total; None = it is not counted here."""
        if self.pressure_fd < 0:
            return None
        with contextlib.suppress(OSError):  # EOPNOTSUPP: built in, switched off
            _, found, full = os.pread(self.pressure_fd, 512, 0).partition(b"full ")
            _, counted, total = full.partition(b"total=")
            if found and counted:
                return int(total.split()[0]) * 1000
        return None

    def stolen(self) -> tuple[int, int]:
        """(ns that a hypervisor took from them, ns that they worked), running totals over all of them."""
        stolen = worked = 0
        with contextlib.suppress(OSError, ValueError, IndexError):
            for line in Path("/proc/stat").read_text().splitlines():
                name, *ticks = line.split()
                if name in self._names:
                    user, nice, system, _, _, irq, softirq, steal = map(int, ticks[:8])
                    stolen += steal
                    worked += user + nice + system + irq + softirq
        return stolen * _TICK_NS, worked * _TICK_NS


class OwnDelay:
    """How long the calling thread has stood ready without a processor since this was made; read in this thread."""

    def __init__(self) -> None:
        self._base_ns = _own_delay_ns()

    def so_far_ns(self) -> int:
        """Never less than before."""
        return _own_delay_ns() - self._base_ns


def _own_delay_ns() -> int:
    try:
        fd = os.open("/proc/thread-self/schedstat", os.O_RDONLY | os.O_CLOEXEC)
        try:
            return int(os.read(fd, 128).split()[1])
        finally:
            os.close(fd)
    except (OSError, ValueError, IndexError):
        return 0


class _Stat(NamedTuple):
    at_ns: int
    cpu_ns: int
    stolen_ns: int
    worked_ns: int


class CpuWait:
    """The waiting of one run, from its start on. Call :meth:`look` now and then, :meth:`waited` when it is asked for.

    Times are of the run: real time and CPU time since it was started.
    """

    def __init__(self, processors: Processors, group: Tasks) -> None:
        self._processors = processors
        self._unserved_base_ns = processors.unserved_ns()
        self._is_exact = self._unserved_base_ns is not None and processors.count == 1
        self._watch = TaskWatch(group)
        self._looked = (0, 0, 0)  # the last look: real time, CPU time, unserved time
        self._most_ns = 0  # until then
        self._relay: OwnDelay | None = None
        self._peers: Sequence[CpuWait] = ()
        self._first: _Stat | None = None  # of /proc/stat, at the first look
        self._stat_at_ns = 0  # the last time that it was read:
        self._stolen_ns = 0  # the run's share of what was stolen,
        self._others_ns = 0  # and how long processors of the slot did not work for the run

    def converses(self, peers: Sequence[CpuWait], *, passed_on: bool) -> None:
        """This run waits with its peers for the host; with ``passed_on`` for the calling thread, too."""
        self._relay, self._peers = OwnDelay() if passed_on else None, peers

    def look(self, now_ns: int, cpu_ns: int) -> Waited:
        """See what cannot be read afterwards. Returns the waiting so far."""
        if not self._is_exact:
            self._most_ns += self._between(now_ns, cpu_ns)
            self._looked = (now_ns, cpu_ns, self._unserved_ns())
        if self._first is None or now_ns - self._stat_at_ns >= _STAT_EVERY_NS:
            self._look_at_stat(now_ns, cpu_ns)
        return self.waited(now_ns, cpu_ns)

    def waited(self, now_ns: int, cpu_ns: int) -> Waited:
        """So far; never more than what the run did not compute."""
        counted_ns = self._unserved_ns()
        counted = Waited(counted_ns, counted_ns)
        if not self._is_exact:
            counted = self._bounds(counted_ns, self._seen(now_ns, cpu_ns))
        more_ns = self._stolen_ns + (self._relay.so_far_ns() if self._relay else 0)
        return counted.plus(Waited(more_ns, more_ns)).within(now_ns - cpu_ns)

    def _bounds(self, counted_ns: int, seen: Waited) -> Waited:
        """Of the waiting on several cores the kernel counts at least the share that one core is of all."""
        least_ns, most_ns = max(counted_ns, seen.least_ns), seen.most_ns
        if self._unserved_base_ns is not None:
            most_ns = min(most_ns, counted_ns * self._processors.count)
        return Waited(least_ns, max(least_ns, most_ns))

    def _unserved_ns(self) -> int:
        if self._unserved_base_ns is None:
            return 0
        return max(0, (self._processors.unserved_ns() or 0) - self._unserved_base_ns)

    def _between(self, now_ns: int, cpu_ns: int) -> int:
        """The most that it can have waited since the last look. Where it computed half of the time, or the kernel
        counted next to nothing, its tasks are not looked at."""
        awake_ns = now_ns - self._looked[0] - (cpu_ns - self._looked[1])
        unserved_ns = self._unserved_ns() - self._looked[2]
        if self._unserved_base_ns is not None and unserved_ns * _LITTLE <= now_ns - self._looked[0]:
            self._watch.forget()
            return min(unserved_ns, max(0, awake_ns))
        if awake_ns * 2 < now_ns - self._looked[0]:
            self._watch.forget()
            return max(0, awake_ns)
        return max(0, awake_ns - self._watch.look(now_ns, cpu_ns, self._looked[:2]))

    def _seen(self, now_ns: int, cpu_ns: int) -> Waited:
        """From looks at the tasks of this run, and of its peers when there are any: the bounds up to now."""
        since_ns = max(0, now_ns - self._looked[0] - (cpu_ns - self._looked[1]))
        seen = Waited(self._watch.waited_ns, self._most_ns + since_ns)
        for peer in self._peers:
            seen = seen.plus(Waited(peer._watch.waited_ns, peer._most_ns))
        if self._first is None:
            return seen
        # A processor that did not work for others was free for the run.
        not_seen_ns = self._first.at_ns + now_ns - self._stat_at_ns + _TICK_NS
        return Waited(seen.least_ns, min(seen.most_ns, self._others_ns + not_seen_ns))

    def _look_at_stat(self, now_ns: int, cpu_ns: int) -> None:
        """Of what was stolen the run's share is its share of the work: one that sleeps was robbed of nothing."""
        stolen_ns, worked_ns = self._processors.stolen()
        if self._first is None:
            self._first = _Stat(now_ns, cpu_ns, stolen_ns, worked_ns)
        stolen_ns, worked_ns = stolen_ns - self._first.stolen_ns, worked_ns - self._first.worked_ns
        own_ns = cpu_ns - self._first.cpu_ns
        self._stolen_ns = stolen_ns * own_ns // max(worked_ns, own_ns, 1)
        self._others_ns = max(0, stolen_ns + worked_ns - own_ns)
        self._stat_at_ns = now_ns
