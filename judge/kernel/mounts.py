"""Where things are mounted for this process. Reading only. Source: proc_pid_mountinfo(5)."""

from __future__ import annotations

import re
from pathlib import Path

_ESCAPED = re.compile(r"\\([0-7]{3})")


def mount_points(mountinfo: Path = Path("/proc/self/mountinfo")) -> list[str]:
    """Every mount point, in the kernel's order. Raises OSError."""
    lines = mountinfo.read_text(errors="surrogateescape").splitlines()
    return [_ESCAPED.sub(lambda found: chr(int(found[1], 8)), line.split(" ")[4]) for line in lines]
