"""JSON of strangers."""

from __future__ import annotations

import pytest

from judge.course.formats.foreign_json import JSON_BYTES_MAX, parsed, unique_names
from judge.errors import ResultsFault


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "the file is empty"),
        (b" \n", "the file is empty"),
        (b"{", "no JSON: Input data was truncated"),
        (b'{"a": NaN}', "no JSON: JSON is malformed"),
        (b'{"a": Infinity}', "no JSON: JSON is malformed"),
        (b'{"a": 1e999}', "no JSON: Number out of range"),
        (b'{"a": ' + b"9" * 5000 + b"}", "no JSON: "),
        (b'"\xff"', "no JSON: "),
        (b'"\\ud800"', "no JSON: "),
        (b"[" * 1_000_000, "no JSON: lists and objects lie too deep in each other"),
        (b'{"a":' * 100_000, "no JSON: lists and objects lie too deep in each other"),
        (b"[" + b"0," * JSON_BYTES_MAX + b"0]", "8388611 bytes; at most 4194304 are taken"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "no JSON: "),
    ],
)
def test_what_is_no_json_is_refused(data: bytes, complaint: str) -> None:
    with pytest.raises(ResultsFault) as caught:
        parsed(data)
    assert str(caught.value).startswith(complaint)
    assert str(caught.value).isprintable()


def test_a_byte_order_mark_is_no_matter() -> None:
    assert parsed(b'\xef\xbb\xbf{"a": 1}').field("a").number() == 1.0


def test_integers_without_end_are_no_numbers() -> None:
    with pytest.raises(ResultsFault, match=r"a: 1{40}"):
        parsed(b'{"a": ' + b"1" * 400 + b"}").field("a").number()


def test_names_are_unique_and_never_empty() -> None:
    assert unique_names(["", "a", "a", "", "test 1"]) == ("test 1", "a", "a (2)", "test 4", "test 1 (2)")
