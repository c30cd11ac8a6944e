"""Much work with a bounded number in flight: what both clients' ``evaluate_many`` share (:mod:`judge.client.batch`).

Pure: nothing here talks to Redis.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from judge.client.sending import SENDING, Sending, work_of
from judge.errors import JudgeError, MaintenanceError, QueueError, QueueFullError, RateLimitError, UsageError
from judge.model.work import Task, Work
from judge.model.work_report import AnyWorkReport

#: What one may hand in: with an id of one's own (it is the work's idempotency key), or without.
Item = Work | Task

#: How many are in flight when nothing is said.
WINDOW = 64

#: The longest and the shortest wait for a place in a queue that is full.
_FULL_S_MAX = 2.0
_FULL_S_MIN = 0.05


@dataclass(frozen=True)
class ItemResult:
    """What became of one item; ``index`` counts the items from 0. Either there is a report, or ``error`` says why not:
    it was refused, or cancelled."""

    index: int
    id: str
    report: AnyWorkReport | None = None
    error: JudgeError | None = None


@dataclass(frozen=True)
class Numbered:
    """An item on its way. ``named``: the caller gave it its id, and may ask for it by that later."""

    index: int
    work: Work
    named: bool

    @property
    def id(self) -> str:
        """The work's."""
        return self.work.header.id


def numbered(index: int, item: Item, sending: Sending = SENDING) -> Numbered:
    """An item with its header. Raises UsageError when all are to have one id."""
    if sending.id:
        raise UsageError("id: items of a batch have each their own; hand in Work with headers")
    if isinstance(item, Work):
        return Numbered(index, item, named=True)
    return Numbered(index, work_of(item, sending), named=False)


def wait_before_retry_s(error: JudgeError) -> float | None:
    """How long to wait before the item is handed in again; None = that would change nothing."""
    if isinstance(error, RateLimitError | MaintenanceError):
        return max(error.retry_s, 0.001)
    if isinstance(error, QueueFullError):
        return min(max(error.wait_s / max(error.length, 1), _FULL_S_MIN), _FULL_S_MAX)
    return None


def refused(item: Numbered, error: JudgeError) -> ItemResult:
    """The result of an item that was not taken in. Raises the error again when it is not about the item alone."""
    if isinstance(error, QueueError):
        raise error
    return ItemResult(item.index, item.id, error=error)


class Flight:
    """What is in flight, and which results may go out: as they come, or ``in_order`` of their items."""

    def __init__(self, window: int, *, in_order: bool) -> None:
        self._window = max(window, 1)
        self._in_order = in_order
        self._flying: dict[str, list[Numbered]] = {}
        self._next = 0
        self._early: dict[int, ItemResult] = {}
        self._count = 0

    @property
    def has_room(self) -> bool:
        """Whether one more may set off; a result that waits for one before it takes room, too."""
        return self._count + len(self._early) < self._window

    def __len__(self) -> int:
        return self._count

    def ids(self) -> Collection[str]:
        """Of what is in flight."""
        return self._flying.keys()

    def add(self, item: Numbered) -> None:
        """It was taken in."""
        self._flying.setdefault(item.id, []).append(item)
        self._count += 1

    def remove(self, item: Numbered) -> None:
        """It is settled, or was not taken in."""
        items = self._flying[item.id]
        items.remove(item)
        self._count -= 1
        if not items:
            del self._flying[item.id]

    def of(self, work_id: str) -> list[Numbered]:
        """The items in flight of this id: a batch may name the same work twice."""
        return list(self._flying.get(work_id, ()))

    def unnamed(self) -> list[str]:
        """Ids in flight that nobody but us knows."""
        return [work_id for work_id, items in self._flying.items() if not items[0].named]

    def results(self, result: ItemResult) -> Iterator[ItemResult]:
        """Those that may go out now that this one is there."""
        if not self._in_order:
            yield result
            return
        self._early[result.index] = result
        while (ready := self._early.pop(self._next, None)) is not None:
            self._next += 1
            yield ready
