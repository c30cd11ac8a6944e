"""What people read about a difference."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from judge.compare.byte_source import BytesInMemory
from judge.compare.default_validator import compare
from judge.compare.excerpt import explain, position_of
from judge.model.compare_flags import CompareFlags
from judge.text import printable_bytes


def message(answer: bytes, output: bytes, **flags: Any) -> list[str]:
    compare_flags = CompareFlags(**flags)
    left, right = BytesInMemory(answer), BytesInMemory(output)
    difference = compare(left, right, compare_flags)
    assert difference is not None
    return explain(difference, left, right, compare_flags).splitlines()


def test_names_line_and_token_on_both_sides() -> None:
    assert message(b"1 2\n3 4\n", b"1\n2 3 5\n") == [
        "wrong answer: line 2, token 3 of the output (line 2, token 2 of the judge's answer)",
        'expected "4", found "5"',
        "answer: 3 4",
        "output: 2 3 5",
    ]


def test_an_empty_output_is_called_empty() -> None:
    assert message(b"42\n", b"")[1] == 'the output is empty, but "42" should follow'


def test_an_output_that_ends_early() -> None:
    assert message(b"1 2", b"1")[1] == 'the output ends here, but "2" should follow'


def test_trailing_output() -> None:
    assert message(b"1", b"1 and more")[1] == 'the output should end here, but goes on with "and"'


def test_tolerance_is_told() -> None:
    assert message(b"2.0", b"2.5", float_absolute_tolerance=0.1)[1] == (
        'expected "2.0", found "2.5": off by 0.5, allowed 0.1 absolute'
    )


def test_white_space_is_named() -> None:
    assert message(b"1 2", b"1\t2", space_change_sensitive=True)[1] == (
        "expected space, found tab (white space counts here)"
    )


def test_long_lines_are_cut_around_the_difference() -> None:
    lines = message(b"x " * 500 + b"7", b"x " * 500 + b"8")
    assert all(len(line) < 120 for line in lines)
    assert lines[2].endswith("7")
    assert lines[3].startswith("output: ...")


def test_binary_output_is_escaped() -> None:
    assert printable_bytes(b"a\x00\x1b[31m\xff\t\xc3\xa4") == "a\\x00\\x1b[31m\\xff\\tä"


def test_a_difference_inside_a_long_token_shows_its_beginning() -> None:
    assert message(b"abc", b"abd")[1] == 'expected "abc", found "abd"'


@given(st.lists(st.sampled_from([b"a", b"bb", b" ", b"\n"]), max_size=40).map(b"".join), st.integers(0, 60))
def test_positions_agree_with_counting(text: bytes, offset: int) -> None:
    offset = min(offset, len(text))
    position = position_of(BytesInMemory(text), offset)
    before = text[:offset]
    assert position.line == before.count(b"\n") + 1
    line_start = before.rfind(b"\n") + 1
    assert position.line_offset == line_start
    on_token = offset < len(text) and not text[offset : offset + 1].isspace()
    started = len(text[line_start : offset + 1].split()) if on_token else len(text[line_start:offset].split()) + 1
    assert position.token == started
