"""What JUnit tests may ask of Java that stubs of the student's classes do not give. By the source alone; pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from judge.model.assignment import CoursePart, Process

#: Comments and texts, in which nothing counts.
_SILENT = re.compile(
    r'//[^\n]*|/\*.*?(?:\*/|\Z)|"""(?:[^\\]|\\.)*?(?:"""|\Z)|"(?:[^"\\\n]|\\.)*"?|\'(?:[^\'\\\n]|\\.)*\'?', re.DOTALL
)
#: Spaces, a name, a qualified name (its last part), type arguments: bounded, so that no text makes matching slow.
_S, _NAME = r"\s{0,99}", r"\w{1,200}"
_TYPE = rf"(?:{_NAME}\.){{0,20}}({_NAME})"
_ARGUMENTS = r"(?:<[^;{}()]{0,500}>)?"

_DECLARED = re.compile(rf"\b(class|enum|interface|record)\s{{1,99}}({_NAME})")
_EXTENDS = re.compile(rf"\bclass\s{{1,99}}{_NAME}{_S}{_ARGUMENTS}{_S}\bextends\s{{1,99}}{_TYPE}")
_ANONYMOUS = re.compile(rf"\bnew\s{{1,99}}{_TYPE}{_S}{_ARGUMENTS}{_S}\([^;{{}}]{{0,2000}}\){_S}\{{")
_STATIC = re.compile(
    rf"\bstatic\s{{1,99}}(?:final\s{{1,99}})?{_TYPE}{_S}{_ARGUMENTS}(?:\[\])?\s{{1,99}}{_NAME}{_S}[;=]"
)
_REFLECTION = re.compile(
    rf"\bjava\.lang\.reflect\b"
    rf"|\.{_S}(?:getDeclared(?:Field|Method|Constructor)s?|getMethods?|getFields?|setAccessible){_S}\("
)
_MOCKS = re.compile(r"\borg\.(?:mockito|easymock)\b")
_APART = " (tests and student's code do not share a process)"


def java_needs(text: str, part: CoursePart, reference: Sequence[str]) -> Iterator[tuple[int, str]]:
    """A :data:`judge.package.assignment.needs.Check`, in the order of the lines."""
    text = _SILENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    kinds = {name: kind for one in reference for kind, name in _DECLARED.findall(_SILENT.sub(" ", one))}
    found = {(text.count("\n", 0, at) + 1, reason) for at, reason in _found(text, part, kinds)}
    yield from sorted(found)


def _found(text: str, part: CoursePart, kinds: dict[str, str]) -> Iterator[tuple[int, str]]:
    for match in _EXTENDS.finditer(text):
        if match[1] in kinds:
            yield match.start(), f"a class of the tests extends {match[1]}, which is the student's{_APART}"
    for match in _ANONYMOUS.finditer(text):
        if kinds.get(match[1]) == "class":
            yield match.start(), f"a class of the tests extends {match[1]}, which is the student's{_APART}"
    for match in _REFLECTION.finditer(text):
        yield match.start(), f"reflection sees a stub, and not the student's class{_APART}"
    for match in _MOCKS.finditer(text):
        yield match.start(), f"what is mocked is a stub, and not the student's class{_APART}"
    if part.process is Process.TEST:
        for match in _STATIC.finditer(text):
            if match[1] in kinds:
                yield match.start(), f"a static {match[1]} outlives the process of its test; say 'process: all'"
