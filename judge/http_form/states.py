"""Carried states of judge programs as they go over HTTP."""

from __future__ import annotations

import msgspec

from judge.queue.states import StateView


class StatePage(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a list; ``next`` is the ``after`` of the following one, None = that was all."""

    items: tuple[StateView, ...]
    next: int | None = None
