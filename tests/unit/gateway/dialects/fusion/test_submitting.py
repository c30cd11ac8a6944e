"""How much of many tests' outputs one answer keeps."""

from __future__ import annotations

import asyncio
import json
from typing import Any, cast

import pytest

from judge.gateway.dialects.fusion import submitting
from judge.gateway.dialects.fusion.requests import submit_in
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
    answer = asyncio.run(submitting.judged(cast(Asked, None), submit_in(body)))
    told = [test["exec_info"]["run_result"] for test in answer["tests"]]
    assert len(told) == 50
    assert told[0]["stdout"] == told[0]["stderr"] == TEXT
    assert sum(len(one["stdout"]) + len(one["stderr"]) for one in told) < 65 << 20
    assert told[-1]["stdout"].startswith("xxx")
    assert "..." in told[-1]["stdout"]
    assert [test["passed"] for test in answer["tests"]] == [False] * 50
