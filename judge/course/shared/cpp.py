"""Tests of programs in C and C++: with Catch2 (version 2), or functions with assertions.

The tests and their runner are compiled first, with the setter's headers where those are all that they include; then the
student's files, without the tests; then both are linked, so that nothing of the student's stands in the place of a
function that the tests call in a library.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from judge.course.shared.stages import Bench, Built, Files, NotBuilt, Stage, exit_code, guest, left, setters_fault
from judge.model.submission import SourceFile
from judge.toolchain.compile import Compiled

_HEADERS = (".h", ".hpp", ".hh", ".hxx", ".inc")
_SH = "/usr/bin/sh"

_INCLUDED = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*"([^"\n]+)"', re.MULTILINE)
#: What a student's header may tell the preprocessor when it is read together with tests; group 1: a name.
_DIRECTIVE = re.compile(
    rb"(?:ifn?def[ \t]+\w+|if\b.*|elif\b.*|else|endif|error\b.*|pragma[ \t]+once|include[ \t]*[<\"][\w./+-]+[>\"]"
    rb"|define[ \t]+([A-Z][A-Z0-9_]*)(?:[ \t].*)?)\s*(?://.*|/\*.*\*/\s*)?"
)
_SPLICED = re.compile(rb"\\[ \t\r\f\v]*\n")
_HIDDEN_DIRECTIVE = re.compile(rb"%:|\?\?|_Pragma|__attribute__|\[\[gnu|\basm\b|__asm|namespace\s+Catch\b")


def build(bench: Bench, framework: str, files: Files, names: Sequence[str]) -> Built | NotBuilt:
    """The program of the tests with what was handed in. Raises PackageError for tests that do not compile."""
    headers = [file for file in files.tests if file.name.endswith(_HEADERS)]
    compiled = bench.run(_own_stage(bench, [*files.own, *files.beside, *headers]))
    if not compiled.report.ok:
        return NotBuilt("it does not compile", compiled.report.log, quotes_tests=False)
    objects = {name.rpartition("/")[2]: content for name, content in left(compiled).items() if name.endswith(".o")}
    tests = [*files.tests, *(file for file in files.beside if file.name.endswith(_HEADERS))]
    lent = _lent(tests, files.own)
    complaint = next(filter(None, (header_complaint(file, tests) for file in lent)), "")
    if complaint:
        return NotBuilt(complaint, "", quotes_tests=True)
    side = bench.run(_side_stage(bench, framework, [*tests, *lent], names))
    if not side.report.ok:
        if lent:
            return NotBuilt("it does not compile with the tests", side.report.log, quotes_tests=True)
        raise setters_fault(side, "the tests do not compile")
    return _linked(bench, side, objects)


def _linked(bench: Bench, side: Compiled, objects: dict[str, bytes]) -> Built | NotBuilt:
    command = (_SH, ".judge/link.sh", _compiler(bench))
    ours = guest("cpp/link.sh") | left(side) | {f"own/{name}": content for name, content in objects.items()}
    program = bench.run(Stage(command, ("prog",), (), ours, verbatim=True))
    if program.report.ok:
        return Built(program)
    if exit_code(program) == 11:
        return NotBuilt(program.report.log.splitlines()[0], program.report.log, quotes_tests=True)
    return NotBuilt("it does not go together with the tests", program.report.log, quotes_tests=True)


def _own_stage(bench: Bench, files: Sequence[SourceFile]) -> Stage:
    command = (_SH, ".judge/own.sh", _compiler(bench), *_options(bench), "--", "{sources}")
    return Stage(command, (".judge-own/*",), files, guest("cpp/own.sh"))


def _side_stage(bench: Bench, framework: str, files: Sequence[SourceFile], names: Sequence[str]) -> Stage:
    sources = [file.name for file in files if not file.name.endswith(_HEADERS)]
    command = (_SH, ".judge/side.sh", _compiler(bench), framework, *_options(bench), "--", *sources)
    ours = guest("cpp/side.sh", "cpp/test_key.h", "cpp/catch2.cpp", "cpp/asserts.c")
    ours |= {f"include/{name}": content for name, content in guest("cpp/assert.h").items()}
    if framework == "asserts":
        ours["tests.list"] = "".join(f"TEST({name})\n" for name in names).encode()
    return Stage(command, ("side.o", "side.forbidden"), files, ours)


def _compiler(bench: Bench) -> str:
    return bench.language.compile[0][0]


def _options(bench: Bench) -> tuple[str, ...]:
    """The language's standard; -O1 compiles in half of the time of -O2."""
    return (*(word for word in bench.language.compile[0] if word.startswith("-std=")), "-O1", "-pipe")


def _lent(tests: Sequence[SourceFile], own: Sequence[SourceFile]) -> list[SourceFile]:
    """Headers of the student's that the tests include, and those that these include."""
    known = {file.name: file for file in own}
    theirs = {file.name for file in tests}
    found: dict[str, SourceFile] = {}
    waiting = list(tests)
    while waiting:
        file = waiting.pop()
        folder = PurePosixPath(file.name).parent
        for name in map(bytes.decode, _INCLUDED.findall(file.content)):
            for path in (str(folder / name), name):
                if path in theirs:
                    break
                if path in known and path not in found:
                    found[path] = known[path]
                    waiting.append(known[path])
                    break
    return list(found.values())


def header_complaint(header: SourceFile, tests: Sequence[SourceFile]) -> str:
    """What a header must not do that is compiled with tests; empty = nothing. It may well be read without them."""
    text = _SPLICED.sub(b"", header.content)
    if _HIDDEN_DIRECTIVE.search(text):
        return f"{header.name}: a header that the tests include may not have attributes, assembly or _Pragma in it"
    words = {word for file in tests for word in re.findall(rb"\w+", file.content)}
    for line in text.splitlines():
        before, mark, directive = line.partition(b"#")
        is_text = b'"' in before or b"'" in before or b"//" in before
        if not mark or (is_text and b"*/" not in before):
            continue
        found = _DIRECTIVE.fullmatch(directive.strip())
        if before.strip() or not found:
            return f"{header.name}: a header that the tests include may define no macros but NAMES of values"
        if found[1] and (found[1] in words or found[1].startswith((b"CATCH", b"INTERNAL"))):
            return f"{header.name}: the tests use the name {found[1].decode()}, which is a macro in it"
    return ""
