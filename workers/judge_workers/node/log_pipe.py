"""The pipe that all of a worker's processes log into, so that none of them ever waits for a reader of the log.

Standard error of the supervisor and of everything below it is the write end of one pipe, which does not block: what
does not fit is dropped and counted by its writer (:mod:`judge.observe.logs`).
:mod:`judge_workers.node.log_relay` carries the
lines on to the real standard error, and stands there as long as it must. The supervisor keeps both ends open, so the
relay may die and come back.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from judge_workers.node.log_relay import GRACE_S
from judge_workers.node.process import ManagedProcess, ProcessSpec

#: Asked of the kernel for the pipe: some ten thousand lines (F_SETPIPE_SZ, fcntl(2)).
PIPE_BYTES = 1 << 20

_STDERR = 2


@contextmanager
def log_pipe() -> Iterator[ManagedProcess]:
    """Inside, standard error of this process and of those it starts is the pipe; yields the relay, which runs.

    At the end the relay gets GRACE_S for what is still in the pipe; one that cannot even be killed is left behind.
    Call it before any child is started, from a process without threads.
    """
    outside = fcntl.fcntl(_STDERR, fcntl.F_DUPFD_CLOEXEC, 3)
    read_fd, write_fd = os.pipe2(os.O_CLOEXEC)
    with contextlib.suppress(OSError):  # pipe-user-pages-soft: the default size stays
        fcntl.fcntl(write_fd, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
    os.set_blocking(write_fd, False)
    relay = ManagedProcess(_relay_spec(read_fd, outside))
    try:
        relay.start()
        os.dup2(write_fd, _STDERR)
        os.close(write_fd)
        yield relay
    finally:
        sys.stderr.flush()
        os.dup2(outside, _STDERR)
        os.close(outside)
        _end(relay)
        os.close(read_fd)


def _relay_spec(read_fd: int, outside: int) -> ProcessSpec:
    script = str(Path(__file__).with_name("log_relay.py"))
    return ProcessSpec(
        "log",
        (sys.executable, "-I", "-S", script),
        os.environ,
        stdin_fd=read_fd,
        output_fd=outside,
        death_signal=signal.SIGTERM,
    )


def _end(relay: ManagedProcess) -> None:
    """Give the relay, which ends by itself at the end of the pipe, GRACE_S; then kill it."""
    if not relay.running:
        return
    relay.wanted = False
    with contextlib.suppress(OSError):
        pidfd = os.pidfd_open(relay.pid)
        end = select.poll()
        end.register(pidfd, select.POLLIN)
        try:
            for number in (0, signal.SIGKILL):
                signal.pidfd_send_signal(pidfd, number)
                if end.poll(GRACE_S * 1000):
                    break
        finally:
            os.close(pidfd)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(relay.pid, os.WNOHANG)
