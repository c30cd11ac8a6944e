"""Writes a stranger's archive into a fresh directory, within bounds. Used for zips and git revisions.

Names are checked before anything is written, contents are counted as they come (headers may lie), symbolic links
are made last of all and only when they stay inside, so that nothing is ever written through one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from judge.errors import PackageError
from judge.model.units import GIB, MIB
from judge.package.faults import fault_of
from judge.package.files.package_dir import DEPTH_MAX
from judge.text import shown


@dataclass(frozen=True)
class Bounds:
    """What an archive may unpack to. ``ratio``: unpacked per packed bytes, once past ``ratio_free_bytes``."""

    entries: int = 100_000
    file_bytes: int = GIB
    total_bytes: int = 4 * GIB
    ratio: int = 200
    ratio_free_bytes: int = 256 * MIB
    name_bytes: int = 255
    link_bytes: int = 4096


DEFAULT_BOUNDS = Bounds()


class Unpacker:
    """Writes below ``root``, which must be empty. Every method raises PackageError naming the entry.

    Call :meth:`finish` at the end; until then links are only remembered.
    """

    def __init__(self, root: Path, bounds: Bounds, *, packed_bytes: int = 0) -> None:
        self._root = os.path.realpath(root)
        self._bounds = bounds
        self._packed_bytes = packed_bytes
        self._entries = 0
        self._total_bytes = 0
        self._links: list[tuple[str, str]] = []

    def directory(self, name: str) -> None:
        """Make a directory and its parents."""
        self._make_directories(self._checked(name), name)

    def file(self, name: str, chunks: Iterable[bytes], *, executable: bool = False) -> None:
        """Write a regular file from pieces; stops reading at the first bound that is passed."""
        parts = self._checked(name)
        self._make_directories(parts[:-1], name)
        path = os.path.join(self._root, *parts)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            fd = os.open(path, flags, 0o755 if executable else 0o644)
        except FileExistsError as error:
            raise PackageError("the archive has two entries of this name", where=shown(name)) from error
        except OSError as error:
            raise fault_of(error, "cannot be unpacked", shown(name)) from error
        with os.fdopen(fd, "wb") as out:
            size = 0
            for chunk in chunks:
                size += len(chunk)
                self._total_bytes += len(chunk)
                self._check_sizes(size, name)
                out.write(chunk)

    def link(self, name: str, target: str) -> None:
        """Remember a symbolic link; refused when its target is absolute or leaves the archive."""
        parts = self._checked(name)
        depth = 0
        for step in (*parts[:-1], *target.split("/")):
            depth += -1 if step == ".." else step not in ("", ".")
            if depth < 0:
                break
        if depth < 0 or not target or target.startswith("/") or len(target) > self._bounds.link_bytes:
            raise PackageError("is a link that leaves the package", where=shown(name))
        self._links.append(("/".join(parts), target))

    def finish(self) -> None:
        """Make the remembered links, then look where they really lead: links through links can fool the eye."""
        for name, target in self._links:
            parts = name.split("/")
            self._make_directories(parts[:-1], name)
            try:
                os.symlink(target, os.path.join(self._root, *parts))
            except OSError as error:
                raise fault_of(error, "cannot be unpacked", shown(name)) from error
        for name, _ in self._links:
            real = os.path.realpath(os.path.join(self._root, name))
            if real != self._root and not real.startswith(self._root + os.sep):
                os.unlink(os.path.join(self._root, name))
                raise PackageError("is a link that leaves the package", where=shown(name))

    def _checked(self, name: str) -> list[str]:
        """The components of a harmless relative name; ``.`` in it, as some tools write, stands for nothing.

        None are left of the package's own name.
        """
        self._entries += 1
        if self._entries > self._bounds.entries:
            raise PackageError(f"the archive has more than {self._bounds.entries} entries")
        if "\0" in name or "\\" in name or not name.strip("/") or name.startswith("/"):
            raise PackageError("the archive has an entry whose name is not a relative path", where=shown(name))
        parts = [part for part in name.split("/") if part not in ("", ".")]
        if ".." in parts:
            raise PackageError("the archive has an entry that leaves the package", where=shown(name))
        if any(len(os.fsencode(part)) > self._bounds.name_bytes for part in parts):
            raise PackageError("the archive has an entry with too long a name", where=shown(name[:80]))
        if len(parts) > DEPTH_MAX:
            raise PackageError(f"the archive nests deeper than {DEPTH_MAX} directories", where=shown(name[:80]))
        return parts

    def _make_directories(self, parts: list[str], name: str) -> None:
        """Make them one by one: a component that is anything but a directory is refused, links included."""
        path = self._root
        for part in parts:
            path = os.path.join(path, part)
            try:
                os.mkdir(path, 0o755)
            except FileExistsError as error:
                if os.path.islink(path) or not os.path.isdir(path):
                    raise PackageError("lies below an entry that is no directory", where=shown(name)) from error
            except OSError as error:
                raise fault_of(error, "cannot be unpacked", shown(name)) from error

    def _check_sizes(self, size: int, name: str) -> None:
        bounds = self._bounds
        if size > bounds.file_bytes:
            raise PackageError(f"unpacks to more than {bounds.file_bytes} bytes", where=shown(name))
        if self._total_bytes > bounds.total_bytes:
            raise PackageError(f"the archive unpacks to more than {bounds.total_bytes} bytes")
        allowed = max(bounds.ratio_free_bytes, bounds.ratio * self._packed_bytes)
        if self._packed_bytes and self._total_bytes > allowed:
            raise PackageError(f"the archive unpacks to more than {bounds.ratio} times its size: a bomb")
