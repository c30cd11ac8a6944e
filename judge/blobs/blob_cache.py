"""Each worker's cache of blobs that it fetched from the store.

::

    blob-cache/<object>              one blob, read-only and verified; its time is that of its last use
    blob-cache/.incoming-<object>-*  being fetched; a killed one's is swept at the next start

Objects are named by the queue, each name once, and belong to one tenant: what one tenant's work left here saves no
other tenant's time. A file that is evicted while it is read stays until it is closed.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from judge.blobs.content import digest_of_file
from judge.blobs.store import BlobStore, is_blob_object
from judge.errors import BlobChanged, BlobMismatch, HostFault

_INCOMING = ".incoming-"


class BlobCache:
    """Blobs of one worker, shared by its slots' processes; bounded in size."""

    def __init__(self, directory: Path, bytes_max: int) -> None:
        self._directory = directory
        self._bytes_max = bytes_max

    def open(self, store: BlobStore, name: str, digest: str) -> int:
        """A descriptor to read the store's file ``name``, verified against ``digest``; the caller closes it.

        Raises BlobChanged (no name of a blob), BlobMissing, BlobMismatch, BlobStoreError, HostFault (the cache's disk).
        """
        if not is_blob_object(name):
            raise BlobChanged(f"blob {digest}: the store has no blobs of such a name")
        path = self._directory / name.rpartition("/")[2]
        try:
            with contextlib.suppress(FileNotFoundError):
                return _used(os.open(path, os.O_RDONLY | os.O_CLOEXEC))
            return self._filled(store, name, digest, path)
        except OSError as error:
            raise HostFault(f"blob cache {self._directory}: {error.strerror}") from error

    def _filled(self, store: BlobStore, name: str, digest: str, path: Path) -> int:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._directory.chmod(0o700)  # one tenant's blobs are no other's business
        incoming_fd, incoming = tempfile.mkstemp(prefix=f"{_INCOMING}{path.name}-", dir=self._directory)
        os.close(incoming_fd)
        try:
            fetch_verified(store, name, digest, Path(incoming))
            os.chmod(incoming, 0o400)
            fd = os.open(incoming, os.O_RDONLY | os.O_CLOEXEC)  # before others see it, and may evict it
            os.rename(incoming, path)
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(incoming)
        self._evict(keep=path)
        return fd

    def _evict(self, keep: Path) -> None:
        """Remove the blobs used longest ago until the rest fits."""
        found = []
        for path in self._directory.iterdir():
            with contextlib.suppress(OSError):
                if not path.name.startswith(_INCOMING):
                    status = path.stat()
                    found.append((status.st_mtime_ns, status.st_size, path))
        total = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if total <= self._bytes_max:
                return
            if path != keep:
                path.unlink(missing_ok=True)
                total -= size


def fetch_verified(store: BlobStore, name: str, digest: str, target: Path) -> None:
    """Write the store's file ``name`` to ``target``. Raises BlobMismatch, BlobMissing, BlobStoreError, HostFault."""
    store.fetch(name, target)
    found = digest_of_file(target)
    if found != digest:
        raise BlobMismatch(f"blob {digest}: the store has something else under its name ({found})")


def _used(fd: int) -> int:
    """The descriptor of a file whose time is now that of its last use; another process may evict it meanwhile."""
    try:
        os.utime(fd)
    except OSError:
        os.close(fd)
        raise
    return fd


def sweep_blob_cache(directory: Path) -> None:
    """Remove what killed processes left half-fetched; no other process may use the cache now."""
    for path in directory.glob(f"{_INCOMING}*"):
        path.unlink(missing_ok=True)
