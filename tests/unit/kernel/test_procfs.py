"""One look at a process: whether it lives, and whose child it is."""

from __future__ import annotations

import os
import subprocess

import pytest

from judge.kernel.procfs import ProcessStat, children, process_stat


def test_a_living_process_has_a_parent_and_its_children_are_listed() -> None:
    with subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE) as child:
        stat = process_stat(child.pid)
        assert (stat.alive, stat.leaving, stat.parent_pid) == (True, False, os.getpid())
        assert child.pid in children(os.getpid())


def test_a_zombie_is_not_alive_and_one_that_is_gone_has_no_state() -> None:
    child = subprocess.Popen(["/bin/true"])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert process_stat(child.pid).leaving
    assert not process_stat(child.pid).alive
    child.wait()
    assert process_stat(child.pid) == ProcessStat("", 0, 0)
    assert children(child.pid) == []


@pytest.mark.parametrize(("state", "flags", "leaving"), [("R", 0, False), ("R", 0x4, True), ("S", 0x40, False)])
def test_one_past_its_last_instruction_is_leaving(state: str, flags: int, leaving: bool) -> None:
    assert ProcessStat(state, 1, flags).leaving is leaving
