"""What tests of node:test and Jest may ask of JavaScript that handles of the student's objects do not give. By the
source alone; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from judge.model.assignment import CoursePart, Process

#: Comments, in which nothing counts. Bounded, so that no text makes matching slow.
_COMMENT = re.compile(r"(?<!:)//[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_S = r"\s{0,99}"
_NAME = r"[\w$]{1,200}"
_APART = " (tests and student's code do not share a process)"

_NEEDS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"\bjest{_S}\.{_S}(?:mock|doMock|unstable_mockModule|createMockFromModule|requireMock){_S}\("),
     "modules are mocked for the tests, and not for the student's module"),
    (re.compile(rf"\bmock{_S}\.{_S}module{_S}\("),
     "modules are mocked for the tests, and not for the student's module"),
    (re.compile(rf"\bjest{_S}\.{_S}(?:useFakeTimers|setSystemTime)\b|\bmock{_S}\.{_S}timers\b"),
     "the student's code has timers and a clock of its own"),
    (re.compile(rf"\bjest{_S}\.{_S}(?:resetModules|isolateModules)\b|\brequire{_S}\.{_S}cache\b"),
     "the student's module is loaded in another process: 'process: test' loads it again for each test"),
    (re.compile(rf"\b(?:test|it|describe){_S}\.{_S}concurrent\b|\bconcurrency{_S}:"),
     "tests run one after the other, each with a process of the student's code"),
    (re.compile(r"@jest-environment\b"), "tests run in an environment of our own, which has no page"),
    (re.compile(rf"\btoMatch(?:Inline)?Snapshot{_S}\("), "a snapshot is taken of a handle, or written by nobody"),
    (re.compile(r"\bprocess\.(?:exit|chdir|kill)\b"), "it ends or changes the process of the tests alone"),
)  # fmt: skip

_EXTENDS = re.compile(rf"\bclass{_S}(?:{_NAME}\s{{1,99}})?extends\s{{1,99}}({_NAME}(?:\.{_NAME}){{0,5}})")
_PROTOTYPE = re.compile(rf"\b({_NAME})\.prototype\.{_NAME}{_S}=[^=]")
_FROM = re.compile(
    rf"(?:\{{([^{{}}]{{0,2000}})\}}|({_NAME})){_S}(?:=|from){_S}(?:require{_S}\({_S})?[\"']([^\"'\n]{{1,500}})[\"']"
)
_SHARED = re.compile(rf"\b(?:before|beforeAll){_S}\(")
_TESTS = re.compile(rf"\b(?:test|it){_S}\(")
_ENDING = re.compile(r"\.[cm]?[jt]sx?$")


def javascript_needs(text: str, part: CoursePart, reference: Sequence[str]) -> Iterator[tuple[int, str]]:
    """A :data:`judge.package.assignment.needs.Check`, in the order of the lines."""
    del reference
    text = _COMMENT.sub(lambda match: match[0] if "@jest" in match[0] else re.sub(r"[^\n]", " ", match[0]), text)
    found = {(text.count("\n", 0, at) + 1, reason) for at, reason in _found(text, part)}
    yield from sorted(found)


def _found(text: str, part: CoursePart) -> Iterator[tuple[int, str]]:
    for pattern, reason in _NEEDS:
        for match in pattern.finditer(text):
            yield match.start(), f"{reason}{_APART}"
    theirs = _names_of_module(text, part.module)
    for match in _EXTENDS.finditer(text):
        if match[1].split(".")[0] in theirs:
            yield match.start(), f"a class of the tests extends {match[1]}, which is the student's{_APART}"
    for match in _PROTOTYPE.finditer(text):
        if match[1] in theirs:
            yield match.start(), f"{match[1]} is the student's: methods of the tests are not put into it{_APART}"
    if not theirs and _TESTS.search(text):
        yield 0, f"it does not import the student's module {part.module!r} by its name"
    if part.process is Process.TEST:
        for match in _SHARED.finditer(text):
            yield match.start(), "what is made once for all tests lives in a process of its own; say 'process: all'"


def _names_of_module(text: str, module: str) -> set[str]:
    """The names under which a file has the module, and what it takes from it."""
    names: set[str] = set()
    for braced, whole, specifier in _FROM.findall(text):
        if _ENDING.sub("", specifier).split("/")[-1] == _ENDING.sub("", module).split("/")[-1]:
            taken = (re.split(r"\s+as\s+|:", one)[-1].strip() for one in braced.split(","))
            names |= {name for name in (*taken, whole) if name}
    return names
