"""What of a host's root one toolchain uses, as a digest: packages, files, and the places where it looks for more.

Two looks give the same digest only when everything that the toolchain opens by itself is as it was:

- the packages of its commands and all that these depend on: versions, and each of their files below /usr;
- everything in its *places*, where a compiler looks for what sources name: a header that comes is as good as one that
  changes;
- how the names of its shared libraries are resolved (``/etc/ld.so.cache``), and the links of ``/etc/alternatives``
  that lead to its files.

A file is known by kind, mode, size and its times of change; that of the inode (ctime) nobody can set, so one that
was written, replaced or put back is another. Where no package owns a command there is no digest: then only the whole
root will do.
"""

from __future__ import annotations

import glob
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from judge.rootfs.host_packages import HostPackages
from judge.rootfs.ld_cache import libraries

#: Below these nothing is opened by a compiler or runtime: they only make the look longer.
_NO_PART = ("/usr/share/doc/", "/usr/share/man/", "/usr/share/info/", "/usr/share/lintian/", "/usr/share/locale/")

#: Never seen inside: see :mod:`judge.rootfs.host_root`.
_MASKED = "/usr/local/"

_ALTERNATIVES = "/etc/alternatives/"
_LD_CACHE = "etc/ld.so.cache"
_LINKS_MAX = 40


@dataclass(frozen=True)
class Uses:
    """``commands`` are absolute paths of files, ``packages`` names of packages (those that are not installed count for
    nothing), ``places`` globs; one that ends in ``/**`` means all that lies below."""

    commands: tuple[str, ...]
    packages: tuple[str, ...]
    places: tuple[str, ...]


class HostUses:
    """Looks at one host: at each package and place once, so make another for another look. ``root`` is the host's,
    another directory in tests."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root
        self._packages: HostPackages | None = None
        self._links: _Links | None = None
        self._digests: dict[Uses, str] = {}
        self._owners: dict[str, str] = {}
        self._files: dict[str, frozenset[str]] = {}
        self._of_packages: dict[str, str] = {}
        self._of_places: dict[str, str] = {}

    def digest(self, uses: Uses) -> str:
        """Empty when it cannot be told what this toolchain is made of: no dpkg here, a command that no package owns, a
        list or directory that cannot be read."""
        if uses not in self._digests:
            try:
                self._digests[uses] = self._look(uses)
            except (OSError, ValueError):
                self._digests[uses] = ""
        return self._digests[uses]

    def _look(self, uses: Uses) -> str:
        packages = self._packages = self._packages or HostPackages(self._root)
        links = self._links = self._links or _Links.of(self._root, packages)
        closure = sorted(self._closure(packages, uses))
        if not closure:
            return ""
        files = {file for package in closure for file in links.files & self._files_of(packages, package)}
        parts = [self._of_package(packages, package) for package in closure]
        parts += [self._of_place(place) for place in uses.places]
        parts += [repr(links.leading_to(files))]
        return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()

    def _closure(self, packages: HostPackages, uses: Uses) -> frozenset[str]:
        """The packages; none when a command's file is no package's."""
        closure = packages.closure(uses.packages)
        ends = {end for command in uses.commands for end in self._ends(packages, command)}
        others = {end for end in ends if not any(end in self._files_of(packages, package) for package in closure)}
        owners = {self._owner(packages, end) for end in others}
        return frozenset() if "" in owners else closure | packages.closure(owners)

    def _files_of(self, packages: HostPackages, package: str) -> frozenset[str]:
        if package not in self._files:
            self._files[package] = frozenset(packages.files(package))
        return self._files[package]

    def _owner(self, packages: HostPackages, path: str) -> str:
        if path not in self._owners:
            self._owners[path] = packages.owner(path)
        return self._owners[path]

    def _ends(self, packages: HostPackages, command: str) -> Iterator[str]:
        """The links of /usr that a command is reached by, and its file; of one that is not there nothing."""
        path = packages.real_name(command)
        for _ in range(_LINKS_MAX):
            here = f"{self._root}/{path.strip('/')}"
            if not os.path.islink(here):
                if os.path.exists(here):
                    yield self._real(packages, path)
                return
            if not path.startswith(_ALTERNATIVES) and not _is_alternative(here):
                yield self._real(packages, path)
            target = os.readlink(here)
            path = packages.real_name(os.path.normpath(os.path.join(os.path.dirname(path), target)))
        raise ValueError(f"{command}: a loop of links")

    def _real(self, packages: HostPackages, path: str) -> str:
        """The path with links among its directories followed, as packages name it."""
        base = os.path.realpath(self._root)
        parent = os.path.realpath(f"{base}/{os.path.dirname(path).strip('/')}")
        inside = parent.removeprefix(base.rstrip("/")) or "/"
        return packages.real_name(f"{inside.rstrip('/')}/{os.path.basename(path)}")

    def _of_package(self, packages: HostPackages, package: str) -> str:
        if package not in self._of_packages:
            digest = hashlib.sha256(repr((package, packages.state(package))).encode("utf-8", "surrogateescape"))
            for path in sorted(self._files_of(packages, package)):
                if path.startswith("/usr/") and not path.startswith((*_NO_PART, _MASKED)):
                    _take_in(digest, path, f"{self._root}/{path.strip('/')}")
            self._of_packages[package] = digest.hexdigest()
        return self._of_packages[package]

    def _of_place(self, place: str) -> str:
        if place not in self._of_places:
            digest = hashlib.sha256(place.encode())
            tree = place.removesuffix("/**")
            for path in sorted(glob.glob(f"{glob.escape(str(self._root).rstrip('/'))}{tree}")):
                _take_in(digest, path, path)
                if tree != place:
                    for below in _below(path, frozenset()):
                        _take_in(digest, below, below)
            self._of_places[place] = digest.hexdigest()
        return self._of_places[place]


class _Links(NamedTuple):
    """What leads to files of packages without being any package's: the cache of libraries and /etc/alternatives.

    ``libraries`` are (name, file), ``alternatives`` (name, target); ``files`` all that they lead to.
    """

    libraries: tuple[tuple[str, str], ...]
    alternatives: tuple[tuple[str, str], ...]
    files: frozenset[str]

    @classmethod
    def of(cls, root: Path, packages: HostPackages) -> _Links:
        """Raises OSError, and ValueError for a cache of another kind."""
        found = tuple((name, packages.real_name(path)) for name, path in libraries((root / _LD_CACHE).read_bytes()))
        directory = f"{root}/{_ALTERNATIVES.strip('/')}"
        names = sorted(os.listdir(directory)) if os.path.isdir(directory) else []
        paths = ((name, f"{directory}/{name}") for name in names)
        links = tuple((name, packages.real_name(os.readlink(path))) for name, path in paths if os.path.islink(path))
        return cls(found, links, frozenset(path for _, path in (*found, *links)))

    def leading_to(self, files: set[str]) -> object:
        """Those that lead to one of these files; of a library's name all that have a claim on it, in their order."""
        names = {name for name, path in self.libraries if path in files}
        return (
            [entry for entry in self.libraries if entry[0] in names],
            [entry for entry in self.alternatives if entry[1] in files],
        )


def _is_alternative(path: str) -> bool:
    return os.readlink(path).startswith(_ALTERNATIVES)


def _below(directory: str, above: frozenset[tuple[int, int]]) -> Iterator[str]:
    """Everything below a directory, links to directories followed unless they lead back up; a parent comes first."""
    if not os.path.isdir(directory):
        return
    status = os.stat(directory)
    here = (status.st_dev, status.st_ino)
    if here in above:
        return
    with os.scandir(directory) as entries:
        found: Sequence[tuple[str, bool]] = sorted((entry.path, entry.is_dir()) for entry in entries)
    for path, is_directory in found:
        yield path
        if is_directory:
            yield from _below(path, above | {here})


def _take_in(digest: hashlib._Hash, name: str, path: str) -> None:
    """The file at ``path`` and, of a link, what it leads to. One that is not there counts as that."""
    marks = [name, *_marks(path)]
    digest.update("\0".join(marks).encode("utf-8", "surrogateescape") + b"\n")


def _marks(path: str) -> Iterable[str]:
    try:
        status = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return ("absent",)
    if stat.S_ISDIR(status.st_mode):
        return (f"{status.st_mode:o}",)  # of all that others put into it nothing counts
    if not stat.S_ISLNK(status.st_mode):
        return (f"{status.st_mode:o}", str(status.st_size), str(status.st_mtime_ns), str(status.st_ctime_ns))
    target = os.readlink(path)
    try:
        there = os.stat(path)
    except OSError:
        return (target, "leads nowhere")
    if stat.S_ISDIR(there.st_mode):
        return (target,)
    return (target, str(there.st_size), str(there.st_mtime_ns), str(there.st_ctime_ns))
