"""What a worker sees of its host's health at a glance, and by writing a file."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from judge_workers.node import health
from judge_workers.run_dir import leave_unopened

from judge.config import WorkerSettings
from judge.state_dir import StateDir

WELL = {"f_flag": 0, "f_bavail": 1 << 30, "f_frsize": 4096, "f_favail": 1 << 20, "f_files": 1 << 21}

DISK_FREE_MIN_BYTES = WorkerSettings().disk_free_min_bytes


@pytest.fixture
def state(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir()
    return tmp_path


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the file system says; change it."""
    told = dict(WELL)
    monkeypatch.setattr("os.statvfs", lambda _: SimpleNamespace(**told))
    return told


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, ""),
        ({"f_bavail": 1280}, "disk full: 5 MiB free"),
        ({"f_favail": 1023}, "disk full: 1023 inodes free"),
        ({"f_favail": 1000, "f_files": 20_000}, ""),
        ({"f_favail": 999, "f_files": 20_000}, "disk full: 999 inodes free"),
        ({"f_favail": 0, "f_files": 0}, ""),  # a file system that does not count them
        ({"f_flag": os.ST_RDONLY}, "read-only"),
    ],
)
def test_space_inodes_and_a_read_only_disk_are_seen_and_pass(
    state: Path, disk: dict[str, int], change: dict[str, object], said: str
) -> None:
    watched = health.Health(StateDir(state), DISK_FREE_MIN_BYTES)
    disk.update(change)  # type: ignore[arg-type]
    found = watched.problem()
    assert said in found
    assert bool(found) == bool(said)
    disk.update(WELL)
    assert watched.problem() == ""


def test_a_state_directory_that_is_gone_is_named(tmp_path: Path) -> None:
    watched = health.Health(StateDir(tmp_path / "gone"), DISK_FREE_MIN_BYTES)
    assert watched.ailment_at_a_glance() == f"{tmp_path / 'gone'}: No such file or directory"


def test_a_disk_that_has_room_and_takes_no_file_is_seen(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> int:
        raise OSError(5, "Input/output error")

    watched = health.Health(StateDir(state), DISK_FREE_MIN_BYTES)
    assert watched.ailment() == ""
    monkeypatch.setattr("os.open", broken)
    assert watched.ailment_at_a_glance() == ""
    assert watched.ailment() == f"{state} takes no file: Input/output error"


def test_a_slot_that_cannot_be_opened_is_named(state: Path) -> None:
    leave_unopened(state / "run", 1, "cgroup")
    assert health.Health(StateDir(state), DISK_FREE_MIN_BYTES).problem() == "slot 1 cannot be opened: cgroup"
