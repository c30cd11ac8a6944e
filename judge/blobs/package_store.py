"""Problem packages between machines: zip files in a store, named by digest.

The store is a :class:`~judge.blobs.store.BlobStore`; its files are named ``<hex digest>.zip``. A package's digest is
that of its content (:mod:`judge.package.files.digest`), so what was fetched is verified after unpacking,
no matter how it was packed.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
import zipfile
from pathlib import Path

from judge.blobs.addresses import open_blob_store
from judge.blobs.store import CHUNK_BYTES
from judge.errors import PackageError, UsageError
from judge.package.files.digest import package_digest

_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")
_SKIPPED = frozenset({".git", ".hg", ".svn", "__pycache__"})


class PackageStore:
    """The store at ``address``: a directory, an HTTP(S) URL or ``s3://BUCKET/PREFIX``."""

    def __init__(self, address: str) -> None:
        if not address:
            raise UsageError("no package store: set package_store to a directory, an HTTP(S) or an s3:// address")
        self._blobs = open_blob_store(address.rstrip("/"))

    def publish(self, root: Path) -> str:
        """Pack the package below ``root`` into the store, unless it is there; returns its ``sha256:`` digest.

        Raises PackageError (what cannot be packed), BlobStoreError.
        """
        digest = package_digest(root)
        if not self.has(digest):
            with tempfile.TemporaryFile() as file:
                pack(root, file.fileno())
                self._blobs.put(f"{hex_of(digest)}.zip", file.fileno())
        return digest

    def put(self, digest: str, fd: int) -> None:
        """Keep a package that is packed already. Raises BlobStoreError."""
        self._blobs.put(f"{hex_of(digest)}.zip", fd)

    def remove(self, digest: str) -> None:
        """Remove a package; one that is not there is removed already. Raises BlobStoreError."""
        self._blobs.remove(f"{hex_of(digest)}.zip")

    def has(self, digest: str) -> bool:
        """Whether the store holds the package. Raises BlobStoreError."""
        return self._blobs.has(f"{hex_of(digest)}.zip")

    def fetch(self, digest: str, target: Path) -> None:
        """Write the package's zip file to ``target``. Raises BlobMissing, BlobStoreError, HostFault."""
        self._blobs.fetch(f"{hex_of(digest)}.zip", target)


def pack(root: Path, fd: int) -> None:
    """Write everything below ``root`` that counts for its digest as a zip file to a descriptor. Raises PackageError."""
    with os.fdopen(os.dup(fd), "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for folder, folders, names in os.walk(root):
            folders[:] = sorted(name for name in folders if name not in _SKIPPED)
            for name in sorted((*names, *folders)):
                _pack_entry(archive, root, Path(folder) / name)


def _pack_entry(archive: zipfile.ZipFile, root: Path, path: Path) -> None:
    status = path.lstat()
    name = str(path.relative_to(root))
    is_dir = stat.S_ISDIR(status.st_mode)
    entry = zipfile.ZipInfo(name + "/" if is_dir else name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = status.st_mode << 16
    if is_dir:
        archive.writestr(entry, b"")
    elif stat.S_ISLNK(status.st_mode):
        archive.writestr(entry, os.fsencode(os.readlink(path)))
    elif stat.S_ISREG(status.st_mode):
        with open(path, "rb") as source, archive.open(entry, "w", force_zip64=True) as target:
            shutil.copyfileobj(source, target, CHUNK_BYTES)
    else:
        raise PackageError("is neither a file, a directory nor a link", where=name)


def is_digest(package: str) -> bool:
    """Whether a submission's package reference is a digest."""
    return _DIGEST.fullmatch(package) is not None


def hex_of(digest: str) -> str:
    """The hexadecimal digits of a package's digest. Raises UsageError for what is none."""
    found = _DIGEST.fullmatch(digest)
    if not found:
        raise UsageError(f"package {digest[:80]!r}: a digest is sha256: and 64 hexadecimal digits")
    return found[1]
