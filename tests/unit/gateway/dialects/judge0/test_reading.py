"""Which outputs of many runs are read, and what is kept of them."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from judge.gateway.dialects.judge0 import reading
from judge.gateway.dialects.judge0.translate.statuses import Written
from judge.gateway.dialects.judge0.translate.task import Context
from judge.gateway.endpoint import Asked
from judge.model.run import Outcome, RunResult
from judge.model.work import Data, Execution, ProgramSource
from judge.model.work_report import ExecutionReport, Output, RunReport
from judge.queue.values import SubmissionView

GOOD, BAD = RunResult(outcome=Outcome.EXITED, exit_code=0), RunResult(outcome=Outcome.EXITED, exit_code=1)
RIGHT = b"right"


def written(
    monkeypatch: pytest.MonkeyPatch, texts: list[bytes], expected: bytes | None, results: list[RunResult] | None = None
) -> tuple[list[Written], list[str]]:
    read: list[str] = []

    async def content_of(_: Any, output: Output) -> bytes:
        read.append(output.blob)
        return texts[int(output.blob[1:])] if output.blob[0] == "o" else b"error"

    monkeypatch.setattr(reading, "content_of", content_of)
    runs = tuple(
        RunReport(result=result, stdout=Output(blob=f"o{n}"), stderr=Output(blob=f"e{n}"))
        for n, result in enumerate(results or [GOOD] * len(texts))
    )
    report = ExecutionReport(id="a", runs=runs)
    kept = asyncio.run(reading.written_of(cast(Asked, None), report, Context(71, 5.0), expected))
    return kept, read


def test_of_runs_that_are_right_only_the_last_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, read = written(monkeypatch, [b"right\n", b"right ", b"wrong"], RIGHT)
    assert all(one.stdout is RIGHT for one in kept[:2])
    assert kept[2] == Written(b"wrong", b"error")
    assert read == ["o0", "o1", "o2", "e2"]


def test_what_comes_after_the_first_that_is_not_right_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    kept, read = written(monkeypatch, [b"right", b"wrong", b"right", b"right"], RIGHT)
    assert kept == [Written(RIGHT), Written(b"wrong", b"error"), Written(), Written()]
    assert {"o2", "o3", "e2", "e3"}.isdisjoint(read)


def test_where_nothing_is_compared_one_run_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert written(monkeypatch, [b"a", b"b"], None) == ([Written(), Written(b"b", b"error")], ["o1", "e1"])
    kept, read = written(monkeypatch, [b"a", b"b", b"c"], None, [GOOD, BAD, GOOD])
    assert kept == [Written(), Written(b"b", b"error"), Written()]
    assert read == ["o1", "e1"]


def test_no_run_wrote_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    assert written(monkeypatch, [], RIGHT) == ([], [])


@pytest.mark.parametrize("text", ["", "x", "[71]", '{"a": 1}', "[71,1.0,false,false," + "[" * 1500 + "]" * 1500 + "]"])
def test_work_that_only_says_that_it_came_this_way_is_no_submission(text: str) -> None:
    assert not reading.is_submission(cast(SubmissionView, SimpleNamespace(context=SimpleNamespace(text=text))))


@pytest.mark.parametrize("note", [b"x", b'{"options": "\xff"}', b"[" * 5000])
def test_of_a_task_with_a_note_of_somebody_elses_nothing_is_known(monkeypatch: pytest.MonkeyPatch, note: bytes) -> None:
    async def run(_: Any) -> Any:
        return Execution(program=ProgramSource(), note=Data(content=note))

    asked = SimpleNamespace(service=SimpleNamespace(queue=SimpleNamespace(run=run)))
    record = SimpleNamespace(id="a")
    assert asyncio.run(reading._sent(cast(Asked, asked), cast(SubmissionView, record))) is None
