"""The processes of a container as its pid 1 sees them: ending, reaping, counting. Imported by the zygote."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket

from judge.sandbox import protocol

#: Every signal, as plain numbers: told to reset all, the C library does not first ask for the state of each.
EVERY_SIGNAL = tuple(int(number) for number in signal.valid_signals())


def is_dead(pid: int) -> bool:
    """Whether a child has ended; it is not reaped."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def kill_everyone() -> None:
    """Everything in this pid namespace but the caller."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)


def reap_everyone() -> None:
    """Kill and wait until this pid namespace holds only the caller."""
    try:
        while True:
            # The dead and the living may be mixed: what is left once the dead are gone must be killed.
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                kill_everyone()
                os.waitpid(-1, 0)
    except ChildProcessError:
        return


def await_end(pid: int, pidfd: int, control: socket.socket, terminal_fd: int) -> bool:
    """Until the program is dead, not yet reaped. Returns whether it was killed on demand of the run loop.

    Meanwhile it gets the signals that the run loop sends. ``terminal_fd``: the master of its terminal; -1 = none.
    """
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    poll.register(control, select.POLLIN)
    killed = False
    while True:
        for fd, _ in poll.poll():
            if fd == pidfd:
                return killed
            message = control.recv(64)
            if message[:1] == protocol.SIGNAL:
                _signal_group(pid, terminal_fd, message[1])
                continue
            if message != protocol.KILL:
                os._exit(0)
            killed = True
            kill_everyone()


def _signal_group(pid: int, terminal_fd: int, number: int) -> None:
    """To the group in the terminal's foreground; to the program's own where there is none."""
    with contextlib.suppress(OSError):
        group = os.tcgetpgrp(terminal_fd) if terminal_fd >= 0 else 0
        os.killpg(group if group > 1 else pid, number)


class TaskCounter:
    """How many tasks were ever made in this pid namespace."""

    def __init__(self) -> None:
        """To be made before the root changes: the file is out of sight afterwards."""
        try:
            self.fd = os.open("/proc/sys/kernel/ns_last_pid", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            self.fd = -1  # a kernel without CONFIG_CHECKPOINT_RESTORE

    def since(self, first_pid: int) -> int:
        """Tasks made from ``first_pid`` on, itself included; 0 = unknown."""
        if self.fd < 0:
            return 0
        last_pid = int(os.pread(self.fd, 32, 0))
        return last_pid - first_pid + 1 if last_pid >= first_pid else 0
