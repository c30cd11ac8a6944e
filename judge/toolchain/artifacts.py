"""Artifacts by content: what a compile left, found again by everything that went into it.

::

    root/
      ab/ab12.../manifest      names, sizes and digests of the files, and the caller's note
      ab/ab12.../files/...     what a container is shown as /artifact
      .incoming/xyz/           being written; renamed into place when whole
      .staged/                 files that are used once: see :mod:`judge.toolchain.staging`

Any number of processes share one store. An entry appears by one rename. Its files are hashed when a process first
takes it, and again whenever a file's inode, size or times are not those that were hashed; so a crash in mid-write or
a changed file costs a compile and nothing else. An entry in use is locked (flock) and never
evicted; the others go least recently used first when the store outgrows its limit.
What the key is made of is the caller's business: see :func:`judge.toolchain.compile.artifact_key`.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import tempfile
import time
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path, PurePosixPath

import msgspec

from judge.errors import InfrastructureError, blame_host
from judge.kernel.locks import lock_directory
from judge.model.units import GIB
from judge.toolchain.staging import ENTERED, Staged, Staging, lay_out, sweep

#: How large a store grows by default.
STORE_BYTES_MAX = 4 * GIB

#: Eviction stops at this share of the limit, so that it is rare.
_EVICT_TO = 0.9

#: Other processes write too: count the whole store again after this many own writes.
_RECOUNT_EVERY = 64

#: A process remembers at most this many verified entries; one is a few hundred bytes.
_REMEMBERED_MAX = 1024

#: What changed so recently may change again without its times showing it (they tick every few milliseconds).
_RACY_NS = 100_000_000

#: Inode, size and times of change of an entry's manifest and files.
Marks = tuple[tuple[int, int, int, int], ...]

_KEY = re.compile(r"[0-9a-f]{64}")
_BLOCK_BYTES = 4096

#: What an entry takes beside its files: the manifest and the directories.
_ENTRY_BYTES = 2 * _BLOCK_BYTES


class StoredFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of an artifact; ``path`` is relative, ``sha256`` in hexadecimal."""

    path: str
    size_bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What an entry must hold. ``note`` is the caller's, opaque here."""

    key: str
    files: tuple[StoredFile, ...]
    note: bytes = b""


class Stored:
    """An entry in use: ``path`` is its directory of files, valid until :meth:`close` (or garbage collection)."""

    def __init__(self, path: Path, note: bytes, lock_fd: int) -> None:
        self.path = path
        self.note = note
        self._lock_fd = lock_fd

    def close(self) -> None:
        """Let the entry be evicted again; idempotent."""
        fd, self._lock_fd = self._lock_fd, -1
        if fd >= 0:
            with contextlib.suppress(OSError):
                os.close(fd)

    def __del__(self) -> None:
        self.close()


class StoreUsage(msgspec.Struct, frozen=True, kw_only=True):
    """How full a store is."""

    entries: int
    size_bytes: int


class ArtifactStore:
    """A directory of artifacts, shared by processes and threads.

    Programs, sources and generated answers lie here. The uids of slots must reach an entry that they are told of, so
    nobody is kept from entering; but the directories above can be listed by their owner alone, and the names in them
    are digests of what is not known without them.
    """

    def __init__(self, root: Path, bytes_max: int = STORE_BYTES_MAX) -> None:
        self._root = Path(os.path.realpath(root))  # generated tests lie here, and are opened by resolved paths
        self._bytes_max = bytes_max
        self._size_bytes = 0
        self._writes = 0
        self._remembered: OrderedDict[str, tuple[Marks, Manifest]] = OrderedDict()
        self._staging = Staging(self._root / ".staged")

    def get(self, key: str) -> Stored | None:
        """The verified entry, marked as used now; None when absent or damaged (a damaged one is removed).

        The times must not be forged: nobody but the judge may write below the root.
        """
        entry = self._entry(key)
        fd = lock_directory(entry, fcntl.LOCK_SH)
        if fd < 0:
            return None
        manifest = self._verified(entry, key)
        if manifest is None:
            with contextlib.suppress(OSError):
                self._bury(entry)
            os.close(fd)
            return None
        with contextlib.suppress(OSError):
            os.utime(fd)
        return Stored(entry / "files", manifest.note, fd)

    def _verified(self, entry: Path, key: str) -> Manifest | None:
        """The entry's manifest when its files are what it says; hashed unless they are those hashed before."""
        known = self._remembered.get(key)
        if known is not None and _marks(entry, known[1]) == known[0]:
            return known[1]
        self._remembered.pop(key, None)
        began_ns = time.time_ns()
        manifest = _verified(entry, key)
        marks = _marks(entry, manifest) if manifest else None
        if manifest is not None and marks and max(mark[-1] for mark in marks) < began_ns - _RACY_NS:
            self._remembered[key] = marks, manifest
            while len(self._remembered) > _REMEMBERED_MAX:
                self._remembered.popitem(last=False)
        return manifest

    def put(
        self, key: str, files: Mapping[str, bytes], *, executables: Collection[str] = (), note: bytes = b""
    ) -> Stored:
        """Write an entry and take it into use. When another process was faster, its entry is as good.

        Raises HostFault when the disk does not take it, InfrastructureError when it does not take these names,
        ValueError for a path that leaves the entry.
        """
        for _ in range(3):
            self._write(key, files, executables, note)
            stored = self.get(key)
            if stored is not None:
                self._make_room()
                return stored
        raise InfrastructureError(f"artifact store {self._root}: what was written does not read back; check the disk")

    def stage(self, files: Mapping[str, bytes], *, executables: Collection[str] = ()) -> Staged:
        """Lay out files that are used once: no entry, not counted. Raises as :meth:`put` does."""
        return self._staging.stage(files, executables)

    def remove(self, key: str) -> bool:
        """Remove an entry unless it is in use; True when it is gone."""
        entry = self._entry(key)
        fd = lock_directory(entry, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if fd < 0:
            return not entry.exists()
        try:
            grave = self._bury(entry)
            shutil.rmtree(grave, ignore_errors=True)
        except OSError:
            return False
        finally:
            os.close(fd)
        return True

    def usage(self) -> StoreUsage:
        """Count the store; reads every manifest."""
        sizes = [size for _, size, _ in self._scan()]
        return StoreUsage(entries=len(sizes), size_bytes=sum(sizes))

    def _entry(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"not a key of the store: {key!r}")
        return self._root / key[:2] / key

    def _incoming(self) -> Path:
        incoming = self._root / ".incoming"
        incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
        return incoming

    def _hide(self) -> None:
        """Let nobody else list the store, one of an earlier version and one made under any umask included."""
        for directory in (self._root, *self._root.glob("[0-9a-f][0-9a-f]")):
            directory.chmod(ENTERED)
        self._incoming().chmod(0o700)

    def _bury(self, entry: Path) -> Path:
        """Take an entry out of sight, in use or not; swept away once nobody holds it."""
        return entry.rename(tempfile.mkdtemp(dir=self._incoming()))

    def _write(self, key: str, files: Mapping[str, bytes], executables: Collection[str], note: bytes) -> None:
        entry = self._entry(key)
        scratch = None
        try:
            scratch = Path(tempfile.mkdtemp(dir=self._incoming()))
            fd = lock_directory(scratch, fcntl.LOCK_EX)
            try:
                _fill(scratch, key, files, executables, note)
                if not entry.parent.exists():
                    entry.parent.mkdir(mode=ENTERED, exist_ok=True)
                    self._hide()
                with contextlib.suppress(FileExistsError):
                    _rename_new(scratch, entry)
            finally:
                os.close(fd)
        except OSError as error:
            blame_host(error, f"artifact store {self._root}")
            raise InfrastructureError(f"artifact store {self._root}: {error}") from error
        finally:
            if scratch is not None:
                shutil.rmtree(scratch, ignore_errors=True)
        self._size_bytes += sum(_rounded(len(data)) for data in files.values()) + _ENTRY_BYTES
        self._writes += 1

    def _make_room(self) -> None:
        if self._writes % _RECOUNT_EVERY != 1 and self._size_bytes <= self._bytes_max:
            return
        with contextlib.suppress(OSError):
            self._hide()
        sweep(self._incoming())
        entries = sorted(self._scan())
        self._size_bytes = sum(size for _, size, _ in entries)
        if self._size_bytes <= self._bytes_max:
            return
        for _, size, key in entries:
            if self._size_bytes <= self._bytes_max * _EVICT_TO:
                break
            if self.remove(key):
                self._size_bytes -= size

    def _scan(self) -> Iterator[tuple[int, int, str]]:
        """(last use in ns, size in bytes, key) of every entry."""
        for entry in self._root.glob("[0-9a-f][0-9a-f]/*"):
            try:
                manifest = msgspec.json.decode((entry / "manifest").read_bytes(), type=Manifest)
                used_ns = entry.stat().st_mtime_ns
            except (OSError, msgspec.DecodeError):
                used_ns, manifest = 0, Manifest(key=entry.name, files=())
            if _KEY.fullmatch(entry.name):
                yield used_ns, sum(_rounded(file.size_bytes) for file in manifest.files) + _ENTRY_BYTES, entry.name


def _fill(scratch: Path, key: str, files: Mapping[str, bytes], executables: Collection[str], note: bytes) -> None:
    (scratch / "files").mkdir()
    lay_out(scratch / "files", files, executables)
    stored = [
        StoredFile(path=str(PurePosixPath(name)), size_bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
        for name, data in sorted(files.items())
    ]
    scratch.chmod(ENTERED)
    manifest = scratch / "manifest"
    manifest.write_bytes(msgspec.json.encode(Manifest(key=key, files=tuple(stored), note=note)))
    manifest.chmod(0o600)


def _rename_new(source: Path, target: Path) -> None:
    """Rename unless the target is there: raises FileExistsError. (rename(2) refuses a non-empty directory.)"""
    try:
        source.rename(target)
    except OSError as error:
        if target.is_dir():
            raise FileExistsError(str(target)) from error
        raise


def _verified(entry: Path, key: str) -> Manifest | None:
    try:
        manifest = msgspec.json.decode((entry / "manifest").read_bytes(), type=Manifest)
        if manifest.key != key:
            return None
        for file in manifest.files:
            data = (entry / "files" / file.path).read_bytes()
            if len(data) != file.size_bytes or hashlib.sha256(data).hexdigest() != file.sha256:
                return None
    except (OSError, msgspec.DecodeError):
        return None
    return manifest


def _marks(entry: Path, manifest: Manifest) -> Marks | None:
    """What tells two states of an entry's files apart without reading them; None when one is missing."""
    marks = []
    try:
        for name in ("manifest", *(f"files/{file.path}" for file in manifest.files)):
            status = os.stat(f"{entry}/{name}")
            marks.append((status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns))
    except OSError:
        return None
    return tuple(marks)


def _rounded(size_bytes: int) -> int:
    return -(-size_bytes // _BLOCK_BYTES) * _BLOCK_BYTES


class SubmissionStore:
    """An artifact store as the submissions of one tenant see it: nothing that others handed in, no setter's program.

    So neither a flag nor a time tells one tenant what another one has sent.
    """

    def __init__(self, store: ArtifactStore, tenant: str) -> None:
        self._store = store
        self._owner = f"submissions of {tenant}"

    def get(self, key: str) -> Stored | None:
        """See :meth:`ArtifactStore.get`."""
        return self._store.get(self._own(key))

    def put(
        self, key: str, files: Mapping[str, bytes], *, executables: Collection[str] = (), note: bytes = b""
    ) -> Stored:
        """See :meth:`ArtifactStore.put`."""
        return self._store.put(self._own(key), files, executables=executables, note=note)

    def stage(self, files: Mapping[str, bytes], *, executables: Collection[str] = ()) -> Staged:
        """See :meth:`ArtifactStore.stage`."""
        return self._store.stage(files, executables=executables)

    def _own(self, key: str) -> str:
        return hashlib.sha256(f"{self._owner} {key}".encode()).hexdigest()
