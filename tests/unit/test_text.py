"""What comes from outside is harmless where it is shown, and says what was there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.text import plain_letters, printable, printable_bytes, printable_lines, safe_text, shown


@given(st.text())
def test_printable_text_is_one_printable_line(text: str) -> None:
    assert printable(text).isprintable()


@given(st.text(), st.integers(0, 20))
def test_a_text_is_cut_before_it_is_escaped(text: str, chars_max: int) -> None:
    whole = printable(text, chars_max)
    assert whole == (printable(text) if len(text) <= chars_max else printable(text[:chars_max]) + "...")


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("naïve → 語", "naïve → 語"),
        ("\x1b[31mred\n", "\\x1b[31mred\\n"),
        ("a\u202eb", "a\\u202eb"),
        ("\udcff", "\\udcff"),
    ],
)
def test_controls_become_escapes_and_letters_stay(text: str, safe: str) -> None:
    assert printable(text) == safe


def test_bytes_that_are_not_utf8_are_named() -> None:
    assert printable_bytes(b"a\xff\n\xc3\xa9") == "a\\xff\\né"
    assert shown("a\udcff") == "a\\xff"


def test_lines_keep_their_columns() -> None:
    assert printable_lines("a\tb\r\n\x07") == ["a       b", "\\x07"]


@given(st.binary(max_size=200))
def test_safe_text_has_printable_characters_newlines_and_tabs(data: bytes) -> None:
    assert safe_text(data, 200).replace("\n", "").replace("\t", "").isprintable()


def test_pictures_survive_a_terminal_of_letters() -> None:
    plain, end = plain_letters(UnicodeEncodeError("ascii", "a█é→", 1, 4, "ordinal not in range"))
    assert (plain, end) == ("#?->", 4)
