"""Each worker's cache of unpacked packages.

::

    cache/<hex>.lock     flock: shared while in use, exclusive while filling or evicting; goes with the package
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
from judge.kernel.locks import lies_at
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
            root = self._directory / name
            lock = _lock(root, fcntl.LOCK_SH)
            while not root.exists():
                os.close(lock)
                self._have(digest, root)
                lock = _lock(root, fcntl.LOCK_SH)
        except OSError as error:
            raise HostFault(f"package cache {self._directory}: {error.strerror}") from error
        try:
            os.utime(lock)
            yield root
        finally:
            os.close(lock)

    def _have(self, digest: str, root: Path) -> None:
        lock = _lock(root, fcntl.LOCK_EX)
        try:
            if not root.exists():
                self._fill(digest, root)
        finally:
            if not root.exists():
                _lock_file(root).unlink(missing_ok=True)
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
            _lock_file(path).unlink()
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


def _lock_file(root: Path) -> Path:
    return root.with_name(f"{root.name}.lock")


def _lock(root: Path, how: int) -> int:
    """A descriptor that holds the lock of a package of a cache. Raises OSError, also when it is in use (LOCK_NB)."""
    while True:
        lock = os.open(_lock_file(root), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, how)
            if lies_at(lock, _lock_file(root)):
                return lock
        except OSError:
            os.close(lock)
            raise
        os.close(lock)  # it was removed with its package while we waited


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """No other process uses, fills or removes the package meanwhile. Raises OSError when somebody does."""
    lock = _lock(root, fcntl.LOCK_EX | fcntl.LOCK_NB)
    try:
        yield
    finally:
        os.close(lock)


def unpacked_packages(directory: Path) -> list[Path]:
    """The packages in a cache."""
    return [path for path in directory.iterdir() if re.fullmatch(r"[0-9a-f]{64}", path.name)]


def sweep_cache(directory: Path) -> int:
    """Remove what killed processes left half-filled or half-removed in a cache; returns how many packages' worth.

    Locks of packages that are not there are removed, too.
    """
    count = 0
    for prefix in (_INCOMING, _OUTGOING):
        for path in directory.glob(f"{prefix}*"):
            with contextlib.suppress(OSError), _alone(path.with_name(path.name.removeprefix(prefix))):
                shutil.rmtree(path)
                count += 1
    for path in directory.glob("*.lock"):
        root = path.with_suffix("")
        with contextlib.suppress(OSError), _alone(root):
            if not root.exists():
                path.unlink()
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
        return os.stat(_lock_file(path)).st_mtime
    except OSError:
        return 0.0
