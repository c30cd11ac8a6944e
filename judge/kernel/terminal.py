"""Pseudo-terminals (pty(7), ioctl_tty(2)). Imported by the zygote."""

from __future__ import annotations

import fcntl
import os
import struct
from typing import NamedTuple

from judge.kernel import abi

_INT = struct.Struct("i")


class Terminal(NamedTuple):
    """Both sides of it, and where a program finds its own."""

    master_fd: int  #: does not block
    slave_fd: int
    path: str


def open_terminal(rows: int, columns: int) -> Terminal:
    """A fresh one of the instance below /dev/pts; it controls nobody yet. Raises OSError."""
    master_fd = os.open("/dev/pts/ptmx", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        fcntl.ioctl(master_fd, abi.TIOCSPTLCK, _INT.pack(0))
        (number,) = _INT.unpack(fcntl.ioctl(master_fd, abi.TIOCGPTN, _INT.pack(0)))
        path = f"/dev/pts/{number}"
        slave_fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        os.close(master_fd)
        raise
    set_size(slave_fd, rows, columns)
    return Terminal(master_fd, slave_fd, path)


def set_size(fd: int, rows: int, columns: int) -> None:
    """Of the terminal behind either side; the kernel tells the group in its foreground (SIGWINCH) of a change."""
    fcntl.ioctl(fd, abi.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
