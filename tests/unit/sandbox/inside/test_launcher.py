"""The launcher's own part of a run, without a container."""

from __future__ import annotations

import errno
import os
import socket
from typing import Any

import pytest

from judge.sandbox import protocol
from judge.sandbox.inside.launcher import Launcher
from judge.sandbox.protocol import Program, StartRun
from judge.sandbox.reports import Failure

PROGRAM = Program(
    argv=("/bin/true",),
    env={},
    cwd="/",
    directories=(),
    open_files=256,
    stack_bytes=0,
    address_space_bytes=0,
    data_segment_bytes=0,
    processes=1,
)


class StuckMembership:
    """Gets into every group, and out of none."""

    def move_to(self, group: int) -> None:
        """It is in."""

    def cpu_ns_here(self) -> int:
        return 0

    def leave_program(self, group: int, next_group: int, processes: int) -> None:
        raise OSError(errno.ESRCH, os.strerror(errno.ESRCH))


class Ended(BaseException):
    """In place of the end of the process."""


def test_a_launcher_that_cannot_leave_a_run_ends_and_so_does_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    launcher: Any = Launcher.__new__(Launcher)
    launcher._control, launcher._membership = theirs, StuckMembership()
    launcher._put_failure, launcher._terminal_fd = None, -1

    def end(code: int) -> None:
        raise Ended

    monkeypatch.setattr(launcher, "_limit", lambda *_: None)
    monkeypatch.setattr("judge.sandbox.inside.launcher._limit_memory", lambda *_: None)
    monkeypatch.setattr(os, "posix_spawn", lambda *_, **__: 4711)
    monkeypatch.setattr(os, "_exit", end)
    request = StartRun(program=PROGRAM, targets=(), group=1, next_group=2, new_groups=())
    with ours, theirs:
        with pytest.raises(Ended):
            launcher._launch(request, PROGRAM, [])
        said = ours.recv(10_000)
    assert said[:1] == protocol.NOT_STARTED
    assert Failure.unpack(said[1:]).step == "leave run cgroup"
