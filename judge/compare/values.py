"""Do two JSON values agree? Pure; what a call gave is a stranger's and may be anything.

Numbers are equal by value, whether written as integers or not; with tolerances they may differ. ``true`` is no number.
Strings are equal letter by letter, lists item by item, objects by their keys in any order.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

from judge.model.compare_flags import CompareFlags
from judge.text import printable

#: A value as :mod:`json` reads it.
Value = None | bool | int | float | str | list["Value"] | dict[str, "Value"]

#: Lists and objects inside one another.
DEPTH_MAX = 200

#: The JSON of a value that may agree with another is at most this many times as long, and a constant: of what a program
#: wrote no more is parsed. (A number and its comma may have 26 letters where 2 are expected, a letter six where it is
#: escaped.)
LONGER_TIMES, LONGER_BYTES = 13, 64 << 10

#: The longest JSON that may be expected, and the longest that is kept of what a program answers.
EXPECTED_BYTES_MAX = 2 << 20
ANSWER_BYTES_MAX = LONGER_BYTES + LONGER_TIMES * EXPECTED_BYTES_MAX

#: Parts of a value, see :func:`parts_of`: one may take 250 bytes of memory.
PARTS_MAX = 1 << 19

#: An answer that agrees has no more parts than what is expected; of others this many more are parsed.
MORE_PARTS = 1 << 12

_SHOWN_CHARS = 60


def parts_of(data: bytes) -> int:
    """At least as many as this JSON has values inside others; whatever it is."""
    return sum(map(data.count, (b"[", b"{", b",")))


def may_agree(expected: bytes, answer: bytes) -> bool:
    """Whether an answer of this length, with its parts, may agree with what is expected, where marks may be escaped."""
    room_bytes = LONGER_BYTES + LONGER_TIMES * len(expected)
    return len(answer) <= room_bytes and parts_of(answer) <= MORE_PARTS + parts_of(expected) + expected.count(b"\\")


def parse_value(data: bytes, *, strict: bool = False) -> Value:
    """The value that is written here; NaN and the infinities, which JSON has not, unless ``strict``.

    Raises ValueError: why it is none, to follow a subject.
    """
    try:
        value: Value = json.loads(data.decode(), parse_constant=_refuse if strict else float)
        too_deep = _is_deeper(value, DEPTH_MAX)
    except RecursionError:
        too_deep = True
    except ValueError as error:
        raise ValueError(f"is no JSON: {printable(str(error))[:200]}") from error
    if too_deep:
        raise ValueError(f"is nested deeper than {DEPTH_MAX}")
    return value


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not in JSON")


def value_difference(expected: Value, actual: Value, flags: CompareFlags) -> str:
    """Where the first difference is and what it is, in one line; empty when the values agree. Of ``flags`` only the
    tolerances count."""
    path, complaint = _difference(expected, actual, flags)
    return f"at {printable(path)[:200]}: {complaint}" if path and complaint else complaint


_AGREE = "", ""


def _difference(expected: Value, actual: Value, flags: CompareFlags) -> tuple[str, str]:
    """The place below the two values, and what is different there."""
    if isinstance(expected, list) and isinstance(actual, list):
        return _list_difference(expected, actual, flags)
    if isinstance(expected, dict) and isinstance(actual, dict):
        return _object_difference(expected, actual, flags)
    if _is_number(expected) and _is_number(actual):
        same = _are_close(expected, actual, flags)
    else:
        same = type(expected) is type(actual) and expected == actual
    return _AGREE if same else ("", f"expected {_shown(expected)}, found {_shown(actual)}")


def _list_difference(expected: list[Value], actual: list[Value], flags: CompareFlags) -> tuple[str, str]:
    for index, (left, right) in enumerate(zip(expected, actual, strict=False)):
        path, complaint = _difference(left, right, flags)
        if complaint:
            return f"[{index}]{path}", complaint
    if len(expected) != len(actual):
        return "", f"expected a list of {len(expected)}, found one of {len(actual)}"
    return _AGREE


def _object_difference(expected: dict[str, Value], actual: dict[str, Value], flags: CompareFlags) -> tuple[str, str]:
    for key, value in expected.items():
        if key not in actual:
            return "", f"the key {_shown(key)} is missing"
        path, complaint = _difference(value, actual[key], flags)
        if complaint:
            return f"[{_shown(key)}]{path}", complaint
    unknown = next((key for key in actual if key not in expected), None)
    return _AGREE if unknown is None else ("", f"there is a key {_shown(unknown)}, which is not expected")


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _are_close(expected: Value, actual: Value, flags: CompareFlags) -> bool:
    assert isinstance(expected, int | float)
    assert isinstance(actual, int | float)
    if expected == actual or _are_nan(expected, actual):
        return True
    absolute, relative = flags.float_absolute_tolerance, flags.float_relative_tolerance
    try:
        error = abs(float(expected) - float(actual))
        bound = max(absolute or 0.0, (relative or 0.0) * abs(float(expected)))
    except OverflowError:  # an integer beyond what is a float
        return False
    return math.isfinite(error) and error <= bound


def _are_nan(*values: int | float) -> bool:
    return all(isinstance(value, float) and math.isnan(value) for value in values)


def _shown(value: Value) -> str:
    """A value as JSON, cut when long; of a large one only the beginning is written."""
    text = ""
    for piece in _written(value):
        text += piece
        if len(text) > _SHOWN_CHARS:
            return f"{printable(text[:_SHOWN_CHARS])}..."
    return printable(text)


def _written(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        value = value[: _SHOWN_CHARS + 1]
    elif isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 4 * _SHOWN_CHARS:
        yield f"an integer of {value.bit_length()} bits"
        return
    yield from json.JSONEncoder(ensure_ascii=False).iterencode(value)


def leaves(value: Value) -> Iterator[Value]:
    """All keys of its objects, and all values in it that hold no others, in no order."""
    waiting = [iter((value,))]
    while waiting:
        for child in waiting[-1]:
            if isinstance(child, list | dict):
                yield from child if isinstance(child, dict) else ()
                waiting.append(_children(child))
                break
            yield child
        else:
            waiting.pop()


def _is_deeper(value: Value, depth: int) -> bool:
    """Whether there are lists and objects in ``depth`` others."""
    open_ones = [_children(value)]
    while open_ones:
        child = next((child for child in open_ones[-1] if isinstance(child, list | dict)), None)
        if child is None:
            open_ones.pop()
        elif len(open_ones) >= depth:
            return True
        else:
            open_ones.append(_children(child))
    return False


def _children(value: Value) -> Iterator[Value]:
    if isinstance(value, list):
        return iter(value)
    return iter(value.values()) if isinstance(value, dict) else iter(())
