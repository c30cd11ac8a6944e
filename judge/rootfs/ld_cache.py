"""Reads ``/etc/ld.so.cache``: which file each shared library's name stands for.

Format: glibc, ``sysdeps/generic/dl-cache.h`` (struct cache_file_new and file_entry_new).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

_MAGIC = b"glibc-ld.so.cache1.1"
_HEAD = struct.Struct("=20sII")
_HEAD_BYTES = 48
_ENTRY = struct.Struct("=iIIIQ")


def libraries(cache: bytes) -> Iterator[tuple[str, str]]:
    """(name, path) of every entry, in order. Raises ValueError for what is no such cache."""
    if len(cache) < _HEAD_BYTES:
        raise ValueError("too short for a cache of libraries")
    magic, count, _ = _HEAD.unpack_from(cache)
    if magic != _MAGIC or _HEAD_BYTES + count * _ENTRY.size > len(cache):
        raise ValueError("not a cache of libraries in glibc's present format")
    for index in range(count):
        _, name, path, _, _ = _ENTRY.unpack_from(cache, _HEAD_BYTES + index * _ENTRY.size)
        yield _text(cache, name), _text(cache, path)


def _text(cache: bytes, start: int) -> str:
    end = cache.find(b"\0", start)
    if end < 0:
        raise ValueError("a text of the cache of libraries has no end")
    return cache[start:end].decode("utf-8", "surrogateescape")
