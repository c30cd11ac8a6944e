"""Which layout a class's folder has, and what it holds: the front door of this room."""

from __future__ import annotations

import contextlib
import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Protocol

from judge.errors import PackageError, UsageError
from judge.gradebook.handed_in import Wanted
from judge.gradebook.layouts import canvas, classroom, folder, moodle
from judge.gradebook.layouts.listing import ClassFound, Listing, listing_of
from judge.package.files.zip_archive import unpack_zip
from judge.text import shown


class Layout(Protocol):
    """A module of this package."""

    NAME: str

    def matches(self, listing: Listing) -> bool:
        """Whether a folder looks so."""
        ...

    def found_in(self, listing: Listing, wanted: Wanted) -> ClassFound:
        """Whose work lies where; each student once."""
        ...


#: In the order in which they are tried; the last one fits all.
_LAYOUTS: tuple[Layout, ...] = (moodle, canvas, classroom, folder)

AUTO = "auto"
LAYOUTS = (AUTO, *(layout.NAME for layout in _LAYOUTS))


def class_in(directory: Path, wanted: Wanted, layout: str = AUTO, title: str = "") -> ClassFound:
    """The students of a class's folder. Raises UsageError: there is no such layout, or the folder cannot be listed."""
    listing = listing_of(directory, title)
    if not any(entry for entry in listing.entries):
        raise UsageError(f"{shown(str(directory))}: nothing was handed in")
    for one in _LAYOUTS:
        if layout == one.NAME or (layout == AUTO and one.matches(listing)):
            return one.found_in(listing, wanted)
    raise UsageError(f"there is no layout {layout!r}: {', '.join(LAYOUTS)}")


@contextmanager
def class_directory(path: Path) -> Iterator[Path]:
    """The class's folder: as it is, or a zip file of it (as course systems send it) unpacked while in use.

    A lone folder in a zip file is the class's. Raises UsageError.
    """
    if path.is_dir():
        yield path
        return
    if not path.is_file() or not zipfile.is_zipfile(path):
        raise UsageError(f"{shown(str(path))}: no folder, and no zip file of one")
    with tempfile.TemporaryDirectory(prefix="judge-class-") as scratch:
        root = Path(scratch) / path.stem
        root.mkdir()
        try:
            unpack_zip(path, root)
        except PackageError as error:
            raise UsageError(f"{shown(str(path))}: {error}; unpack it yourself, and name the folder") from error
        _take_times(path, root)
        yield _class_inside(root)


def _class_inside(root: Path) -> Path:
    """The one folder in it, where that is the class's and no student's."""
    listing = listing_of(root)
    lone = listing.entries[0] if len(listing.entries) == 1 else None
    return Path(lone.path) if lone is not None and lone.is_folder and not moodle.matches(listing) else root


def _take_times(archive: Path, root: Path) -> None:
    """Files have the times that the archive says: in a course system's they are those of handing in."""
    with zipfile.ZipFile(archive) as file:
        for info in file.infolist():
            with contextlib.suppress(OSError, ValueError):
                at_s = datetime(*info.date_time).timestamp()
                os.utime(root / info.filename, (at_s, at_s), follow_symlinks=False)
