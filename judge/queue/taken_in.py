"""All that the queue says of work that it takes in."""

from __future__ import annotations

from typing import Any, NamedTuple

from judge.queue.script import Call


class RateLeft(NamedTuple):
    """What a tenant's bucket has left: ``left`` of ``per_minute``, all of them again after ``full_s`` seconds."""

    per_minute: int
    left: int
    full_s: float


class TakenIn(NamedTuple):
    """What became of work that was handed in. ``new``: it was not there before. ``rate``: what is left then; None =
    there is no limit. ``at_ms``: when, Unix milliseconds, 0 = it was there before."""

    new: bool
    rate: RateLeft | None
    at_ms: int


def told_more(call: Call[bool]) -> Call[TakenIn]:
    """A call of :func:`submit` or :func:`submit_work` that says all that the queue says."""

    def read(answer: list[Any]) -> TakenIn:
        if not call.read(answer):
            return TakenIn(new=False, rate=None, at_ms=0)
        rate = RateLeft(int(answer[2]), int(answer[3]), int(answer[4]) / 1000) if len(answer) > 4 else None
        return TakenIn(new=True, rate=rate, at_ms=int(answer[-1]))

    return Call(call.script, call.arguments, read)
