"""What the host's package manager knows of its packages: versions, what each needs, which files it brought.

Debian's dpkg alone is read, below ``/var/lib/dpkg``; see dpkg(1), deb-control(5), and
https://www.debian.org/doc/debian-policy/ch-relationships.html for the fields.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

#: Directories of / that are links into /usr on a host with merged /usr; packages may name their files either way.
USR_MERGED = ("bin", "lib", "lib32", "lib64", "libx32", "sbin")

_STATUS = "var/lib/dpkg/status"
_INFO = "var/lib/dpkg/info"

#: Fields of a package's paragraph that name other packages which it cannot be without.
_NEEDS = ("Depends", "Pre-Depends")


class Package(NamedTuple):
    """One package, of whatever architectures: ``state`` is all that changes when it does."""

    state: tuple[str, ...]
    needs: frozenset[str]


class HostPackages:
    """The packages of the host whose root is ``root``, read once. Of another system than Debian's there are none."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._merged = tuple(f"/{name}/" for name in USR_MERGED if (root / name).is_symlink())
        self._packages: dict[str, Package] = {}
        self._providers: dict[str, set[str]] = {}
        self._lists: dict[str, list[Path]] = {}
        self._read()

    def closure(self, names: Iterable[str]) -> frozenset[str]:
        """The installed ones of these, with all that they need: of alternatives and of providers each that is here."""
        found: set[str] = set()
        todo = list(names)
        while todo:
            name = todo.pop()
            for package in (name, *self._providers.get(name, ())):
                if package in self._packages and package not in found:
                    found.add(package)
                    todo.extend(self._packages[package].needs)
        return frozenset(found)

    def state(self, package: str) -> tuple[str, ...]:
        """Versions and states of a package, by architecture."""
        return self._packages[package].state

    def files(self, package: str) -> Iterator[str]:
        """Every path that a package brought, directories included, as it is named below /usr where that is merged.

        Raises OSError when its list is not there or cannot be read.
        """
        if package not in self._lists:
            raise FileNotFoundError(f"{self._root / _INFO}: no list of {package}'s files")
        for path in self._lists[package]:
            for line in path.read_text("utf-8", "surrogateescape").splitlines():
                yield self.real_name(line)

    def owner(self, path: str) -> str:
        """The package that brought this file, or empty. Reads every list: some 10 MB."""
        names = {path.encode("utf-8", "surrogateescape")}
        names |= {path.removeprefix("/usr").encode("utf-8", "surrogateescape")} if path.startswith("/usr/") else set()
        for package, lists in self._lists.items():
            for file in lists:
                try:
                    text = b"\n" + file.read_bytes()
                except OSError:
                    continue
                if any(b"\n" + name + b"\n" in text for name in names):
                    return package if package in self._packages else ""
        return ""

    def real_name(self, path: str) -> str:
        """``/lib/x`` as ``/usr/lib/x`` where /lib is a link there."""
        return f"/usr{path}" if path.startswith(self._merged) else path

    def _read(self) -> None:
        try:
            text = (self._root / _STATUS).read_text("utf-8", "surrogateescape")
            lists = sorted(entry.name for entry in os.scandir(self._root / _INFO) if entry.name.endswith(".list"))
        except OSError:
            return
        for name in lists:
            package = name.removesuffix(".list").partition(":")[0]
            self._lists.setdefault(package, []).append(self._root / _INFO / name)
        for paragraph in text.split("\n\n"):
            self._add(_fields(paragraph))

    def _add(self, fields: dict[str, str]) -> None:
        name = fields.get("Package", "")
        if not name or fields.get("Status", "").endswith((" config-files", " not-installed")):
            return
        mark = " ".join(fields.get(key, "") for key in ("Architecture", "Version", "Status"))
        needs = frozenset(other for key in _NEEDS for other in _names(fields.get(key, "")))
        before = self._packages.get(name, Package((), frozenset()))
        self._packages[name] = Package(tuple(sorted((*before.state, mark))), before.needs | needs)
        for provided in _names(fields.get("Provides", "")):
            self._providers.setdefault(provided, set()).add(name)


def _fields(paragraph: str) -> dict[str, str]:
    """The fields of one line; what is continued (Conffiles, Description) is of no interest."""
    lines = (line.partition(": ") for line in paragraph.split("\n") if line[:1] not in ("", " ", "\t"))
    return {key: value for key, _, value in lines}


def _names(relations: str) -> Iterator[str]:
    """``libc6 (>= 2.36), a:any | b`` names libc6, a and b."""
    for alternatives in relations.split(","):
        for one in alternatives.split("|"):
            words = one.split()
            if words:
                yield words[0].partition(":")[0].partition("(")[0]
