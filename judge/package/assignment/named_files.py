"""Files of an assignment by the names that assignment.yaml has for them, and texts of its own put into files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from judge.globs import matches_any
from judge.package.files.package_dir import Entry, PackageDir
from judge.package.files.yaml_section import YamlSection
from judge.package.files.yaml_tree import YamlNode, YamlScalar, YamlSequence
from judge.package.kattis.program_files import inner_name
from judge.text import shown

Pairs = tuple[tuple[str, str], ...]

#: What one key may name.
FILES_MAX = 1000


@dataclass(frozen=True)
class NamedFiles:
    """The package, and the directory ``unpacked`` for texts that stand in assignment.yaml itself."""

    package: PackageDir
    unpacked: Path

    def pairs(self, section: YamlSection, key: str, *, whole_names: bool = False) -> Pairs:
        """The files that a key names: files, directories, globs; () when it is absent.

        A file of a directory is called by its path below that, another one by its last name; with ``whole_names``
        by the path below the package. The first file of a name counts, a second one is a finding.
        """
        found: dict[str, str] = {}
        for word in self._words(section, key):
            for name, entry in self._named(section, key, word, whole_names=whole_names):
                if found.setdefault(name, entry.path) != entry.path:
                    section.block(key, f"there are two files called {shown(name)[:200]!r}")
        if len(found) > FILES_MAX:
            section.block(key, f"{len(found)} files; at most {FILES_MAX} are taken")
            return ()
        return tuple(found.items())

    def _words(self, section: YamlSection, key: str) -> tuple[str, ...]:
        """A sequence of names, or one."""
        node = section.node(key)
        if isinstance(node, YamlScalar):
            return (node.text,)
        return section.words_of(node, key) if isinstance(node, YamlSequence) else _no_words(section, key, node)

    def _named(self, section: YamlSection, key: str, word: str, *, whole_names: bool) -> list[tuple[str, Entry]]:
        if not _stays_inside(word):
            section.block(key, f"{shown(word)[:200]!r} is no path in the package")
            return []
        if "*" in word or "?" in word:
            entries = [entry for entry in self.package.files("") if matches_any(entry.relative, [word])]
            found = [(entry.relative if whole_names else entry.name, entry) for entry in entries]
        else:
            entry = self.package.find(word.rstrip("/"))
            found = [] if entry is None else self._at(entry, whole_names=whole_names)
        if not found:
            section.block(key, f"there is no file {shown(word)[:200]!r} in the package")
        return [(inner_name(name), entry) for name, entry in found]

    def _at(self, entry: Entry, *, whole_names: bool) -> list[tuple[str, Entry]]:
        if not entry.is_directory:
            return [(entry.relative if whole_names else entry.name, entry)]
        skip = 0 if whole_names else len(entry.relative) + 1
        return [(file.relative[skip:], file) for file in self.package.files(entry.relative)]

    def path(self, section: YamlSection, key: str) -> str:
        """The host path of the one file that a key names; empty when it is absent, or with a finding."""
        name = section.text(key)
        if not name:
            return ""
        entry = self.package.find(name) if _stays_inside(name) else None
        if entry is None or entry.is_directory:
            section.block(key, f"there is no file {shown(name)[:200]!r} in the package")
            return ""
        return entry.path

    def written(self, text: str) -> str:
        """The host path of a file with this text; empty for an empty text."""
        if not text:
            return ""
        content = text.encode("utf-8", "surrogateescape")
        path = self.unpacked / hashlib.sha256(content).hexdigest()
        if not path.exists():
            path.write_bytes(content)
        return str(path)


def _no_words(section: YamlSection, key: str, node: YamlNode | None) -> tuple[str, ...]:
    if node is not None:
        section.block(key, "expected the name of a file or folder, or a sequence of them")
    return ()


def _stays_inside(name: str) -> bool:
    return bool(name.strip("/")) and not name.startswith("/") and ".." not in name.split("/") and "\0" not in name
