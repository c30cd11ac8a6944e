"""Files on their way into /work, in as few messages and descriptors as they need.

Small contents travel together in one memfd: a descriptor for each costs more than the file that it becomes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from judge.sandbox.run_io import Content

_SMALL_BYTES = 1 << 16
_DESCRIPTORS_MAX = 100
_FILES_MAX = 1000
_NAMES_BYTES_MAX = 64 << 10
_TOGETHER_BYTES_MAX = 8 << 20


class PutFile(NamedTuple):
    """One file: ``mode``, and where its bytes are: ``size_bytes`` from ``offset`` of the message's descriptor number
    ``place``; all from there when the size is negative."""

    name: str
    mode: int
    place: int
    offset: int
    size_bytes: int


class Batch(NamedTuple):
    """One message: its files, and the contents whose descriptors it takes along."""

    files: list[PutFile]
    contents: list[Content]


def batches(files: Mapping[str, Content], executables: Collection[str]) -> Iterator[Batch]:
    """The files in order, those in ``executables`` with mode 0755, the others 0644."""
    names = iter(files)
    name = next(names, None)
    while name is not None:
        put: list[PutFile] = []
        together = bytearray()
        others: list[Content] = []
        names_bytes = 0
        while name is not None and len(put) < _FILES_MAX and names_bytes < _NAMES_BYTES_MAX:
            content = files[name]
            mode = 0o755 if name in executables else 0o644
            if isinstance(content, bytes) and len(content) <= _SMALL_BYTES:
                put.append(PutFile(name, mode, 0, len(together), len(content)))
                together += content
            else:
                others.append(content)
                put.append(PutFile(name, mode, len(others), 0, -1))
            names_bytes += len(name)
            name = next(names, None)
            if len(others) >= _DESCRIPTORS_MAX or len(together) >= _TOGETHER_BYTES_MAX:
                break
        yield Batch(put, [bytes(together), *others])
