"""Opens files of others by paths that were looked at before: nothing on the way may have become a link meanwhile.

Sources: openat2(2), include/uapi/linux/openat2.h (Linux 5.6).
"""

from __future__ import annotations

import ctypes
import errno
import os
import stat
import struct

_SYS_OPENAT2 = 437  # asm/unistd.h, the same on every machine
_AT_FDCWD = -100
_RESOLVE_NO_MAGICLINKS = 0x02
_RESOLVE_NO_SYMLINKS = 0x04
_HOW = struct.Struct("QQQ")  # struct open_how: flags, mode, resolve

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long


def open_resolved(path: str | bytes, flags: int = os.O_RDONLY) -> int:
    """Open a regular file for reading by a path without any symbolic link in it, as realpath(3) gives them.

    Never waits for a FIFO's other end. Can be the ``opener`` of :func:`open`. Raises OSError: ELOOP for a link on the
    way, EINVAL for what is no regular file.
    """
    flags |= os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
    how = _HOW.pack(flags, 0, _RESOLVE_NO_SYMLINKS | _RESOLVE_NO_MAGICLINKS)
    fd: int = _libc.syscall(
        ctypes.c_long(_SYS_OPENAT2), ctypes.c_int(_AT_FDCWD), os.fsencode(path), how, ctypes.c_size_t(_HOW.size)
    )
    if fd < 0:
        number = ctypes.get_errno()
        reason = "a link is on its way now" if number == errno.ELOOP else os.strerror(number)
        raise OSError(number, reason, path)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(errno.EINVAL, "is no regular file now", path)
    return fd


def read_resolved(path: str | bytes) -> bytes:
    """The whole file that :func:`open_resolved` opens. Raises OSError."""
    with open(path, "rb", opener=open_resolved) as file:
        return file.read()
