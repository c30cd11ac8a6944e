"""Says where and how an output differs from the judge's answer, in a few short lines for people.

Knows nothing of how the difference was found; reads both sides again only as far as it must.
"""

from __future__ import annotations

import re

import msgspec

from judge.compare.byte_source import ByteSource
from judge.compare.default_validator import WHITE_SPACE, Difference, DifferenceKind, parse_number
from judge.model.compare_flags import CompareFlags
from judge.text import printable_bytes

#: Longest token or line that is shown; the rest is cut off.
SHOWN_BYTES = 80

_BLOCK_BYTES = 1 << 20
_SPACE = re.compile(rb"[ \t\n\r\x0b\x0c]")
_SPACE_NAMES = {0x20: "space", 0x09: "tab", 0x0A: "newline", 0x0D: "return", 0x0B: "vertical tab", 0x0C: "form feed"}


class Position(msgspec.Struct, frozen=True):
    """A place in a text, all counted from 1; ``token`` within the line. ``line_offset``: where the line starts."""

    line: int
    token: int
    line_offset: int


def position_of(source: ByteSource, offset: int) -> Position:
    """Line and token number of a byte offset; reads everything before it."""
    line, line_offset, at = 1, 0, 0
    while at < offset:
        block = source.pread(min(_BLOCK_BYTES, offset - at), at)
        if not block:
            break
        line += block.count(b"\n")
        newline = block.rfind(b"\n")
        line_offset = at + newline + 1 if newline >= 0 else line_offset
        at += len(block)
    return Position(line, max(1, _tokens_started(source, line_offset, offset + 1)), line_offset)


def _tokens_started(source: ByteSource, start: int, end: int) -> int:
    """How many tokens begin in [start, end); a place behind the last token counts as the next one."""
    count, at, inside = 0, start, False
    while at < end:
        block = source.pread(min(_BLOCK_BYTES, end - at), at)
        if not block:
            return count + 1
        begins_in_token = inside and block[0] not in WHITE_SPACE
        count += len(block.split()) - begins_in_token
        inside = block[-1] not in WHITE_SPACE
        at += len(block)
    return count if inside else count + 1


def explain(difference: Difference, answer: ByteSource, output: ByteSource, flags: CompareFlags) -> str:
    """The judge's message about one difference: place, expectation, and the two lines. No trailing newline."""
    there = position_of(answer, difference.answer_offset)
    here = position_of(output, difference.output_offset)
    place = f"line {here.line}, token {here.token}"
    if (here.line, here.token) != (there.line, there.token):
        place += f" of the output (line {there.line}, token {there.token} of the judge's answer)"
    lines = [
        f"wrong answer: {place}",
        _reason(difference, answer, output, flags),
        f"answer: {_line(answer, there, difference.answer_offset)}",
        f"output: {_line(output, here, difference.output_offset)}",
    ]
    return "\n".join(lines)


def _reason(difference: Difference, answer: ByteSource, output: ByteSource, flags: CompareFlags) -> str:
    expected = _token_at(answer, difference.answer_offset)
    actual = _token_at(output, difference.output_offset)
    match difference.kind:
        case DifferenceKind.OUTPUT_ENDS:
            what = "the output is empty" if difference.output_offset == 0 else "the output ends here"
            return f"{what}, but {_show(expected)} should follow"
        case DifferenceKind.TRAILING:
            return f"the output should end here, but goes on with {_show(actual)}"
        case DifferenceKind.NOT_A_NUMBER:
            return f"expected a number like {_show(expected)}, found {_show(actual)}"
        case DifferenceKind.NUMBER:
            return f"expected {_show(expected)}, found {_show(actual)}: {_error(expected, actual, flags)}"
        case DifferenceKind.SPACE:
            return f"expected {_show_byte(answer, difference.answer_offset)}, " + (
                f"found {_show_byte(output, difference.output_offset)} (white space counts here)"
            )
        case DifferenceKind.TOKEN:
            return f"expected {_show(expected)}, found {_show(actual)}"


def _error(expected: bytes, actual: bytes, flags: CompareFlags) -> str:
    left, right = parse_number(expected), parse_number(actual)
    if left is None or right is None:
        return "too far off"
    allowed = []
    if flags.float_absolute_tolerance is not None:
        allowed.append(f"{flags.float_absolute_tolerance:g} absolute")
    if flags.float_relative_tolerance is not None:
        allowed.append(f"{flags.float_relative_tolerance:g} relative")
    return f"off by {abs(left - right):g}, allowed {' or '.join(allowed)}"


def _token_at(source: ByteSource, offset: int) -> bytes:
    """The token around ``offset``, or the next one behind white space; cut to SHOWN_BYTES and one more byte."""
    window_start = max(0, offset - SHOWN_BYTES)
    before = source.pread(offset - window_start, window_start)
    behind = source.pread(4 * SHOWN_BYTES, offset)
    if behind[:1] and behind[0] not in WHITE_SPACE:
        head = _SPACE.split(before)[-1][-SHOWN_BYTES // 2 :]
        return (head + _SPACE.split(behind, maxsplit=1)[0])[: SHOWN_BYTES + 1]
    words = behind.split(None, 1)
    return words[0][: SHOWN_BYTES + 1] if words else behind[: SHOWN_BYTES + 1]


def _show(token: bytes) -> str:
    """A token in quotes, safe to print, cut when long."""
    text = printable_bytes(token[:SHOWN_BYTES])
    return f'"{text}"' + ("..." if len(token) > SHOWN_BYTES else "")


def _show_byte(source: ByteSource, offset: int) -> str:
    byte = source.pread(1, offset)
    if not byte:
        return "the end"
    return _SPACE_NAMES.get(byte[0]) or f'"{printable_bytes(byte)}"'


def _line(source: ByteSource, position: Position, offset: int) -> str:
    """The line around ``offset``, cut on both sides when long."""
    start = max(position.line_offset, offset - SHOWN_BYTES // 2)
    text = source.pread(SHOWN_BYTES + 1, start).split(b"\n", 1)[0]
    tail = "..." if len(text) > SHOWN_BYTES else ""
    return ("..." if start > position.line_offset else "") + printable_bytes(text[:SHOWN_BYTES].rstrip(b"\r")) + tail
