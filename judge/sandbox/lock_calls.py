"""The file locks of a run: each call that takes one waits until the run loop has looked at it, and then goes on.

Two things are looked at. How many there were: the kernel charges locks to no memory cgroup (fs/locks.c makes its caches
without SLAB_ACCOUNT), so a run gets no more calls than its memory limit has KiB, and no more than 262,144; what they
hold stays below a fifth of that limit, and what they cost here is bounded. And what is locked: files and directories
carry locks; device nodes, eventfds and whatever else has no path may have an inode that all slots share, and do not.
Which file a number means can change between the look and the call, so that the second is a courtesy to honest programs
and no wall (``docs/explanation/seccomp.md``, "Locks").
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
import struct

from judge.kernel import abi

_RESPONSE = struct.Struct("<QqiI")
_BYTES_PER_CALL = 1024
_CALLS_MAX = 1 << 18


class LockCalls:
    """Answers the lock calls of one run. Never blocks: a call that has to wait does so in the program."""

    def __init__(self, listener_fd: int, memory_bytes: int) -> None:
        self._listener_fd = listener_fd
        self._left = min(memory_bytes // _BYTES_PER_CALL, _CALLS_MAX)

    def answer(self, notification_id: int, pid: int, fd: int) -> None:
        """Let the call of ``pid`` on its descriptor ``fd`` go on, or fail it with ENOLCK."""
        self._left -= 1
        may_lock = self._left >= 0 and carries_locks(pid, fd)
        code, flags = (0, abi.SECCOMP_USER_NOTIF_FLAG_CONTINUE) if may_lock else (-errno.ENOLCK, 0)
        with contextlib.suppress(OSError):  # ENOENT: the caller died meanwhile
            fcntl.ioctl(
                self._listener_fd, abi.SECCOMP_IOCTL_NOTIF_SEND, _RESPONSE.pack(notification_id, 0, code, flags)
            )


def carries_locks(pid: int, fd: int) -> bool:
    """Whether descriptor ``fd`` of process ``pid`` is a file or directory with a path, or a memfd (those that a run is
    handed are copies of its own). False when it is closed or the process is gone."""
    link = f"/proc/{pid}/fd/{fd}"
    try:
        return os.readlink(link).startswith("/") and stat.S_IFMT(os.stat(link).st_mode) in (stat.S_IFREG, stat.S_IFDIR)
    except OSError:
        return False
