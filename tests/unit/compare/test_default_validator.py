"""The default output validator against the specification and against a slow, obvious reference."""

from __future__ import annotations

import math
import os
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judge.compare import default_validator as module
from judge.compare.byte_source import BytesInMemory, BytesOfDescriptor
from judge.compare.default_validator import Difference, DifferenceKind, compare, parse_number
from judge.model.compare_flags import CompareFlags


def difference(answer: bytes, output: bytes, **flags: Any) -> Difference | None:
    return compare(BytesInMemory(answer), BytesInMemory(output), CompareFlags(**flags))


def accepted(answer: bytes, output: bytes, **flags: Any) -> bool:
    return difference(answer, output, **flags) is None


def reference(answer: bytes, output: bytes, flags: CompareFlags) -> bool:
    """The specification, read aloud: no streaming, no shortcuts."""

    def value(token: bytes) -> float | None:
        if not re.fullmatch(rb"[+-]?([0-9]*\.[0-9]+|[0-9]+\.|[0-9]+)([eE][+-]?[0-9]+)?", token):
            return None
        return float(token) if math.isfinite(float(token)) else None

    def same(expected: bytes, actual: bytes) -> bool:
        absolute, relative = flags.float_absolute_tolerance, flags.float_relative_tolerance
        number = value(expected)
        if number is not None and (absolute is not None or relative is not None):
            other = value(actual)
            if other is None:
                return False
            off = abs(number - other)
            return (absolute is not None and off <= absolute) or (
                relative is not None and off <= relative * abs(number)
            )
        return expected == actual if flags.case_sensitive else expected.lower() == actual.lower()

    expected, actual = answer.split(), output.split()
    if flags.space_change_sensitive and re.findall(rb"\s+|^|$", re.sub(rb"[^ \t\n\r\x0b\x0c]+", b"x", answer)) != (
        re.findall(rb"\s+|^|$", re.sub(rb"[^ \t\n\r\x0b\x0c]+", b"x", output))
    ):
        return False
    if flags.line_sensitive and not flags.space_change_sensitive:
        ends = (text.rstrip() if flags.empty_lines_count else text for text in (answer, output))
        lines = [
            [len(line.split()) for line in text.split(b"\n") if line.split() or flags.empty_lines_count]
            for text in ends
        ]
        if lines[0] != lines[1]:
            return False
    return len(expected) == len(actual) and all(map(same, expected, actual))


class TestTokens:
    def test_white_space_is_ignored_by_default(self) -> None:
        assert accepted(b"1 2\n3\n", b"  1\t\t2 3")

    def test_every_white_space_character_separates(self) -> None:
        assert accepted(b"a b c d e f g", b"a b\tc\nd\re\x0bf\x0cg")

    def test_carriage_returns_are_white_space(self) -> None:
        assert accepted(b"1\n2\n", b"1\r\n2\r\n")

    def test_case_is_ignored_by_default_for_ascii_only(self) -> None:
        assert accepted(b"Yes", b"yES")
        assert not accepted("Ä".encode(), "ä".encode())

    def test_case_counts_when_asked(self) -> None:
        assert not accepted(b"Yes", b"yes", case_sensitive=True)

    def test_no_tolerance_means_numbers_are_text(self) -> None:
        assert not accepted(b"1.0", b"1.00")

    @pytest.mark.parametrize("junk", [b"\x00", b"\xff\xfe", b"\xc2\xa0", b"\xef\xbb\xbf"])
    def test_other_bytes_belong_to_tokens(self, junk: bytes) -> None:
        assert accepted(junk + b"1", junk + b"1")
        assert not accepted(b"1", junk + b"1")

    def test_both_empty_is_accepted(self) -> None:
        assert accepted(b"", b"")
        assert accepted(b"\n", b"")


class TestKinds:
    @pytest.mark.parametrize(
        ("answer", "output", "flags", "kind"),
        [
            (b"1 2", b"1 3", {}, DifferenceKind.TOKEN),
            (b"1 2", b"1", {}, DifferenceKind.OUTPUT_ENDS),
            (b"1 2", b"", {}, DifferenceKind.OUTPUT_ENDS),
            (b"1", b"1 2", {}, DifferenceKind.TRAILING),
            (b"1.0", b"1.1", {"float_absolute_tolerance": 0.01}, DifferenceKind.NUMBER),
            (b"1.0", b"one", {"float_absolute_tolerance": 0.01}, DifferenceKind.NOT_A_NUMBER),
            (b"one", b"1.0", {"float_absolute_tolerance": 0.01}, DifferenceKind.TOKEN),
            (b"1 2", b"1  2", {"space_change_sensitive": True}, DifferenceKind.SPACE),
            (b"1\n", b"1", {"space_change_sensitive": True}, DifferenceKind.OUTPUT_ENDS),
            (b"1 2\n3", b"1\n2 3", {"line_sensitive": True}, DifferenceKind.SPACE),
            (b"1\n2", b"1\n", {"line_sensitive": True}, DifferenceKind.OUTPUT_ENDS),
            (b"1", b"1\n\n2", {"line_sensitive": True}, DifferenceKind.TRAILING),
            (b"1\n2", b"1\n\n2", {"line_sensitive": True, "empty_lines_count": True}, DifferenceKind.SPACE),
            (b"1\n2", b"\n1\n2", {"line_sensitive": True, "empty_lines_count": True}, DifferenceKind.SPACE),
            (
                b"1 2",
                b"1\t2",
                {"space_change_sensitive": True, "float_relative_tolerance": 0.1},
                DifferenceKind.SPACE,
            ),
        ],
    )
    def test_kind(self, answer: bytes, output: bytes, flags: dict[str, float], kind: DifferenceKind) -> None:
        found = difference(answer, output, **flags)
        assert found is not None
        assert found.kind is kind

    def test_offsets_point_at_the_token_on_each_side(self) -> None:
        found = difference(b"10 20 30", b"10    20\n\n99")
        assert found == Difference(kind=DifferenceKind.TOKEN, answer_offset=6, output_offset=10)


class TestNumbers:
    @pytest.mark.parametrize("token", [b"0", b"1.", b".5", b"-1e5", b"+1E-5", b"00012", b"3.14000000e-2"])
    def test_grammar_accepts(self, token: bytes) -> None:
        assert parse_number(token) == float(token)

    @pytest.mark.parametrize(
        "token", [b"", b".", b"e5", b"1e", b"1_0", b"nan", b"inf", b"0x10", b"1e999", b"1,5", b"--1", b"1.5f"]
    )
    def test_grammar_refuses(self, token: bytes) -> None:
        assert parse_number(token) is None

    def test_either_tolerance_is_enough(self) -> None:
        both = {"float_absolute_tolerance": 0.01, "float_relative_tolerance": 0.01}
        assert accepted(b"1000", b"1009", **both)
        assert accepted(b"0.001", b"0.009", **both)
        assert not accepted(b"1", b"1.1", **both)

    def test_relative_tolerance_is_of_the_answer(self) -> None:
        assert accepted(b"100", b"110", float_relative_tolerance=0.1)
        assert not accepted(b"100", b"110.1", float_relative_tolerance=0.1)

    def test_an_exact_zero_passes_a_relative_tolerance(self) -> None:
        assert accepted(b"0", b"0.0", float_relative_tolerance=0.1)

    def test_nan_is_text(self) -> None:
        assert accepted(b"NaN", b"nan", float_absolute_tolerance=1.0)
        assert not accepted(b"1", b"nan", float_absolute_tolerance=1.0)


WORDS = st.sampled_from(
    [b"a", b"A", b"ab", b"aB", b"1", b"1.0", b"1.04", b"1.1", b"-0", b"0", b"nan", b"1e999", b"x" * 9, b"X" * 9]
)
SPACES = st.sampled_from([b" ", b"\n", b"  ", b"\r\n", b"\t", b" " * 9, b"\x0b\x0c"])
TEXT = st.lists(st.one_of(WORDS, SPACES), max_size=30).map(b"".join)
FLAGS = st.builds(
    CompareFlags,
    case_sensitive=st.booleans(),
    space_change_sensitive=st.booleans(),
    line_sensitive=st.booleans(),
    empty_lines_count=st.booleans(),
    float_absolute_tolerance=st.sampled_from([None, 0.0, 0.05]),
    float_relative_tolerance=st.sampled_from([None, 0.05]),
)


@st.composite
def related_texts(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """Two texts that often agree for long: one is the other with a few edits."""
    parts = draw(st.lists(st.one_of(WORDS, SPACES), max_size=30))
    other = list(parts)
    for _ in range(draw(st.integers(0, 3))):
        if other:
            other[draw(st.integers(0, len(other) - 1))] = draw(st.one_of(WORDS, SPACES, st.just(b"")))
    return b"".join(parts), b"".join(other)


@pytest.mark.parametrize("block_bytes", [4, 7, 1 << 18])
@given(pair=st.one_of(related_texts(), st.tuples(TEXT, TEXT)), flags=FLAGS)
@settings(max_examples=400, deadline=None)
def test_agrees_with_the_reference_whatever_the_block_size(
    block_bytes: int, pair: tuple[bytes, bytes], flags: CompareFlags
) -> None:
    answer, output = pair
    has_tolerance = flags.float_absolute_tolerance is not None or flags.float_relative_tolerance is not None
    if has_tolerance and any(len(word) >= block_bytes for word in (answer + b" " + output).split()):
        return  # a token as long as a block is text by definition
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK_BYTES", block_bytes)
        assert (difference_of(answer, output, flags) is None) == reference(answer, output, flags)


def difference_of(answer: bytes, output: bytes, flags: CompareFlags) -> Difference | None:
    return compare(BytesInMemory(answer), BytesInMemory(output), flags)


class TestLarge:
    """Whole blocks, one token longer than every buffer, and descriptors instead of bytes."""

    def test_a_token_longer_than_the_window(self) -> None:
        long = b"7" * (3 * module.BLOCK_BYTES + 5)
        assert accepted(long, b"\n\n" + long)
        assert not accepted(long, long + b"7")
        assert not accepted(long, long[:-1])
        assert not accepted(long + b" 1", long + b"1")
        assert accepted(b"x" + long, b"X" + long)

    def test_drifting_white_space(self) -> None:
        answer = b"".join(b"%d\n" % i for i in range(200_000))
        assert accepted(answer, answer.replace(b"\n", b"\r\n"))
        found = difference(answer, answer.replace(b"\n", b" \n").replace(b"199999", b"199990"))
        assert found is not None
        assert answer[found.answer_offset :] == b"199999\n"

    def test_white_space_longer_than_the_window_between_lines(self) -> None:
        wide = b" " * (2 * module.BLOCK_BYTES)
        assert accepted(b"1 2\n3", b"\n1" + wide + b"2" + wide + b"\n" + wide + b"3" + wide, line_sensitive=True)
        assert not accepted(b"1 2\n3", b"1 2" + wide + b"3", line_sensitive=True)

    @pytest.mark.parametrize("flags", [CompareFlags(line_sensitive=True), CompareFlags(line_by_line=True)])
    def test_short_words_of_a_large_output_are_not_copied_again_and_again(
        self, monkeypatch: pytest.MonkeyPatch, flags: CompareFlags
    ) -> None:
        monkeypatch.setattr(module, "BLOCK_BYTES", 1 << 12)
        answer = b"1 2 " * (1 << 13)
        copied_bytes = 0
        drop = module._Window.drop

        def counted(window: module._Window, size_bytes: int) -> None:
            nonlocal copied_bytes
            drop(window, size_bytes)
            copied_bytes += len(window.data)

        monkeypatch.setattr(module._Window, "drop", counted)
        assert difference_of(answer, answer.replace(b" ", b"  ", 1) if flags.line_sensitive else answer, flags) is None
        assert copied_bytes <= 8 * len(answer)

    @pytest.mark.parametrize("flags", [CompareFlags(line_sensitive=True), CompareFlags(line_by_line=True)])
    def test_lines_that_both_begin_with_are_passed_over_at_once(
        self, monkeypatch: pytest.MonkeyPatch, flags: CompareFlags
    ) -> None:
        answer = b"".join(b"%d\n" % i for i in range(100_000))
        pieces = 0
        match = module._PIECE.match

        class Counted:
            def match(self, *words: Any) -> Any:
                nonlocal pieces
                pieces += 1
                return match(*words)

        monkeypatch.setattr(module, "_PIECE", Counted())
        assert difference_of(answer, answer, flags) is None
        assert pieces < 20
        found = difference_of(answer, answer + b"1", flags)
        assert found is not None
        assert found.kind is DifferenceKind.TRAILING

    def test_an_output_of_white_space_only(self) -> None:
        found = difference(b"1", b" " * (2 * module.BLOCK_BYTES))
        assert found is not None
        assert found.kind is DifferenceKind.OUTPUT_ENDS

    def test_descriptors_are_read_without_moving_them(self) -> None:
        fd = os.memfd_create("t")
        try:
            os.write(fd, b"1 2 3")
            assert compare(BytesOfDescriptor(fd), BytesInMemory(b"1 2 3"), CompareFlags()) is None
            assert os.lseek(fd, 0, os.SEEK_CUR) == 5
        finally:
            os.close(fd)


class TestLineByLine:
    @pytest.mark.parametrize(
        ("answer", "output"),
        [
            (b"a b\nc", b"\n  A b \t\r\n\tc\n\n"),
            (b"a\n\nb", b"a\n  \nb"),
            (b"", b" \n\n"),
        ],
    )
    def test_edges_of_lines_and_empty_lines_at_the_ends_do_not_count(self, answer: bytes, output: bytes) -> None:
        assert accepted(answer, output, line_by_line=True)

    @pytest.mark.parametrize(
        ("answer", "output"), [(b"a b", b"a  b"), (b"a b", b"a\nb"), (b"a\nb", b"a\n\nb"), (b"a", b""), (b"", b"a")]
    )
    def test_blanks_inside_a_line_and_empty_lines_between_count(self, answer: bytes, output: bytes) -> None:
        assert not accepted(answer, output, line_by_line=True)

    def test_only_ends_do_not_count_where_space_changes_do(self) -> None:
        flags = {"line_by_line": True, "space_change_sensitive": True}
        assert accepted(b" a\n  b", b" a \n  b\n\n", **flags)
        for output in (b"a\n  b", b" a\n b", b"\n a\n  b"):
            assert not accepted(b" a\n  b", output, **flags)

    def test_numbers_are_compared_by_a_tolerance(self) -> None:
        assert accepted(b"x 1.0\n", b"x 1.05\n", line_by_line=True, float_absolute_tolerance=0.1)
        assert not accepted(b"x 1.0\n", b"x  1.05\n", line_by_line=True, float_absolute_tolerance=0.1)

    def test_blanks_longer_than_the_window(self) -> None:
        wide = b" " * (2 * module.BLOCK_BYTES)
        assert accepted(b"a\nb", wide + b"a" + wide + b"\n" + wide + b"b" + wide, line_by_line=True)
        assert not accepted(b"a\nb", b"a" + wide + b"b", line_by_line=True)
