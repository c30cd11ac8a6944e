"""What differs between two answers."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from judge.migration.difference import differences_of_reading, differences_of_submission, ratio
from judge.migration.server import Answered


def _answered(status: int = 3, *, time: str | None = "0.1", **fields: Any) -> Answered:
    texts = {name: b64encode(value).decode() if isinstance(value, bytes) else value for name, value in fields.items()}
    body = {"status": {"id": status, "description": "x"}, "time": time, "memory": 1000, **texts}
    return Answered(status=200, body=body)


def _fields(there: Answered, here: Answered) -> list[tuple[str, bool]]:
    return [(one.field, one.minor) for one in differences_of_submission(there, here)]


def test_the_same_is_the_same_however_base64_is_wrapped() -> None:
    long = b"x" * 100
    wrapped = _answered(stdout=b64encode(long).decode()[:60] + "\n" + b64encode(long).decode()[60:] + "\n")
    assert _fields(wrapped, _answered(stdout=long)) == []
    assert _fields(_answered(stdout=None), _answered(stdout=b"")) == []


def test_verdict_output_and_end_count() -> None:
    there = _answered(3, stdout=b"1\n", exit_code=0)
    assert _fields(there, _answered(4, stdout=b"2\n", exit_code=1, exit_signal=9)) == [
        ("status", False), ("stdout", False), ("exit_code", False), ("exit_signal", False),
    ]  # fmt: skip


def test_words_of_tools_are_minor() -> None:
    there = _answered(6, stderr=b"a", compile_output=b"main.c:1", message=b"x")
    assert _fields(there, _answered(6)) == [("stderr", True), ("compile_output", True), ("message", True)]


def test_refusals_are_compared_whole() -> None:
    refused = Answered(status=422, body={"language_id": ["can't be blank"]})
    assert _fields(refused, refused) == []
    assert _fields(refused, Answered(status=422, body={"language_id": ["is wrong"]})) == [("answer", True)]
    assert _fields(refused, _answered()) == [("answer", False)]


def test_reading_is_compared_by_status_and_fields() -> None:
    there = Answered(status=200, body=[{"id": 1, "name": "x"}])
    assert differences_of_reading(there, Answered(status=200, body=[{"id": 2, "name": "y", "more": 1}])) == []
    assert [one.field for one in differences_of_reading(there, Answered(status=200, body=[]))] == ["id", "name"]
    assert [one.field for one in differences_of_reading(there, Answered(status=401))] == ["answer"]


def test_ratios_are_of_what_both_say() -> None:
    assert ratio("time", _answered(time="0.2"), _answered(time="0.1")) == 0.5
    assert ratio("time", _answered(time=None), _answered()) is None
    assert ratio("time", _answered(time="0"), _answered()) is None
    assert ratio("time", Answered(status=404), _answered()) is None
