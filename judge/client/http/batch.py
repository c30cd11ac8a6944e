"""Much work over HTTP with a bounded number in flight: each item has a thread, which hands it in and waits."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Protocol

from judge.client.http.values import answer_of, state_of
from judge.client.many import Flight, Item, ItemResult, Numbered, numbered, refused, wait_before_retry_s
from judge.client.opening import reported, work_report
from judge.client.sending import Sending
from judge.errors import JudgeError
from judge.http_form.answers import WorkForm
from judge.model.work import Work

#: How long one request waits for a report. A batch that is left early ends within this.
_WAIT_S = 5.0


class Doer(Protocol):
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
        self._window = max(window, 1)
        self._left = threading.Event()

    def results(self) -> Iterator[ItemResult]:
        """See :meth:`judge.client.batch.Batch.results`."""
        flight = self._flight
        running: dict[Future[ItemResult | None], Numbered] = {}
        pool = ThreadPoolExecutor(self._window, "judge-batch")
        try:
            item = next(self._source, None)
            while item is not None or running:
                while item is not None and flight.has_room:
                    flight.add(item)
                    running[pool.submit(self._result, item)] = item
                    item = next(self._source, None)
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    flight.remove(running.pop(future))
                    result = future.result()
                    if result is not None:
                        yield from flight.results(result)
        finally:
            self._left.set()
            for work_id in flight.unnamed():
                with contextlib.suppress(JudgeError):
                    self._client.cancel(work_id)
            pool.shutdown(wait=False, cancel_futures=True)

    def _result(self, item: Numbered) -> ItemResult | None:
        """What became of an item; None = nobody waits for it any more. Raises QueueError."""
        while not self._left.is_set():
            try:
                form = self._settled(self._client.hand_in(item.work, _WAIT_S))
                return ItemResult(item.index, item.id, work_report(reported(answer_of(form), item.id), item.id))
            except JudgeError as error:
                pause_s = wait_before_retry_s(error)
                if pause_s is None:
                    return refused(item, error)
                self._left.wait(pause_s)
        return None

    def _settled(self, form: WorkForm) -> WorkForm:
        while not state_of(form).final and not self._left.is_set():
            form = self._client.look(form.id, _WAIT_S)
        return form
