"""A stable name for the content of a package: the same files give the same digest on every machine.

What counts: relative names (raw bytes), contents, the executable bit, targets of symbolic links, empty directories.
What does not: times, owners, other mode bits, and directories of version control.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from judge.errors import PackageError
from judge.kernel.atomic_files import write_whole
from judge.kernel.files import open_resolved
from judge.package.faults import fault_of
from judge.package.files.package_dir import DEPTH_MAX, ENTRIES_MAX
from judge.text import shown

#: What changes when a file does: path, inode, size, times of change of content and of the inode.
Signature = tuple[tuple[str, int, int, int, int], ...]

_SKIPPED = frozenset({b".git", b".hg", b".svn", b"__pycache__"})
#: Files of a package together; a whole file system is no package.
BYTES_MAX = 64 << 30
_VERSION = b"judge package digest 1\n"


def package_digest(root: Path) -> str:
    """``sha256:<64 hex digits>``. Raises PackageError for what is no file, directory or link, cannot be read, or is
    too much."""
    total = hashlib.sha256(_VERSION)
    size_bytes = 0
    for name, path in _walk(os.path.realpath(os.fsencode(root))):
        size_bytes += _size_bytes(path)
        if size_bytes > BYTES_MAX:
            raise PackageError(f"the package has more than {BYTES_MAX} bytes", where=shown(os.fsdecode(name)))
        total.update(_record(name, path))
    return f"sha256:{total.hexdigest()}"


def signature_of(root: Path) -> Signature:
    """What tells two states of a directory apart without reading its files.

    Raises PackageError past as many entries as a package may have, and what :func:`fault_of` says.
    """
    try:
        return tuple(sorted(_states(root)))
    except OSError as error:
        raise fault_of(error, "cannot be listed") from error


def _states(root: Path) -> Iterator[tuple[str, int, int, int, int]]:
    count = 0
    waiting = [os.fspath(root)]
    while waiting:
        with os.scandir(waiting.pop()) as found:
            for entry in found:
                count += 1
                if count > ENTRIES_MAX:
                    raise PackageError(f"the package has more than {ENTRIES_MAX} files")
                status = entry.stat(follow_symlinks=False)
                yield entry.path, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)


def known_digest(root: Path, signature: Signature, cache: Path) -> str:
    """The digest of a directory in this state, read from its files only once: what was found is kept in ``cache``.

    Empty when it has no digest (it cannot be read, or has what no package may have).
    """
    file = cache / hashlib.sha256(os.fsencode(root)).hexdigest()
    state = hashlib.sha256(repr(signature).encode("utf-8", "surrogateescape")).hexdigest()
    try:
        known, _, digest = file.read_text(encoding="ascii").partition(" ")
        if known == state:
            return digest
    except (OSError, UnicodeDecodeError):
        pass
    try:
        digest = package_digest(root)
    except (PackageError, OSError):
        return ""
    with contextlib.suppress(OSError):
        cache.mkdir(mode=0o755, parents=True, exist_ok=True)
        write_whole(file, f"{state} {digest}".encode("ascii"))
    return digest


def _walk(root: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(relative name, path) of everything below, each directory before its content, siblings in byte order."""
    stack = [(b"", root)]
    count = 0
    while stack:
        name, path = stack.pop()
        if name:
            yield name, path
        if os.path.isdir(path) and not os.path.islink(path):
            if name.count(b"/") >= DEPTH_MAX:
                raise PackageError(f"directories nest deeper than {DEPTH_MAX}", where=shown(os.fsdecode(name)))
            try:
                children = sorted((child for child in os.listdir(path) if child not in _SKIPPED), reverse=True)
            except OSError as error:
                raise fault_of(error, "cannot be listed", shown(os.fsdecode(name))) from error
            count += len(children)
            if count > ENTRIES_MAX:
                raise PackageError(f"the package has more than {ENTRIES_MAX} files")
            stack += [(name + b"/" + child if name else child, path + b"/" + child) for child in children]


def _size_bytes(path: bytes) -> int:
    with contextlib.suppress(OSError):  # reading the file reports what is wrong
        return os.lstat(path).st_size
    return 0


def _record(name: bytes, path: bytes) -> bytes:
    """Kind, length-prefixed name and content hash: no two different trees give the same records."""
    try:
        status = os.lstat(path)
        if stat.S_ISLNK(status.st_mode):
            kind, content = b"l", hashlib.sha256(os.readlink(path)).digest()
        elif stat.S_ISDIR(status.st_mode):
            kind, content = b"d", b""
        elif stat.S_ISREG(status.st_mode):
            kind = b"x" if status.st_mode & 0o111 else b"f"
            with open(path, "rb", opener=open_resolved) as file:
                content = hashlib.file_digest(file, "sha256").digest()
        else:
            raise PackageError("is neither a file, a directory nor a link", where=shown(os.fsdecode(name)))
    except OSError as error:
        raise fault_of(error, "cannot be read", shown(os.fsdecode(name))) from error
    return b"%b %d " % (kind, len(name)) + name + content + b"\n"
