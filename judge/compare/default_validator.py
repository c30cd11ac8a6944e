"""The default output validator: does an output agree with the judge's answer?

Pure and streaming: two byte sources of any size in, the first :class:`Difference` (or None) out, with at
most a few blocks in memory. What the difference looks like to people is :mod:`judge.compare.excerpt`.

Semantics: problem package format 2025-09, "Default output validator specification" (the legacy section says
the same in fewer words). Files are bytes; white space is the six ASCII characters of ``bytes.split``;
tokens are equal byte for byte or up to the case of ASCII letters; with a tolerance, an answer token that is
a decimal floating-point number is compared as a number. A token that is no finite number in that grammar
(``nan``, ``inf``, ``0x10``, ``1e999``) or longer than :data:`BLOCK_BYTES` is compared as text.

How it is fast without C: equal blocks are skipped with one comparison; where they differ, whole blocks are
split and compared as lists; only tokens that differ inside such a list cost Python byte code.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from enum import StrEnum

import msgspec

from judge.compare.byte_source import ByteSource
from judge.model.compare_flags import CompareFlags

#: How much of each side is looked at in one step. Also the longest token that may be a number.
BLOCK_BYTES = 1 << 18

WHITE_SPACE = b" \t\n\r\x0b\x0c"

#: The decimal grammar of the format's "General requirements".
_FLOAT = re.compile(rb"[+-]?(?:[0-9]*\.[0-9]+|[0-9]+\.?)(?:[Ee][+-]?[0-9]+)?")
_LAST_SPACE = re.compile(rb".*[ \t\n\r\x0b\x0c]", re.DOTALL)
_LAST_LINE = re.compile(rb".*\n(?=[^ \t\n\r\x0b\x0c])", re.DOTALL)
_PIECE = re.compile(rb"[ \t\n\r\x0b\x0c]+|[^ \t\n\r\x0b\x0c]+")


class DifferenceKind(StrEnum):
    """What is wrong at the place where the two sides part."""

    TOKEN = "token"  #: another word
    NUMBER = "number"  #: a number out of tolerance
    NOT_A_NUMBER = "not a number"  #: the answer has a number there, the output has not
    SPACE = "space"  #: white space of another kind or amount (space_change_sensitive only)
    OUTPUT_ENDS = "output ends"  #: the answer goes on
    TRAILING = "trailing output"  #: the answer has ended


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """The first place where output and answer disagree; offsets in bytes from the start of each side."""

    kind: DifferenceKind
    answer_offset: int
    output_offset: int


def compare(answer: ByteSource, output: ByteSource, flags: CompareFlags) -> Difference | None:
    """The first difference, or None when the output is accepted. Blocks only on reading."""
    rule = _Rule(flags)
    left, right = _Window(answer), _Window(output)
    if flags.line_by_line:
        left_lines, right_lines = (_lines(side, edges=flags.space_change_sensitive) for side in (left, right))
        return _compare_pieces(left, right, left_lines, right_lines, rule)
    if flags.space_change_sensitive and not rule.has_tolerance:
        return _compare_bytes(left, right, rule)
    if flags.space_change_sensitive:
        return _compare_pieces(left, right, _pieces(left), _pieces(right), rule)
    if flags.line_sensitive:
        words = _words_and_lines if flags.empty_lines_count else _words_and_breaks
        return _compare_pieces(left, right, words(left), words(right), rule)
    return _compare_tokens(left, right, rule)


def parse_number(token: bytes) -> float | None:
    """The finite value of a decimal floating-point token, else None."""
    if not _FLOAT.fullmatch(token):
        return None
    value = float(token)
    return value if math.isfinite(value) else None


class _Rule:
    """When two tokens count as equal."""

    def __init__(self, flags: CompareFlags) -> None:
        self.case_sensitive = flags.case_sensitive
        self.absolute = flags.float_absolute_tolerance
        self.relative = flags.float_relative_tolerance
        self.has_tolerance = self.absolute is not None or self.relative is not None

    def same_text(self, answer: bytes, output: bytes) -> bool:
        return answer == output or (not self.case_sensitive and answer.lower() == output.lower())

    def mismatch(self, answer: bytes, output: bytes) -> DifferenceKind | None:
        """Judge one pair of whole tokens."""
        if not self.has_tolerance or (expected := parse_number(answer)) is None:
            return None if self.same_text(answer, output) else DifferenceKind.TOKEN
        actual = parse_number(output)
        if actual is None:
            return DifferenceKind.NOT_A_NUMBER
        error = abs(expected - actual)
        close = (self.absolute is not None and error <= self.absolute) or (
            self.relative is not None and error <= self.relative * abs(expected)
        )
        return None if close else DifferenceKind.NUMBER

    def first_mismatch(self, answer: list[bytes], output: list[bytes]) -> tuple[int, DifferenceKind] | None:
        """Judge two lists of whole tokens of equal length."""
        if answer == output:
            return None
        if not self.has_tolerance and self.same_text(b" ".join(answer), b" ".join(output)):
            return None
        for index, (expected, actual) in enumerate(zip(answer, output, strict=True)):
            if expected != actual and (kind := self.mismatch(expected, actual)):
                return index, kind
        return None


class _Window:
    """The unread part of one side: ``data`` starts at ``offset``; ``ended`` = nothing lies behind it."""

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self.data = b""
        self.offset = 0
        self.ended = False

    def fill(self) -> None:
        """Hold at least BLOCK_BYTES, or all there is."""
        while len(self.data) < BLOCK_BYTES and not self.ended:
            piece = self._source.pread(BLOCK_BYTES, self.offset + len(self.data))
            self.ended = not piece
            self.data += piece

    def drop(self, size_bytes: int) -> None:
        self.data = self.data[size_bytes:]
        self.offset += size_bytes

    def skip_space(self) -> None:
        """Go to the next token, or to the end."""
        self.fill()
        while self.data and self.data[0] in WHITE_SPACE:
            self.drop(len(self.data) - len(self.data.lstrip(WHITE_SPACE)))
            self.fill()

    def at_token_end(self) -> bool:
        self.fill()
        return not self.data or self.data[0] in WHITE_SPACE

    def whole_tokens_bytes(self) -> int:
        """Length of the part that surely ends where a token ends; 0 = inside one token as long as the window."""
        if self.ended:
            return len(self.data)
        match = _LAST_SPACE.match(self.data)
        return match.end() if match else 0


def _difference(kind: DifferenceKind, answer: _Window, output: _Window, into: int = 0) -> Difference:
    return Difference(kind=kind, answer_offset=answer.offset + into, output_offset=output.offset + into)


def _compare_tokens(answer: _Window, output: _Window, rule: _Rule) -> Difference | None:
    """Compare as sequences of tokens. ``inside``: both sides stand within a token, equal so far."""
    inside = False
    while True:
        if inside:
            if answer.at_token_end() != output.at_token_end():
                return _difference(DifferenceKind.TOKEN, answer, output)
            inside = not answer.at_token_end()
        if not inside:
            answer.skip_space()
            output.skip_space()
            if not answer.data or not output.data:
                return _compare_ends(answer, output)
        if _skip_equal_block(answer, output):
            inside = False
            continue
        answer_size, output_size = answer.whole_tokens_bytes(), output.whole_tokens_bytes()
        if answer_size == 0 or output_size == 0:
            difference = _compare_prefix(answer, output, rule)
            inside = True
        else:
            difference = _compare_lists(answer, answer_size, output, output_size, rule, inside)
            inside = False
        if difference:
            return difference


def _compare_ends(answer: _Window, output: _Window) -> Difference | None:
    if answer.data:
        return _difference(DifferenceKind.OUTPUT_ENDS, answer, output)
    if output.data:
        return _difference(DifferenceKind.TRAILING, answer, output)
    return None


def _skip_equal_block(answer: _Window, output: _Window, last: re.Pattern[bytes] = _LAST_SPACE) -> bool:
    """Drop whole tokens, or what ``last`` ends, that are the same bytes on both sides; False when none are at hand."""
    size = min(len(answer.data), len(output.data))
    if answer.data[:size] != output.data[:size]:
        return False
    match = last.match(answer.data, 0, size)
    if not match:
        return False
    answer.drop(match.end())
    output.drop(match.end())
    return True


def _compare_prefix(answer: _Window, output: _Window, rule: _Rule) -> Difference | None:
    """Compare as text as far as both windows reach, and drop that: for tokens longer than a window."""
    size = min(len(answer.data), len(output.data))
    if not rule.same_text(answer.data[:size], output.data[:size]):
        into = _common_prefix_bytes(answer.data[:size], output.data[:size], rule)
        return _difference(DifferenceKind.TOKEN, answer, output, into)
    answer.drop(size)
    output.drop(size)
    return None


def _common_prefix_bytes(left: bytes, right: bytes, rule: _Rule) -> int:
    """Length of the longest common beginning, by bisection (slices compare at memory speed)."""
    low, high = 0, min(len(left), len(right))
    while low < high:
        middle = (low + high + 1) // 2
        if rule.same_text(left[low:middle], right[low:middle]):
            low = middle
        else:
            high = middle - 1
    return low


def _compare_lists(
    answer: _Window, answer_size: int, output: _Window, output_size: int, rule: _Rule, inside: bool
) -> Difference | None:
    """Compare the whole tokens at hand, pairwise, and drop those compared. ``inside``: the first pair
    is the rest of one long token, so it is text."""
    answer_region, output_region = answer.data[:answer_size], output.data[:output_size]
    expected, actual = answer_region.split(), output_region.split()
    count = min(len(expected), len(actual))
    if inside and not rule.same_text(expected[0], actual[0]):
        return _difference(DifferenceKind.TOKEN, answer, output)
    first = 1 if inside else 0
    found = rule.first_mismatch(expected[first:count], actual[first:count])
    if found:
        index, kind = found
        return Difference(
            kind=kind,
            answer_offset=answer.offset + _token_offset(answer_region, index + first),
            output_offset=output.offset + _token_offset(output_region, index + first),
        )
    answer.drop(answer_size if len(expected) == count else _token_offset(answer_region, count))
    output.drop(output_size if len(actual) == count else _token_offset(output_region, count))
    return None


def _token_offset(region: bytes, index: int) -> int:
    """Where token ``index`` (from 0) starts in ``region``; it must exist."""
    return len(region) - len(region.split(None, index)[index])


def _compare_bytes(answer: _Window, output: _Window, rule: _Rule) -> Difference | None:
    """Compare everything, white space included, as text."""
    while True:
        answer.fill()
        output.fill()
        size = min(len(answer.data), len(output.data))
        if not rule.same_text(answer.data[:size], output.data[:size]):
            into = _common_prefix_bytes(answer.data[:size], output.data[:size], rule)
            is_space = answer.data[into] in WHITE_SPACE or output.data[into] in WHITE_SPACE
            return _difference(DifferenceKind.SPACE if is_space else DifferenceKind.TOKEN, answer, output, into)
        if size == 0:
            return _compare_ends(answer, output)
        answer.drop(size)
        output.drop(size)


class _Piece(msgspec.Struct, frozen=True):
    """A run of white space or of other bytes, or a part of one (``whole`` False) when it is very long."""

    data: bytes
    offset: int
    whole: bool


def _pieces(window: _Window) -> Iterator[_Piece]:
    """Cut one side into runs; runs longer than a window into parts of equal length, counted from their start."""
    at, cut = 0, False
    while True:
        if len(window.data) - at < BLOCK_BYTES and not window.ended:  # to drop each piece would copy the rest each time
            window.drop(at)
            window.fill()
            at = 0
        match = _PIECE.match(window.data, at, at + BLOCK_BYTES)
        if not match:
            window.drop(at)
            return
        size = match.end() - at
        yield _Piece(match.group(), window.offset + at, size < BLOCK_BYTES and not cut)
        cut = size == BLOCK_BYTES
        at += size


def _words_and_breaks(window: _Window) -> Iterator[_Piece]:
    """Cut one side into words with a newline or a blank between them, whatever white space was there."""
    between: _Piece | None = None
    begun = False
    for piece in _pieces(window):
        if piece.data[0] in WHITE_SPACE:
            is_line_end = b"\n" in piece.data or (between is not None and between.data == b"\n")
            between = _Piece(b"\n" if is_line_end else b" ", between.offset if between else piece.offset, True)
            continue
        if between is not None and begun:
            yield between
        between, begun = None, True
        yield piece


def _words_and_lines(window: _Window) -> Iterator[_Piece]:
    """Cut one side into words with the newlines that stand between them, or a blank; those before the first word count,
    what is behind the last one does not."""
    newlines, offset = 0, -1
    begun = False
    for piece in _pieces(window):
        if piece.data[0] in WHITE_SPACE:
            newlines += piece.data.count(b"\n")
            offset = piece.offset if offset < 0 else offset
            continue
        if offset >= 0 and (begun or newlines):
            yield _Piece(b"\n" * newlines or b" ", offset, True)
        newlines, offset, begun = 0, -1, True
        yield piece


def _lines(window: _Window, *, edges: bool) -> Iterator[_Piece]:
    """Cut one side into words and what is between them: blanks as they are within a line, else its newlines alone.

    ``edges``: the blanks that a line begins with belong to what is between. What is behind the last word never counts,
    what is before the first one only with ``edges``.
    """
    between: list[_Piece] = []
    begun = False
    for piece in _pieces(window):
        if piece.data[0] in WHITE_SPACE:
            between.append(piece)
            continue
        if between and (begun or edges):
            yield _between(between, edges=edges)
        between, begun = [], True
        yield piece


def _between(pieces: list[_Piece], *, edges: bool) -> _Piece:
    data = b"".join(piece.data for piece in pieces)
    newlines = data.count(b"\n")
    if newlines:
        data = b"\n" * newlines + (data[data.rindex(b"\n") + 1 :] if edges else b"")
    return _Piece(data, pieces[0].offset, True)


def _compare_pieces(
    answer: _Window, output: _Window, left: Iterator[_Piece], right: Iterator[_Piece], rule: _Rule
) -> Difference | None:
    """Compare run by run: white space exactly, tokens by the rule. The slow way, where both kinds of runs count: what
    both begin with is passed over first, up to a line that begins with a token.
    """
    kind: DifferenceKind | None
    is_same = True
    while is_same:
        answer.fill()
        output.fill()
        is_same = _skip_equal_block(answer, output, _LAST_LINE)
    while True:
        expected, actual = next(left, None), next(right, None)
        if expected is None and actual is None:
            return None
        if expected is None or actual is None:
            kind = DifferenceKind.TRAILING if expected is None else DifferenceKind.OUTPUT_ENDS
            return Difference(
                kind=kind,
                answer_offset=expected.offset if expected else answer.offset,
                output_offset=actual.offset if actual else output.offset,
            )
        if expected.data == actual.data:
            continue
        if expected.data[0] in WHITE_SPACE or actual.data[0] in WHITE_SPACE:
            kind = DifferenceKind.SPACE
        elif expected.whole and actual.whole:
            kind = rule.mismatch(expected.data, actual.data)
        else:
            kind = None if rule.same_text(expected.data, actual.data) else DifferenceKind.TOKEN
        if kind:
            return Difference(kind=kind, answer_offset=expected.offset, output_offset=actual.offset)
