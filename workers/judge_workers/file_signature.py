"""Telling by a few system calls whether files have changed."""

from __future__ import annotations

import os
from collections.abc import Iterable


def signature(paths: Iterable[str]) -> tuple[object, ...]:
    """What changes when one of these files does, or comes or goes."""
    marks: list[object] = []
    for path in paths:
        try:
            status = os.stat(path)
        except OSError:
            marks.append(None)
        else:
            marks.append((status.st_mtime_ns, status.st_size, status.st_ino))
    return tuple(marks)
