"""Much work over HTTP with a bounded number in flight: each item has a thread, which hands it in and waits. A larger
window than :data:`judge.client.many.WINDOW` is filled by batches of the gateway (:mod:`judge.client.http.many_lines`).
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import Protocol

from judge.client.http.many_lines import Keyed, Lines, goes_in_batches
from judge.client.http.values import answer_of, state_of
from judge.client.many import WINDOW, Flight, Item, ItemResult, Numbered, numbered, refused, wait_before_retry_s
from judge.client.opening import reported, work_report
from judge.client.sending import Sending
from judge.errors import JudgeError
from judge.http_form.answers import WorkForm
from judge.model.work import Work

#: How long one request waits for a report. A batch that is left early ends within this.
_WAIT_S = 5.0


class Doer(Keyed, Protocol):
    """What of a client a batch needs."""

    def hand_in(self, work: Work, wait_s: float) -> WorkForm:
        """Hand in, and wait at most that time."""
        ...

    def look(self, id: str, wait_s: float) -> WorkForm:
        """Work as it stands, or as it does after that time."""
        ...

    def cancel(self, submission_id: str) -> bool:
        """Withdraw."""
        ...


class HttpBatch:
    """One batch of a client."""

    def __init__(self, client: Doer, items: Iterable[Item], sending: Sending, flight: Flight, window: int) -> None:
        self._client = client
        self._source = (numbered(index, item, sending) for index, item in enumerate(items))
        self._flight = flight
        self._left = threading.Event()
        self._settled: SimpleQueue[tuple[Numbered, ItemResult | Exception]] = SimpleQueue()
        self._pool = ThreadPoolExecutor(min(max(window, 1), WINDOW), "judge-batch")
        self._lines = Lines(client, window, self._deliver) if window > WINDOW else None
        self._handed_in: set[str] = set()  # one by one

    def results(self) -> Iterator[ItemResult]:
        """See :meth:`judge.client.batch.Batch.results`."""
        flight = self._flight
        try:
            item = next(self._source, None)
            while item is not None or len(flight):
                while item is not None and flight.has_room:
                    self._begin(item)
                    item = next(self._source, None)
                if item is None and self._lines is not None:
                    self._lines.flush()
                settled, outcome = self._settled.get()
                flight.remove(settled)
                yield from flight.results(result_of(settled, outcome))
        finally:
            self._leave()

    def _begin(self, item: Numbered) -> None:
        self._flight.add(item)
        if self._lines is not None and goes_in_batches(item):
            self._lines.put(item)
        else:
            self._handed_in.add(item.id)
            self._pool.submit(self._carry_out, item)

    def _leave(self) -> None:
        self._left.set()
        if self._lines is not None:
            self._lines.leave()
        for work_id in self._flight.unnamed():
            if work_id in self._handed_in:
                with contextlib.suppress(JudgeError):
                    self._client.cancel(work_id)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _deliver(self, item: Numbered, outcome: ItemResult | Exception) -> None:
        self._settled.put((item, outcome))

    def _carry_out(self, item: Numbered) -> None:
        while not self._left.is_set():
            try:
                form = self._waited(self._client.hand_in(item.work, _WAIT_S))
                report = work_report(reported(answer_of(form), item.id), item.id)
                return self._deliver(item, ItemResult(item.index, item.id, report))
            except JudgeError as error:
                pause_s = wait_before_retry_s(error)
                if pause_s is None:
                    return self._deliver(item, error)
                self._left.wait(pause_s)
            except Exception as error:  # for the thread that waits
                return self._deliver(item, error)
        return None

    def _waited(self, form: WorkForm) -> WorkForm:
        while not state_of(form).final and not self._left.is_set():
            form = self._client.look(form.id, _WAIT_S)
        return form


def result_of(item: Numbered, outcome: ItemResult | Exception) -> ItemResult:
    """The result. Raises what is not about the item alone."""
    if isinstance(outcome, JudgeError):
        return refused(item, outcome)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome
