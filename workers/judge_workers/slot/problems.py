"""Problem packages on a worker: found by reference, read once while they do not change."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from judge.blobs.package_cache import PackageCache
from judge.blobs.package_store import is_digest
from judge.config import Settings
from judge.config.reading import reading_of
from judge.errors import BlobMissing, JudgeError, PackageError, PackageMissing, UsageError, blame_reader
from judge.model.problem import Problem
from judge.package.files.digest import Signature, known_digest, signature_of
from judge.package.reader import ReadOptions
from judge.package.source import open_package, package_directory, package_inside, read_in_place
from judge.tenant_blobs.place import package_store_of
from judge.text import printable, shown

#: At most this many problems are kept as values; a value is small, the test data stay on disk.
KEPT_MAX = 64
#: Of those, at most this many whose files were unpacked into this process's own temporary directory.
UNPACKED_MAX = 8

#: PATH_MAX and NAME_MAX (limits.h): no file system of Linux's takes more.
_PATH_BYTES_MAX = 4096
_NAME_BYTES_MAX = 255


class _Kept(NamedTuple):
    signature: Signature
    problem: Problem
    is_in_place: bool
    files: ExitStack  # closing it removes what was unpacked


class Problems:
    """Opens packages; one per slot."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._reading = reading_of(settings)
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._digests: dict[str, tuple[Signature, str]] = {}
        self._known = self._newly_read = 0
        self._packages: PackageCache | None = None

    def take_counts(self) -> tuple[int, int]:
        """How many problems were known and how many had to be read, since the last call."""
        counts = self._known, self._newly_read
        self._known = self._newly_read = 0
        return counts

    def digest(self, reference: str) -> str:
        """The digest of a package that was opened last under this name; empty when it has none."""
        if is_digest(reference):
            return reference
        kept = self._kept.get(reference)
        if kept is None:
            return ""
        known = self._digests.get(reference)
        if known is None or known[0] != kept.signature:
            cache = self._settings.state.package_digests
            known = self._digests[reference] = (kept.signature, known_digest(Path(reference), kept.signature, cache))
        return known[1]

    @contextmanager
    def open(self, reference: str) -> Iterator[Problem]:
        """The problem that a submission names; its files exist while the context lasts.

        Raises PackageError (a reference that can be none, a broken package), PackageMissing (another worker may have
        it), BlobStoreError (the store is away) and HostFault.
        """
        with ExitStack() as stack:
            if is_digest(reference):
                yield self._read(self._fetched(stack, reference), signature=())
            elif (problem := self._unchanged(reference)) is not None:
                yield problem
            elif _is_unpacked(_checked(reference)):
                yield self._read(reference, signature_of(Path(reference)))
            else:
                yield _opened(stack, reference, self._reading)

    @contextmanager
    def directory(self, reference: str, scratch: Path) -> Iterator[Path]:
        """The directory of the package that a verification names, while the context lasts; unpacked into ``scratch``
        where it must be. Raises as :meth:`open`."""
        with ExitStack() as stack:
            if is_digest(reference):
                yield Path(self._fetched(stack, reference))
                return
            try:
                directory = stack.enter_context(package_directory(_checked(reference), scratch))
            except UsageError as error:
                raise PackageMissing(f"{error} (on this worker)") from error
            yield directory

    def _fetched(self, stack: ExitStack, digest: str) -> str:
        """Where the package with this digest lies while ``stack`` lasts."""
        try:
            return str(stack.enter_context(self._cache().package(digest)))
        except (BlobMissing, UsageError) as error:  # no such package, or no store at all
            raise PackageMissing(f"there is no package {digest}: {error}") from error

    def _cache(self) -> PackageCache:
        if self._packages is None:
            self._packages = PackageCache(
                self._settings.state.packages,
                package_store_of(self._settings),
                self._settings.packages.cache_bytes,
            )
        return self._packages

    def _unchanged(self, path: str) -> Problem | None:
        """One that was read, if it is as it was; what else is wrong is told where it is read."""
        if path not in self._kept:
            return None
        try:
            return self._as_read(path, signature_of(Path(path)))
        except JudgeError:
            return None

    def _as_read(self, path: str, signature: Signature) -> Problem | None:
        known = self._kept.get(path)
        if known is None or known.signature != signature:
            return None
        self._kept.move_to_end(path)
        self._known += 1
        return known.problem

    def _read(self, path: str, signature: Signature) -> Problem:
        if (known := self._as_read(path, signature)) is not None:
            return known
        self._newly_read += 1
        if path in self._kept:
            self._forget(path)
        files = ExitStack()
        problem = read_in_place(Path(path), self._reading)
        is_in_place = problem is not None
        if problem is None:
            problem = _opened(files, path, self._reading)
        self._kept[path] = _Kept(signature, problem, is_in_place, files)
        unpacked = [name for name, kept in self._kept.items() if not kept.is_in_place]
        if len(unpacked) > UNPACKED_MAX:
            self._forget(unpacked[0])
        if len(self._kept) > KEPT_MAX:
            self._forget(next(iter(self._kept)))
        return problem

    def _forget(self, path: str) -> None:
        self._kept.pop(path).files.close()
        self._digests.pop(path, None)

    def close(self) -> None:
        """Remove what was unpacked; idempotent."""
        while self._kept:
            self._forget(next(iter(self._kept)))


def _checked(reference: str) -> str:
    """A reference that some worker may have a package under. Raises PackageError naming it."""
    where = printable(reference[:200])
    if not os.path.isabs(reference):
        raise PackageError("a package is named by an absolute path or a digest", where=where)
    try:
        name = os.fsencode(reference)
    except UnicodeEncodeError as error:
        raise PackageError("no path: it has characters that no file system takes", where=where) from error
    if b"\0" in name:
        raise PackageError("no path: it has a NUL character", where=where)
    if len(name) >= _PATH_BYTES_MAX or any(len(part) > _NAME_BYTES_MAX for part in name.split(b"/")):
        raise PackageError(f"no path: {len(name)} bytes, or a part of it, are too long", where=where)
    return reference


def _is_unpacked(path: str) -> bool:
    """Whether a package lies in this directory itself. Raises PackageMissing when it is a directory of other things."""
    if not os.path.isdir(path):
        return False
    try:
        package_inside(Path(path))
    except PackageMissing as error:
        raise PackageMissing(f"{error} (on this worker)", where=shown(path[:200])) from error
    return True


def _opened(stack: ExitStack, reference: str, options: ReadOptions) -> Problem:
    """A package of any other kind. What is not there may be on another worker."""
    try:
        return stack.enter_context(open_package(reference, options=options))
    except UsageError as error:
        raise PackageMissing(f"{error} (on this worker)") from error
    except OSError as error:
        blame_reader(error, shown(reference[:200]))
        raise PackageMissing(f"cannot be read: {error.strerror or error}", where=shown(reference[:200])) from error
