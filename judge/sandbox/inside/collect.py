"""Finds files below a directory that a hostile program filled. Runs as the program's own uid, inside.

Nothing is followed: no symbolic link, no device, no FIFO is ever opened; depth and entries are bounded, names are
bytes, patterns those of :mod:`judge.globs`. Imported by the launcher: light modules only.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator

from judge.globs import matches, may_hold, parsed

_DEPTH_MAX = 64
_ENTRIES_MAX = 100_000
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY


class Budget:
    """How much is looked at in one walk: entries, and CPU time of this process, which load leaves as it is."""

    def __init__(self, cpu_time_ns: int) -> None:
        self.is_spent = False
        self._entries = _ENTRIES_MAX
        self._until_ns = time.process_time_ns() + cpu_time_ns

    def take_one(self) -> bool:
        """Whether one more entry may be looked at."""
        self._entries -= 1
        self.is_spent = self.is_spent or self._entries < 0 or time.process_time_ns() > self._until_ns
        return not self.is_spent


def open_below(top: bytes, name: str) -> int:
    """A descriptor of the regular file ``name`` below ``top``; the caller closes it.

    Raises OSError, with the number 0 for what is there and is no regular file.
    """
    *parents, last = parsed(name)
    directory = os.open(top, _OPEN | os.O_DIRECTORY)
    try:
        for parent in parents:
            below = os.open(parent, _OPEN | os.O_DIRECTORY, dir_fd=directory)
            os.close(directory)
            directory = below
        if not stat.S_ISREG(os.stat(last, dir_fd=directory, follow_symlinks=False).st_mode):
            raise OSError(0, "no regular file")
        return os.open(last, _OPEN, dir_fd=directory)
    finally:
        os.close(directory)


def walk(top: bytes, patterns: tuple[str, ...], budget: Budget) -> Iterator[tuple[bytes, int, os.stat_result]]:
    """Yield (path below ``top``, open descriptor, its stat) of every matching regular file, names in order.

    The caller closes the descriptor. Directories that cannot be read are passed over.
    """
    wanted = [parsed(pattern) for pattern in patterns]
    try:
        root = os.open(top, _OPEN | os.O_DIRECTORY)
    except OSError:
        return
    try:
        yield from _walk(root, (), wanted, budget)
    finally:
        os.close(root)


def _walk(
    directory: int, parents: tuple[bytes, ...], wanted: list[tuple[bytes, ...]], budget: Budget
) -> Iterator[tuple[bytes, int, os.stat_result]]:
    try:
        names = sorted(os.fsencode(name) for name in os.listdir(directory))
    except OSError:
        return
    for name in names:
        if not budget.take_one():
            return
        path = (*parents, name)
        fits = any(matches(path, pattern) for pattern in wanted)
        below = len(path) < _DEPTH_MAX and any(may_hold(path, pattern) for pattern in wanted)
        if not fits and not below:
            continue
        try:
            kind = os.stat(name, dir_fd=directory, follow_symlinks=False).st_mode
            if not (stat.S_ISREG(kind) and fits) and not (stat.S_ISDIR(kind) and below):
                continue
            fd = os.open(name, _OPEN, dir_fd=directory)
        except OSError:
            continue
        info = os.fstat(fd)
        if stat.S_ISREG(info.st_mode) and fits:
            yield b"/".join(path), fd, info
            continue
        try:
            if stat.S_ISDIR(info.st_mode) and below:
                yield from _walk(fd, path, wanted, budget)
        finally:
            os.close(fd)
