"""How many submissions fit into one answer."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from judge.gateway.dialects.judge0 import showing
from judge.gateway.endpoint import Asked
from judge.gateway.problems import ProblemError
from judge.queue.values import SubmissionView

_TEXT = "x" * (20 << 20)


def _shown(monkeypatch: pytest.MonkeyPatch, count: int) -> list[Any]:
    async def shown(*_: Any, **__: Any) -> dict[str, Any]:
        return {"stdout": _TEXT, "memory": 1}

    monkeypatch.setattr(showing, "shown_submission", shown)
    monkeypatch.setattr(showing, "in_base64", lambda _: True)
    records = [cast(SubmissionView, number) for number in range(count)]
    return asyncio.run(showing.all_shown(cast(Asked, None), [None, *records], ("stdout",)))


def test_large_submissions_fit_as_far_as_an_answer_may_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _shown(monkeypatch, 3) == [None, *[{"stdout": _TEXT, "memory": 1}] * 3]
    with pytest.raises(ProblemError) as caught:
        _shown(monkeypatch, 4)
    assert caught.value.kind.name == "too-large"
