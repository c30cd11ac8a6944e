"""Which tests there are where they share a process with the student's code: read from the setter's files alone, before
any program with the student's code exists."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from judge.errors import PackageError
from judge.model.assignment import CoursePart

#: Files of tests: their content by name.
Files = Sequence[tuple[str, bytes]]

#: A comment (group 1), or what may look like the beginning of one and is none.
_C_TOKENS = re.compile(
    r'(//[^\n]*|/\*.*?\*/)|R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'',
    re.DOTALL,
)
_GO_TOKENS = re.compile(r'(//[^\n]*|/\*.*?\*/)|`[^`]*`|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'', re.DOTALL)
_RUST_TOKENS = re.compile(
    r'(//[^\n]*|/\*.*?\*/)|r(?P<mark>#*)".*?"(?P=mark)|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\\n])\'', re.DOTALL
)

_GO_TEST = re.compile(r"^func\s+(Test(?:[^\Wa-z]\w*)?)\s*\(\s*\w+\s+\*testing\.T\s*\)", re.MULTILINE)
_GO_MAIN = re.compile(r"^func\s+TestMain\b", re.MULTILINE)
_C_TEST = re.compile(r"^void\s+(test_\w+)\s*\(\s*(?:void)?\s*\)\s*\{", re.MULTILINE)
_CATCH = re.compile(r"^[ \t]*([A-Z_]*(?:TEST_CASE|SCENARIO)[A-Z_]*)\s*\(", re.MULTILINE)
_CATCH_NAME = re.compile(r'\s*((?:"(?:\\.|[^"\\\n])*"\s*)+)')
_CATCH_FIXTURE = re.compile(r"[^,()\"]*,")
_LITERAL = re.compile(r'"((?:\\.|[^"\\\n])*)"')
_RUST_TEST = re.compile(r"#\[\s*test\s*\]((?:\s*#\[[^\]]*\])*)\s*(?:pub\s+)?fn\s+(\w+)")
_IGNORED = re.compile(r"#\[\s*ignore\b")


def test_names(framework: str, files: Files) -> tuple[str, ...]:
    """The names of all tests, in order. Raises PackageError for what cannot be told so, naming its line."""
    names: list[str] = []
    for file, content in files:
        text = content.decode("utf-8", "replace")
        for line, reason in _NEEDS[framework](text):
            raise PackageError(reason, f"{file}:{line}")
        names += _READERS[framework](text)
    if not names:
        raise PackageError(f"the files of the tests have no test of {framework} in them")
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise PackageError(f"two tests have the name {twice[0]}")
    return tuple(names)


def without_comments(text: str, tokens: re.Pattern[str]) -> str:
    """The text with blanks in place of comments; lines stay where they are."""

    def blank(found: re.Match[str]) -> str:
        return "\n" * found[0].count("\n") or " " if found[1] else found[0]

    return tokens.sub(blank, text)


def shared_needs(text: str, part: CoursePart, reference: Sequence[str]) -> Iterator[tuple[int, str]]:
    """A :data:`judge.package.assignment.needs.Check`: tests of which only a run would tell that they are there."""
    return _NEEDS[part.framework](text)


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def _nothing(text: str) -> Iterator[tuple[int, str]]:
    return iter(())


def _go_needs(text: str) -> Iterator[tuple[int, str]]:
    text = without_comments(text, _GO_TOKENS)
    for found in _GO_MAIN.finditer(text):
        yield _line(text, found.start()), "TestMain is the judge's own where tests share a process"


def _go(text: str) -> Iterator[str]:
    return (found[1] for found in _GO_TEST.finditer(without_comments(text, _GO_TOKENS)))


def _asserts(text: str) -> Iterator[str]:
    return (found[1] for found in _C_TEST.finditer(without_comments(text, _C_TOKENS)))


def _catch2_tests(text: str) -> Iterator[tuple[int, str, str]]:
    """(line, name, complaint) of each: one of the two is empty."""
    text = without_comments(text, _C_TOKENS)
    for found in _CATCH.finditer(text):
        macro, at = found[1], found.end()
        line = _line(text, at)
        if macro not in ("TEST_CASE", "SCENARIO", "TEST_CASE_METHOD"):
            yield line, "", f"which tests {macro} makes is only known when it runs"
            continue
        fixture = _CATCH_FIXTURE.match(text, at) if macro == "TEST_CASE_METHOD" else None
        named = _CATCH_NAME.match(text, fixture.end() if fixture else at)
        if not named:
            yield line, "", f"{macro} needs a name, in quotes"
            continue
        name = "".join(re.sub(r"\\(.)", r"\1", part) for part in _LITERAL.findall(named[1]))
        yield line, f"Scenario: {name}" if macro == "SCENARIO" else name, ""


def _catch2_needs(text: str) -> Iterator[tuple[int, str]]:
    return ((line, complaint) for line, _, complaint in _catch2_tests(text) if complaint)


def _catch2(text: str) -> Iterator[str]:
    return (name for _, name, complaint in _catch2_tests(text) if not complaint)


def _rust(text: str) -> Iterator[str]:
    found = _RUST_TEST.finditer(without_comments(text, _RUST_TOKENS))
    return (one[2] for one in found if not _IGNORED.search(one[1]))


_READERS: Mapping[str, Callable[[str], Iterator[str]]] = {
    "asserts": _asserts,
    "catch2": _catch2,
    "go": _go,
    "rust": _rust,
}
_NEEDS: Mapping[str, Callable[[str], Iterator[tuple[int, str]]]] = {
    "asserts": _nothing,
    "catch2": _catch2_needs,
    "go": _go_needs,
    "rust": _nothing,
}
