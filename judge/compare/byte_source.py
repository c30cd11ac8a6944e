"""Random access to bytes of any size: what the comparer reads. No temporary copies, no parsing."""

from __future__ import annotations

import os
from typing import Protocol


class ByteSource(Protocol):
    """Bytes that can be read at any offset, again and again."""

    def pread(self, size_bytes: int, offset: int) -> bytes:
        """Up to ``size_bytes`` at ``offset``; empty only at or past the end."""
        ...


class BytesInMemory:
    """A :class:`ByteSource` over plain bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def pread(self, size_bytes: int, offset: int) -> bytes:
        """See :class:`ByteSource`."""
        return self._data[offset : offset + size_bytes]


class BytesOfDescriptor:
    """A :class:`ByteSource` over a regular file or memfd; the descriptor stays the caller's."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def pread(self, size_bytes: int, offset: int) -> bytes:
        """See :class:`ByteSource`. Raises OSError."""
        return os.pread(self._fd, size_bytes, offset)
