"""Bytes on their way into a store: where they lie, how many they are, and their digest. Memory use is bounded."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from judge.blobs.store import CHUNK_BYTES
from judge.errors import BlobChanged, UsageError, our_path
from judge.sandbox.capture import Capture, memfd_of


@dataclass(frozen=True)
class Content:
    """What a descriptor of a regular file holds. The one who made it closes the descriptor."""

    fd: int
    size_bytes: int
    digest: str
    _mark: tuple[int, int]

    def read(self) -> bytes:
        """All of it; for small ones. Raises BlobChanged."""
        data = os.pread(self.fd, self.size_bytes, 0)
        if digest_of_bytes(data) != self.digest:
            raise BlobChanged("the file changed while it was read")
        return data

    def check_unchanged(self) -> None:
        """Raise BlobChanged when the file was written to since its digest was taken."""
        if _mark_of(self.fd) != self._mark:
            raise BlobChanged("the file changed while it was read")


@contextmanager
def content_of(source: bytes | Path | Capture | IO[bytes]) -> Iterator[Content]:
    """The content of bytes, of a file, of a capture, or of a stream up to its end, which is copied to the disk.

    Raises UsageError for a file that cannot be read, HostFault for a full disk.
    """
    fd = _open(source)
    try:
        mark = _mark_of(fd)
        digest, size_bytes = _digest_of(fd)
        yield Content(fd, size_bytes, digest, mark)
    finally:
        os.close(fd)


def digest_of_bytes(data: bytes) -> str:
    """ "sha256:" and the digest in hexadecimal."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def digest_of_file(path: Path) -> str:
    """The same of a file. Raises OSError."""
    with open(path, "rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def _open(source: bytes | Path | Capture | IO[bytes]) -> int:
    if isinstance(source, bytes):
        return memfd_of(source)
    if isinstance(source, Capture):
        return source.open_fd()
    if isinstance(source, Path):
        try:
            with open(source, "rb") as file:
                return os.dup(file.fileno()) if source.is_file() else _spooled(file)
        except OSError as error:
            raise UsageError(f"{source}: {error.strerror or error}") from error
    return _spooled(source)


def _spooled(stream: IO[bytes]) -> int:
    with our_path(tempfile.gettempdir()), tempfile.TemporaryFile() as file:
        shutil.copyfileobj(stream, file, CHUNK_BYTES)
        file.flush()
        return os.dup(file.fileno())


def _mark_of(fd: int) -> tuple[int, int]:
    status = os.fstat(fd)
    return status.st_size, status.st_mtime_ns


def _digest_of(fd: int) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while chunk := os.pread(fd, CHUNK_BYTES, size):
        digest.update(chunk)
        size += len(chunk)
    return f"sha256:{digest.hexdigest()}", size
