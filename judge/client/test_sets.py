"""Tests that are handed in once and named by many evaluations: a test set is a blob, a JSON array of tests."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from judge.errors import UsageError
from judge.model.units import format_bytes
from judge.model.work import TEST_SET_BYTES_MAX, TESTS_MAX, Data, EvaluationTest, InputFile

#: A file of tests, or the tests themselves.
Tests = str | Path | Iterable[EvaluationTest]


class TestLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of a file of tests. ``expected`` is a text; for calls it is any JSON value, ``call_arguments`` an array.

    ``files``: names below /work and their texts.
    """

    __test__ = False

    name: str = ""
    stdin: str = ""
    expected: msgspec.Raw = msgspec.Raw(b'""')
    arguments: tuple[str, ...] = ()
    files: dict[str, str] = {}
    weight: float = 1.0
    call_arguments: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


def read_tests(path: str | Path) -> tuple[EvaluationTest, ...]:
    """The tests of a file: a JSON object a line. Raises UsageError naming file and line."""
    tests = []
    for number, line in enumerate(_read(path).splitlines(), 1):
        if line.strip():
            try:
                tests.append(_test(msgspec.json.decode(line, type=TestLine)))
            except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
                raise UsageError(f"{os.path.relpath(path)}:{number}: {error}") from error
    if not tests:
        raise UsageError(f"{path}: there are no tests")
    if len(tests) > TESTS_MAX:
        raise UsageError(f"{path}: {len(tests)} tests; an evaluation has at most {TESTS_MAX}")
    return tuple(tests)


def encoded_tests(tests: Tests) -> bytes:
    """A test set as it lies in its blob. Raises UsageError for one that no evaluation would take."""
    every = read_tests(tests) if isinstance(tests, str | Path) else tuple(tests)
    if not 1 <= len(every) <= TESTS_MAX:
        raise UsageError(f"a test set has 1 to {TESTS_MAX} tests, not {len(every)}")
    data = msgspec.json.encode(every)
    if len(data) > TEST_SET_BYTES_MAX:
        raise UsageError(
            f"{format_bytes(len(data))} are too much for a test set, which has at most "
            f"{format_bytes(TEST_SET_BYTES_MAX)}: put large inputs and outputs as blobs of their own"
        )
    return data


def _read(path: str | Path) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error


def _test(line: TestLine) -> EvaluationTest:
    if line.weight < 0:
        raise msgspec.ValidationError("weight must not be negative")
    is_call = line.call_arguments is not msgspec.UNSET
    return EvaluationTest(
        name=line.name,
        stdin=_text(line.stdin),
        expected=Data(content=bytes(line.expected)) if is_call else _text(_expected_text(line.expected)),
        arguments=line.arguments,
        files=tuple(InputFile(name=name, data=_text(text)) for name, text in line.files.items()),
        weight=line.weight,
        call_arguments=Data(content=bytes(line.call_arguments)) if is_call else Data(),  # type: ignore[arg-type]
    )


def _expected_text(raw: msgspec.Raw) -> str:
    try:
        return msgspec.json.decode(raw, type=str)
    except msgspec.ValidationError:
        raise msgspec.ValidationError("expected must be a text, but for calls (call_arguments)") from None


def _text(text: str) -> Data:
    return Data(content=text.encode())
