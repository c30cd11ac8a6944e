"""A directory that all machines share, as a place that keeps files."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from judge.blobs.store import CHUNK_BYTES, open_copy
from judge.errors import BlobMissing, BlobStoreError, UsageError, our_path

_INCOMING = ".incoming-"


class DirectoryBlobs:
    """A directory that all machines share."""

    def __init__(self, root: str) -> None:
        self._root = root

    def has(self, name: str) -> bool:
        """See :class:`~judge.blobs.store.BlobStore`."""
        return os.path.exists(f"{self._root}/{name}")

    def fetch(self, name: str, target: Path) -> None:
        """See :class:`~judge.blobs.store.BlobStore`."""
        path = f"{self._root}/{name}"
        try:
            source_fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError as error:
            kind = BlobMissing if os.path.isdir(self._root) else BlobStoreError  # else: a mount is missing
            raise kind(f"{path}: {error.strerror}") from error
        except OSError as error:
            raise BlobStoreError(f"{path}: {error.strerror}") from error
        with os.fdopen(source_fd, "rb") as source, our_path(os.fspath(target)), open(target, "wb") as file:
            shutil.copyfileobj(source, file, CHUNK_BYTES)

    def put(self, name: str, fd: int) -> None:
        """See :class:`~judge.blobs.store.BlobStore`."""
        fresh = None
        try:
            target = f"{self._root}/{name}"
            self._make(os.path.dirname(target))
            with tempfile.NamedTemporaryFile(dir=self._root, prefix=_INCOMING, delete=False) as fresh:
                with open_copy(fd) as source:
                    shutil.copyfileobj(source, fresh, CHUNK_BYTES)
                os.fchmod(fresh.fileno(), 0o644)
                os.fsync(fresh.fileno())
            os.replace(fresh.name, target)
        except OSError as error:
            if fresh is not None:
                with contextlib.suppress(OSError):
                    os.unlink(fresh.name)
            raise BlobStoreError(f"store {self._root}: {error.strerror}") from error

    def _make(self, directory: str) -> None:
        """As open as the root, whatever the umask: gateways and workers may be different users of one group."""
        if os.path.isdir(directory):
            return
        if directory == self._root:
            os.makedirs(directory, exist_ok=True)
            return
        self._make(os.path.dirname(directory))
        with contextlib.suppress(FileExistsError):
            os.mkdir(directory)
            os.chmod(directory, os.stat(self._root).st_mode & 0o2777)

    def remove(self, name: str) -> None:
        """See :class:`~judge.blobs.store.BlobStore`."""
        try:
            os.unlink(f"{self._root}/{name}")
        except FileNotFoundError:
            if not os.path.isdir(self._root):
                raise BlobStoreError(f"store {self._root}: there is no such directory") from None
        except OSError as error:
            raise BlobStoreError(f"store {self._root}: {error.strerror}") from error

    def sweep(self, age_s: float) -> None:
        """See :class:`~judge.blobs.store.BlobStore`."""
        oldest_s = time.time() - age_s
        try:
            with os.scandir(self._root) as entries:
                for entry in entries:
                    if entry.name.startswith(_INCOMING) and entry.stat(follow_symlinks=False).st_mtime < oldest_s:
                        os.unlink(entry.path)
        except FileNotFoundError:
            return  # nothing was put yet, or another worker sweeps as well
        except OSError as error:
            raise BlobStoreError(f"store {self._root}: {error.strerror}") from error


def is_directory_address(address: str) -> bool:
    """Whether an address names a directory of this host, and not a place on the network."""
    return urlsplit(address).scheme not in ("http", "https", "s3")


def check_directory(address: str, setting: str) -> None:
    """Raise UsageError, naming the setting, for a directory that is not there. Places on the network are not asked."""
    if is_directory_address(address) and not os.path.isdir(address):
        raise UsageError(f"{setting}: there is no directory {address}; make it or mount it")
