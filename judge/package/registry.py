"""All package formats that can be read. The first whose marker lies in a directory reads it."""

from __future__ import annotations

import os
from pathlib import Path

from judge.package.assignment.reader import AssignmentReader
from judge.package.autograder.reader import AutograderReader
from judge.package.cms.reader import CmsReader
from judge.package.dmoj.reader import DmojReader
from judge.package.kattis.reader import DomjudgeReader, KattisReader
from judge.package.polygon.reader import PolygonReader
from judge.package.reader import Reader

READERS: tuple[Reader, ...] = (
    AssignmentReader(),
    KattisReader(),
    PolygonReader(),
    DmojReader(),
    CmsReader(),
    CmsReader(marker="task.yml"),
    DomjudgeReader(),
    AutograderReader(),
)


def reader_of(directory: Path) -> Reader | None:
    """The reader of the package in this directory; None when it is none that we know."""
    return next((reader for reader in READERS if (directory / reader.marker).exists()), None)


def is_marked(directory: Path) -> bool:
    """Whether a directory calls itself a package, if only by a broken link."""
    return any(os.path.lexists(directory / reader.marker) for reader in READERS)


def markers_text() -> str:
    """The markers of all formats, for a message."""
    return ", ".join(f"{reader.marker} ({reader.title})" for reader in READERS)
