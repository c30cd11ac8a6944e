"""How much of many tests' outputs one answer keeps, and how large a completion may be."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any, cast

import pytest

from judge.gateway.dialects.fusion import router, submitting
from judge.gateway.dialects.fusion.datasets.appended import trial_of
from judge.gateway.dialects.fusion.datasets.rows import BadRow
from judge.gateway.endpoint import Asked

TEXT = "x" * (1 << 20)
CASE = {"input": {"stdin": ""}, "output": {"stdout": "y" * (1 << 17)}}


async def _printed_much(*_: Any) -> Any:
    result = {"status": "Finished", "execution_time": 0.0, "return_code": 0, "stdout": TEXT, "stderr": TEXT}
    return {"status": "Success", "message": "", "compile_result": None, "run_result": result, "files": {}}


def test_outputs_of_many_tests_are_shortened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submitting, "answer_to", _printed_much)
    config = {
        "dataset_type": "CommonOJDataset",
        "language": "python",
        "provided_data": {"test": json.dumps([CASE] * 50)},
        "extra": {"run_all_cases": True},
    }
    body = {"dataset": "x", "id": 1, "completion": "```python\npass\n```", "config": config}
    answer = asyncio.run(submitting.judged(cast(Asked, None), submitting.submission_in(body)))
    told = [test["exec_info"]["run_result"] for test in answer["tests"]]
    assert len(told) == 50
    assert told[0]["stdout"] == told[0]["stderr"] == TEXT
    assert sum(len(one["stdout"]) + len(one["stderr"]) for one in told) < 65 << 20
    assert told[-1]["stdout"].startswith("xxx")
    assert "..." in told[-1]["stdout"]
    assert [test["passed"] for test in answer["tests"]] == [False] * 50


def body_with(completion: str, kind: str) -> dict[str, Any]:
    test: Any = [CASE] if kind == "CommonOJDataset" else {"code": "class T {}"}
    row = {"test": test, "labels": {"programming_language": "java"}}
    config = {"dataset_type": kind, "language": "java", "provided_data": row}
    return {"dataset": "x", "id": 1, "completion": completion, "config": config}


@pytest.mark.parametrize("kind", ["CommonOJDataset", "AutoEvalDataset"])
def test_a_completion_that_no_model_writes_is_a_bad_row(kind: str) -> None:
    assert submitting.submission_in(body_with("x" * submitting.COMPLETION_CHARS_MAX, kind))
    with pytest.raises(BadRow, match="1048577 letters; at most 1048576"):
        submitting.submission_in(body_with("x" * (submitting.COMPLETION_CHARS_MAX + 1), kind))


def test_others_do_not_wait_while_code_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[threading.Thread] = []

    def noted(*given: Any) -> Any:
        threads.append(threading.current_thread())
        return trial_of(*given)

    async def sent(_: Any) -> bytes:
        return json.dumps(body_with("class Q{}" + "{}" * 200_000, "AutoEvalDataset")).encode()

    monkeypatch.setattr(submitting, "trial_of", noted)
    monkeypatch.setattr(submitting, "answer_to", _printed_much)
    monkeypatch.setattr(router, "body", sent)
    monkeypatch.setattr(router, "media_type", lambda _: "application/json")
    asyncio.run(cast(Any, router._submit(cast(Asked, None))))
    assert [thread is threading.current_thread() for thread in threads] == [False]
