"""JSON values that agree and that do not; what no parser of ours may be brought down by."""

from __future__ import annotations

import pytest

from judge.compare.values import (
    ANSWER_BYTES_MAX,
    DEPTH_MAX,
    MORE_PARTS,
    leaves,
    may_agree,
    parse_value,
    value_difference,
)
from judge.model.compare_flags import CompareFlags

EXACT = CompareFlags()
CLOSE = CompareFlags(float_absolute_tolerance=0.01)
RELATIVE = CompareFlags(float_relative_tolerance=0.01)


@pytest.mark.parametrize(
    ("expected", "actual", "flags"),
    [
        ("1", "1.0", EXACT),
        ("[1, [2, null]]", "[1,[2,null]]", EXACT),
        ('{"a": 1, "b": "x"}', '{"b": "\\u0078", "a": 1}', EXACT),
        ("1180591620717411303424", "1180591620717411303424", EXACT),
        ("[0.5]", "[0.505]", CLOSE),
        ("1000", "1009.9", RELATIVE),
        ("NaN", "NaN", EXACT),
    ],
)
def test_these_agree(expected: str, actual: str, flags: CompareFlags) -> None:
    assert value_difference(parse_value(expected.encode()), parse_value(actual.encode()), flags) == ""


@pytest.mark.parametrize(
    ("expected", "actual", "reason"),
    [
        ("1", "true", "expected 1, found true"),
        ("1", '"1"', 'expected 1, found "1"'),
        ("null", "0", "expected null, found 0"),
        ("[1, 2]", "[1]", "expected a list of 2, found one of 1"),
        ("[[1, 2]]", "[[1, 3]]", "at [0][1]: expected 2, found 3"),
        ('{"a": 1}', "{}", 'the key "a" is missing'),
        ("{}", '{"a": 1}', 'there is a key "a", which is not expected'),
        ("1e308", "1" + "0" * 400, "expected 1e+308, found an integer of 1329 bits"),
        ("0.1", "NaN", "expected 0.1, found NaN"),
    ],
)
def test_the_first_difference_is_told_with_its_place(expected: str, actual: str, reason: str) -> None:
    assert value_difference(parse_value(expected.encode()), parse_value(actual.encode()), CLOSE) == reason


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (b"[" * (DEPTH_MAX + 1) + b"]" * (DEPTH_MAX + 1), "is nested deeper than 200"),
        (b"[" * 1_000_000, "is nested deeper than 200"),
        (b"{", "is no JSON"),
        (b"\xff", "is no JSON"),
        (b"9" * 10_000, "is no JSON"),
    ],
)
def test_what_is_no_value_is_refused(text: bytes, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_value(text)


def test_a_value_of_the_greatest_depth_is_taken() -> None:
    assert parse_value(b"[" * DEPTH_MAX + b"]" * DEPTH_MAX)


def test_what_json_does_not_have_is_refused_when_asked() -> None:
    with pytest.raises(ValueError, match="NaN is not in JSON"):
        parse_value(b"[NaN]", strict=True)


def test_a_long_value_is_shown_by_its_beginning() -> None:
    reason = value_difference("x" * 10_000, ["y"] * 10_000, EXACT)
    assert len(reason) < 200


def test_an_answer_with_more_parts_than_expected_cannot_agree() -> None:
    many = b"[" + b"[]," * MORE_PARTS + b"[]]"
    assert not may_agree(b"[[]]", many)
    assert may_agree(many, many)
    assert not may_agree(b"1", b"1" * ANSWER_BYTES_MAX)
    zeros, nearly = (b"[" + b",".join([number] * 100_000) + b"]" for number in (b"0", b"1.1102230246251565e-16"))
    assert may_agree(zeros, nearly)


def test_marks_in_strings_may_be_escaped_on_either_side() -> None:
    raw, escaped = b'"' + b"," * 10_000 + b'"', b'"' + b"\\u002c" * 10_000 + b'"'
    assert may_agree(escaped, raw)
    assert may_agree(raw, escaped)
    assert parse_value(escaped) == parse_value(raw)


def test_all_leaves_and_keys_are_found() -> None:
    assert sorted(map(str, leaves(parse_value(b'[1, {"a": {"b": [null, []]}}, "c"]')))) == ["1", "None", "a", "b", "c"]
