"""The leases process lets the reserve slot claim by a byte in a named pipe."""

from __future__ import annotations

import os
from pathlib import Path

from judge_workers.slot.reserve import grant, grant_path

from judge.state_dir import StateDir


def test_without_a_reserve_slot_nothing_is_granted(tmp_path: Path) -> None:
    state = StateDir(tmp_path)
    state.run.mkdir()
    assert not grant(state)
    os.mkfifo(grant_path(state))
    assert not grant(state)  # it is not there yet


def test_each_grant_is_a_byte(tmp_path: Path) -> None:
    state = StateDir(tmp_path)
    state.run.mkdir()
    os.mkfifo(grant_path(state))
    fd = os.open(grant_path(state), os.O_RDWR)
    assert grant(state)
    assert grant(state)
    assert len(os.read(fd, 10)) == 2
    os.close(fd)
