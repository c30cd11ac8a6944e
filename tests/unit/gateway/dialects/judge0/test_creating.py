"""Batches that are taken in part: what was taken keeps its token, whatever is said of the rest."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from judge import errors
from judge.gateway.dialects.judge0 import creating
from judge.gateway.endpoint import Asked
from judge.gateway.problems import ProblemError


def batch_of(monkeypatch: pytest.MonkeyPatch, outcomes: list[Exception | None], callback_url: str = "") -> Any:
    """The answer to a batch of which each is taken, or meets an error."""
    left = iter(enumerate(outcomes))

    async def fields_of(_: Any) -> Any:
        return {"submissions": [{}] * len(outcomes)}

    async def is_full(*_: Any) -> bool:
        return False

    async def ready(*_: Any) -> Any:
        sent = SimpleNamespace(options=SimpleNamespace(callback_url=callback_url))
        return creating._Ready(cast(Any, sent), task=cast(Any, "a task"), order=cast(Any, "an order"))

    async def hand_in(*_: Any) -> Any:
        number, error = next(left)
        if error is not None:
            raise error
        return SimpleNamespace(id=f"token{number}")

    replaced = {"fields_of": fields_of, "_is_full": is_full, "_ready": ready, "hand_in": hand_in}
    for name, function in replaced.items():
        monkeypatch.setattr(creating, name, function)
    settings = SimpleNamespace(enable_batched_submissions=True, max_submission_batch_size=20)
    service = SimpleNamespace(settings=SimpleNamespace(judge0=settings))
    asked = SimpleNamespace(service=service, exchange=SimpleNamespace(request_id="r"))
    return asyncio.run(creating.create_batch(cast(Asked, asked)))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (errors.QueueFullError(10, 2.5), "queue is full"),
        (errors.RateLimitError("the rate", 3.0), "the rate"),
        (errors.MaintenanceError("back soon", 600), "back soon"),
        (errors.BlobQuotaError("no room"), "no room"),
        (errors.QueueError("redis://secret"), "The judge cannot be reached"),
        (ProblemError("class-too-urgent"), "The key may not use this class"),
    ],
)
def test_what_was_taken_keeps_its_token_when_the_next_is_refused(
    monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    answer = batch_of(monkeypatch, [None, error, None])
    said = json.loads(bytes(answer.body))
    assert answer.status_code == 201
    assert (said[0], said[2]) == ({"token": "token0"}, {"token": "token2"})
    assert words in said[1]["error"]
    assert "secret" not in said[1]["error"]


@pytest.mark.parametrize("error", [errors.RateLimitError("the rate", 3.0), errors.QueueFullError(10, 2.5)])
def test_a_batch_of_which_nothing_was_taken_is_refused_as_a_whole(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    with pytest.raises(type(error)):
        batch_of(monkeypatch, [error, None])


def test_what_nobody_foresaw_is_no_answer_of_an_item(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ZeroDivisionError):
        batch_of(monkeypatch, [None, ZeroDivisionError()])


def test_a_callback_that_cannot_be_noted_costs_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    async def call_back(*_: Any) -> None:
        raise errors.QueueError("redis://secret")

    monkeypatch.setattr(creating, "call_back", call_back)
    (said,) = json.loads(bytes(batch_of(monkeypatch, [None], "https://example.org/").body))
    assert said == {"token": "token0", "error": "its callback could not be noted"}
