"""What of the host an attack could have changed, as a value to compare before and after."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path

from judge.sandbox.slot import Slot


@dataclass(frozen=True)
class Host:
    """``programs`` are processes inside containers that are no launcher, ``busy_groups`` cgroups of runs with members
    that are none, ``mounts`` and ``state`` what is mounted and what lies below the state directory, ``marks`` what
    attacks would write outside the sandbox."""

    programs: tuple[int, ...]
    busy_groups: tuple[str, ...]
    mounts: tuple[str, ...]
    descriptors: int
    state: tuple[str, ...]
    hostname: str
    marks: tuple[str, ...]


MARKS = (
    "/etc/owned",
    "/usr/bin/owned",
    "/.owned",
    "/usr/.owned",
    "/etc/.owned",
    "/tmp/note",
    "/dev/note",
    "/dev/shm/note",
)


def snapshot(state_dir: Path, slot: Slot) -> Host:
    """The host now, once the slot has closed what it need not close at once.

    Blocks for a walk over /proc and the state directory, about a millisecond each.
    """
    slot.resources.prepare()
    return Host(
        programs=_programs_that_stay(),
        busy_groups=tuple(
            str(path.parent)
            for group in slot.groups.directories
            for path in group.glob("r*/**/cgroup.procs")
            if any(_inner_number(int(pid)) != 1 for pid in path.read_text().split())
        ),
        mounts=tuple(line for line in Path("/proc/self/mountinfo").read_text().splitlines() if str(state_dir) in line),
        descriptors=count_descriptors(),
        state=tuple(sorted(str(path) for path in state_dir.rglob("*") if "rootfs" not in path.parts)),
        hostname=os.uname().nodename,
        marks=tuple(mark for mark in MARKS if os.path.lexists(mark)),
    )


def assert_same(after: Host, before: Host) -> None:
    """Nothing of the host is another; descriptors may be fewer, for garbage of tests before may be closed meanwhile."""
    assert after.descriptors <= before.descriptors
    assert replace(after, descriptors=before.descriptors) == before


def _programs_that_stay() -> tuple[int, ...]:
    """Those that do not end by themselves at once, as the rehearsal of a container that is made ahead does."""
    end = time.monotonic() + 2
    while (found := tuple(sorted(pid for pid in descendants(os.getpid()) if is_program(pid)))) and (
        time.monotonic() < end
    ):
        os.sched_yield()
    return found


def count_descriptors() -> int:
    """What this process has open, but for the files of run groups: some of these are had ahead."""
    targets = []
    for name in os.listdir("/proc/self/fd"):
        with contextlib.suppress(OSError):  # the listing's own
            targets.append(os.readlink(f"/proc/self/fd/{name}"))
    return sum("/slot-" not in target for target in targets)


def is_program(pid: int) -> bool:
    """In a pid namespace of its own, and not the first process there."""
    return _inner_number(pid) > 1


def _inner_number(pid: int) -> int:
    """A process's number in its own pid namespace, 1 for launchers; 0 when that is ours, or the process is gone."""
    try:
        fields = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    except OSError:
        return 0
    numbers = fields["NSpid"].split()
    return int(numbers[-1]) if len(numbers) > 1 else 0


def descendants(pid: int) -> set[int]:
    """All processes below ``pid``, zombies included."""
    parents: dict[int, int] = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                parents[int(name)] = int(Path(f"/proc/{name}/stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, ValueError):
                continue
    found: set[int] = set()
    layer = {pid}
    while layer:
        layer = {child for child, parent in parents.items() if parent in layer} - found
        found |= layer
    return found
