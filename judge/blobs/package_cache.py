"""Each worker's cache of unpacked packages.

::

    cache/<hex>.lock     flock: shared while in use, exclusive while filling or evicting
    cache/<hex>/         the package, read-only; complete when it is there
    cache/.incoming-<hex>, cache/.outgoing-<hex>
                         being filled (then renamed into place), being removed; a killed one's when the lock is free
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from judge.blobs.package_store import PackageStore, hex_of
from judge.errors import BlobMissing, HostFault
from judge.package.files.digest import package_digest
from judge.package.files.zip_archive import unpack_zip

_INCOMING, _OUTGOING = ".incoming-", ".outgoing-"


class PackageCache:
    """Unpacked packages of one worker, shared by its slots' processes; bounded in size."""

    def __init__(self, directory: Path, store: PackageStore, bytes_max: int) -> None:
        self._directory = directory
        self._store = store
        self._bytes_max = bytes_max

    @contextmanager
    def package(self, digest: str) -> Iterator[Path]:
        """The package's directory, there while the context lasts; fetched and verified when it is not there yet.

        Raises BlobMissing, BlobStoreError, PackageError (the zip is none), HostFault (the cache's disk).
        """
        name = hex_of(digest)
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._directory.chmod(0o700)  # answers lie here; tests travel into slots as descriptors
            lock = _open_lock(self._directory / name)
        except OSError as error:
            raise HostFault(f"package cache {self._directory}: {error.strerror}") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_SH)
            root = self._directory / name
            while not root.exists():
                fcntl.flock(lock, fcntl.LOCK_EX)
                if not root.exists():
                    self._fill(digest, root)
                fcntl.flock(lock, fcntl.LOCK_SH)
            os.utime(lock)
            yield root
        finally:
            os.close(lock)

    def _fill(self, digest: str, root: Path) -> None:
        holder = self._directory / f"{_INCOMING}{root.name}"
        try:
            if holder.exists():
                shutil.rmtree(holder)
            holder.mkdir(mode=0o700)
            archive, fresh = holder / "package.zip", holder / "package"
            self._store.fetch(digest, archive)
            fresh.mkdir()
            unpack_zip(archive, fresh)
            found = package_digest(fresh)
            if found != digest:
                raise BlobMissing(f"package {digest}: the store has something else under this name ({found})")
            _settle(fresh)
            fresh.rename(root)
        except OSError as error:
            raise HostFault(f"package cache {self._directory}: {error.strerror}") from error
        finally:
            shutil.rmtree(holder, ignore_errors=True)
        self._evict(keep=root)

    def _evict(self, keep: Path) -> None:
        """Remove the packages used longest ago until the rest fits; those in use stay."""
        sizes = {path: tree_bytes(path) for path in unpacked_packages(self._directory)}
        total = sum(sizes.values())
        for path in sorted(sizes, key=_last_used):
            if total <= self._bytes_max:
                return
            if path != keep and self._remove(path):
                total -= sizes[path]

    def _remove(self, path: Path) -> bool:
        with contextlib.suppress(OSError), _alone(path):
            grave = path.with_name(f"{_OUTGOING}{path.name}")
            shutil.rmtree(grave, ignore_errors=True)
            path.rename(grave)  # whole or not there, also when this process is killed now
            shutil.rmtree(grave)
            return True
        return False


def tree_bytes(root: Path) -> int:
    """What the files below ``root`` occupy."""
    total = 0
    for folder, _, names in os.walk(root):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(folder, name)).st_blocks * 512
    return total


def _open_lock(root: Path) -> int:
    """The descriptor to lock a package of a cache by. Raises OSError."""
    return os.open(f"{root}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """No other process uses, fills or removes the package meanwhile. Raises OSError when somebody does."""
    lock = _open_lock(root)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(lock)


def unpacked_packages(directory: Path) -> list[Path]:
    """The packages in a cache."""
    return [path for path in directory.iterdir() if re.fullmatch(r"[0-9a-f]{64}", path.name)]


def sweep_cache(directory: Path) -> int:
    """Remove what killed processes left half-filled or half-removed in a cache; returns how many packages' worth."""
    count = 0
    for prefix in (_INCOMING, _OUTGOING):
        for path in directory.glob(f"{prefix}*"):
            with contextlib.suppress(OSError), _alone(path.with_name(path.name.removeprefix(prefix))):
                shutil.rmtree(path)
                count += 1
    return count


def _settle(root: Path) -> None:
    """Files read-only and on the disk: what is once in place is not looked at again, a power cut or not."""
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            if not os.path.islink(path):
                fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
                try:
                    os.fchmod(fd, os.fstat(fd).st_mode & 0o555 | 0o444)
                    os.fsync(fd)
                finally:
                    os.close(fd)


def _last_used(path: Path) -> float:
    try:
        return os.stat(f"{path}.lock").st_mtime
    except OSError:
        return 0.0
