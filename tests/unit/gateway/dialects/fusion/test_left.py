"""What programs left as JSON, when the code that is judged has written it."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any, cast

import msgspec
import pytest

from judge.gateway.dialects.fusion import router
from judge.gateway.dialects.fusion.checks import InvalidBody
from judge.gateway.dialects.fusion.datasets.custom import blocks_in
from judge.gateway.dialects.fusion.datasets.rows import BadRow
from judge.gateway.dialects.fusion.notebook import notebook_answer
from judge.gateway.endpoint import Asked
from judge.gateway.json_amount import VALUES_MAX

_HOSTILE = [b'[{"stdout":"\xff"}]', b"[" * 5000, b"[" + b"{}," * VALUES_MAX + b"{}]", b"x"]


def left(name: str, content: bytes) -> Any:
    files = {name: base64.b64encode(content).decode()}
    return {"status": "Success", "message": "", "run_result": {"status": "Finished"}, "files": files}


@pytest.mark.parametrize("content", _HOSTILE, ids=range(4))
def test_a_notebook_whose_cells_left_something_else_has_failed(content: bytes) -> None:
    assert notebook_answer(left(".notebook/found.json", content))["status"] == "Failed"


@pytest.mark.parametrize("content", _HOSTILE, ids=range(4))
def test_rules_that_leave_something_else_make_a_bad_row(content: bytes) -> None:
    with pytest.raises(BadRow, match="custom_extract_logic"):
        blocks_in(left("found.json", content))


def test_what_a_cell_shows_is_told_as_it_is_however_deep_it_lies() -> None:
    deep: Any = 1
    for _ in range(500):
        deep = [deep]
    cell = {"stdout": "", "stderr": "", "display": [{"application/json": deep, "text/plain": "é"}], "error": []}
    answer = notebook_answer(left(".notebook/found.json", json.dumps([cell]).encode()))
    assert json.loads(msgspec.json.encode(answer["cells"])) == [cell]


@pytest.mark.parametrize("body", [b'{"code": "\xff"}', b"[" * 100_000])
def test_a_body_that_is_no_json_is_one_that_cannot_be_processed(monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    async def sent(_: Any) -> bytes:
        return body

    monkeypatch.setattr(router, "body", sent)
    monkeypatch.setattr(router, "media_type", lambda _: "")
    with pytest.raises(InvalidBody):
        asyncio.run(cast(Any, router._run_code(cast(Asked, None))))
    answer = asyncio.run(cast(Any, router._answers(router._run_code)(cast(Asked, None))))
    assert answer.status_code == 422


def test_what_can_be_read_and_not_said_is_the_requests_fault() -> None:
    async def too_deep(_: Any) -> Any:
        found: Any = []
        for _ in range(2000):
            found = [found]
        return found

    assert asyncio.run(cast(Any, router._answers(too_deep)(cast(Asked, None)))).status_code == 422
