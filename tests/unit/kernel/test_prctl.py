"""Whose child a process becomes when its parent has ended."""

from __future__ import annotations

import os

from judge.kernel.prctl import adopting_orphans


def parent_of_an_orphan() -> int:
    """The parent of a grandchild whose own parent, our child, has ended; everything is reaped."""
    reads, writes = os.pipe()
    holds, releases = os.pipe()
    child = os.fork()
    if child == 0:
        if os.fork() == 0:
            os.close(releases)
            os.read(holds, 1)  # ends when the test has seen the child's end and closes its side
            os.write(writes, f"{os.getpid()} {os.getppid()}".encode())
        os._exit(0)
    os.close(holds)
    os.waitpid(child, 0)
    os.close(releases)
    orphan, parent = map(int, os.read(reads, 40).split())
    for descriptor in (reads, writes):
        os.close(descriptor)
    if parent == os.getpid():
        os.waitpid(orphan, 0)
    return parent


def test_orphans_are_adopted_within_the_block_and_not_after_it() -> None:
    with adopting_orphans():
        assert parent_of_an_orphan() == os.getpid()
    assert parent_of_an_orphan() != os.getpid()
