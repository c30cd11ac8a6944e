"""What a run left behind in its container: marks on file systems, local sockets. Imported by the zygote."""

from __future__ import annotations

import os
import socket
import time

from judge.sandbox.protocol import DIRTY_NETWORK, RUN_MOUNTS
from judge.sandbox.reports import MountState

#: What of each of RUN_MOUNTS shows that it was used: its root, but of the pseudo-terminals the node that opens one,
#: which is all that a program can mark there.
_LOOKED_AT = (*RUN_MOUNTS[:3], "/dev/pts/ptmx")
#: How the kernel counts them in a network namespace without any. A fresh one may still have that which brought up its
#: loopback: a count taken then would hide one local socket.
_NO_SOCKETS = b"sockets: used 0"
_CYCLE_LOOKS = 1000
_CYCLE_LOOK_S = 0.004
_Looks = tuple[int, ...]


class Residue:
    """Compares what runs use with what it looked like before any run."""

    def __init__(self) -> None:
        self._sockets_fd = -1  # of the namespace's counts of sockets; -1 until the set-up has opened them
        self._local_sockets_fd = -1  # of its list of local sockets
        self._mounts: list[int] = []  # descriptors of _LOOKED_AT
        self._fresh: list[_Looks] = []  # what each of them looked like unused
        self._fresh_local_sockets = b""

    def open_socket_lists(self, proc: str) -> None:
        """Of the caller's network namespace, by a proc file system of its pid namespace."""
        self._local_sockets_fd = os.open(f"{proc}/self/net/unix", os.O_RDONLY | os.O_CLOEXEC)
        self._sockets_fd = os.open(f"{proc}/self/net/sockstat", os.O_RDONLY | os.O_CLOEXEC)

    @property
    def socket_fds(self) -> tuple[int, int]:
        """What must stay open; -1 = not opened."""
        return self._local_sockets_fd, self._sockets_fd

    def note_fresh(self) -> None:
        """Nothing was used yet: remember what that looks like."""
        while self._mounts:
            os.close(self._mounts.pop())
        for path in _LOOKED_AT:
            self._mounts.append(os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC))
        self._fresh = [_looks_of(fd) for fd in self._mounts]
        self._fresh_local_sockets = self._read_local_sockets()

    def look(self) -> MountState:
        """What was used since. Local sockets that are left are waited for."""
        dirty = full = 0
        for index, fd in enumerate(self._mounts):
            looks, fresh = _looks_of(fd), self._fresh[index]
            if looks != fresh:
                dirty |= 1 << index
            if 0 in looks[:2] and 0 not in fresh[:2]:  # pseudo-terminals have no blocks to begin with
                full |= 1 << index
        if self._count_sockets() != _NO_SOCKETS and self._read_local_sockets() != self._fresh_local_sockets:
            dirty |= DIRTY_NETWORK
            self._end_local_sockets()
        return MountState(dirty, full)

    def _read_local_sockets(self) -> bytes:
        """The local sockets of this namespace: some in flight to each other can outlive their processes for a while.

        Internet sockets are known to the run loop (:data:`judge.sandbox.policy.NOTED`).
        """
        return os.pread(self._local_sockets_fd, 4096, 0) if self._local_sockets_fd >= 0 else b""

    def _count_sockets(self) -> bytes:
        """How many sockets of all families there are: takes a seventh of the time of the list of local ones."""
        return os.pread(self._sockets_fd, 32, 0).partition(b"\n")[0] if self._sockets_fd >= 0 else b""

    def _end_local_sockets(self) -> None:
        """Wait for local sockets that are on their way through each other, with what was sent with them (a locked file
        of the root, say). The kernel looks for such cycles when a local socket is closed, in its own time."""
        for _ in range(_CYCLE_LOOKS):
            socket.socket(socket.AF_UNIX).close()
            time.sleep(_CYCLE_LOOK_S)
            if self._read_local_sockets() == self._fresh_local_sockets:
                break
        time.sleep(_CYCLE_LOOK_S)  # what was sent with them goes a moment after them


def _looks_of(mount: int) -> _Looks:
    """Free blocks and inodes, and what else of the mount's root a program could leave a mark on.

    Mode and times are compared as well as the time of change, whose clock may tick seldom.
    """
    space = os.fstatvfs(mount)
    info = os.fstat(mount)
    times = (info.st_atime_ns, info.st_mtime_ns, info.st_ctime_ns)
    return (space.f_bfree, space.f_ffree, info.st_mode, info.st_gid, *times)
