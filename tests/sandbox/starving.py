"""Takes the processors away from a slot: its groups weigh little beside a busy loop on every core."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from judge.sandbox.slot import Slot

_LOOP = "import os, sys\nos.sched_setaffinity(0, {int(sys.argv[1])})\nprint(flush=True)\nwhile True: pass"


@contextlib.contextmanager
def starved(slot: Slot) -> Iterator[None]:
    """While it lasts the slot gets a few hundredths of each core."""
    v2 = slot.groups.host.version == 2
    parent = slot.groups.host.parents.get("" if v2 else "cpu")
    if parent is None:
        pytest.skip("needs the cpu controller")
    name, usual, little = ("cpu.weight", 100, 3) if v2 else ("cpu.shares", 1024, 30)
    ours = parent / f"slot-{slot.number}" / name
    rivals = parent / f"busy-{os.getpid()}"
    rivals.mkdir()
    loops: list[subprocess.Popen[bytes]] = []
    before = ours.read_text()
    try:
        (rivals / name).write_text(str(usual))
        loops += [_loop(rivals, core) for core in sorted(os.sched_getaffinity(0))]
        ours.write_text(str(little))
        yield
    finally:
        ours.write_text(before)
        for loop in loops:
            loop.kill()
            loop.communicate()
        rivals.rmdir()


def _loop(group: Path, core: int) -> subprocess.Popen[bytes]:
    loop = subprocess.Popen([sys.executable, "-I", "-S", "-c", _LOOP, str(core)], stdout=subprocess.PIPE)
    (group / "cgroup.procs").write_text(str(loop.pid))
    assert loop.stdout is not None
    loop.stdout.readline()
    return loop
