"""Arguments of the default output validator -> :class:`~judge.model.problem.CompareFlags`. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import msgspec

from judge.model.compare_flags import CompareFlags

_SWITCHES = ("case_sensitive", "space_change_sensitive")
_TOLERANCES = {
    "float_tolerance": ("float_absolute_tolerance", "float_relative_tolerance"),
    "float_absolute_tolerance": ("float_absolute_tolerance",),
    "float_relative_tolerance": ("float_relative_tolerance",),
}


def parse_compare_flags(args: Sequence[str]) -> CompareFlags:
    """The flags that ``args`` stand for; a later tolerance overrides an earlier one.

    Raises ValueError naming the argument that is unknown or lacks its number.
    """
    values: dict[str, bool | float] = {}
    words = iter(args)
    for word in words:
        if word in _SWITCHES:
            values[word] = True
        elif word in _TOLERANCES:
            tolerance = _tolerance(word, words)
            values.update(dict.fromkeys(_TOLERANCES[word], tolerance))
        else:
            raise ValueError(f"the default output validator has no argument {word!r}")
    return msgspec.convert(values, CompareFlags)


def repeated_tolerances(args: Sequence[str]) -> bool:
    """True when tolerances are given twice or mixed with float_tolerance (an error in 2025-09)."""
    given = [word for word in args if word in _TOLERANCES]
    return len(given) > len(set(given)) or ("float_tolerance" in given and len(given) > 1)


def _tolerance(word: str, words: Iterator[str]) -> float:
    text = next(words, "")
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"{word} needs a number, not {text!r}") from None
    if not (math.isfinite(value) and value >= 0):
        raise ValueError(f"{word} needs a number that is not negative, not {text!r}")
    return value
