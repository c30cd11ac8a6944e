"""A directory for each upload, locked while it is in use: so what a killed gateway left can be told apart."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from judge.errors import our_path

_PREFIX = "judge-upload-"

#: A directory is locked right after it was made; one that is younger may be just that.
_AGE_S = 60.0


@contextlib.asynccontextmanager
async def upload_directory() -> AsyncIterator[Path]:
    """An empty directory, removed afterwards. Raises HostFault."""
    with our_path("temporary directory"):
        place = tempfile.mkdtemp(prefix=_PREFIX)
        lock = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield Path(place)
    finally:
        await asyncio.to_thread(shutil.rmtree, place, ignore_errors=True)
        os.close(lock)


def remove_leftovers() -> None:
    """Remove the directories of gateways that were killed; those of other users stay."""
    for place in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            lock = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                status = os.fstat(lock)
                if status.st_uid != os.geteuid() or time.time() - status.st_mtime < _AGE_S:
                    continue
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(place, ignore_errors=True)
            finally:
                os.close(lock)
