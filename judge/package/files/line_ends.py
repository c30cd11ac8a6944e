"""Text files whose lines end as programs here expect it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from judge.kernel.files import open_resolved

_BLOCK_BYTES = 1 << 20


def with_normal_lines(path: str, scratch: Path) -> str:
    """``path``, or a copy in ``scratch`` where every line, the last too, ends with LF. Reads the whole file."""
    if _has_normal_lines(path):
        return path
    descriptor, copy = tempfile.mkstemp(prefix=".lines-", dir=scratch)
    last = b""
    with open(path, "rb", opener=open_resolved) as source, os.fdopen(descriptor, "wb") as target:
        while block := source.read(_BLOCK_BYTES):
            while block.endswith(b"\r") and (more := source.read(1)):
                block += more
            last = block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            target.write(last)
        if not last.endswith(b"\n"):
            target.write(b"\n")
    return copy


def has_windows_lines(path: str) -> bool:
    """Whether the first line ends with CRLF."""
    with open(path, "rb", opener=open_resolved) as file:
        return file.readline(_BLOCK_BYTES).endswith(b"\r\n")


def _has_normal_lines(path: str) -> bool:
    last = b"\n"
    with open(path, "rb", opener=open_resolved) as file:
        while block := file.read(_BLOCK_BYTES):
            if b"\r" in block:
                return False
            last = block[-1:]
    return last == b"\n"
