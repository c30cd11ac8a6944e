"""Tests of ``judge evaluate``: a file with a JSON object a line."""

from __future__ import annotations

import os

import msgspec

from judge.cli.options import read_file
from judge.errors import UsageError
from judge.model.work import Data, EvaluationTest, InputFile
from judge.running.tests_along import TESTS_MAX


class TestLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line. ``expected`` is a text; for calls it is any JSON value, and ``call_arguments`` an array.

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


def read_tests(path: str) -> tuple[EvaluationTest, ...]:
    """The tests of a file. Raises UsageError naming file and line."""
    tests = []
    for number, line in enumerate(read_file(path).splitlines(), 1):
        if line.strip():
            try:
                tests.append(_test(msgspec.json.decode(line, type=TestLine)))
            except (msgspec.MsgspecError, UnicodeError) as error:
                raise UsageError(f"{os.path.relpath(path)}:{number}: {error}") from error
    if not tests:
        raise UsageError(f"{path}: there are no tests")
    if len(tests) > TESTS_MAX:
        raise UsageError(f"{path}: {len(tests)} tests; at most {TESTS_MAX} are taken")
    return tuple(tests)


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
