"""Recorded requests, read."""

from __future__ import annotations

import json

import pytest

from judge.errors import UsageError
from judge.migration.sample import Recorded, read_sample

_ONE = {"language_id": 71, "source_code": "print(1)"}


def _read(*lines: object) -> list[Recorded]:
    return read_sample("\n".join(json.dumps(line) for line in lines).encode(), "sample.jsonl")


def test_a_submission_is_what_is_sent() -> None:
    assert _read(_ONE) == [Recorded(line=1, submission=_ONE, base64=False)]
    assert _read({"submission": _ONE, "base64_encoded": True}) == [Recorded(line=1, submission=_ONE, base64=True)]


def test_an_answer_of_judge0_is_asked_again_without_what_came_of_it() -> None:
    answered = _ONE | {"token": "x", "stdout": "1\n", "status": {"id": 3}, "callback_url": "http://x", "time": "0.1"}
    assert _read(answered)[0].submission == _ONE


@pytest.mark.parametrize(
    ("path", "base64"),
    [
        ("/submissions", None),
        ("/submissions/?wait=true&base64_encoded=true", True),
        ("http://judge0:2358/submissions?base64_encoded=false", False),
        ("/judge0/submissions?base64_encoded=true", True),
    ],
)
def test_a_recorded_request_says_how_its_texts_are_written(path: str, base64: bool | None) -> None:
    assert _read({"method": "post", "path": path, "body": _ONE}) == [Recorded(line=1, submission=_ONE, base64=base64)]


def test_a_batch_is_its_submissions() -> None:
    batch = {"submissions": [_ONE, _ONE | {"stdin": "a"}]}
    for line in (batch, {"path": "/submissions/batch", "body": batch}):
        assert [one.submission for one in _read(line)] == batch["submissions"]


def test_what_reads_is_asked_as_it_is() -> None:
    assert _read({"method": "GET", "path": "/languages/all"}) == [Recorded(line=1, path="/languages/all")]


def test_lines_are_counted_as_they_stand() -> None:
    assert [one.line for one in read_sample(b'\n{"language_id": 1}\n\r\n{"language_id": 2}\n', "x")] == [2, 4]


@pytest.mark.parametrize(
    "line",
    [
        "{", "[]", "7", '{"source_code": "x"}', '{"path": "/submissions", "body": 1}', '{"path": 1}',
        '{"method": "DELETE", "path": "/submissions/x"}', '{"path": "/authenticate"}', '{"submissions": 1}',
        '{"submissions": [1]}', "[" * 100_000, "\udcff",
    ],
)  # fmt: skip
def test_what_is_no_request_is_named_by_its_line(line: str) -> None:
    text = b'{"language_id": 1}\n' + line.encode(errors="surrogateescape")
    with pytest.raises(UsageError, match=r"^x:2: "):
        read_sample(text, "x")


def test_a_sample_without_requests_is_none() -> None:
    with pytest.raises(UsageError, match="no request"):
        read_sample(b"\n\n", "x")
