"""The doctor knows which hosts let a process wait before it enters a control group."""

from __future__ import annotations

import pytest

from judge.host.doctor import _entering
from judge.model.finding import Status

PLAIN = "cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid,nodev,noexec,relatime,nsdelegate,memory_recursiveprot 0 0\n"
FAVOURED = PLAIN.replace("nsdelegate", "nsdelegate,favordynmods")


@pytest.mark.parametrize(
    ("mounts", "release", "status"),
    [
        (PLAIN, "6.1.0-56-cloud-amd64", Status.WARNING),
        (FAVOURED, "6.1.0-56-cloud-amd64", Status.OK),
        (PLAIN, "5.15.0-generic", Status.OK),
        ("proc /proc proc rw 0 0\n" + FAVOURED, "6.12.1", Status.OK),
    ],
)
def test_only_an_unfavoured_new_kernel_is_pointed_out(mounts: str, release: str, status: Status) -> None:
    finding = _entering(mounts, release)
    assert finding.status is status
    assert bool(finding.remedy) == (status is Status.WARNING)
