"""The cgroups of one run on hosts with cgroup v1 or both. Sources: cgroup-v1/{memory,cpuacct,pids}.rst."""

from __future__ import annotations

from pathlib import Path

from judge.kernel.cgroupfs import read_value
from judge.sandbox.cgroups.counters import Counters
from judge.sandbox.cgroups.hierarchy import V1_RUN
from judge.sandbox.cgroups.run_group import RunGroup

_V1_TCP_BYTES_MAX = 16 << 20


class RunGroupV1(RunGroup):
    """A run's groups in the memory, pids and cpuacct hierarchies.

    They are joined by the files ``tasks``: for a thread that moves itself the kernel then takes no lock of the whole
    host, and no other waits for a grace period of RCU (cgroup_procs_write_start in kernel/cgroup/cgroup.c, Linux 5.17).
    """

    JOIN_FILE = TASKS = "tasks"

    @classmethod
    def create(cls, slots: dict[str, Path], name: str) -> RunGroupV1:
        """Make ``name`` below the slot's group in each hierarchy."""
        at = {controller: slots[controller] / name for controller in V1_RUN}
        memory, cpuacct, pids = (str(at[controller]) for controller in V1_RUN)
        files = {
            "memory_max": f"{memory}/memory.limit_in_bytes",
            "memsw_max": f"{memory}/memory.memsw.limit_in_bytes",
            "memory_peak": f"{memory}/memory.max_usage_in_bytes",
            "memory_now": f"{memory}/memory.usage_in_bytes",
            "tcp_max": f"{memory}/memory.kmem.tcp.limit_in_bytes",
            "oom": f"{memory}/memory.oom_control",
            "pids_max": f"{pids}/pids.max",
            "pids_peak": f"{pids}/pids.peak",
            "pids_events": f"{pids}/pids.events",
            "cpu": f"{cpuacct}/cpuacct.usage",
            "cpu_system": f"{cpuacct}/cpuacct.usage_sys",
        }
        group = cls(tuple(dict.fromkeys(at.values())), files, name)
        group.pids_apart = pids not in (memory, cpuacct)
        return group

    def _limit_memory(self, memory_bytes: int) -> None:
        """Memory and swap together must never be below memory alone, not even for a moment.

        v1 does not count the buffers of connections as memory, and counts them at all only under a limit of their own.
        """
        if "tcp_max" in self._fds:
            self.write("tcp_max", min(memory_bytes, _V1_TCP_BYTES_MAX))
        if "memsw_max" in self._fds:
            self.write("memsw_max", -1)
        self.write("memory_max", memory_bytes)
        if "memsw_max" in self._fds:
            self.write("memsw_max", memory_bytes)

    def _reset_memory_peak(self) -> bool:
        self.write("memory_peak", 0)
        return True

    def _cpu_ns(self) -> int:
        return self._number("cpu")

    def _oom_kills(self) -> int:
        return read_value(self.read("oom"), "oom_kill")

    def _counters(self, was_alone: bool) -> Counters:
        cpu_ns = self._cpu_ns()
        system_ns = min(self._number("cpu_system"), cpu_ns)
        memory_peak_bytes = self._number("memory_peak")
        pids_peak, fork_failures = self._tasks(was_alone)
        return Counters(
            memory_peak_bytes,
            pids_peak,
            cpu_ns,
            cpu_ns - system_ns,
            system_ns,
            self._kills(was_alone, memory_peak_bytes),
            fork_failures,
        )
