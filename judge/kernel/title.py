"""The words that a process shows in ``/proc/PID/cmdline``, for a process that was forked to be something else."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

#: Fields 48 and 49 of stat (proc_pid_stat(5)), counted from the state, which is the third.
_ARG_START, _ARG_END = 45, 46


def show_command(words: Sequence[str]) -> None:
    """Show ``words`` in place of the words that this process was started with, as far as those leave room.

    Nothing happens where the kernel does not say where they lie.
    """
    with open("/proc/self/stat", encoding="utf-8", errors="replace") as file:
        fields = file.read().rpartition(")")[2].split()
    start, end = int(fields[_ARG_START]), int(fields[_ARG_END])
    if not start or end <= start:
        return
    text = "\0".join(words).encode(errors="surrogateescape")[: end - start - 1]
    ctypes.memmove(start, text.ljust(end - start, b"\0"), end - start)
