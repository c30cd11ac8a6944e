"""Parsing of mountinfo, cgroup and keyed files."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.kernel.cgroupfs import read_hierarchies, read_keyed, read_value

HYBRID = """\
22 28 0:20 / /sys rw,nosuid - sysfs sysfs rw
33 22 0:28 / /sys/fs/cgroup/unified rw shared:9 - cgroup2 cgroup2 rw,nsdelegate
36 22 0:31 / /sys/fs/cgroup/memory rw shared:12 - cgroup cgroup rw,memory
37 22 0:32 / /sys/fs/cgroup/cpu,cpuacct rw shared:13 - cgroup cgroup rw,cpu,cpuacct
"""
UNIFIED = "33 22 0:28 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"


def proc(tmp_path: Path, mountinfo: str, cgroup: str) -> Path:
    (tmp_path / "mountinfo").write_text(mountinfo)
    (tmp_path / "cgroup").write_text(cgroup)
    return tmp_path


def test_hybrid_hosts_are_read_by_controller(tmp_path: Path) -> None:
    found = read_hierarchies(proc(tmp_path, HYBRID, "5:cpu,cpuacct:/a\n3:memory:/user/b:c\n0::/d\n"))
    assert found.v2 == "/sys/fs/cgroup/unified"
    assert found.v1["memory"] == "/sys/fs/cgroup/memory"
    assert found.v1["cpu"] == found.v1["cpuacct"] == "/sys/fs/cgroup/cpu,cpuacct"
    assert found.own == {"cpu": "/a", "cpuacct": "/a", "memory": "/user/b:c", "": "/d"}


def test_unified_hosts_have_no_v1(tmp_path: Path) -> None:
    found = read_hierarchies(proc(tmp_path, UNIFIED, "0::/system.slice/judge.service\n"))
    assert (found.v1, found.v2) == ({}, "/sys/fs/cgroup")
    assert found.own == {"": "/system.slice/judge.service"}


def test_hosts_without_cgroups_have_nothing(tmp_path: Path) -> None:
    found = read_hierarchies(proc(tmp_path, "1 0 0:1 / / rw - ext4 /dev/sda rw\n", ""))
    assert (found.v1, found.v2, found.own) == ({}, "", {})


def test_this_host_is_readable() -> None:
    found = read_hierarchies()
    assert found.v1 or found.v2


def test_keyed_files_give_their_numbers_and_nothing_else() -> None:
    assert read_keyed("oom_kill 3\nunder_oom 0\nmax max\n\nodd\nhalf 1.5\n") == {"oom_kill": 3, "under_oom": 0}
    assert read_keyed("") == {}


@pytest.mark.parametrize(
    ("text", "key", "value"),
    [
        ("oom_kill_disable 0\nunder_oom 1\noom_kill 7\n", "oom_kill", 7),
        ("usage_usec 12\nuser_usec 5\n", "usage_usec", 12),
        ("usage_usec 12\n", "user_usec", 0),
        ("", "max", 0),
    ],
)
def test_one_value_is_found_by_its_whole_key(text: str, key: str, value: int) -> None:
    assert read_value(text, key) == value
