"""The published client of Judge0 (PyPI: judge0) does its work against the dialect."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import judge0
import pytest
from gateway_harness import Gateway

from judge.queue.api_keys import Scope


@pytest.fixture(scope="module")
def official(dialects: Gateway, make_key: Callable[..., str]) -> Iterator[judge0.Client]:
    """The client as its documentation has it for one's own server."""
    key = make_key("sdk", Scope.RUN, Scope.READ)
    yield judge0.Client(endpoint=f"{dialects.address}/judge0", headers={"X-Auth-Token": key})


def test_it_finds_its_languages_and_settings(official: judge0.Client) -> None:
    assert official.version == "1.14.0"
    assert official.is_language_supported(judge0.PYTHON) and official.is_language_supported(judge0.CPP)
    assert not official.is_language_supported(judge0.SWIFT)
    assert official.get_language(105).name == "C++ (GCC 14.1.0)"
    assert official.config.max_submission_batch_size == 20
    assert len(official.get_statuses()) == 14


def test_it_runs_programs(official: judge0.Client) -> None:
    done = judge0.run(client=official, source_code="print('hello')", language=judge0.PYTHON)
    assert (done.stdout, done.status, done.memory > 0) == ("hello\n", judge0.Status.ACCEPTED, True)
    assert done.finished_at >= done.created_at
    done = judge0.run(client=official, source_code="int main() { return x; }", language=judge0.CPP)
    assert done.status == judge0.Status.COMPILATION_ERROR and "not declared" in done.compile_output
    done = judge0.run(client=official, source_code="while True: pass", language=judge0.PYTHON, cpu_time_limit=0.3)
    assert done.status == judge0.Status.TIME_LIMIT_EXCEEDED


def test_it_runs_test_cases_in_batches(official: judge0.Client) -> None:
    cases = [judge0.TestCase(str(number), str(number * number)) for number in range(24)]
    cases.append(judge0.TestCase("3", "10"))
    done = judge0.run(client=official, source_code="print(int(input()) ** 2)", language=judge0.PYTHON, test_cases=cases)
    statuses = [one.status for one in done]
    assert statuses == [judge0.Status.ACCEPTED] * 24 + [judge0.Status.WRONG_ANSWER]


def test_it_sends_files_and_gets_those_that_are_left(official: judge0.Client) -> None:
    files = judge0.Filesystem(content=[judge0.File(name="./given/data.txt", content="given")])
    source = "text = open('given/data.txt').read()\nopen('made.txt', 'w').write(text[::-1])\nprint(text)"
    done = judge0.run(client=official, source_code=source, language=judge0.PYTHON, additional_files=files)
    assert done.stdout == "given\n"
    left = done.post_execution_filesystem
    assert (left.find("made.txt").content, left.find("./given/data.txt").content) == (b"nevig", b"given")


def test_it_runs_programs_of_several_files(official: judge0.Client) -> None:
    files = judge0.Filesystem(
        content=[
            judge0.File(name="main.c", content='#include "word.h"\n#include <stdio.h>\nint main(void) { puts(WORD); }'),
            judge0.File(name="word.h", content='#define WORD "several"'),
            judge0.File(name="compile", content="gcc -o main main.c"),
            judge0.File(name="run", content="./main"),
        ]
    )
    done = judge0.run(client=official, source_code="", language=judge0.MULTI_FILE, additional_files=files)
    assert (done.stdout, done.status) == ("several\n", judge0.Status.ACCEPTED)


def test_it_is_found_by_the_environment(
    dialects: Gateway, make_key: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    known: Any = judge0
    monkeypatch.setattr(known, "JUDGE0_IMPLICIT_CE_CLIENT", None)
    monkeypatch.setenv("JUDGE0_CE_ENDPOINT", f"{dialects.address}/judge0")
    key = make_key("sdk", Scope.RUN, Scope.READ)
    monkeypatch.setenv("JUDGE0_CE_AUTH_HEADERS", json.dumps({"Authorization": f"Bearer {key}"}))
    submission = judge0.async_run(source_code="print('later')", language=judge0.PYTHON, client=judge0.Flavor.CE)
    assert judge0.wait(client=judge0.Flavor.CE, submissions=submission).stdout == "later\n"
