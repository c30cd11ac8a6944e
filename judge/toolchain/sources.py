"""The files of a submission, checked and named as the language wants them. Pure: nothing is written here.

Names come from strangers. A name that could leave its directory, confuse a terminal or a compiler's command line
is the contestant's fault: :class:`SourceFault` carries the line that they are shown.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from judge.errors import SourceFault
from judge.model.language import LanguageSpec
from judge.model.submission import SourceFile
from judge.toolchain.java_names import java_class
from judge.toolchain.source_text import plain_text
from judge.toolchain.work_files import clashes, parents

#: Files and the directories that they lie in: each is made again before each run.
FILES_MAX = 1000
DIRECTORIES_MAX = 200
DEPTH_MAX = 32

#: All names together: a command line holds those of the sources.
NAMES_BYTES_MAX = 100_000
SOURCE_BYTES_MAX = 32 << 20
NAME_BYTES_MAX = 200
PATH_BYTES_MAX = 1000

#: A short text may always become this much longer by longer names.
_GROWTH_CHARS = 1000

#: Where our names are seen: what a program is compiled in and run from.
_OUR_DIRECTORIES = re.compile(r"/(?:work|artifact)/")


@dataclass(frozen=True)
class Prepared:
    """Checked sources. ``files``: all by their names below /work; ``sources``: those the compiler is given, in order
    of submission; ``source``: the main one; ``main``: what ``{main}`` stands for; ``renamed``: (new name, the name that
    the author knows) of sources that are called otherwise here."""

    files: tuple[SourceFile, ...]
    sources: tuple[str, ...]
    source: str
    main: str
    renamed: tuple[tuple[str, str], ...] = ()

    def in_own_names(self, text: str) -> str:
        """What a compiler or a runtime wrote, with the author's file names in place of ours, unless a long name would
        make it more than twice as long."""
        text = _OUR_DIRECTORIES.sub("", text)
        if not self.renamed:
            return text
        own = dict(self.renamed)
        names = "|".join(re.escape(ours) for ours in sorted(own, key=len, reverse=True))
        told = re.sub(rf"(?<![\w./-])(?:\./)?({names})(?![\w-])(?!\.\w)", lambda match: own[match[1]], text)
        return told if len(told) <= 2 * len(text) + _GROWTH_CHARS else text


def prepare(
    language: LanguageSpec, files: Sequence[SourceFile], main: str = "", *, keep_names: bool = False
) -> Prepared:
    """Check and name the files; ``main`` names the main file, empty to find it. ``keep_names``: a lone source keeps its
    name, too. Raises SourceProblem."""
    check_files(files)
    files = _plain(language, files)
    wanted = tuple(file for file in files if _extension(file.name) in language.extensions) or tuple(files)
    chosen = _main_file(language, wanted, files, main)
    lone = len(wanted) == 1 and not keep_names
    new_names = _without_twins({file.name: _sandbox_name(language, file, lone=lone) for file in wanted})
    renamed = tuple(SourceFile(name=new_names.get(file.name, file.name), content=file.content) for file in files)
    check_files(renamed)
    source = new_names.get(chosen.name, chosen.name)
    return Prepared(
        files=renamed,
        sources=tuple(new_names[file.name] for file in wanted),
        source=source,
        main=_main_name(language, source, chosen),
        renamed=tuple((ours, own) for own, ours in new_names.items() if ours != own),
    )


def with_beside(prepared: Prepared, beside: Sequence[SourceFile]) -> Prepared:
    """The same with files that lie beside the sources, byte for byte. What has a source's name, or one that no source
    may have, is left out. Raises SourceFault when they are too many."""
    if not beside:
        return prepared
    named = {file.name: file for file in beside if not name_complaint(file.name)}
    lost = set(clashes(named, {file.name for file in prepared.files}))
    files = (*prepared.files, *(file for name, file in named.items() if name not in lost))
    check_files(files)
    return replace(prepared, files=files)


def _plain(language: LanguageSpec, files: Sequence[SourceFile]) -> tuple[SourceFile, ...]:
    """The files with those that the language reads in the form that it expects."""
    if language.source.verbatim:
        return tuple(files)
    known = {*language.extensions, *language.headers}
    read = {file.name for file in files if _extension(file.name) in known} or {file.name for file in files}
    return tuple(
        SourceFile(name=file.name, content=plain_text(file.content)) if file.name in read else file for file in files
    )


def check_files(files: Sequence[SourceFile]) -> None:
    """That they can lie in a directory, and are not too many or too large. Raises SourceFault."""
    if not files:
        raise SourceFault("the submission has no files")
    if len(files) > FILES_MAX:
        raise SourceFault(f"the submission has {len(files)} files; at most {FILES_MAX} are allowed")
    total = sum(len(file.content) for file in files)
    if total > SOURCE_BYTES_MAX:
        raise SourceFault(f"the submission has {total} bytes; at most {SOURCE_BYTES_MAX} are allowed")
    seen: set[str] = set()
    for file in files:
        complaint = name_complaint(file.name)
        if complaint:
            raise SourceFault(f"file name {file.name[:80]!a}: {complaint}")
        if file.name in seen:
            raise SourceFault(f"file name {file.name!r}: there are two files of this name")
        seen.add(file.name)
    _check_directories(seen)


def _check_directories(names: set[str]) -> None:
    size_bytes = sum(len(name.encode()) for name in names)
    if size_bytes > NAMES_BYTES_MAX:
        raise SourceFault(f"the file names have {size_bytes} bytes; at most {NAMES_BYTES_MAX} are allowed")
    directories: set[str] = set()
    for name in names:
        above = parents(name)
        if len(above) > DEPTH_MAX:
            raise SourceFault(f"file name {name[:80]!r}: more than {DEPTH_MAX} directories deep")
        for parent in above & names:
            raise SourceFault(f"file name {name!r}: {parent!r} is a file of the submission, not a directory")
        directories |= above
    if len(directories) > DIRECTORIES_MAX:
        raise SourceFault(f"the submission has {len(directories)} directories; at most {DIRECTORIES_MAX} are allowed")


def name_complaint(name: str) -> str:
    """Why this is no name for a source file, or empty. Relative, normal, printable, not taken for an option."""
    try:
        encoded = name.encode()
    except UnicodeEncodeError:
        return "not valid Unicode"
    if not name:
        return "empty"
    if len(encoded) > PATH_BYTES_MAX or any(len(part.encode()) > NAME_BYTES_MAX for part in name.split("/")):
        return f"longer than {NAME_BYTES_MAX} bytes"
    if name.startswith("/") or "\\" in name:
        return "must be a relative path with '/' between its parts"
    if any(part in ("", ".", "..") for part in name.split("/")):
        return "must not contain '.', '..' or empty parts"
    if not name.isprintable():
        return "must not contain control, invisible or unassigned characters"
    if any(part[0] in "-@" for part in name.split("/")):
        return "no part may start with '-' or '@'"
    return ""


@functools.lru_cache(256)
def _extension(name: str) -> str:
    last = PurePosixPath(name).name
    return last.rsplit(".", 1)[1] if "." in last else ""


@functools.lru_cache(256)
def _stem(name: str) -> str:
    return PurePosixPath(name).stem


def _main_file(
    language: LanguageSpec, wanted: Sequence[SourceFile], files: Sequence[SourceFile], main: str
) -> SourceFile:
    if main:
        found = next((file for file in files if main in (file.name, _stem(file.name))), None)
        if found is None:
            raise SourceFault(f"the submission has no file {main[:80]!r} to be its main file")
        return found
    if len(wanted) > 1 and language.source.public_class:
        return next((file for file in wanted if java_class(file.content).has_main), wanted[0])
    wanted = _outside_packages(wanted)
    by_stem = {_stem(file.name).lower(): file for file in reversed(wanted)}
    return by_stem.get("__main__") or by_stem.get("main") or _by_content(language, wanted) or wanted[0]


def _outside_packages(wanted: Sequence[SourceFile]) -> Sequence[SourceFile]:
    """The sources that lie in no Python package, as what is started does, or in one with a ``__main__``; all of them
    when there are none."""
    if not any(file.name.endswith("__init__.py") for file in wanted):
        return wanted
    paths = [PurePosixPath(file.name) for file in wanted]
    packages = {path.parent for path in paths if path.name == "__init__.py"}
    starters = (
        file for file, path in zip(wanted, paths, strict=True) if path.parent not in packages or path.stem == "__main__"
    )
    return tuple(starters) or wanted


def _by_content(language: LanguageSpec, wanted: Sequence[SourceFile]) -> SourceFile | None:
    if len(wanted) == 1 or not language.source.main_pattern:
        return None
    pattern = re.compile(language.source.main_pattern.encode(), re.MULTILINE)
    return next((file for file in wanted if pattern.search(file.content)), None)


def _sandbox_name(language: LanguageSpec, file: SourceFile, *, lone: bool) -> str:
    if language.source.public_class:
        name = java_class(file.content).name
        return str(PurePosixPath(file.name).with_name(f"{name}.{language.extensions[0]}")) if name else file.name
    if lone and language.source.name:
        return language.source.name
    if lone and "." not in file.name.rpartition("/")[2] and language.extensions:
        return f"{file.name}.{language.extensions[0]}"  # a text that never was a file: compilers go by the extension
    return file.name


def _without_twins(new_names: Mapping[str, str]) -> dict[str, str]:
    """Files that would get the same name keep their own: what is wrong with them, if anything, the compiler knows."""
    wanted_by = Counter(new_names.values())
    return {own: new if wanted_by[new] == 1 else own for own, new in new_names.items()}


def _main_name(language: LanguageSpec, source: str, chosen: SourceFile) -> str:
    stem = _stem(source)
    if language.source.public_class:
        found = java_class(chosen.content)
        return f"{found.package}.{found.name or stem}" if found.package else found.name or stem
    if language.source.capitalize:
        stem = stem[:1].upper() + stem[1:]
    return stem + language.source.main_suffix
