"""What a program is handed is its own: whatever it does to it, nobody else ever sees."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sandbox_harness import Stage, script

from judge.grading.case_data import CaseData
from judge.sandbox.capture import Capture, memfd_of

#: Everything that a program can do to a file of which it has a descriptor, each tried alone.
MARKS = """
import fcntl, os, struct, sys
def tries(call):
    try:
        call()
    except OSError:
        pass
for fd in map(int, sys.argv[1:]):
    here = f'/proc/self/fd/{fd}'
    tries(lambda: os.read(fd, 10))
    tries(lambda: os.lseek(fd, 3, os.SEEK_SET))
    for how in (os.O_RDONLY, os.O_RDWR, os.O_WRONLY | os.O_TRUNC):
        tries(lambda: os.read(os.open(here, how), 10))
    for target in (fd, here):
        tries(lambda: os.utime(target, ns=(1, 2)))
        tries(lambda: os.utime(target))
        tries(lambda: os.chown(target, os.getuid(), os.getgid()))
        tries(lambda: os.chmod(target, 0))
    tries(lambda: fcntl.fcntl(fd, 1036, struct.pack('Q', 2)))  # F_SET_RW_HINT
    tries(lambda: fcntl.fcntl(fd, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SEAL))
    tries(lambda: os.ftruncate(fd, 1))
"""


@pytest.fixture(params=["file", "kept test data", "capture in memory", "large capture"])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[int]:
    """A descriptor that more than one run is given."""
    path = tmp_path / "1.in"
    path.write_bytes(b"0123456789abcdef")
    path.chmod(0o666)
    data, big = CaseData(), Capture(fd=memfd_of(b"0123456789abcdef"), size_bytes=16)
    opened: dict[str, Callable[[], int]] = {
        "file": lambda: os.open(path, os.O_RDONLY),
        "kept test data": lambda: data.open(str(path)),
        "capture in memory": lambda: Capture(b"0123456789abcdef").open_fd(),
        "large capture": big.open_fd,
    }
    fd = opened[request.param]()
    yield fd
    os.close(fd)
    data.close()


def state(fd: int) -> tuple[object, ...]:
    about = os.fstat(fd)
    times = (about.st_mtime_ns, about.st_ctime_ns)  # the judge's own reading moves the third
    return (about.st_mode, about.st_uid, about.st_gid, about.st_size, *times, os.lseek(fd, 0, os.SEEK_CUR))


def test_no_run_marks_what_others_are_given(stage: Stage, shared: int) -> None:
    wanted = os.pread(shared, 100, 0)
    before = state(shared)
    for _ in range(2):
        done = stage.box.run(script(MARKS, "0", "5"), stdin=shared, fds={5: shared})
        assert done.result.ok, done.stderr.text()
        assert state(shared) == before
    assert os.pread(shared, 100, 0) == wanted
    assert stage.says("import sys; print(sys.stdin.read())", stdin=shared) == wanted.decode()


@pytest.mark.parametrize("given", ["nothing", "the host's null device"])
def test_without_input_there_is_no_device_of_the_host(stage: Stage, given: str) -> None:
    look = "import os, stat; i = os.fstat(0); print(stat.S_ISREG(i.st_mode), i.st_size, os.read(0, 1))"
    fd = os.open("/dev/null", os.O_RDONLY)
    try:
        assert stage.says(look, stdin=None if given == "nothing" else fd) == "True 0 b''"
    finally:
        os.close(fd)


def test_an_input_can_be_mapped_as_shared(stage: Stage) -> None:
    look = "import mmap; print(mmap.mmap(0, 0, flags=mmap.MAP_SHARED, prot=mmap.PROT_READ)[:])"
    assert stage.says(look, stdin=b"mapped") == "b'mapped'"


def test_a_copy_is_read_from_where_the_caller_stood(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "1.in").write_bytes(b"0123456789")
    fd = os.open(tmp_path / "1.in", os.O_RDONLY)
    os.lseek(fd, 4, os.SEEK_SET)
    assert stage.says("import sys; print(sys.stdin.read())", stdin=fd) == "456789"
    assert os.lseek(fd, 0, os.SEEK_CUR) == 4
    os.close(fd)
