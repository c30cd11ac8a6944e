"""What of the host an attack could have changed, as a value to compare before and after."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Host:
    """``processes`` are our own descendants; ``state`` the files below the state directory; ``marks`` what attacks
    would write outside the sandbox."""

    processes: int
    mounts: int
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


def snapshot(state_dir: Path) -> Host:
    """The host now. Blocks for a walk over /proc and the state directory, about a millisecond each."""
    return Host(
        processes=len(descendants(os.getpid())),
        mounts=len(Path("/proc/self/mountinfo").read_text().splitlines()),
        descriptors=len(os.listdir("/proc/self/fd")),
        state=tuple(sorted(str(path) for path in state_dir.rglob("*") if "rootfs" not in path.parts)),
        hostname=os.uname().nodename,
        marks=tuple(mark for mark in MARKS if os.path.lexists(mark)),
    )


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
