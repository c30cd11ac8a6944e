"""Files of test cases as sealed memfds, which cannot change meanwhile; every reader gets its own offset.

No program ever holds one of them: the sandbox gives each run a copy of its own
(:func:`judge.sandbox.run_io.private_fd`). Files are read once and kept while there is room; each is a descriptor of
this process, of whose limit a quarter is taken at most.
"""

from __future__ import annotations

import os
import resource
from collections import OrderedDict
from threading import Lock
from typing import NamedTuple

from judge import defaults
from judge.errors import PackageError, blame_reader
from judge.kernel.files import open_resolved
from judge.sandbox.capture import memfd_of, sealed_memfd

_FILES_MAX = 1 << 16


class _Key(NamedTuple):
    """A version of a file: another one is another key."""

    path: str
    inode: int
    mtime_ns: int
    size_bytes: int

    @classmethod
    def of(cls, path: str, status: os.stat_result) -> _Key:
        """The version that ``path`` has according to ``status``."""
        return cls(path, status.st_ino, status.st_mtime_ns, status.st_size)


class CaseData:
    """Opens test data; safe to share between threads. Close it when done."""

    def __init__(self, bytes_max: int = defaults.CASE_DATA_BYTES) -> None:
        self._bytes_max = bytes_max
        self._size_bytes = 0
        self._kept: OrderedDict[_Key, int] = OrderedDict()
        self._lock = Lock()

    def open(self, path: str) -> int:
        """A descriptor of the file's content at offset 0, read-only; the caller closes it. "" is a file of no content.

        ``path`` has no symbolic link in it: the package was looked at, and a link that is there now came later.
        Raises PackageError when the file cannot be read.
        """
        if not path:
            return memfd_of(b"")
        try:
            key = _Key.of(path, os.stat(path))
            with self._lock:
                fd = self._kept.get(key)
                if fd is None:
                    fd = self._keep(path)
                else:
                    self._kept.move_to_end(key)
                return reopen(fd)
        except OSError as error:
            blame_reader(error, path)
            raise PackageError(f"cannot be read: {error.strerror}", where=path) from error

    def close(self) -> None:
        """Give the memory back; idempotent. Descriptors that were handed out stay usable."""
        with self._lock:
            while self._kept:
                self._evict()

    def _keep(self, path: str) -> int:
        source = open_resolved(path)
        try:
            key = _Key.of(path, os.fstat(source))
            fd, _ = sealed_memfd(source)
        finally:
            os.close(source)
        self._kept[key] = fd
        self._size_bytes += key.size_bytes
        files_max = _files_max()
        while (self._size_bytes > self._bytes_max or len(self._kept) > files_max) and len(self._kept) > 1:
            self._evict()
        return fd

    def _evict(self) -> None:
        key, fd = self._kept.popitem(last=False)
        self._size_bytes -= key.size_bytes
        os.close(fd)


def _files_max() -> int:
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return _FILES_MAX if soft == resource.RLIM_INFINITY else min(soft // 4, _FILES_MAX)


def reopen(fd: int) -> int:
    """A second, independent, read-only descriptor of the same file at offset 0. Raises OSError."""
    return os.open(f"/proc/self/fd/{fd}", os.O_RDONLY | os.O_CLOEXEC)
