"""What a service takes of its host besides time: memory of its processes, files, cgroups."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping

import msgspec

from judge.kernel.procfs import children
from judge.sandbox.cgroups.hierarchy import find_host
from judge.state_dir import StateDir


class Growth(msgspec.Struct, frozen=True, kw_only=True):
    """Between two looks. ``memory_bytes``: of the process that grew most; ``process``: which that was."""

    memory_bytes: int
    process: str
    files: int
    cgroups: int


class Footprint(msgspec.Struct, frozen=True, kw_only=True):
    """One look. ``resident_bytes``: process number -> resident memory; ``names``: process number -> its command."""

    resident_bytes: Mapping[int, int]
    names: Mapping[int, str]
    files: int
    cgroups: int

    def since(self, before: Footprint) -> Growth:
        """What came since. Processes that were not there before count for nothing."""
        grown = {
            pid: size_bytes - before.resident_bytes[pid]
            for pid, size_bytes in self.resident_bytes.items()
            if pid in before.resident_bytes
        }
        most = max(grown, key=lambda pid: grown[pid])
        return Growth(
            memory_bytes=grown[most],
            process=self.names[most],
            files=self.files - before.files,
            cgroups=self.cgroups - before.cgroups,
        )


def footprint_of(pid: int, state: StateDir) -> Footprint:
    """Of a service: process ``pid`` and all below it, and the files of its state directory but for compiled programs
    (which are kept on purpose) and Redis' own.
    """
    resident = {one: size_bytes for one in family(pid) if (size_bytes := resident_bytes(one))}
    return Footprint(
        resident_bytes=resident,
        names={one: _name(one) for one in resident},
        files=sum(
            len(files)
            for folder, _, files in os.walk(state.root)
            if not folder.startswith((str(state.artifacts), str(state.redis)))
        ),
        cgroups=sum(
            len(folders) for parent in find_host().parents.values() for _, folders, _ in os.walk(parent, onerror=None)
        ),
    )


def family(pid: int) -> list[int]:
    """A process and all below it."""
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        waiting += children(found[-1])
    return found


def resident_bytes(pid: int) -> int:
    """Second field of statm, in pages (proc_pid_statm(5)); 0 when the process is gone."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def shared_fairly_bytes(pid: int) -> int:
    """PSS: its own pages and its share of those that it shares (proc_pid_smaps(5)); 0 when the process is gone."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return sum(int(line.split()[1]) << 10 for line in file if line.startswith("Pss:"))
    return 0


def cpu_seconds(pid: int) -> float:
    """CPU time of a process and of those below it that it has waited for (proc_pid_stat(5)); 0 when it is gone."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
        fields = file.read().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def command_of(pid: int) -> str:
    """The words that a process was started with, a blank between two; empty when it is gone."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/cmdline", "rb") as file:
        return file.read().rstrip(b"\0").replace(b"\0", b" ").decode(errors="replace")
    return ""


def _name(pid: int) -> str:
    words = command_of(pid).split(" ")
    return next((word for word in words if "judge" in word or "redis" in word), words[0]) or "?"
