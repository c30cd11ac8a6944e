"""What is common to all addresses, as Jobe says it."""

from __future__ import annotations

import json

import pytest
from starlette.requests import Request

from judge.gateway.dialects.jobe.router import problem_as_jobe
from judge.gateway.problems import KINDS, ProblemError
from judge.http_form.answers import LimitReached


def _request(path: str) -> Request:
    return Request({"type": "http", "method": "POST", "path": path, "headers": [], "query_string": b""})


_RUNS, _FILE = _request("/index.php/restapi/runs/"), _request("/index.php/restapi/files/abcdefgh")


@pytest.mark.parametrize("name", ["queue-full", "maintenance", "stopping", "unavailable"])
def test_a_run_without_room_is_an_overload_and_a_file_is_not(name: str) -> None:
    answer = problem_as_jobe(ProblemError(name, "why"), _RUNS)
    assert answer.status_code == 200
    got = json.loads(bytes(answer.body))
    assert (got["run_id"], got["outcome"], got["stdout"], got["cmpinfo"]) == (None, 21, "", "")
    assert problem_as_jobe(ProblemError(name), _FILE).status_code == 503


@pytest.mark.parametrize(
    ("name", "status", "text"),
    [
        ("no-key", 403, "Missing API key"),
        ("bad-key", 403, "Unknown API key"),
        ("no-scope", 403, "why"),
        ("foreign-page", 403, "why"),
        ("too-many", 429, "Max RUN rate for this server exceeded"),
        ("bad-field", 400, "why"),
        ("language", 400, "why"),
        ("too-large", 413, "why"),
        ("quota", 500, "failed to write the file to the cache: why"),
        ("internal", 500, "Server exception"),
    ],
)
def test_errors_are_plain_text(name: str, status: int, text: str) -> None:
    answer = problem_as_jobe(ProblemError(name, "why"), _RUNS)
    assert (answer.status_code, bytes(answer.body).decode()) == (status, text)
    assert answer.headers["content-type"].startswith("text/plain")


def test_too_many_waits_are_an_overload_and_not_a_rate() -> None:
    error = ProblemError("too-many", "why", limit=LimitReached(name="gateway.streams_max", most=1))
    assert json.loads(bytes(problem_as_jobe(error, _RUNS).body))["outcome"] == 21


@pytest.mark.parametrize("name", KINDS)
def test_every_problem_has_an_answer(name: str) -> None:
    assert problem_as_jobe(ProblemError(name), _RUNS).status_code in (200, *range(400, 600))
