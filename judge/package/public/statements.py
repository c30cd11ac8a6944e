"""Where formats keep their statements.

Kattis: ``statement/`` or, legacy, ``problem_statement/`` with ``problem.LANG.{md,tex,pdf}``. DOMjudge: ``problem.pdf``
beside its own file. DMOJ, whose site keeps statements elsewhere: those places, and ``statement.{md,pdf}`` beside
init.yml. CMS: ``statement/statement.pdf`` or ``testo/testo.pdf``. Polygon: the files that problem.xml names,
``statements/english/problem.tex`` and the like; what lies beside them (``tutorial.tex``) is not public.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from judge.model.problem import PackageFormat
from judge.model.public_part import StatementFile, StatementForm
from judge.package.files.package_dir import Entry, PackageDir
from judge.package.files.xml_tree import XML_BYTES_MAX, parse_xml
from judge.package.polygon.package_files import FILE as POLYGON_FILE
from judge.package.public.folders import files_in, is_inside

_LANGUAGE = r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}"
_KATTIS = re.compile(rf"problem(?:\.({_LANGUAGE}))?\.(md|tex|pdf)")
_IN_ROOT = re.compile(rf"(?:problem|statement)(?:\.({_LANGUAGE}))?\.(md|tex|pdf)")
_CMS = re.compile(rf"(?:statement|testo)(?:[._]({_LANGUAGE}))?\.(pdf)")
_POLYGON = re.compile(r"(statements/(?:\.pdf/)?[a-z]+)/problem\.(tex|pdf)")

#: Of a file without a language.
_DEFAULT = "en"

#: Polygon's words for languages.
_CODES = {
    "english": "en", "russian": "ru", "ukrainian": "uk", "german": "de", "french": "fr", "spanish": "es",
    "polish": "pl", "chinese": "zh", "japanese": "ja", "korean": "ko", "portuguese": "pt", "italian": "it",
    "kazakh": "kk", "armenian": "hy", "azerbaijani": "az", "turkmen": "tk", "bulgarian": "bg", "czech": "cs",
}  # fmt: skip


@dataclass(frozen=True)
class FoundStatement:
    """A statement and its file; ``folder``: where its pictures lie."""

    statement: StatementFile
    entry: Entry
    folder: str


def find_statements(package: PackageDir, package_format: PackageFormat) -> tuple[FoundStatement, ...]:
    """All statements, each language's in each form once."""
    found = _of_polygon(package) if package_format is PackageFormat.POLYGON else _of_folders(package, package_format)
    once: dict[tuple[str, StatementForm], FoundStatement] = {}
    for one in found:
        once.setdefault((one.statement.language, one.statement.form), one)
    return tuple(sorted(once.values(), key=lambda one: (one.statement.language != _DEFAULT, one.statement.language)))


_PLACES = (("statement", _KATTIS), ("problem_statement", _KATTIS), ("", _IN_ROOT))
_PLACES_OF_CMS = (("statement", _CMS), ("testo", _CMS))


def _of_folders(package: PackageDir, package_format: PackageFormat) -> Iterator[FoundStatement]:
    for folder, pattern in _PLACES_OF_CMS if package_format is PackageFormat.CMS else _PLACES:
        for entry in files_in(package, folder):
            match = pattern.fullmatch(entry.name)
            if match:
                yield _found(entry, folder, (match[1] or _DEFAULT).replace("_", "-"), match[2])


def _of_polygon(package: PackageDir) -> Iterator[FoundStatement]:
    """The paths are checked as well as what problem.xml says: it could name any file."""
    file = package.find(POLYGON_FILE)
    if file is None:
        return
    root = parse_xml(package.read(file, XML_BYTES_MAX), POLYGON_FILE)
    for element in root.all("statements/statement"):
        match = _POLYGON.fullmatch(element.get("path"))
        entry = package.find(match[0]) if match else None
        if match and entry is not None and not entry.is_directory and is_inside(package, match[1], entry):
            word = element.get("language") or match[1].rpartition("/")[2]
            yield _found(entry, match[1], _CODES.get(word, word if re.fullmatch(_LANGUAGE, word) else "xx"), match[2])


def _found(entry: Entry, folder: str, language: str, form: str) -> FoundStatement:
    statement = StatementFile(language=language, form=StatementForm(form), file=entry.relative)
    return FoundStatement(statement, entry, folder)
