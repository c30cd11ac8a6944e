"""A class's folder as the layouts see it: its entries, once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from judge.errors import UsageError
from judge.gradebook.collect.folders import passed_over
from judge.gradebook.handed_in import Found, Remark
from judge.text import shown

ENTRIES_MAX = 20_000


@dataclass(frozen=True)
class Listed:
    """An entry of the class's folder."""

    name: str
    path: str
    is_folder: bool
    is_link: bool
    changed_at_ms: int

    @property
    def is_repository(self) -> bool:
        """Whether git keeps it."""
        return self.is_folder and os.path.isdir(os.path.join(self.path, ".git"))


@dataclass(frozen=True)
class Listing:
    """``title``: of the folder, as it was named. ``entries`` by their names, without what tools leave."""

    title: str
    entries: tuple[Listed, ...]


@dataclass(frozen=True)
class ClassFound:
    """What a layout found. ``others``: entries that are nobody's work, by name; ``remarks`` on the folder."""

    layout: str
    students: tuple[Found, ...]
    others: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()


def listing_of(folder: Path, title: str = "") -> Listing:
    """The entries of a class's folder. Raises UsageError: it cannot be listed, or is no class."""
    try:
        entries = tuple(_entries(folder))
    except OSError as error:
        raise UsageError(f"{shown(str(folder))}: {os.strerror(error.errno or 0)}") from error
    return Listing(title or os.path.basename(os.path.abspath(folder)), entries)


def _entries(folder: Path) -> Iterator[Listed]:
    with os.scandir(folder) as found:
        names = sorted((entry for entry in found if not passed_over(entry.name)), key=lambda entry: entry.name)
    if len(names) > ENTRIES_MAX:
        raise UsageError(f"{shown(str(folder))}: {len(names)} entries; a class has at most {ENTRIES_MAX}")
    for entry in names:
        status = entry.stat(follow_symlinks=False)
        yield Listed(
            name=entry.name,
            path=entry.path,
            is_folder=entry.is_dir(follow_symlinks=False),
            is_link=entry.is_symlink(),
            changed_at_ms=status.st_mtime_ns // 1_000_000,
        )
