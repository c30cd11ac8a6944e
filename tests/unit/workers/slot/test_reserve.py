"""The leases process tells the reserve slot by single bytes in a named pipe."""

from __future__ import annotations

import os
from pathlib import Path

from judge_workers.slot.reserve import grant, grant_path, prepare

from judge.state_dir import StateDir


def test_without_a_reserve_slot_nothing_is_told(tmp_path: Path) -> None:
    state = StateDir(tmp_path)
    state.run.mkdir()
    assert (grant(state), prepare(state)) == (False, False)


def test_to_open_and_to_claim_are_told_apart(tmp_path: Path) -> None:
    state = StateDir(tmp_path)
    state.run.mkdir()
    os.mkfifo(grant_path(state))
    fd = os.open(grant_path(state), os.O_RDWR)
    assert prepare(state)
    first = os.read(fd, 10)
    assert grant(state)
    assert len({first, os.read(fd, 10)}) == 2
    os.close(fd)
