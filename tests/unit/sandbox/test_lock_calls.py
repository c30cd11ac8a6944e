"""Which descriptors carry locks: what has an inode of its own, as far as a look can tell."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from judge.sandbox.lock_calls import carries_locks


def opened(path: str, flags: int = os.O_RDONLY) -> Callable[[], int]:
    return lambda: os.open(path, flags)


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        pytest.param(opened("/etc/passwd"), True, id="a file"),
        pytest.param(opened("/usr"), True, id="a directory"),
        pytest.param(lambda: os.memfd_create("own"), True, id="a memfd of its own"),
        pytest.param(opened("/dev/null"), False, id="a device"),
        pytest.param(lambda: os.eventfd(0), False, id="an eventfd"),
        pytest.param(lambda: os.pidfd_open(os.getpid()), False, id="a pidfd"),
        pytest.param(opened("/proc/self/ns/user"), False, id="a namespace"),
        pytest.param(lambda: os.pipe()[0], False, id="a pipe"),
        pytest.param(lambda: socket.socket(socket.AF_UNIX).detach(), False, id="a socket"),
    ],
)
def test_files_carry_locks_and_what_slots_share_does_not(make: Callable[[], int], expected: bool) -> None:
    fd = make()
    try:
        assert carries_locks(os.getpid(), fd) is expected
    finally:
        os.close(fd)


def test_what_is_gone_carries_none(tmp_path: Path) -> None:
    fd = os.open(tmp_path, os.O_RDONLY)
    os.close(fd)
    assert not carries_locks(os.getpid(), fd)
    assert not carries_locks(2**31 - 1, 0)
