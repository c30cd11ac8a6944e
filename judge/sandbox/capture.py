"""Bytes that left a sandbox: an output stream or a collected file, in memory or in a sealed memfd."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple, Self

from judge.model.run import RunResult

_EVERY_SEAL = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE


class Capture:
    """Bytes a program left behind, of any size. Small ones are plain bytes, large ones a memfd.

    Hostile content: binary, endless lines, anything. ``truncated`` = the limit cut it off.
    Close it, or let it be garbage collected; both are safe.
    """

    def __init__(self, data: bytes = b"", fd: int = -1, size_bytes: int = 0, truncated: bool = False) -> None:
        self._data = data
        self._fd = fd
        self.size_bytes = size_bytes if fd >= 0 else len(data)
        self.truncated = truncated

    def read(self, limit_bytes: int = -1) -> bytes:
        """The first ``limit_bytes`` (all when negative)."""
        size = self.size_bytes if limit_bytes < 0 else min(limit_bytes, self.size_bytes)
        if self._fd < 0:
            return self._data[:size]
        data = os.pread(self._fd, size, 0)
        while len(data) < size and (more := os.pread(self._fd, size - len(data), len(data))):
            data += more  # a read ends at 2 GiB
        return data

    def tail(self, limit_bytes: int) -> bytes:
        """The last ``limit_bytes``."""
        size = min(limit_bytes, self.size_bytes)
        if self._fd < 0:
            return self._data[self.size_bytes - size :]
        return os.pread(self._fd, size, self.size_bytes - size)

    def text(self, limit_bytes: int = 65_536) -> str:
        """The beginning as text; bytes that are not UTF-8 become U+FFFD."""
        return self.read(limit_bytes).decode("utf-8", "replace")

    def open_fd(self) -> int:
        """A new read-only descriptor at offset 0, owned by the caller."""
        if self._fd < 0:
            self._fd = memfd_of(self._data)
        return os.open(f"/proc/self/fd/{self._fd}", os.O_RDONLY | os.O_CLOEXEC)

    def close(self) -> None:
        """Give the memory back; idempotent."""
        fd, self._fd = self._fd, -1
        if fd >= 0:
            with contextlib.suppress(OSError):
                os.close(fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()


_NOTHING = Capture()


class Missed(NamedTuple):
    """Why a file was not taken out: an errno; 0 = it is no regular file, EFBIG = it is too large."""

    errno: int
    size_bytes: int = 0


class Completed(NamedTuple):
    """A finished run: the result, the streams, the collected files by path below /work, how many more there were than
    the limits of collecting let through, what was written to the descriptor for answers, the files that were wanted by
    name, and what was written to descriptors above 2."""

    result: RunResult
    stdout: Capture
    stderr: Capture
    files: Mapping[str, Capture] = MappingProxyType({})
    passed_over: int = 0
    answer: Capture = _NOTHING
    wanted: tuple[Capture | Missed, ...] = ()
    others: Mapping[int, Capture] = MappingProxyType({})

    def captures(self) -> Iterator[Capture]:
        """All that is to be closed."""
        yield from (self.stdout, self.stderr, *self.files.values(), *self.others.values())
        yield from (one for one in self.wanted if isinstance(one, Capture))


def memfd_of(data: bytes, name: str = "data") -> int:
    """A sealed memfd holding ``data``, to read; its name is all that a program sees of where bytes came from."""
    with _memfd(name) as fd:
        view = memoryview(data)
        while view:
            view = view[os.write(fd, view) :]
        return _sealed(fd)


def sealed_memfd(source_fd: int, name: str = "data") -> tuple[int, int]:
    """Copy a regular file into a memfd that nobody can change; returns (fd to read, size in bytes)."""
    with _memfd(name) as fd:
        size = 0
        while sent := os.sendfile(fd, source_fd, size, 1 << 24):
            size += sent
        return _sealed(fd), size


@contextlib.contextmanager
def _memfd(name: str) -> Iterator[int]:
    """A memfd to fill, which only its owner may ever mark (with times, say); closed at the end."""
    fd = os.memfd_create(name, os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    try:
        os.fchmod(fd, 0o444)
        yield fd
    finally:
        os.close(fd)


def _sealed(fd: int) -> int:
    """A read-only descriptor of the memfd at offset 0, sealed: one that may write cannot be mapped as shared."""
    seal(fd)
    return os.open(f"/proc/self/fd/{fd}", os.O_RDONLY | os.O_CLOEXEC)


def seal(fd: int) -> None:
    """From now on nobody can change the memfd, not even by opening it again for writing below /proc."""
    fcntl.fcntl(fd, fcntl.F_ADD_SEALS, _EVERY_SEAL)
