"""Limits of reading from disks, as the kernel's files want them."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.sandbox.cgroups.disk_reads import limit_reads, whole_disks


def test_devices_that_hold_nothing_are_passed_over(tmp_path: Path) -> None:
    for name, size, number in (("vda", "100", "254:0"), ("loop0", "0", "7:0"), ("vdb", "7", "254:16")):
        device = tmp_path / "block" / name
        device.mkdir(parents=True)
        (device / "size").write_text(f"{size}\n")
        (device / "dev").write_text(f"{number}\n")
    (tmp_path / "block" / "gone").mkdir()
    assert whole_disks(tmp_path) == ("254:0", "254:16")
    assert whole_disks(tmp_path / "absent") == ()


@pytest.mark.parametrize(
    ("version", "files"),
    [
        (2, {"io.max": "254:0 rbps=1048576 riops=64"}),
        (1, {"blkio.throttle.read_bps_device": "254:0 1048576", "blkio.throttle.read_iops_device": "254:0 64"}),
    ],
)
def test_small_reads_are_limited_like_large_ones(tmp_path: Path, version: int, files: dict[str, str]) -> None:
    limit_reads(tmp_path, version, 1 << 20, ("254:0",))
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == files


def test_a_disk_that_cannot_be_limited_is_no_error(tmp_path: Path) -> None:
    limit_reads(tmp_path / "absent", 2, 1 << 20, ("254:0",))
