"""Whose batches a gateway tends when there are more than it has places for: tenants take turns, and so do the batches
of each. What is done at a turn: :func:`judge.queue.batches.tend`."""

from __future__ import annotations

from typing import Any

import msgspec

from judge.queue.answers import text_of
from judge.queue.script import Call


class Turns(msgspec.Struct, frozen=True, kw_only=True):
    """What a gateway was given: batches, each with its tenant. ``waiting``: the tenants that have more to tend, as the
    queue names them. ``place``: for the next call."""

    given: tuple[tuple[str, str], ...]
    waiting: frozenset[str]
    place: int


def take_batches(count: int, lease_ms: int, place: int) -> Call[Turns]:
    """Take at most this many batches that nobody tends; nobody else is given them within ``lease_ms``.

    ``place``: what the call before returned, 0 at first. Batches that a gateway of an earlier version took in are
    looked for from there on.
    """

    def read(answer: list[Any]) -> Turns:
        given = zip(answer[2][::2], answer[2][1::2], strict=True)
        return Turns(
            given=tuple((text_of(batch), text_of(tenant)) for batch, tenant in given),
            waiting=frozenset(text_of(tenant) for tenant in answer[1]),
            place=int(answer[0]),
        )

    return Call("batch_take", (count, lease_ms, place), read)


def rest_batch(batch: str, gateway: str) -> Call[None]:
    """This gateway makes room for others: its batch goes to the end of its tenant's line."""
    return Call("batch_rest", (batch, gateway), lambda _: None)
