"""Looking at a package's directory without trusting it.

Symbolic links may point anywhere inside the package and nowhere else; FIFOs, sockets and devices are refused;
depth and the number of entries are bounded; names keep their bytes (surrogate escapes).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from judge.errors import PackageError
from judge.kernel.files import open_resolved
from judge.package.faults import fault_of
from judge.package.files.file_names import HEADER_ENDINGS, ending, hidden
from judge.package.findings import Findings
from judge.text import shown

#: How deep directories may nest below the package, and how many entries a package may have.
DEPTH_MAX = 32
ENTRIES_MAX = 200_000


@dataclass(frozen=True)
class Entry:
    """A regular file or directory. ``relative`` is its path below the package root, with its raw bytes."""

    name: str
    relative: str
    path: str
    is_directory: bool

    @property
    def shown(self) -> str:
        """``relative`` as safe text, for messages."""
        return shown(self.relative)


class PackageDir:
    """A package's root directory. Reports each odd file once.

    ``needed``: whether a verdict may depend on the file of this relative path. A link that leaves the package forbids
    judging there; anywhere else it is a warning, and never followed.
    """

    def __init__(self, root: Path, findings: Findings, needed: Callable[[str], bool] = lambda relative: True) -> None:
        self._needed = needed
        self._root = os.path.realpath(root)
        if not os.path.isdir(self._root):
            raise PackageError("is not a directory", where=shown(str(root)))
        self._findings = findings
        self._seen = 0

    @property
    def path(self) -> str:
        """The root's real host path."""
        return self._root

    def entries(self, relative: str = "") -> tuple[Entry, ...]:
        """Files and directories directly below ``relative``, sorted by name; () when it is no directory."""
        directory = os.path.join(self._root, relative) if relative else self._root
        if relative.count("/") >= DEPTH_MAX:
            self._findings.block(shown(relative), f"directories nest deeper than {DEPTH_MAX}")
            return ()
        try:
            real = os.path.realpath(directory, strict=True)
            names = sorted(os.listdir(real))
        except (FileNotFoundError, NotADirectoryError):
            return ()
        except OSError as error:
            raise fault_of(error, "cannot be listed", shown(relative)) from error
        self._seen += len(names)
        if self._seen > ENTRIES_MAX:
            raise PackageError(f"the package has more than {ENTRIES_MAX} files", where=shown(relative))
        found = (
            self._entry(f"{relative}/{name}" if relative else name, os.path.join(real, name))
            for name in names
            if not hidden(name)
        )
        return tuple(entry for entry in found if entry is not None)

    def files(self, relative: str = "") -> Iterator[Entry]:
        """All regular files below ``relative``, depth first in name order."""
        stack = list(reversed(self.entries(relative)))
        while stack:
            entry = stack.pop()
            if entry.is_directory:
                stack.extend(reversed(self.entries(entry.relative)))
            else:
                yield entry

    def find(self, relative: str) -> Entry | None:
        """The entry at ``relative``; None when nothing (usable) is there."""
        parent, name = os.path.split(os.path.join(self._root, relative))
        path = os.path.join(os.path.realpath(parent), name)
        return self._entry(relative, path) if os.path.lexists(path) else None

    def size_bytes(self, entry: Entry) -> int:
        """How long a file is. Raises PackageError when it has gone."""
        try:
            return os.stat(entry.path).st_size
        except OSError as error:
            raise fault_of(error, "cannot be read", entry.shown) from error

    def read(self, entry: Entry, bytes_max: int) -> bytes:
        """The content of a file. Raises PackageError when it is larger or cannot be read."""
        try:
            with open(entry.path, "rb", opener=open_resolved) as file:
                data = file.read(bytes_max + 1)
        except OSError as error:
            raise fault_of(error, "cannot be read", entry.shown) from error
        if len(data) > bytes_max:
            raise PackageError(f"larger than {bytes_max} bytes", where=entry.shown)
        return data

    def _entry(self, relative: str, path: str) -> Entry | None:
        """Resolve a link and judge the kind; None (with a finding) for what must not be touched.

        ``path``: where it lies, its parent resolved, so that only a link itself needs a second look.
        """
        real = os.path.realpath(path) if os.path.islink(path) else path
        outside = real != self._root and not real.startswith(self._root + os.sep)
        if outside and _is_shared_header(path, real):
            self._findings.warning(shown(relative), "is a link to a header outside of the package")
        elif outside:
            report = self._findings.block if self._needed(relative) else self._findings.warning
            report(shown(relative), "is a link that leaves the package")
            return None
        try:
            mode = os.stat(real).st_mode
        except OSError:
            self._findings.error(shown(relative), "is a link to nothing")
            return None
        if stat.S_ISDIR(mode):
            if real != path and (path + os.sep).startswith(real + os.sep):
                self._findings.block(shown(relative), "is a link to a directory that contains it")
                return None
        elif not stat.S_ISREG(mode):
            self._findings.block(shown(relative), "is neither a regular file nor a directory")
            return None
        return Entry(name=os.path.basename(relative), relative=relative, path=real, is_directory=stat.S_ISDIR(mode))


def is_no_document(relative: str) -> bool:
    """Whether a file is no page for people by its name, so that a verdict may depend on it."""
    return ending(relative) not in ("pdf", "md", "tex", "html", "png", "jpg", "svg")


def _is_shared_header(link: str, real: str) -> bool:
    """A relative link to a header file of its own name: packages of one collection share some; no secret lies there."""
    name = os.path.basename(link)
    relative = not os.path.isabs(os.readlink(link)) if os.path.islink(link) else False
    return relative and ending(name) in HEADER_ENDINGS and os.path.basename(real) == name and os.path.isfile(real)
