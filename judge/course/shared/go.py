"""Tests of packages in Go, as ``go test`` has them.

What was handed in is compiled alone first: so it can name nothing of the tests. It may import what neither opens files
nor reaches around the types of the language, so that the runner's key is out of its reach.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from judge.course.shared.stages import Bench, Built, Files, NotBuilt, Stage, guest
from judge.errors import PackageError
from judge.model.submission import SourceFile

#: Packages of the standard library that a student's files may import.
_PACKAGES = """
    bufio bytes cmp container/heap container/list container/ring context crypto/hmac crypto/md5 crypto/sha1
    crypto/sha256 crypto/sha512 encoding encoding/base32 encoding/base64 encoding/binary encoding/csv encoding/hex
    encoding/json errors fmt hash hash/adler32 hash/crc32 hash/crc64 hash/fnv hash/maphash html io iter log maps math
    math/big math/bits math/cmplx math/rand math/rand/v2 os regexp slices sort strconv strings sync sync/atomic
    text/scanner text/tabwriter time unicode unicode/utf16 unicode/utf8
"""
PACKAGES = frozenset(_PACKAGES.split())
#: Of the package os: no more.
_OS = frozenset({"Stdin", "Stdout", "Stderr", "Exit"})

#: The predeclared names (Go's specification): tests in the package would use them as the student has declared them.
_DECLARED = """
    any bool byte comparable complex64 complex128 error float32 float64 int int8 int16 int32 int64 rune string uint
    uint8 uint16 uint32 uint64 uintptr true false iota nil append cap clear close complex copy delete imag len make max
    min new panic print println real recover
"""
_PREDECLARED = frozenset(_DECLARED.split())

_TOKEN = re.compile(
    r"(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<text>\"(?:\\.|[^\"\\\n])*\"|`[^`]*`)|'(?:\\[^\n][^'\n]*|[^'\\\n]+)'"
    r"|(?P<word>[^\W\d]\w*)|(?P<mark>[^\s\w]|\n)|\w+",
    re.DOTALL,
)
_DIRECTIVE = re.compile(r"(?://|/\*)(?:go:(?!generate\b|noinline\b)|line\b|export\b|\s*\+build\b)")
_PACKAGE = re.compile(r"^package\s+(\w+)", re.MULTILINE)

Token = tuple[str, str]


def build(bench: Bench, files: Files, names: Sequence[str]) -> Built | NotBuilt:
    """The program of the tests with what was handed in. Raises PackageError for tests of no one package."""
    tests = [_at_top(file) for file in files.tests]
    own = [file for file in files.own if file.name.endswith(".go") and not file.name.endswith("_test.go")]
    module = _module(tests)
    used = frozenset(word for file in tests for word in re.findall(r"\w+", file.content.decode("utf-8", "replace")))
    for file in own:
        complaint = complaint_of(file.content.decode("utf-8", "replace"), module, used)
        if complaint:
            return NotBuilt(f"{file.name}: {complaint}", "", quotes_tests=False)
    own = [*own, *files.beside]
    alone = bench.run(_stage(own, {"go.mod": f"module {module}\n".encode()}, "alone"))
    if not alone.report.ok:
        return NotBuilt("it does not compile", alone.report.log, quotes_tests=False)
    ours = {"go.mod": f"module {module}\n".encode(), "judge_test.go": _runner(_package(tests), names)}
    program = bench.run(_stage([*own, *tests], ours, "test"))
    if program.report.ok:
        return Built(program)
    return NotBuilt("it does not compile with the tests", program.report.log, quotes_tests=True)


def _stage(files: Sequence[SourceFile], ours: dict[str, bytes], step: str) -> Stage:
    leaves = ("prog",) if step == "test" else ("compiled",)
    command = ("/usr/bin/sh", ".judge/build.sh", step)
    return Stage(command, leaves, files, ours | guest("go/build.sh"), {"GO111MODULE": "on", "GOWORK": "off"})


def _at_top(file: SourceFile) -> SourceFile:
    """Tests lie in the folder of their package, wherever the assignment keeps them."""
    if not file.name.endswith("_test.go"):
        return file
    return SourceFile(name=file.name.rpartition("/")[2], content=file.content)


def _module(tests: Sequence[SourceFile]) -> str:
    """The path of the student's module: the name of the package that the tests are of."""
    return _package(tests).removesuffix("_test")


def _package(tests: Sequence[SourceFile]) -> str:
    """Raises PackageError unless all files of tests at the top are of one package."""
    found = {
        match[1]
        for file in tests
        if file.name.endswith("_test.go") and (match := _PACKAGE.search(file.content.decode("utf-8", "replace")))
    }
    if len(found) != 1:
        raise PackageError("the files of the tests (NAME_test.go) have to be of one package")
    return str(found.pop())


def _runner(package: str, names: Sequence[str]) -> bytes:
    cases = "\n".join(f'\tcase "{name}":\n\t\treturn {name}' for name in names)
    text = guest("go/judge_test.go")["judge_test.go"].decode()
    return text.replace("package judge", f"package {package}").replace("\t// TESTS", cases).encode()


# --- what the student's files may say ---------------------------------------------------------------------


def complaint_of(text: str, module: str, used: frozenset[str]) -> str:
    """What a file of the student's must not have where tests share its process; empty = nothing. ``module``: the
    student's own; ``used``: words of the tests."""
    for found in _TOKEN.finditer(text):
        if found["comment"] and _DIRECTIVE.match(found["comment"]):
            return f"{found['comment'][:40].split()[0]} is not allowed where tests share the process"
    tokens = [
        (found["word"] or found["mark"] or ("text" if found["text"] else "other"), found["text"] or "")
        for found in _TOKEN.finditer(text)
        if not found["comment"]
    ]
    complaints = (*_import_complaints(tokens, module), *_os_complaints(tokens), *_name_complaints(tokens, used))
    return next(iter(complaints), "")


def _import_complaints(tokens: Sequence[Token], module: str) -> Iterator[str]:
    for index, (word, _) in enumerate(tokens):
        if word != "import":
            continue
        for alias, path in _imports(tokens[index + 1 :]):
            name = path[1:-1]
            is_own = name == module or name.startswith(f"{module}/")
            if "\\" in name or not (is_own or name in PACKAGES):
                yield f"the package {path[:60]} may not be imported where tests share the process"
            elif alias and (name == "os" or alias == "."):
                yield f"the package {path[:60]} may not be imported by another name"


def _imports(tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """(name, path) of the imports of one declaration; what follows ``import``."""
    alias, in_group = "", False
    for word, text in tokens:
        if word == "text":
            yield alias, text
            alias = ""
            if not in_group:
                return
        elif word == "(":
            in_group = True
        elif word == ")":
            return
        elif word not in ("\n", ";"):
            alias = word


def _os_complaints(tokens: Sequence[Token]) -> Iterator[str]:
    words = [word for word, _ in tokens]
    for index, word in enumerate(words):
        if word == "os" and (words[index + 1 : index + 2] != ["."] or words[index + 2 : index + 3][:1] == ["\n"]):
            yield "os is the name of a package"
        elif word == "os" and words[index + 2] not in _OS:
            yield f"os.{words[index + 2]} may not be used where tests share the process"


def _name_complaints(tokens: Sequence[Token], used: frozenset[str]) -> Iterator[str]:
    """Predeclared names that the tests use and that are declared again at the top."""
    depth, declaring, at_start = 0, "", False
    for word, _ in tokens:
        if depth == 0 and word in ("func", "type", "var", "const"):
            declaring, at_start = word, True
            continue
        if word in "([{":
            at_start = declaring != "func" and depth == 0 and word == "("
            depth += 1
        elif word in ")]}":
            depth -= 1
            at_start = False
        elif word == "\n" or word == ";":
            at_start = declaring in ("type", "var", "const") and depth == 1
            declaring = declaring if depth else ""
        elif word == ",":
            at_start = declaring in ("var", "const") and depth <= 1
        else:
            if at_start and word in _PREDECLARED and word in used:
                yield f"{word} means something else here, and the tests use it"
            at_start = False
