"""Ranges of versions, as version pickers and package managers write them, and which of several versions fits best.

::

    *   3   3.x   3.11   3.11.2        any; those that begin so
    ^3.11   ~3.11.2                    from there to the next major, or minor, version (npm's rules)
    >=3.9 <3.13   >=3.9,<3.13          all of these hold (>, >=, <, <=, =)
    3.9 - 3.12   3.9 || ^3.12          from one to the other; one of these

A version is its numbers: ``12.2.0-14`` is 12.2.0. Pure; one place for all who choose among versions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from judge.errors import UnknownLanguage

#: Longer texts, and ranges of more parts, are nobody's version.
_TEXT_MAX = 100
_PARTS_MAX = 16
_NUMBERS_MAX = 6

_NUMBERS = re.compile(r"v?(\d{1,9}(?:\.\d{1,9}){0,5})")
_PART = re.compile(r"(\^|~>?|>=?|<=?|==?|)\s*(v?[\dxX*][\dxX*.]*)")
_HYPHEN = re.compile(r"(\S+)\s+-\s+(\S+)")

Numbers = tuple[int, ...]


class _Interval(NamedTuple):
    """Versions from ``low`` on and before ``high``; None = without end. Both with :data:`_NUMBERS_MAX` numbers."""

    low: Numbers
    high: Numbers | None


#: One of the alternatives; each is intervals that a version must be in, all of them.
Range = tuple[tuple[_Interval, ...], ...]


def exact(version: str) -> str:
    """A version's numbers, as it can be asked for: ``12.2.0`` of ``12.2.0-14``; empty when it begins with none."""
    match = _NUMBERS.match(version)
    return match[1] if match else ""


def best(versions: Iterable[str], wanted: str) -> str | None:
    """The newest of ``versions`` that is in the range, or None. Raises UnknownLanguage when ``wanted`` is no range."""
    parsed = parse_range(wanted)
    fitting = [(numbers, version) for version in versions if (numbers := _numbers(version)) and _is_in(numbers, parsed)]
    return max(fitting)[1] if fitting else None


def by_age(versions: Iterable[str]) -> tuple[str, ...]:
    """The oldest first; what is no version comes before all."""
    return tuple(sorted(versions, key=lambda version: (_numbers(version) or (), version)))


def parse_range(text: str) -> Range:
    """Raises UnknownLanguage that names the text and what is allowed."""
    if len(text) > _TEXT_MAX:
        raise UnknownLanguage(f"a version has at most {_TEXT_MAX} characters, not {len(text)}")
    alternatives = tuple(tuple(_intervals(part.strip(), text)) for part in text.split("||"))
    if sum(map(len, alternatives)) > _PARTS_MAX:
        raise _fault(text)
    return alternatives


def _intervals(words: str, text: str) -> Iterator[_Interval]:
    hyphen = _HYPHEN.fullmatch(words)
    if hyphen:
        yield _interval(">=", _given(hyphen[1], text))
        yield _interval("<=", _given(hyphen[2], text))
        return
    position = 0
    while position < len(words):
        match = _PART.match(words, position)
        if match is None:
            raise _fault(text)
        yield _interval(match[1], _given(match[2], text))
        after = match.end()
        position = after + len(words[after:]) - len(words[after:].lstrip(" ,"))
        if position == after < len(words):  # two versions with nothing between them
            raise _fault(text)


def _given(word: str, text: str) -> Numbers:
    """The numbers before the first ``x`` or ``*``."""
    numbers = []
    parts = word.removeprefix("v").split(".")
    for part in parts:
        if part in ("x", "X", "*"):
            break
        if not part.isdecimal() or not part.isascii() or len(part) > 9:
            raise _fault(text)
        numbers.append(int(part))
    others = parts[len(numbers) :]
    if len(parts) > _NUMBERS_MAX or any(part not in ("x", "X", "*") for part in others):
        raise _fault(text)
    return tuple(numbers)


def _interval(sign: str, given: Numbers) -> _Interval:
    """What a sign and some numbers mean; with fewer numbers than a version has they stand for all that begin so."""
    nothing, beyond = _padded(()), _after(given, len(given))
    match sign:
        case ">=":
            return _Interval(_padded(given), None)
        case ">":
            return _Interval(beyond, None) if beyond else _Interval(nothing, nothing)
        case "<=":
            return _Interval(nothing, beyond)
        case "<":
            return _Interval(nothing, _padded(given))
        case "^":
            # The first number that is not 0 stays; of 0, or 0.0, those that are given.
            stays = next((index + 1 for index, number in enumerate(given) if number), len(given))
            return _Interval(_padded(given), _after(given, stays))
        case "~" | "~>":
            return _Interval(_padded(given), _after(given, min(2, len(given))))
    return _Interval(_padded(given), beyond)


def _after(given: Numbers, count: int) -> Numbers | None:
    """The first version that does not begin with the first ``count`` numbers; None = all begin with none."""
    return _padded((*given[: count - 1], given[count - 1] + 1)) if count else None


def _padded(numbers: Numbers) -> Numbers:
    return (*numbers, *([0] * (_NUMBERS_MAX - len(numbers))))


def _numbers(version: str) -> Numbers | None:
    found = exact(version)
    return _padded(tuple(map(int, found.split(".")))) if found else None


def _is_in(numbers: Numbers, parsed: Range) -> bool:
    return any(
        all(low <= numbers and (high is None or numbers < high) for low, high in alternative) for alternative in parsed
    )


def _fault(text: str) -> UnknownLanguage:
    return UnknownLanguage(
        f"{text!a} is no range of versions; allowed are 3, 3.x, 3.11, ^3.11, ~3.11.2, '>=3.9 <3.13', '3.9 || 3.12', *"
    )
