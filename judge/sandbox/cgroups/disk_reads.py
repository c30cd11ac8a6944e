"""How fast the programs of a slot may read from disks: the text of the kernel's files that limit it.

Sources: Documentation/admin-guide/cgroup-v2.rst ("io.max"), cgroup-v1/blkio-controller.rst (throttling).
"""

from __future__ import annotations

import contextlib
from pathlib import Path

#: A read counts at least this much, so that small ones keep the disk no busier than large ones.
_BYTES_PER_READ = 16 << 10


def whole_disks(sysfs: Path = Path("/sys")) -> tuple[str, ...]:
    """Numbers ("254:0") of the block devices of this machine that hold something; partitions are not limited alone."""
    found = []
    for device in sorted(sysfs.glob("block/*")):
        with contextlib.suppress(OSError, ValueError):
            if int((device / "size").read_text()) > 0:
                found.append((device / "dev").read_text().strip())
    return tuple(found)


def limit_reads(group: Path, version: int, bytes_per_s: int, disks: tuple[str, ...]) -> None:
    """Let what is in ``group`` read so much a second from each disk; a disk that cannot be limited is passed over."""
    reads_per_s = max(1, bytes_per_s // _BYTES_PER_READ)
    for disk in disks:
        if version == 2:
            lines = {"io.max": f"{disk} rbps={bytes_per_s} riops={reads_per_s}"}
        else:
            lines = {
                "blkio.throttle.read_bps_device": f"{disk} {bytes_per_s}",
                "blkio.throttle.read_iops_device": f"{disk} {reads_per_s}",
            }
        for name, line in lines.items():
            with contextlib.suppress(OSError):
                (group / name).write_text(line)
