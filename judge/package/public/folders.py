"""Public files by where they lie: each folder that is public is named here, and nothing leads out of it.

A link counts only when it leads to a file of the same folder: what lies elsewhere is not public because something
public points to it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from judge.model.public_part import PublicKind
from judge.package.files.file_names import ending
from judge.package.files.package_dir import Entry, PackageDir

#: Pictures that browsers show.
PICTURE_ENDINGS = ("png", "jpg", "jpeg", "gif", "svg", "webp")


@dataclass(frozen=True)
class Found:
    """A public file and where it lies on this host. ``replaced``: its content instead of the file's."""

    name: str
    kind: PublicKind
    path: str
    replaced: bytes | None = None


def files_below(package: PackageDir, folder: str) -> Iterator[Entry]:
    """The files of a public folder, at any depth, whose names are text."""
    for entry in package.files(folder):
        if is_inside(package, folder, entry):
            yield entry


def files_in(package: PackageDir, folder: str) -> Iterator[Entry]:
    """The files directly in a public folder ("" = the package's own), whose names are text."""
    for entry in package.entries(folder):
        if not entry.is_directory and is_inside(package, folder, entry):
            yield entry


def is_inside(package: PackageDir, folder: str, entry: Entry) -> bool:
    """Whether a file really lies in this folder, under its own ending, and its name is text."""
    root = os.path.join(package.path, folder) if folder else package.path
    inside = entry.path.startswith(root + os.sep) if folder else os.path.dirname(entry.path) == root
    return inside and ending(entry.path) == ending(entry.name) and is_text(entry.relative)


def is_text(name: str) -> bool:
    """Whether a name can be said in JSON and shown in one line."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return name.isprintable() and len(name) <= 500


def pictures(package: PackageDir, folder: str, statements: bytes) -> Iterator[Found]:
    """The pictures of a folder that the statements there name, with or without their ending."""
    for entry in files_below(package, folder):
        stem, _, suffix = entry.name.rpartition(".")
        if suffix.lower() in PICTURE_ENDINGS and stem and stem.encode() in statements:
            yield Found(entry.relative, PublicKind.PICTURE, entry.path)
