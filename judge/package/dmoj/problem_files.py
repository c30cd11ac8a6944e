"""Where the files of a DMOJ problem are: loose beside init.yml, or in the archive that it names."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from judge.package.files.line_ends import with_normal_lines
from judge.package.files.package_dir import Entry, PackageDir
from judge.package.files.yaml_section import YamlSection
from judge.package.files.zip_archive import unpack_zip
from judge.package.findings import Findings
from judge.text import shown


class DmojFiles:
    """Finds files by the names that init.yml gives them. Loose ones win, as in DMOJ."""

    def __init__(self, package: PackageDir, archive: PackageDir | None, scratch: Path) -> None:
        self._package = package
        self._archive = archive
        self._scratch = scratch
        self._empty = ""
        self._normal: dict[str, str] = {}

    @property
    def names_of_tests(self) -> tuple[str, ...]:
        """Every file that a pattern may take for a test: those of the archive, without one the loose ones."""
        return tuple(entry.relative for entry in (self._archive or self._package).files())

    def all_files(self) -> list[tuple[str, str]]:
        """(name, host path) of every file, loose ones and those of the archive."""
        found = {entry.relative: entry.path for entry in (self._archive.files() if self._archive else ())}
        return sorted({**found, **{entry.relative: entry.path for entry in self._package.files()}}.items())

    def has(self, name: str) -> bool:
        """Whether there is a file of this name."""
        return self._entry(name) is not None

    def path(self, name: str, section: YamlSection, key: str) -> str:
        """The host path of a file; a finding about ``key`` and empty when there is none."""
        entry = self._entry(name)
        if entry is None:
            section.block(key, f"there is no file {shown(name)[:200]!r}")
            return ""
        return entry.path

    def test_data(self, name: str, section: YamlSection, key: str, *, binary: bool) -> str:
        """As :meth:`path`; unless ``binary``, of a file whose lines end as DMOJ makes them: all with LF, the last too.

        That is a copy where the file is not like that. The whole file is read.
        """
        path = self.path(name, section, key)
        if not path or binary:
            return path
        if path not in self._normal:
            self._normal[path] = with_normal_lines(path, self._scratch)
        return self._normal[path]

    def empty(self) -> str:
        """The host path of a file without content."""
        if not self._empty:
            descriptor, self._empty = tempfile.mkstemp(prefix=".empty-", dir=self._scratch)
            os.close(descriptor)
        return self._empty

    def _entry(self, name: str) -> Entry | None:
        if not name or name.startswith("/") or ".." in name.split("/"):
            return None
        found = (package.find(name) for package in (self._package, self._archive) if package is not None)
        return next((entry for entry in found if entry is not None and not entry.is_directory), None)


def open_files(package: PackageDir, section: YamlSection, findings: Findings, scratch: Path) -> DmojFiles:
    """The files of a problem, its archive unpacked into the empty ``scratch``. Raises PackageError for a bad zip."""
    name = section.text("archive")
    entry = package.find(name) if name else None
    if entry is None or entry.is_directory:
        if name:
            section.block("archive", f"there is no file {shown(name)[:200]!r}")
        return DmojFiles(package, None, scratch)
    unpack_zip(Path(entry.path), scratch)
    return DmojFiles(package, PackageDir(scratch, findings), scratch)
