"""Files and programs that problem.xml names: where they are, what is compiled together, in which of our languages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from judge.model.problem import Program
from judge.package.files.line_ends import has_windows_lines, with_normal_lines
from judge.package.files.package_dir import Entry, PackageDir
from judge.package.files.xml_tree import Element
from judge.package.findings import Findings
from judge.package.kattis.program_files import inner_name
from judge.text import shown

FILE = "problem.xml"
_HEADER_TYPES = ("h.", "hpp.")

#: The beginning of Polygon's language types -> our language ids; longest first where one begins another.
_LANGUAGES = (
    ("cpp", "cpp"), ("c.", "c"), ("java", "java"), ("kotlin", "kotlin"), ("python.pypy", "pypy3"),
    ("python.3", "python3"), ("python.2", "python2"), ("pas", "pascal"), ("go", "go"), ("rust", "rust"),
    ("csharp", "csharp"), ("haskell", "haskell"), ("d", "d"), ("js", "javascript"), ("ruby", "ruby"),
)  # fmt: skip


def language_of_type(polygon_type: str) -> str:
    """Our language id for "cpp.g++17" and the like; empty = detect it."""
    return next((ours for prefix, ours in _LANGUAGES if polygon_type.startswith(prefix)), "")


@dataclass(frozen=True)
class PolygonFiles:
    """The package as seen from its problem.xml. ``scratch``: a directory for copies of tests."""

    package: PackageDir
    root: Element
    findings: Findings
    scratch: Path

    def find(self, name: str) -> Entry | None:
        """The file of this name; None when there is none."""
        entry = self.package.find(name) if not name.startswith("/") and ".." not in name.split("/") else None
        return None if entry is None or entry.is_directory else entry

    def path(self, name: str, line: int, advice: str = "") -> str:
        """The host path of a file; a finding about ``line`` and empty when there is none."""
        entry = self.find(name)
        if entry is None:
            hint = f" ({advice})" if advice else ""
            self.findings.block(FILE, f"names {shown(name)[:200]!r}, which is no file of the package{hint}", line=line)
            return ""
        return entry.path

    def test_data(self, name: str, line: int, advice: str = "") -> str:
        """As :meth:`path`; tests of packages made for Windows get the line ends that programs have here."""
        path = self.path(name, line, advice)
        return with_normal_lines(path, self.scratch) if path and has_windows_lines(path) else path

    def program(self, source: Element) -> Program:
        """A testlib program: its source and the headers among the package's resources."""
        name = source.get("path")
        files = [(inner_name(Path(name).name), self.path(name, source.line))]
        for resource in self.root.all("files/resources/file"):
            header = resource.get("path")
            if resource.get("type").startswith(_HEADER_TYPES) or header.endswith((".h", ".hpp")):
                files.append((inner_name(Path(header).name), self.path(header, resource.line)))
        return Program(
            name=shown(name), files=tuple(dict(files).items()), language=language_of_type(source.get("type"))
        )

    def asset(self, place: str) -> Program | None:
        """The testlib program of an element of ``assets``, if there is one."""
        element = self.root.first(place)
        source = element.first("source") if element else None
        return self.program(source) if source is not None else None

    def solution(self, source: Element) -> Program:
        """A solution: one source file."""
        name = source.get("path")
        return Program(
            name=shown(name),
            files=((inner_name(Path(name).name), self.path(name, source.line)),),
            language=language_of_type(source.get("type")),
        )

    def stubs(self) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
        """Resources that are compiled with solutions, by language."""
        stubs: dict[str, dict[str, str]] = {}
        for file in self.root.all("files/resources/file"):
            if not any(asset.get("name") == "solution" for asset in file.all("assets/asset")):
                continue
            for prefix in filter(None, re.split(r"[;, ]+", file.get("for-types"))):
                language = language_of_type(prefix.rstrip("*")) or "default"
                path = self.path(file.get("path"), file.line)
                stubs.setdefault(language, {})[inner_name(Path(file.get("path")).name)] = path
        return tuple((language, tuple(files.items())) for language, files in stubs.items())
