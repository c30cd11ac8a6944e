"""Where the cgroup hierarchies are mounted and where this process stands in them. Reading only, no policy.

Sources: cgroups(7), Documentation/admin-guide/cgroup-v2.rst, Documentation/admin-guide/cgroup-v1/.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Hierarchies:
    """``v1``: controller -> mount point; ``v2``: mount point or ""; ``own``: controller ("" for v2) -> own path."""

    v1: dict[str, str]
    v2: str
    own: dict[str, str]


def read_hierarchies(proc_self: Path = Path("/proc/self")) -> Hierarchies:
    """Parse mountinfo and cgroup of the calling process. Raises OSError."""
    v1: dict[str, str] = {}
    v2 = ""
    for line in (proc_self / "mountinfo").read_text().splitlines():
        fields, _, tail = line.partition(" - ")
        kind, _, options = tail.split(" ", 2)
        point = fields.split(" ")[4]
        if kind == "cgroup2":
            v2 = v2 or point
        elif kind == "cgroup":
            for option in options.split(","):
                v1.setdefault(option, point)
    own: dict[str, str] = {}
    for line in (proc_self / "cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            own[controller] = path
    return Hierarchies(v1=v1, v2=v2, own=own)


def read_keyed(text: str) -> dict[str, int]:
    """Parse the ``key value`` lines of a cgroup file."""
    pairs = (line.split(" ", 1) for line in text.splitlines() if " " in line)
    return {key: int(value) for key, value in pairs if value.strip().isdigit()}


def read_value(text: str, key: str) -> int:
    """One value out of ``key value`` lines; 0 when the kernel has no such line. Quicker than :func:`read_keyed`."""
    _, found, rest = f"\n{text}".partition(f"\n{key} ")
    return int(rest.partition("\n")[0]) if found else 0
