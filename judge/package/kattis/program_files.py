"""Programs in packages: a file or a directory -> :class:`~judge.model.problem.Program`.

Which language a program is in is decided where it is compiled; here a file counts as source when the formats'
language table knows its ending, so that a README beside the programs is not taken for one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from judge.model.problem import PackageFormat, Program
from judge.package.detect import detect_by_content
from judge.package.files.file_names import HEADER_ENDINGS, ending
from judge.package.files.package_dir import Entry, PackageDir
from judge.package.findings import Findings
from judge.text import shown

#: Endings of source files, lower case. Source: the format's languages table; Kotlin scripts and the like left out.
_ENDINGS = """
4th a68 adb ads asm awk bas bash c c++ cbl cc cjs cl clj cob coffee cpp cr cs cxx d dart def erl ex exs f f03 f08 f90
f95 for forth frt fs fth go groovy hs java jl js kt lisp lsp lua m mjs ml mod nasm nim odin pas php pl plg pm pp pro py
py2 py3 r raku rb rexx rkt rs s scala scm sh sim sml sno sql ss st swift tcl ts vala vb zig
"""
SOURCE_ENDINGS = frozenset(_ENDINGS.split())
#: Input validators in languages of their own: checktestdata and VIVA.
GRAMMAR_ENDINGS = frozenset({"ctd", "viva"})
SCRIPTS = ("build", "run")


def is_source(name: str) -> bool:
    """Whether a file of this name can be (the main part of) a program."""
    return ending(name) in SOURCE_ENDINGS


def inner_name(name: str) -> str:
    """A name for the sandbox: bytes that are not UTF-8 become %XX, and a shouted ending (A.CPP) is lowered; ``.C`` is
    C++ and stays."""
    name = re.sub("[\udc80-\udcff]", lambda match: f"%{ord(match[0]) - 0xDC00:02X}", name)
    stem, dot, last = name.rpartition(".")
    return f"{stem}{dot}{last.lower()}" if len(last) > 1 and last.isupper() and last.lower() in SOURCE_ENDINGS else name


def program_at(package: PackageDir, entry: Entry, extra: Iterable[Entry] = ()) -> Program:
    """The program that is this file, or all files of this directory; ``extra`` files lie beside it."""
    if not entry.is_directory:
        files = [(inner_name(entry.name), entry.path)]
    else:
        skip = len(entry.relative) + 1
        files = [(inner_name(file.relative[skip:]), file.path) for file in package.files(entry.relative)]
    files += [(inner_name(file.name), file.path) for file in extra if file.path != entry.path]
    return Program(name=entry.shown, files=tuple(files), language=detect_by_content(files))


def is_program(package: PackageDir, entry: Entry, *, grammars: bool = False) -> bool:
    """Whether an entry of a program directory is one; anything else there is documentation."""
    if not entry.is_directory:
        return is_source(entry.name) or (grammars and ending(entry.name) in GRAMMAR_ENDINGS)
    return any(file.name in SCRIPTS or is_source(file.name) for file in package.files(entry.relative))


def programs_in(
    package: PackageDir, directory: str, findings: Findings, *, grammars: bool = False
) -> tuple[Program, ...]:
    """All programs directly in ``directory``; header files beside a single source file go with it."""
    entries = package.entries(directory)
    headers = [entry for entry in entries if not entry.is_directory and ending(entry.name) in HEADER_ENDINGS]
    found = []
    for entry in entries:
        if is_program(package, entry, grammars=grammars):
            found.append(program_at(package, entry, () if entry.is_directory else headers))
        elif entry not in headers and not entry.name.upper().startswith(
            ("README", "LICENSE", "CMAKELISTS", "MAKEFILE")
        ):
            findings.warning(entry.shown, "is no program and was passed over")
    return tuple(found)


def single_program(package: PackageDir, directory: str, findings: Findings) -> Program | None:
    """The program of a directory that stands for one (output_validator/, static_validator/).

    Sources or scripts directly in it make the directory itself the program; else its one subdirectory is.
    """
    here = package.find(directory)
    if here is None or not here.is_directory:
        return None
    entries = package.entries(directory)
    if any(not entry.is_directory and (entry.name in SCRIPTS or is_source(entry.name)) for entry in entries):
        return program_at(package, entries[0] if len(entries) == 1 else here)
    programs = programs_in(package, directory, findings)
    if len(programs) > 1:
        findings.error(directory, f"holds {len(programs)} programs instead of one; {programs[0].name} is used")
    return programs[0] if programs else None


def output_validators(package: PackageDir, package_format: PackageFormat, findings: Findings) -> tuple[Program, ...]:
    """The custom output validators, from the directory of the format or that of another version; all must accept."""
    modern, legacy = "output_validator", "output_validators"
    own, other = (legacy, modern) if package_format is PackageFormat.LEGACY else (modern, legacy)
    for directory in (own, other):
        if directory == legacy:
            programs = programs_in(package, legacy, findings)
        else:
            single = single_program(package, modern, findings)
            programs = (single,) if single else ()
        if programs:
            if directory != own:
                findings.warning(directory, f"is called {own}/ in the {package_format} format; used all the same")
            return programs
    return ()


def include_files(package: PackageDir, findings: Findings) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """include/<language>/: (language code or "default", its files) pairs."""
    found = []
    for entry in package.entries("include"):
        if not entry.is_directory:
            findings.error(entry.shown, "belongs into include/default or include/<language>; ignored")
            continue
        skip = len(entry.relative) + 1
        files = tuple((inner_name(file.relative[skip:]), file.path) for file in package.files(entry.relative))
        if not files:
            findings.warning(entry.shown, "is empty")
        found.append((shown(entry.name), files))
    return tuple(found)
