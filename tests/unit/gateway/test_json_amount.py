"""Which JSON texts have more values than any honest one, told without decoding them."""

from __future__ import annotations

import json

import pytest

from judge.gateway.json_amount import VALUES_MAX, has_too_many_values

_MANY = VALUES_MAX + 10


@pytest.mark.parametrize(
    "text",
    [
        b"[" + b"{}," * _MANY + b"{}]",
        b"[" * _MANY,
        b'{"a": [' + b'"", ' * _MANY + b'""]}',
        b"[" + b'{"a": "b"}, ' * (_MANY // 2) + b"0]",
        rb'["\\", "\"", ' + b'"x\\"\\\\", ' * _MANY + b"0]",
    ],
    ids=["objects", "depth", "strings", "members", "escapes"],
)
def test_values_are_counted_wherever_they_stand(text: bytes) -> None:
    assert has_too_many_values(text)


@pytest.mark.parametrize("piece", ["1,", "{[,", '",[', "\\", '\\",'])
def test_what_stands_in_strings_is_data_however_much_it_is(piece: str) -> None:
    assert not has_too_many_values(json.dumps({"source_code": "x", "stdin": piece * _MANY, "rest": [1, 2]}).encode())


def test_the_largest_evaluation_passes() -> None:
    test = {"name": "1", "stdin": {"text": "1 2, 3"}, "expected": {"text": "[6]"}, "arguments": ["a"] * 20, "weight": 1}
    assert not has_too_many_values(json.dumps({"language": "c", "source": "{},", "tests": [test] * 10_000}).encode())


def test_a_text_that_is_no_json_is_left_to_the_decoder() -> None:
    assert not has_too_many_values(b'["' + b"," * _MANY)
    assert not has_too_many_values(b'"' * _MANY + b"," * _MANY)
