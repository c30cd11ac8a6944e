"""What of a request's body is still there while its work waits."""

from __future__ import annotations

import asyncio
import json
import tracemalloc
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.requests import Request

from judge.config import Settings
from judge.gateway.dialects.fusion import router as fusion
from judge.gateway.dialects.fusion import submitting
from judge.gateway.dialects.jobe import router as jobe
from judge.gateway.dialects.judge0 import creating
from judge.gateway.endpoint import Asked

#: Some megabytes when it is decoded.
_JUNK: list[dict[str, Any]] = [{}] * 50_000
_KEPT_BYTES_MAX = 1 << 20


class _Waits(Exception):
    """It would wait now."""


def asked_for(body: Any) -> Asked:
    async def receive() -> Any:
        return {"type": "http.request", "body": text, "more_body": False}

    text = json.dumps(body).encode()
    headers = [(b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"wait=true", "headers": headers}
    request = Request(scope, receive)
    caller = SimpleNamespace(anonymous=False, rights=SimpleNamespace(id="k"))
    service = SimpleNamespace(settings=Settings())
    return cast(Asked, SimpleNamespace(request=request, service=service, caller=caller, header=request.headers.get))


def kept_bytes(handle: Callable[[Asked], Awaitable[Any]], body: Any) -> int:
    """What has been kept when it waits."""
    asked = asked_for(body)
    tracemalloc.start()
    try:
        with pytest.raises(_Waits) as waits:
            asyncio.run(cast(Any, handle(asked)))
        return int(waits.value.args[0])
    finally:
        tracemalloc.stop()


async def waits(*_: Any, **__: Any) -> Any:
    raise _Waits(tracemalloc.get_traced_memory()[0])


def test_a_submission_to_judge0_keeps_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    async def is_full(*_: Any) -> bool:
        return False

    async def ready(*_: Any) -> Any:
        sent = SimpleNamespace(options=SimpleNamespace(callback_url=None))
        return creating._Ready(cast(Any, sent), task=cast(Any, "a task"), order=cast(Any, "an order"))

    for name, replaced in (("_is_full", is_full), ("_ready", ready), ("run", waits)):
        monkeypatch.setattr(creating, name, replaced)
    assert kept_bytes(creating.create, {"source_code": "x", "language_id": 71, "junk": _JUNK}) < _KEPT_BYTES_MAX


def test_a_run_of_jobe_keeps_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobe, "_run", waits)
    spec = {"language_id": "c", "sourcecode": "x", "parameters": {"junk": _JUNK, "cputime": _JUNK}}
    assert kept_bytes(jobe.post_run, {"run_spec": spec, "junk": _JUNK}) < _KEPT_BYTES_MAX


@pytest.mark.parametrize("kind", ["CommonOJDataset", "AutoEvalDataset"])
def test_a_completion_keeps_nothing_of_its_row_but_the_tests(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    monkeypatch.setattr(submitting, "answer_to", waits)
    case = {"input": {"stdin": ""}, "output": {"stdout": ""}}
    tests: Any = [case] if kind == "CommonOJDataset" else {"code": "", "junk": _JUNK}
    row = {"test": tests, "labels": {"programming_language": "python", "junk": _JUNK}, "junk": _JUNK}
    config = {"dataset_type": kind, "language": "python", "provided_data": row, "extra": {"junk": _JUNK}}
    body = {"dataset": "d", "id": 1, "completion": "x", "config": config}
    assert kept_bytes(cast(Any, fusion._submit), body) < _KEPT_BYTES_MAX
