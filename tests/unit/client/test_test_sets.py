"""Files of tests, and the test sets that are made of them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from judge.client import one_test
from judge.client.test_sets import encoded_tests, read_tests
from judge.errors import UsageError
from judge.model.work import TEST_SET_BYTES_MAX, TESTS_MAX, Data, EvaluationTest


def file_of(tmp_path: Path, text: str) -> str:
    """A file of tests."""
    path = tmp_path / "tests.jsonl"
    path.write_text(text)
    return str(path)


def test_a_line_is_a_test(tmp_path: Path) -> None:
    text = '{"stdin": "1", "expected": "2", "files": {"a/b": "x"}, "weight": 2, "arguments": ["-v"]}\n\n{"name": "n"}\n'
    first, second = read_tests(file_of(tmp_path, text))
    assert (first.stdin.content, first.expected.content, first.weight, first.arguments) == (b"1", b"2", 2, ("-v",))
    assert [(file.name, file.data.content) for file in first.files] == [("a/b", b"x")]
    assert (second.name, second.expected.content) == ("n", b"")


def test_a_call_expects_any_value(tmp_path: Path) -> None:
    (test,) = read_tests(file_of(tmp_path, '{"call_arguments": [1, [2]], "expected": {"a": null}}'))
    assert (test.call_arguments.content, test.expected.content) == (b"[1, [2]]", b'{"a": null}')


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("{", "truncated"),
        ('{"stdim": "1"}', "stdim"),
        ('{"stdin": 1}', r"\$\.stdin"),
        ('{"expected": 1}', "expected must be a text"),
        ('{"weight": -1}', "weight must not be negative"),
        ("[]", "object"),
        ('{"stdin": "\\ud800"}', "truncated|escape"),
        ("[" * 100_000, "object|depth|recursion"),
    ],
)
def test_a_bad_line_is_named_by_file_and_line(tmp_path: Path, line: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=rf"tests\.jsonl:2: .*({complaint})"):
        read_tests(file_of(tmp_path, f'{{"stdin": "1"}}\n{line}\n'))


def test_a_file_without_tests_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no tests"):
        read_tests(file_of(tmp_path, "\n"))


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(UsageError, match=r"none\.jsonl: No such file"):
        read_tests("none.jsonl")


def test_more_tests_than_an_evaluation_takes_are_refused_with_the_bound(tmp_path: Path) -> None:
    many = file_of(tmp_path, "{}\n" * (TESTS_MAX + 1))
    with pytest.raises(UsageError, match=rf"{TESTS_MAX + 1} tests; an evaluation has at most {TESTS_MAX}"):
        read_tests(many)
    with pytest.raises(UsageError, match=rf"1 to {TESTS_MAX} tests, not {TESTS_MAX + 1}"):
        encoded_tests([EvaluationTest()] * (TESTS_MAX + 1))


def test_a_test_set_is_what_evaluations_read(tmp_path: Path) -> None:
    path = file_of(tmp_path, '{"stdin": "1", "expected": "2"}\n{"name": "n", "arguments": ["-v"]}\n')
    for tests in (path, Path(path), read_tests(path), iter(read_tests(path))):
        assert msgspec.json.decode(encoded_tests(tests), type=tuple[EvaluationTest, ...]) == read_tests(path)


def test_a_test_set_that_is_empty_or_too_large_is_refused() -> None:
    with pytest.raises(UsageError, match="not 0"):
        encoded_tests([])
    half = Data(content=bytes(TEST_SET_BYTES_MAX // 2))  # base64 takes a third more
    with pytest.raises(UsageError, match=r"at most 64\.0 MiB: put large inputs"):
        encoded_tests([EvaluationTest(stdin=half, expected=half)])
    assert len(encoded_tests([one_test("1", "2")] * TESTS_MAX)) < TEST_SET_BYTES_MAX
