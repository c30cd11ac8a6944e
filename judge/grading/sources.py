"""The files of a submission, checked and named as the language wants them. Pure: nothing is written here.

Names come from strangers. A name that could leave its directory, confuse a terminal or a compiler's command line
is the contestant's fault: :class:`SourceProblem` carries the line that they are shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from judge.grading.entrypoint import java_class
from judge.model.language import LanguageSpec
from judge.model.submission import SourceFile

FILES_MAX = 1000
SOURCE_BYTES_MAX = 32 << 20
NAME_BYTES_MAX = 200
PATH_BYTES_MAX = 1000


class SourceProblem(Exception):
    """The submission cannot be compiled as sent; ``str()`` is one line for its author."""


@dataclass(frozen=True)
class Prepared:
    """Checked sources. ``files``: all by their names below /work; ``sources``: those the compiler is given, in order
    of submission; ``source``: the main one; ``main``: what ``{main}`` stands for."""

    files: tuple[SourceFile, ...]
    sources: tuple[str, ...]
    source: str
    main: str


def prepare(language: LanguageSpec, files: Sequence[SourceFile], main: str = "") -> Prepared:
    """Check and name the files; ``main`` names the main file, empty to find it. Raises SourceProblem."""
    _check(files)
    wanted = tuple(file for file in files if _extension(file.name) in language.extensions) or tuple(files)
    chosen = _main_file(language, wanted, files, main)
    new_names = {file.name: _sandbox_name(language, file, lone=len(wanted) == 1) for file in wanted}
    renamed = tuple(SourceFile(name=new_names.get(file.name, file.name), content=file.content) for file in files)
    _check(renamed)
    source = new_names.get(chosen.name, chosen.name)
    return Prepared(
        files=renamed,
        sources=tuple(new_names[file.name] for file in wanted),
        source=source,
        main=_main_name(language, source, chosen),
    )


def _check(files: Sequence[SourceFile]) -> None:
    if not files:
        raise SourceProblem("the submission has no files")
    if len(files) > FILES_MAX:
        raise SourceProblem(f"the submission has {len(files)} files; at most {FILES_MAX} are allowed")
    total = sum(len(file.content) for file in files)
    if total > SOURCE_BYTES_MAX:
        raise SourceProblem(f"the submission has {total} bytes; at most {SOURCE_BYTES_MAX} are allowed")
    seen: set[str] = set()
    for file in files:
        complaint = name_complaint(file.name)
        if complaint:
            raise SourceProblem(f"file name {file.name[:80]!a}: {complaint}")
        if file.name in seen:
            raise SourceProblem(f"file name {file.name!r}: there are two files of this name")
        seen.add(file.name)
    for name in seen:
        for parent in PurePosixPath(name).parents:
            if str(parent) in seen:
                raise SourceProblem(f"file name {name!r}: {str(parent)!r} is a file of the submission, not a directory")


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


def _extension(name: str) -> str:
    last = PurePosixPath(name).name
    return last.rsplit(".", 1)[1] if "." in last else ""


def _main_file(
    language: LanguageSpec, wanted: Sequence[SourceFile], files: Sequence[SourceFile], main: str
) -> SourceFile:
    if main:
        found = next((file for file in files if main in (file.name, PurePosixPath(file.name).stem)), None)
        if found is None:
            raise SourceProblem(f"the submission has no file {main[:80]!r} to be its main file")
        return found
    if len(wanted) > 1 and language.source.public_class:
        return next((file for file in wanted if java_class(file.content).has_main), wanted[0])
    by_stem = {PurePosixPath(file.name).stem.lower(): file for file in reversed(wanted)}
    return by_stem.get("__main__") or by_stem.get("main") or _by_content(language, wanted) or wanted[0]


def _by_content(language: LanguageSpec, wanted: Sequence[SourceFile]) -> SourceFile | None:
    if len(wanted) == 1 or not language.source.main_pattern:
        return None
    pattern = re.compile(language.source.main_pattern.encode(), re.MULTILINE)
    return next((file for file in wanted if pattern.search(file.content)), None)


def _sandbox_name(language: LanguageSpec, file: SourceFile, *, lone: bool) -> str:
    path = PurePosixPath(file.name)
    if language.source.public_class:
        name = java_class(file.content).name
        return str(path.with_name(f"{name}.{language.extensions[0]}")) if name else file.name
    if lone and language.source.name:
        return language.source.name
    return file.name


def _main_name(language: LanguageSpec, source: str, chosen: SourceFile) -> str:
    stem = PurePosixPath(source).stem
    if language.source.public_class:
        found = java_class(chosen.content)
        return f"{found.package}.{found.name or stem}" if found.package else found.name or stem
    if language.source.capitalize:
        stem = stem[:1].upper() + stem[1:]
    return stem + language.source.main_suffix
