"""Ranges of versions as npm's ``semver`` understands them, in its strict form: what Piston's clients ask for. Pure.

Runtimes have three numbers and no pre-release, so a bound needs no more than whether it lies before its release.
(Names of languages elsewhere in the judge have the ranges of :mod:`judge.toolchain.ranges`, which are wider.)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

#: As in npm: longer texts are no ranges.
_TEXT_MAX = 256
_NUMBER_MAX = (1 << 53) - 1

_NUMBER = r"0|[1-9]\d{0,15}"
_WILD = rf"{_NUMBER}|x|X|\*"
_WORD = r"(?:0|[1-9]\d*|\d*[A-Za-z-][0-9A-Za-z-]*)"
_TAIL = rf"(?:-({_WORD}(?:\.{_WORD})*))?(?:\+[0-9A-Za-z.-]+)?"
_PARTIAL = rf"([v=\s]*)({_WILD})(?:\.({_WILD})(?:\.({_WILD}){_TAIL})?)?"

_VERSION = re.compile(rf"[v=\s]*({_NUMBER})\.({_NUMBER})\.({_NUMBER}){_TAIL}")
_HYPHEN = re.compile(rf"\s*{_PARTIAL}\s+-\s+{_PARTIAL}\s*", re.ASCII)
_COMPARATOR = re.compile(rf"(\^|~>?|[<>]=?|=)?{_PARTIAL}", re.ASCII)
_GAPS = re.compile(r"(\^|~>?|[<>]=?|=)\s+", re.ASCII)
_NUMBERS = re.compile(r"\d+(?:\.\d+){0,2}")


class Bound(NamedTuple):
    """A version to compare with; ``release`` False = what comes right before its release: its pre-releases."""

    major: int
    minor: int
    patch: int
    release: bool = True


#: What a version has to pass.
Test = Callable[[Bound], bool]


class _Partial(NamedTuple):
    """What is said of a version: None = any number. ``plain``: nothing but a ``v`` stands before it."""

    major: int | None
    minor: int | None
    patch: int | None
    release: bool = True
    plain: bool = True

    @property
    def low(self) -> Bound:
        return Bound(self.major or 0, self.minor or 0, self.patch or 0, self.release)

    @property
    def after_major(self) -> Bound:
        return Bound((self.major or 0) + 1, 0, 0, release=False)

    @property
    def after_minor(self) -> Bound:
        return Bound(self.major or 0, (self.minor or 0) + 1, 0, release=False)

    @property
    def after(self) -> Bound:
        """The first version that does not begin so."""
        return self.after_major if self.minor is None else self.after_minor


class _NoRangeError(ValueError):
    """A text that means no range."""


def parsed(version: str) -> Bound | None:
    """A whole version; None when it is none."""
    match = _VERSION.fullmatch(version) if len(version) <= _TEXT_MAX else None
    if match is None or any(int(number) > _NUMBER_MAX for number in match.group(1, 2, 3)):
        return None
    return Bound(int(match[1]), int(match[2]), int(match[3]), release=match[4] is None)


def whole(version: str) -> str:
    """Three numbers of any version: "14.2.0" of "14.2.0-19", "12.0.0" of "12"; "0.0.0" of one without numbers."""
    match = _NUMBERS.search(version)
    numbers = [str(int(number)) for number in match[0].split(".")] if match else []
    return ".".join((*numbers, "0", "0", "0")[:3])


def satisfies(version: str, wanted: str) -> bool:
    """Whether a version is in a range. A text that is no range has none in it."""
    bound = parsed(version)
    if bound is None:
        return False
    try:
        return any(all(test(bound) for test in tests) for tests in _alternatives(wanted))
    except _NoRangeError:
        return False


def newest_first(versions: Iterable[str]) -> tuple[str, ...]:
    """The newest version first; those that are alike stay in their order."""
    return tuple(sorted(versions, key=lambda version: parsed(version) or Bound(0, 0, 0, release=False), reverse=True))


def _alternatives(wanted: str) -> list[list[Test]]:
    if len(wanted) > _TEXT_MAX:
        raise _NoRangeError
    return [_tests(part.strip()) for part in wanted.split("||")]


def _tests(text: str) -> list[Test]:
    hyphen = _HYPHEN.fullmatch(text)
    if hyphen:
        low, high = _partial(hyphen.groups()[:5]), _partial(hyphen.groups()[5:])
        return [*_comparator(">=", low), *_comparator("<=", high)]
    tests: list[Test] = []
    for word in _GAPS.sub(r"\1", text).split():
        match = _COMPARATOR.fullmatch(word)
        if match is None:
            raise _NoRangeError
        tests += _comparator(match[1] or "", _partial(match.groups()[1:]))
    return tests


def _partial(groups: tuple[str | None, ...]) -> _Partial:
    numbers: list[int | None] = []
    for group in groups[1:4]:
        any_number = group is None or group in "xX*" or None in numbers
        numbers.append(None if any_number else int(group or 0))
    if any(number is not None and number > _NUMBER_MAX for number in numbers):
        raise _NoRangeError
    major, minor, patch = numbers
    return _Partial(major, minor, patch, groups[4] is None or None in numbers, groups[0] in ("", "v"))


def _at_least(low: _Partial) -> list[Test]:
    return [] if low.major is None else [lambda version: version >= low.low]


def _at_most(high: _Partial) -> list[Test]:
    if high.major is None:
        return []
    if high.patch is None:
        return [lambda version: version < high.after]
    return [lambda version: version <= high.low]


def _comparator(sign: str, said: _Partial) -> list[Test]:
    match sign:
        case "^":
            return _between(said, _caret_end(said))
        case "~" | "~>":
            return _between(said, said.after)
        case _ if said.patch is not None and not said.plain:
            raise _NoRangeError
        case ">" | "<" if said.major is None:
            return [lambda _: False]
        case ">":
            return [lambda version: version > said.low if said.patch is not None else version >= said.after]
        case ">=":
            return _at_least(said)
        case "<":
            return [lambda version: version < said.low]
        case "<=":
            return _at_most(said)
    if said.patch is None:
        return _between(said, said.after)
    return [lambda version: version == said.low]


def _between(low: _Partial, end: Bound) -> list[Test]:
    return [] if low.major is None else [lambda version: low.low <= version < end]


def _caret_end(said: _Partial) -> Bound:
    """The first number that is not 0 stays."""
    if said.major or said.minor is None:
        return said.after_major
    if said.minor or said.patch is None:
        return said.after_minor
    return Bound(0, 0, said.patch + 1, release=False)
