"""Places that keep files by name, for all machines. What is in a file is no concern of theirs.

::

    store.py       what every place can do
    directory.py   a directory that all machines share
    http.py        an address that answers GET, HEAD and PUT
    s3.py          a bucket of an S3 service
    addresses.py   an address of the settings -> its place
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import IO, Protocol

CHUNK_BYTES = 1 << 20
#: Time limits of one exchange with a store on the network.
CONNECT_S = 5.0
READ_S = 60.0


_BLOB_OBJECT = re.compile(r"blobs/[0-9a-f]{2}/[0-9a-f]{32}")


def is_blob_object(name: str) -> bool:
    """Whether this is the name of a tenant's blob in the store. Names come from clients and become paths here."""
    return _BLOB_OBJECT.fullmatch(name) is not None


class BlobStore(Protocol):
    """Files by name; a name is a relative path of plain words (``<hex digest>.zip``).

    All methods block and raise BlobStoreError when the store is away, HostFault for what this machine does not take.
    """

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        ...

    def fetch(self, name: str, target: Path) -> None:
        """Write a copy of the file to ``target``. Raises BlobMissing when there is none."""
        ...

    def put(self, name: str, fd: int) -> None:
        """Keep what the descriptor holds, from its beginning, under this name; whole or not at all."""
        ...

    def remove(self, name: str) -> None:
        """Remove the file; one that is not there is removed already."""
        ...

    def sweep(self, age_s: float) -> None:
        """Remove what writers that were killed left behind, as far as it is older than this."""
        ...


def open_copy(fd: int) -> IO[bytes]:
    """A file object of its own on what the descriptor holds, at the beginning."""
    os.lseek(fd, 0, os.SEEK_SET)
    return os.fdopen(os.dup(fd), "rb")
