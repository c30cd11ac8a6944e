"""Tests of crates in Rust: functions with ``#[test]``, built by rustc alone.

What was handed in is a library of its own, in safe Rust and without what opens files or starts programs, so that the
runner's key is out of its reach.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

from judge.course.shared.stages import Bench, Built, Files, NotBuilt, Stage, guest, left
from judge.errors import PackageError
from judge.model.submission import SourceFile

_SH = "/usr/bin/sh"

#: Modules and macros of std that a student's files may name.
_NAMES = """
    any array ascii assert assert_eq assert_ne borrow boxed cell char clone cmp collections convert dbg debug_assert
    debug_assert_eq debug_assert_ne default eprint eprintln error f32 f64 fmt format future hash hint i8 i16 i32 i64
    i128 io isize iter marker matches mem num ops option panic pin prelude primitive print println rc result slice str
    string sync task thread thread_local time todo u8 u16 u32 u64 u128 unimplemented unreachable usize vec write writeln
"""
_MODULES = frozenset(_NAMES.split())
#: The crate that is ``std`` for a student's files: a macro can make a path that their text does not have.
_STD_NAME = "judge_std"
_STD_SOURCE = f"pub use ::std::{{{', '.join(sorted(_MODULES))}}};\n".encode()
_STD = re.compile(r"\bstd\b(\s*::\s*(?:(\w+)|(\{)))?")
_WORDS = re.compile(
    r"\b(?:unsafe|no_mangle|export_name|link_section|link_name|global_asm|naked\w*|macro_export)\b"
    r"|#\s*!?\s*\[\s*(?:link|path)\b|\bextern\b(?!\s+crate\s+(?:core|alloc)\s*;)"
)
_SIGN = re.compile(r"//[^\n]*|/\*|r#\w+|\w+|[^\s\w]")
_IN_COMMENT = re.compile(r"/\*|\*/")
#: What a group of uses is made of beside names.
_GROUP_SIGNS = frozenset(":,{}*")
_CRATE = re.compile(r"^\s*(?:pub\s+)?use\s+(?:::)?(\w+)\s*::", re.MULTILINE)


def build(bench: Bench, files: Files) -> Built | NotBuilt:
    """The program of the tests with what was handed in. Raises PackageError for tests of no one crate."""
    tests = files.tests
    own = [file for file in files.own if file.name.endswith(".rs")]
    crate = _crate(tests)
    root = _root(own, crate)
    if not root:
        return NotBuilt(f"a file {crate}.rs (or lib.rs) is needed", "", quotes_tests=False)
    for file in own:
        complaint = complaint_of(file.content.decode("utf-8", "replace"))
        if complaint:
            return NotBuilt(f"{file.name}: {complaint}", "", quotes_tests=False)
    leaves = (f"lib{crate}.rlib", f"lib{_STD_NAME}.rlib")
    std = {f"{_STD_NAME}.rs": _STD_SOURCE}
    library = bench.run(_stage("library", leaves, [*own, *files.beside], std, crate, root))
    if not library.report.ok:
        return NotBuilt("it does not compile", library.report.log, quotes_tests=False)
    ours = left(library) | {"judge_main.rs": _main(tests)} | guest("rust/judge_run.rs")
    ours["judge_names.rs"] = guest("rust/judge_names.rs")["judge_names.rs"].replace(b"STUDENTS", crate.encode())
    program = bench.run(_stage("test", ("prog",), tests, ours, crate, root))
    if program.report.ok:
        return Built(program)
    return NotBuilt("it does not compile with the tests", program.report.log, quotes_tests=True)


def _stage(
    step: str, leaves: tuple[str, ...], files: Sequence[SourceFile], ours: dict[str, bytes], crate: str, root: str
) -> Stage:
    command = (_SH, ".judge/build.sh", step, crate, root)
    return Stage(command, leaves, files, ours | guest("rust/build.sh"))


def _crate(tests: Sequence[SourceFile]) -> str:
    """The crate that the tests use. Raises PackageError when they use none, or several."""
    used = {name for file in tests for name in _CRATE.findall(file.content.decode("utf-8", "replace"))}
    used -= {"std", "core", "alloc", "super", "crate", "self"}
    if len(used) != 1:
        raise PackageError("the tests have to use one crate, the student's: use NAME::...;")
    return str(used.pop())


def _root(own: Sequence[SourceFile], crate: str) -> str:
    by_name = {file.name for file in own}
    wanted = (f"{crate}.rs", f"src/{crate}.rs", "lib.rs", "src/lib.rs", "main.rs", "src/main.rs")
    return next((name for name in wanted if name in by_name), "")


def _main(tests: Sequence[SourceFile]) -> bytes:
    """The main file of the program of tests: their files as modules, and the runner."""
    text = guest("rust/judge_main.rs")["judge_main.rs"].decode()
    modules = [
        f'#[path = "../{file.name}"] mod judge_tests{index};'
        for index, file in enumerate(tests)
        if PurePosixPath(file.name).suffix == ".rs"
    ]
    if any(b"::*" in file.content for file in tests):
        modules.append("mod judge_names;")
    return text.replace("// TESTS", "\n".join(modules)).encode()


# --- what the student's files may say ---------------------------------------------------------------------


def complaint_of(text: str) -> str:
    """What a file of the student's must not have where tests share its process; empty = nothing. Comments and strings
    are read like all else: what is taken for a comment and is none would be the way around."""
    word = _WORDS.search(text)
    if word:
        return f"{word[0]} is not allowed where tests share the process"
    return next(_std_complaints(text), "")


def _std_complaints(text: str) -> Iterator[str]:
    for found in _STD.finditer(text):
        names: Iterable[str] = (found[2] or "std",)
        if found[3]:
            names = _group(text, found.end())
        for name in names:
            if name not in _MODULES:
                yield f"std::{name} is not allowed where tests share the process"


def _group(text: str, at: int) -> Iterator[str]:
    """The first names of a group of uses; ``at``: behind its brace. Another sign than there may be is its own name."""
    depth, at_start = 1, True
    for sign in _signs(text, at):
        is_usual = sign in _GROUP_SIGNS or (sign.isidentifier() and sign != "std")
        if not is_usual or (at_start and sign != "}"):
            yield sign
        depth += {"{": 1, "}": -1}.get(sign, 0)
        if depth == 0:
            return
        at_start = sign == "," and depth == 1


def _signs(text: str, at: int) -> Iterator[str]:
    """Words and signs from there on, without comments: these can be nested."""
    depth = 0
    while found := (_IN_COMMENT if depth else _SIGN).search(text, at):
        sign, at = found[0], found.end()
        if sign == "/*":
            depth += 1
        elif depth:
            depth -= 1
        elif not sign.startswith("//"):
            yield sign
