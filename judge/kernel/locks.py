"""Locks on directories that may be renamed away or replaced while somebody waits for them. Source: flock(2)."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path


def lies_at(fd: int, path: Path) -> bool:
    """Whether what a descriptor leads to has this path still. Raises OSError."""
    try:
        return os.path.samestat(os.fstat(fd), os.stat(path))
    except FileNotFoundError:
        return False


def lock_directory(directory: Path, how: int) -> int:
    """A descriptor that holds a lock on the directory at this path, or -1 when absent or (LOCK_NB) in use."""
    for _ in range(8):
        try:
            fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError:
            return -1
        try:
            fcntl.flock(fd, how)
            if lies_at(fd, directory):
                return fd
        except OSError:
            os.close(fd)
            return -1
        os.close(fd)  # replaced while we waited for the lock
    return -1
