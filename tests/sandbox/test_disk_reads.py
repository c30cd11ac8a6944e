"""What a program reads from disks is counted, and limited where the host can."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sandbox_harness import Stage, script

from judge.model.units import MIB
from judge.sandbox.slot import Slot, SlotConfig
from judge.sandbox.spec import ContainerSpec, Rootfs

READ = "import sys; print(len(open('/artifact/cold', 'rb').read()))"
SIZE_BYTES = 8 * MIB


@pytest.fixture
def cold() -> Iterator[Path]:
    """A directory with a file that is on the disk and not in memory."""
    with tempfile.TemporaryDirectory(prefix="judge-cold-", dir="/var/tmp") as name:
        directory = Path(name)
        directory.chmod(0o755)
        path = directory / "cold"
        path.write_bytes(os.urandom(SIZE_BYTES))
        path.chmod(0o644)
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        yield directory


def on_a_disk(path: Path) -> bool:
    device = os.stat(path).st_dev
    return os.path.exists(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}")


def test_bytes_read_are_in_the_usage(sandbox_slot: Slot, sandbox_rootfs: Rootfs, cold: Path) -> None:
    if not on_a_disk(cold):
        pytest.skip("no disk below /var/tmp")
    with sandbox_slot.container(ContainerSpec(rootfs=sandbox_rootfs, artifact=str(cold))) as box:
        Stage(box).says("pass")
        read = [box.run(script(READ)).result.usage.io_read_bytes for _ in range(2)]
    assert read[0] is not None and read[1] is not None
    assert read[0] >= SIZE_BYTES
    assert read[1] < SIZE_BYTES / 2  # it is in memory now, and the first run's are not counted again


@pytest.mark.realtime
def test_a_slot_reads_no_faster_than_it_may(sandbox_state: Path, sandbox_rootfs: Rootfs, cold: Path) -> None:
    config = SlotConfig(index=50, state_dir=str(sandbox_state), disk_read_bytes_per_s=2 * MIB)
    with Slot.open(config) as slot:
        if not on_a_disk(cold) or not {"io", "blkio"} & slot.groups.host.controllers:
            pytest.skip("no disk below /var/tmp, or no controller for it")
        with slot.container(ContainerSpec(rootfs=sandbox_rootfs, artifact=str(cold))) as box:
            result = box.run(script(READ)).result
    assert result.ok, result
    assert result.usage.wall_time_ns > 2_000_000_000  # four seconds' worth, less what the kernel gives at once
