"""The cgroups of one slot: where its launchers wait, and a pool of groups for its runs.

Memory, pids and CPU accounting are per run. Weight, core and freezing are per slot: on v1 their hierarchies hold the
slot's group only. Sources: cgroup-v2.rst, cgroup-v1/{cpusets,freezer-subsystem}.rst.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from judge.errors import SandboxError, sandbox_error
from judge.kernel.cgroupfs import read_hierarchies
from judge.sandbox.cgroups.disk_reads import limit_reads, whole_disks
from judge.sandbox.cgroups.hierarchy import (
    UNIFIED,
    V1_RUN,
    V1_SLOT,
    CgroupHost,
    enable_controllers,
    remove_tree,
    words_of,
)
from judge.sandbox.cgroups.run_group import RunGroup
from judge.sandbox.cgroups.run_group_v1 import RunGroupV1
from judge.sandbox.cgroups.run_group_v2 import RunGroupV2
from judge.sandbox.cpu_wait import Processors

_IDLE = "idle"
#: Each container that is open may hold three: of its run, of the last one and of the next one. There are at most
#: seventeen at once, and those that are kept, with two each. A launcher has up to three descriptors of each.
_POOL_SIZE = 64
#: Groups made ready: an interaction takes two, and a launcher that waits for its next run stands in one.
_READY = 2
#: The most, where runs wanted more than were ready: of two launchers, one would go on taking the group in which the
#: other is to wait.
_READY_MAX = 4
#: With this many groups, those that were used will soon serve again: no more are made before they are needed. Each of
#: two launchers has those of its last run, of this one and of the next.
_EAGER = 8
#: With this many that wait behind it, a group that still holds something will go on holding it: pages of files that it
#: was the first to read stay charged to it for as long as they are cached.
_USED_BEFORE_DISCARD = 8
#: Runs with less memory get a group that never was used: what an earlier run left charged would be a part of it.
_REUSE_BYTES_MIN = 8 << 20
_SETTLE_WAIT_S = 5.0

log = logging.getLogger(__name__)

#: The most that the kernel takes. Source: cgroup-v2.rst; MAX_SHARES in kernel/sched/sched.h.
_WEIGHT_MAX = 10_000
_SHARES_MAX = 1 << 18


def weigh_parent(parent: Path, name: str, most: int) -> None:
    """The group of all slots weighs what they weigh together: against others each counts as a process outside would.

    Slots of other processes may come and go meanwhile: each leaves the sum of those that it saw. On a host where the
    parent is another's, its weight stays as it is.
    """
    total = 0
    for slot in parent.glob("slot-*"):
        with contextlib.suppress(OSError, ValueError):  # removed meanwhile
            total += int((slot / name).read_text())
    with contextlib.suppress(OSError):
        if total:
            (parent / name).write_text(str(min(total, most)))


class SlotGroups:
    """All groups of one slot: made at :meth:`open`, a pool of run groups, everything removed at :meth:`close`."""

    def __init__(self, host: CgroupHost, number: int) -> None:
        self.host = host
        self._slots = {controller: parent / f"slot-{number}" for controller, parent in host.parents.items()}
        self._group_kind = RunGroupV2 if host.version == 2 else RunGroupV1
        self.frozen = False  # set by freeze() alone, from any thread
        # Of the idle groups, one for each hierarchy that counts runs, and of the slot's groups in the others: launchers
        # join both. Set by open(), emptied by close().
        self.idle_fds: tuple[int, ...] = ()
        self.slot_fds: tuple[int, ...] = ()
        self.processors = Processors()
        self._own_tasks: Path | None = None  # of the group in which our threads stand in v1's cpu hierarchy
        self._ready: list[RunGroup] = []  # as good as new; at most _READY_MAX
        self._used: list[RunGroup] = []  # used, to serve again
        self._discarded: list[RunGroup] = []  # used, to be removed
        self._stuck: list[RunGroup] = []  # something in them would not die: tried again when no name is free
        self._lacked = 0  # how often none was ready since the last prepare()
        self._wanted: tuple[int, int] | None = None  # the last limits: the next run is likely to want the same
        # Names of groups that do not exist; with those of the groups that are taken and in the lists: _POOL_SIZE.
        self._free = [f"r{index}" for index in range(_POOL_SIZE)]
        self._stack = contextlib.ExitStack()

    def open(self, cpu: int, weight: int) -> None:
        """Remove what a dead slot of this number left, make the groups. Raises SandboxError."""
        try:
            for directory in reversed(self.directories):  # the freezer's comes first: the frozen cannot die
                remove_tree(directory)
            for directory in self.directories:
                directory.mkdir()
                self._stack.callback(remove_tree, directory)
            idle_groups, others = self._open_v2(cpu) if self.host.version == 2 else self._open_v1(cpu)
            for idle in idle_groups:
                self.idle_fds += (os.open(idle / self._group_kind.JOIN_FILE, os.O_WRONLY | os.O_CLOEXEC),)
            for other in others:
                self.slot_fds += (os.open(other / self._group_kind.JOIN_FILE, os.O_WRONLY | os.O_CLOEXEC),)
            self.set_weight(weight)
            self.processors = self._processors(cpu)
        except OSError as error:
            self.close()
            raise sandbox_error(
                "make slot groups", errno=error.errno or 0, detail=str(error), remedy="judge doctor"
            ) from error

    @property
    def directories(self) -> list[Path]:
        """The slot's own group in each hierarchy."""
        return self._unique(self._slots.values())

    @staticmethod
    def _unique(paths: Iterable[Path]) -> list[Path]:
        return list(dict.fromkeys(paths))

    def _processors(self, cpu: int) -> Processors:
        """The slot's processors, and how many wait for them where the kernel counts that for a group."""
        slot = self._slots.get("" if self.host.version == 2 else UNIFIED)
        fd = -1
        if slot is not None:
            with contextlib.suppress(OSError):  # not built in
                fd = os.open(slot / "cpu.pressure", os.O_RDONLY | os.O_CLOEXEC)
                self._stack.callback(os.close, fd)
        processors = Processors(cpu, fd)
        return processors if processors.unserved_ns() is not None else Processors(cpu)

    def adopt(self, zygote: int) -> None:
        """Where launchers enter their groups by themselves nothing is to do; in the cgroup2 hierarchy of a hybrid host
        they are born: to enter it holds up the whole host for a moment (cgroup_procs_write_start, Linux 6.18), and
        once is enough. A process that may not be moved is not counted there.
        """
        if UNIFIED not in self._slots:
            return
        try:
            (self._slots[UNIFIED] / "cgroup.procs").write_text(str(zygote))
        except OSError:
            self.processors.pressure_fd = -1

    def _open_v2(self, cpu: int) -> tuple[list[Path], list[Path]]:
        slot = self._slots[""]
        if cpu >= 0 and "cpuset" in self.host.controllers:
            (slot / "cpuset.cpus").write_text(str(cpu))
        enable_controllers(slot, words_of(slot / "cgroup.controllers"))
        idle = slot / _IDLE
        idle.mkdir()
        return [idle], []

    def _open_v1(self, cpu: int) -> tuple[list[Path], list[Path]]:
        """Where launchers wait, and the slot's groups in the hierarchies that runs do not change."""
        idle_groups: list[Path] = []
        if "cpuset" in self._slots:
            self._open_cpuset(self._slots["cpuset"], cpu)
        for controller in V1_RUN:
            if controller == "memory":
                with contextlib.suppress(OSError):
                    (self._slots["memory"] / "memory.swappiness").write_text("0")
            idle = self._slots[controller] / _IDLE
            idle.mkdir(exist_ok=True)
            idle_groups.append(idle)
        if "cpu" in self._slots:
            tasks = Path(f"{self._slots['cpu'].parents[1]}{read_hierarchies().own.get('cpu', '/')}") / "tasks"
            self._own_tasks = tasks if os.access(tasks, os.W_OK) else None
        parents = {idle.parent for idle in idle_groups}  # cpu and cpuacct are often mounted as one
        others = [self._slots[name] for name in V1_SLOT if name in self._slots]
        return self._unique(idle_groups), self._unique(path for path in others if path not in parents)

    @staticmethod
    def _open_cpuset(slot: Path, cpu: int) -> None:
        """cpuset.cpus and .mems start empty on v1; a parent of ours may still be empty, too."""
        for directory in (slot.parent, slot):
            for name in ("cpuset.mems", "cpuset.cpus"):
                file = directory / name
                if not file.read_text().strip():
                    file.write_text((directory.parent / name).read_text().strip())
        if cpu >= 0:
            (slot / "cpuset.cpus").write_text(str(cpu))

    def set_weight(self, weight: int) -> None:
        """CPU weight of everything in the slot, 1..10000, 100 = usual (v2's scale)."""
        if self.host.version == 2:
            (self._slots[""] / "cpu.weight").write_text(str(weight))
        elif "cpu" in self._slots:
            (self._slots["cpu"] / "cpu.shares").write_text(str(max(2, weight * 1024 // 100)))
        self._weigh_parent()

    def _weigh_parent(self) -> None:
        if self.host.version == 2:
            weigh_parent(self._slots[""].parent, "cpu.weight", _WEIGHT_MAX)
        elif "cpu" in self._slots:
            weigh_parent(self._slots["cpu"].parent, "cpu.shares", _SHARES_MAX)

    @contextlib.contextmanager
    def relaying(self) -> Iterator[None]:
        """While it passes on what two programs say the calling thread weighs as a part of the slot, where v1 lets a
        thread stand elsewhere than its process.

        Else both sleep while it waits behind others, and have to wait for a processor again after each word: on a busy
        host that is ten times slower. A thread that could not come back stays where it is.
        """
        slot, own = self._slots.get("cpu"), self._own_tasks
        thread = str(threading.get_native_id())
        with contextlib.ExitStack() as stack:
            if own is not None and slot is not None and slot != self._slots.get("freezer"):
                with contextlib.suppress(OSError):
                    (slot / "tasks").write_text(thread)
                    stack.callback(own.write_text, thread)
            yield

    def limit_reads(self, bytes_per_s: int) -> None:
        """How much the slot may read of each disk, where the host has the controller; 0 = any amount."""
        group = self._slots.get("" if self.host.version == 2 else "blkio")
        if bytes_per_s and group:
            limit_reads(group, self.host.version, bytes_per_s, whole_disks())

    def freeze(self, frozen: bool) -> None:
        """Stop or continue everything in the slot; returns when it is so. Raises SandboxError."""
        if self.host.version == 2:
            slot = self._slots[""]
            self._switch(slot / "cgroup.freeze", "01"[frozen], slot / "cgroup.events", f"frozen {int(frozen)}\n")
        elif "freezer" in self._slots:
            file, value = self._slots["freezer"] / "freezer.state", "FROZEN" if frozen else "THAWED"
            self._switch(file, value, file, f"{value}\n")
        else:
            raise SandboxError("freeze", detail="no freezer hierarchy", remedy="mount the freezer controller")
        self.frozen = frozen

    @staticmethod
    def _switch(file: Path, value: str, shown_in: Path, line: str) -> None:
        """Write until it is so: v1 passes over a task that is about to wait for its vfork, and does not look again.

        Source: freeze_cgroup in kernel/cgroup/legacy_freezer.c, wait_for_vfork_done in kernel/fork.c (Linux 6.18).
        """
        deadline = time.monotonic() + _SETTLE_WAIT_S
        try:
            while True:
                file.write_text(value)
                if line in shown_in.read_text():
                    return
                if time.monotonic() > deadline:
                    raise SandboxError("freeze", detail="the group did not change its state in time")
                time.sleep(0.0005)
        except OSError as error:
            raise SandboxError("freeze", errno=error.errno or 0, detail=str(error)) from error

    def prepare(self) -> None:
        """Have groups ready for the next runs; called while a program runs, when the time costs nothing.

        What fails here is reported by the :meth:`take` that needs it.
        """
        count = min(_READY + self._lacked, _READY_MAX)
        self._lacked = 0
        self.tidy(count)
        if self._wanted is None:
            return
        with contextlib.suppress(SandboxError):
            while not self._ready or (len(self._ready) < count and len(self._free) > _POOL_SIZE - _EAGER):
                self._ready.append(self._create())
            for group in self._ready:
                group.limit(*self._wanted)

    def tidy(self, count: int = _READY) -> None:
        """The groups of finished runs serve again, ``count`` at most, once little is left in them; those that never can
        are removed.

        The kernel frees a dead program's last pages a little later: the one that has rested longest comes first.
        """
        self._remove_discarded()
        while self._used and len(self._ready) < count:
            if self._used[0].recycle():
                self._ready.append(self._used.pop(0))
            elif self._used[0].is_discarded or len(self._used) > _USED_BEFORE_DISCARD:  # its peak or its pages stay
                self._discarded.append(self._used.pop(0))
            else:
                break

    def _remove_discarded(self) -> None:
        while self._discarded:
            try:
                self._remove_first(self._discarded)
            except SandboxError as error:
                log.warning("a run group is left: %s", error)
                self._stuck.append(self._discarded.pop(0))

    def _remove_first(self, groups: list[RunGroup]) -> None:
        """Raises SandboxError when processes are left in it: it is then tried again."""
        groups[0].remove()
        self._free.append(groups.pop(0).name)

    def take_ready(self) -> RunGroup | None:
        """A group for a run to come with the limits of the last one, if one is ready."""
        if not self._ready:
            self._lacked += 1
            return None
        return self._ready.pop()

    def take(self, memory_bytes: int, processes: int, preferred: RunGroup | None = None) -> RunGroup:
        """A group with these limits: one that never was used where the residue of an earlier run would matter.

        ``preferred`` is one that was taken earlier; where a fresh one is needed it is left, and on errors
        it stays the caller's.
        Raises SandboxError naming the limit that cannot be set, or why no group can be made.
        """
        reusable = memory_bytes >= _REUSE_BYTES_MIN
        if reusable:
            self._wanted = (memory_bytes, processes)
            if preferred is None and not self._ready:
                self.tidy()
        group = (reusable and (preferred or self.take_ready())) or self._create()
        try:
            group.limit(memory_bytes, processes)
        except SandboxError:
            if group is not preferred:
                self.give_back(group)
            raise
        return group

    def give_back(self, group: RunGroup) -> None:
        """The run is over; its group is cleaned, or removed, while the next one runs."""
        (self._discarded if group.is_discarded else self._used).append(group)

    def _create(self) -> RunGroup:
        if not self._free:
            self._remove_discarded()
        if not self._free and (kept := self._used or self._ready or self._stuck):
            self._remove_first(kept)
        if not self._free:
            raise SandboxError("make run group", detail="too many runs at once in one slot")
        group = self._group_kind.create(self._slots, self._free[0])
        del self._free[0]
        return group

    def close(self) -> None:
        """Kill what is left in the groups and remove them; idempotent."""
        for fd in (*self.idle_fds, *self.slot_fds):
            with contextlib.suppress(OSError):
                os.close(fd)
        self.idle_fds = self.slot_fds = ()
        for groups in (self._discarded, self._used, self._ready, self._stuck):
            for group in groups:
                with contextlib.suppress(SandboxError):
                    group.remove()
            groups.clear()
        self._stack.close()
        self._weigh_parent()
