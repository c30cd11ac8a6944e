"""The cgroup of one run in the unified hierarchy. Source: cgroup-v2.rst."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from judge.kernel.cgroupfs import read_keyed, read_value
from judge.sandbox.cgroups.counters import Counters
from judge.sandbox.cgroups.run_group import RunGroup


class RunGroupV2(RunGroup):
    """A run's group in the unified hierarchy."""

    @classmethod
    def create(cls, slots: dict[str, Path], name: str) -> RunGroupV2:
        """Make ``name`` below the slot's group."""
        at = slots[""] / name
        files = {
            key: f"{at}/{file}"
            for key, file in {
                "memory_max": "memory.max",
                "swap_max": "memory.swap.max",
                "oom_group": "memory.oom.group",
                "memory_peak": "memory.peak",
                "memory_now": "memory.current",
                "memory_events": "memory.events",
                "pids_max": "pids.max",
                "pids_peak": "pids.peak",
                "pids_events": "pids.events",
                "cpu": "cpu.stat",
                "io": "io.stat",
                "pressure_cpu": "cpu.pressure",
                "pressure_memory": "memory.pressure",
                "pressure_io": "io.pressure",
            }.items()
        }
        group = cls((at,), files, name)
        group._sampled_peak = 0
        return group

    _sampled_peak: int = 0

    def _limit_memory(self, memory_bytes: int) -> None:
        self.write("memory_max", memory_bytes)
        if "swap_max" in self._fds:
            self.write("swap_max", 0)
        self.write("oom_group", 1)

    def _reset_memory_peak(self) -> bool:
        """Since Linux 6.12 a write resets the peak for this descriptor."""
        try:
            os.pwrite(self._fds["memory_peak"], b"reset", 0)
        except (KeyError, OSError):
            return False
        return True

    def _cpu_ns(self) -> int:
        self._sample_memory()
        return read_value(self.read("cpu"), "usage_usec") * 1000

    def _sample_memory(self) -> None:
        """Before Linux 5.19 the next best to a peak is the largest sample."""
        if "memory_peak" not in self._fds:
            self._sampled_peak = max(self._sampled_peak, int(self.read("memory_now") or 0))

    def _oom_kills(self) -> int:
        return read_value(self.read("memory_events"), "oom_kill")

    def _counters(self, was_alone: bool) -> Counters:
        self._sample_memory()
        cpu = read_keyed(self.read("cpu"))
        pids_peak, fork_failures = self._tasks(was_alone)
        memory_peak_bytes = int(self.read("memory_peak") or self._sampled_peak)
        read_bytes, write_bytes = self._io()
        return Counters(
            cpu_ns=cpu.get("usage_usec", 0) * 1000,
            cpu_user_ns=cpu.get("user_usec", 0) * 1000,
            cpu_system_ns=cpu.get("system_usec", 0) * 1000,
            memory_peak_bytes=memory_peak_bytes,
            pids_peak=pids_peak,
            oom_kills=self._kills(was_alone, memory_peak_bytes),
            fork_failures=fork_failures,
            io_read_bytes=read_bytes,
            io_write_bytes=write_bytes,
            throttled_ns=cpu["throttled_usec"] * 1000 if "throttled_usec" in cpu else None,
            pressure_cpu_ns=self._pressure("pressure_cpu"),
            pressure_memory_ns=self._pressure("pressure_memory"),
            pressure_io_ns=self._pressure("pressure_io"),
        )

    def _io(self) -> tuple[int | None, int | None]:
        if "io" not in self._fds:
            return None, None
        words = [word.partition("=") for word in self.read("io").split()]
        totals = {"rbytes": 0, "wbytes": 0}
        for key, _, value in words:
            if key in totals:
                totals[key] += int(value)
        return totals["rbytes"], totals["wbytes"]

    def _pressure(self, key: str) -> int | None:
        with contextlib.suppress(OSError):  # EOPNOTSUPP: built in, switched off
            for word in self.read(key).split("\n", 1)[0].split():
                if word.startswith("total="):
                    return int(word[6:]) * 1000
        return None
