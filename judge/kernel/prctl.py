"""prctl(2) requests about the caller's place among processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from judge.errors import KernelError
from judge.kernel import abi, libc


def set_parent_death_signal(number: int) -> None:
    """The kernel sends ``number`` to the caller when the thread that made it ends; kept over execve.

    Raises KernelError, as the other functions here do."""
    _prctl(abi.PR_SET_PDEATHSIG, number)


def set_child_subreaper() -> None:
    """Orphaned descendants become the caller's children, not init's."""
    _prctl(abi.PR_SET_CHILD_SUBREAPER, 1)


@contextmanager
def adopting_orphans() -> Iterator[None]:
    """As :func:`set_child_subreaper`, until the end; those adopted by then stay the caller's."""
    set_child_subreaper()
    try:
        yield
    finally:
        _prctl(abi.PR_SET_CHILD_SUBREAPER, 0)


def _prctl(option: int, argument: int) -> None:
    try:
        libc.prctl(option, argument)
    except OSError as error:
        raise KernelError("prctl", error.errno or 0, f"option {option}") from error
