"""Files that appear whole: written beside their place, then put there by one rename(2)."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


def write_whole(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Put ``data`` in the place of a file, or where none is: a reader sees the old content or all of the new one.

    The directory must be there. Any number of writers may do so at once; the last one wins. Raises OSError, and leaves
    nothing behind then.
    """
    fd, scratch = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    try:
        with open(fd, "wb") as file:
            file.write(data)
            os.fchmod(file.fileno(), mode)
        os.replace(scratch, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(scratch)
        raise
