"""What crosses the border of a container with a run: the request's checks, its pipes, what goes in and comes out."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from collections.abc import Iterable, Mapping

from judge.errors import SandboxError, WorkFilesError
from judge.sandbox.capture import Capture, memfd_of, sealed_memfd
from judge.sandbox.protocol import PREPARE_WORK, PUT
from judge.sandbox.reports import Failure
from judge.sandbox.spec import RunSpec
from judge.sandbox.streams import Drain

#: Numbers under which a program can be handed descriptors; the launcher's own are above.
PROGRAM_FDS = range(3, 20)
#: linux/major.h, drivers/char/mem.c
_NULL_DEVICE = os.makedev(1, 3)
#: Output streams of a program.
_STREAMS = 2

#: What a program is handed: bytes, a descriptor to copy from, or an earlier capture.
Content = bytes | int | Capture


def check_request(spec: RunSpec, files: Mapping[str, Content], fds: Iterable[int], links: Iterable[str] = ()) -> None:
    """Refuse what would reach out of /work or confuse the launcher; of links their names count. Raises SandboxError."""
    if not spec.argv or not spec.argv[0].startswith("/"):
        raise SandboxError("check request", detail=f"argv must begin with an absolute path: {spec.argv!r}")
    for name in (*files, *spec.directories, *links, *(wanted.name for wanted in spec.collect.wanted)):
        if not name or "\0" in name or not {"", ".", ".."}.isdisjoint(name.split("/")):
            raise SandboxError("check request", detail=f"not a relative path below /work: {name!r}")
    for number in fds:
        if number not in PROGRAM_FDS:
            raise SandboxError("check request", detail=f"descriptors are handed over as 3 to 19, not as {number}")


#: What a tmpfs of a run's own answers to names and sizes that do not fit it. All else is the host's.
_MISFITS = frozenset({errno.ENOSPC, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.EINVAL})


def refused(failure: Failure) -> SandboxError:
    """Why a launcher did not start a program: the files that it was to find, or a wall that is not there."""
    _, code, step, detail = failure
    if code in _MISFITS and (step.startswith(PUT) or step == PREPARE_WORK):
        return WorkFilesError(step, code, detail)
    return SandboxError(step, errno=code, detail=detail)


def private_fd(source: int | bytes, name: str = "stdin") -> tuple[int, bool]:
    """What a program may hold of ``source``, and whether it is for the caller to close: not when it is ``source``.

    Of a regular file it gets a copy that no other run ever sees, at the same offset. Whatever is shared could be
    marked: by its times, which reading moves, by its mode where the program's uid owns it, by locks. The host's null
    device becomes an empty file. Pipes and terminals are handed over as they are.
    """
    if isinstance(source, bytes):
        return memfd_of(source, name), True
    about = os.fstat(source)
    if stat.S_ISCHR(about.st_mode) and about.st_rdev == _NULL_DEVICE:
        return _open_empty(), True
    if not stat.S_ISREG(about.st_mode):
        return source, False
    fd, _ = sealed_memfd(source, name)
    os.lseek(fd, os.lseek(source, 0, os.SEEK_CUR), os.SEEK_SET)
    return fd, True


def private_fds(stack: contextlib.ExitStack, sources: Iterable[int]) -> list[int]:
    """:func:`private_fd` of each; ``stack`` closes the copies."""
    given = []
    for source in sources:
        fd, is_ours = private_fd(source, "data")
        if is_ours:
            stack.callback(os.close, fd)
        given.append(fd)
    return given


def content_fd(stack: contextlib.ExitStack, content: Content) -> int:
    """A descriptor to copy from; ``stack`` closes it unless it is the caller's own."""
    if isinstance(content, int):
        return content
    fd = memfd_of(content) if isinstance(content, bytes) else content.open_fd()
    stack.callback(os.close, fd)
    return fd


class Streams:
    """Pipes for what programs write and empty inputs, some opened in advance while another program runs; of one thread.

    ``late``: what may be closed when there is time.
    """

    def __init__(self) -> None:
        self.late: list[int] = []
        self._ready: list[tuple[int, int]] = []
        self._empty = -1

    def take(self) -> tuple[int, int]:
        """A pipe as (read end, write end); the caller closes both."""
        return self._ready.pop() if self._ready else _pipe("read")

    def take_empty(self) -> int:
        """An input with nothing in it, that no program has had; the caller closes it."""
        fd, self._empty = self._empty, -1
        return fd if fd >= 0 else _open_empty()

    def prepare(self) -> None:
        """Close what is done with, and open what the next run takes."""
        self._close_late()
        if self._empty < 0:
            self._empty = _open_empty()
        while len(self._ready) < _STREAMS:
            self._ready.append(_pipe("read"))

    def close(self) -> None:
        """Idempotent."""
        self.late += [fd for pipe in self._ready for fd in pipe]
        self._ready.clear()
        if self._empty >= 0:
            self.late.append(self._empty)
            self._empty = -1
        self._close_late()

    def _close_late(self) -> None:
        while self.late:
            os.close(self.late.pop())


def _open_empty() -> int:
    """Not the null device: its inode is the host's, on the host's mount, for programs to mark."""
    return memfd_of(b"", "stdin")


def input_pipe() -> tuple[int, int]:
    """A pipe as (read end, write end); the caller closes both."""
    return _pipe("write")


def direct_pipe() -> tuple[int, int]:
    """A pipe between two programs as (read end, write end); the caller closes both.

    Either of them may open its end again, in whichever direction: what it then reads or writes is their own.
    """
    read_end, write_end = os.pipe2(os.O_CLOEXEC)
    os.fchmod(read_end, 0o666)
    return read_end, write_end


def named_pipe() -> int:
    """A FIFO that has no name any more, as a descriptor to open as /dev/fd/N in either direction; the caller closes it.

    Nobody who only holds it counts as a reader or a writer: an open waits for the other end, and the end of file comes
    when the last writer closes, as with a FIFO between any two programs. (O_PATH in open(2), fifo(7).)
    """
    with tempfile.TemporaryDirectory(prefix="judge-fifo-") as directory:
        path = os.path.join(directory, "fifo")
        os.mkfifo(path)
        os.chmod(path, 0o666)  # another uid opens it
        return os.open(path, os.O_PATH | os.O_CLOEXEC)


def _pipe(ours: str) -> tuple[int, int]:
    """Our end does not block. Another uid opens the program's end again as /dev/stdout or /dev/stdin."""
    read_end, write_end = os.pipe2(os.O_CLOEXEC)
    our_end, their_end = (read_end, write_end) if ours == "read" else (write_end, read_end)
    os.fchmod(their_end, 0o222 if ours == "read" else 0o444)
    os.set_blocking(our_end, False)
    return read_end, write_end


def capture_of(fd: int, bytes_max: int) -> Capture:
    """A copy of a file that nobody can change any more; cut at ``bytes_max``."""
    drain = Drain(os.dup(fd), bytes_max)
    return drain.finish()
