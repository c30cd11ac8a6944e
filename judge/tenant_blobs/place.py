"""Where the content of blobs lies that is no Redis matter, and where packages lie: what the settings say,
opened when it is first needed."""

from __future__ import annotations

import os
from pathlib import Path

from judge.blobs.addresses import open_blob_store
from judge.blobs.directory import DirectoryBlobs, is_directory_address
from judge.blobs.package_store import PackageStore
from judge.blobs.store import BlobStore
from judge.config import Settings
from judge.errors import BlobStoreError, BlobStoreUnset, HostFault


class BlobPlace:
    """The store of blobs at ``address`` (see :func:`judge.blobs.addresses.open_blob_store`), or the ``own`` directory
    of a machine that serves itself; neither = there is none. Use from any thread."""

    def __init__(self, address: str = "", own: Path | None = None) -> None:
        self._address = address.rstrip("/")
        self._own = own
        self._store: BlobStore | None = None

    def store(self) -> BlobStore:
        """The store. Raises BlobStoreUnset, UsageError (a bad address), HostFault (its own directory), and
        BlobStoreError for a directory that is not there: what is not mounted must not be filled."""
        if self._address and is_directory_address(self._address) and not os.path.isdir(self._address):
            raise BlobStoreError(f"blob_store: there is no directory {self._address}; make it or mount it")
        if self._store is None:
            self._store = self._open()
        return self._store

    @property
    def is_set(self) -> bool:
        """Whether there is a store."""
        return bool(self._address) or self._own is not None

    def _open(self) -> BlobStore:
        if self._address:
            return open_blob_store(self._address)
        if self._own is None:
            raise BlobStoreUnset(
                "blobs of more than 64 KiB, and small ones beyond what may lie in Redis, need a store: set blob_store, "
                "for clients and workers alike, to a directory that they share, an HTTP(S) or an s3:// address"
            )
        return DirectoryBlobs(_own_directory(self._own))


def blob_place_of(settings: Settings) -> BlobPlace:
    """The place that the settings name; with the embedded Redis, else, a directory of the state directory."""
    return BlobPlace(settings.blobs.store, None if settings.broker.address else settings.state.blobs)


def package_store_of(settings: Settings) -> PackageStore:
    """The store of packages that the settings name; with the embedded Redis, else, a directory of the state directory.

    Raises UsageError (there is none, a bad address), HostFault (its own directory).
    """
    if settings.packages.store or settings.broker.address:
        return PackageStore(settings.packages.store)
    return PackageStore(_own_directory(settings.state.package_store))


def _own_directory(path: Path) -> str:
    """A directory of the state directory, made where it is not there yet. Raises HostFault."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise HostFault(f"{path}: {error.strerror}") from error
    return str(path)
