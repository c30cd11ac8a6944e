"""When a worker takes itself out, and what brings it back."""

from __future__ import annotations

from collections import namedtuple
from pathlib import Path

import pytest

from judge.config import Settings
from workers import health
from workers.notes import leave_unopened

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir()
    return tmp_path


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Set ``free["bytes"]`` to what the disk has left."""
    left = {"bytes": 1 << 40}
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _: Usage(0, 0, left["bytes"]))
    return left


def test_a_row_of_failures_stays_until_it_is_forgotten(state: Path, free: dict[str, int]):
    watched = health.Health(Settings(state_dir=str(state)))
    assert watched.problem(9) == ""
    assert watched.problem(10) == "10 attempts in a row failed here"
    assert watched.problem(10) != ""
    assert watched.problem(0) == ""


def test_a_full_disk_passes_and_with_it_what_failed_meanwhile(state: Path, free: dict[str, int]):
    watched = health.Health(Settings(state_dir=str(state)))
    free["bytes"] = 5 << 20
    leave_unopened(state / "run", 0, "No space left on device")
    assert watched.problem(12).startswith("disk full: 5 MiB free")
    free["bytes"] = 1 << 40
    assert watched.problem(12) == ""  # the keeper brings the worker back, which sets the count to 0
    assert watched.problem(0) == ""
    assert watched.problem(10) == "10 attempts in a row failed here"


def test_a_slot_that_cannot_be_opened_is_named(state: Path, free: dict[str, int]):
    leave_unopened(state / "run", 1, "cgroup")
    assert health.Health(Settings(state_dir=str(state))).problem(0) == "slot 1 cannot be opened: cgroup"
