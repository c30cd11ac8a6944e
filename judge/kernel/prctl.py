"""prctl(2) requests about the caller's place among processes. Constants from linux/prctl.h."""

from __future__ import annotations

import ctypes

from judge.errors import KernelError

PR_SET_PDEATHSIG = 1  # Linux 2.1.57
PR_SET_CHILD_SUBREAPER = 36  # Linux 3.4

_libc = ctypes.CDLL(None, use_errno=True)


def set_parent_death_signal(number: int) -> None:
    """The kernel sends ``number`` to the caller when the thread that made it ends; kept over execve."""
    _prctl(PR_SET_PDEATHSIG, number)


def set_child_subreaper() -> None:
    """Orphaned descendants become the caller's children, not init's."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def _prctl(option: int, argument: int) -> None:
    unused = ctypes.c_ulong(0)
    if _libc.prctl(ctypes.c_int(option), ctypes.c_ulong(argument), unused, unused, unused) != 0:
        raise KernelError("prctl", ctypes.get_errno(), f"option {option}")
