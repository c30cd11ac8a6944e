"""Very much work over HTTP: items go together as batches of the gateway, a few requests for many.

What was lost on its way is sent again, and results are read on behind the last: a line of a batch is done once and
read once, whatever happens to connections and gateways.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import msgspec

from judge.client.http.problems import error_of
from judge.client.http.transport import API, Ask, Leaving, Transport
from judge.client.http.values import answer_of, decoded
from judge.client.many import ItemResult, Numbered, wait_before_retry_s
from judge.client.opening import reported, work_report
from judge.client.sending import new_id
from judge.errors import JudgeError, SubmissionCancelled
from judge.http_form.asking import request_of
from judge.http_form.batch import NDJSON, BatchForm, BatchLine, BatchResult
from judge.model.work import WorkKind

_PATH = f"{API}/batches"

#: Batches that are read at once. Items wait for the end of one when that many have some that take long.
_BATCHES = 16

#: Items in one batch, at most, and how long one waits for others to go with it.
_ITEMS_MAX = 1000
_GATHER_S = 0.05

_KINDS = (WorkKind.EXECUTION, WorkKind.EVALUATION, WorkKind.GROUP)

#: Resource -> the field of a line.
_FIELDS = {"runs": "run", "evaluations": "evaluation", "groups": "group"}

#: Told of each item what became of it, or why no more is known of any; in any thread.
Deliver = Callable[[Numbered, ItemResult | Exception], None]


class Keyed(Protocol):
    """What of a client is needed."""

    transport: Transport

    def check_tenant(self, tenant: str) -> None:
        """Raise UsageError when the key is not this tenant's."""
        ...


class Lines:
    """Gathers items to batches and delivers their results. From one thread or loop."""

    def __init__(self, client: Keyed, window: int, deliver: Deliver) -> None:
        self._client, self._deliver = client, deliver
        self._items_max = min(max(window // 4, 1), _ITEMS_MAX)
        self._pool = ThreadPoolExecutor(_BATCHES, "judge-lines")
        self._lock = threading.Lock()
        self._gathered: list[Numbered] = []
        self._timer: threading.Timer | None = None
        self._open: dict[str, Leaving] = {}
        self._left = threading.Event()

    def put(self, item: Numbered) -> None:
        """Have it done, with others or soon."""
        with self._lock:
            self._gathered.append(item)
            if len(self._gathered) < self._items_max:
                if self._timer is None:
                    self._timer = threading.Timer(_GATHER_S, self.flush)
                    self._timer.daemon = True
                    self._timer.start()
                return
        self.flush()

    def flush(self) -> None:
        """Wait for no others."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            items, self._gathered, self._timer = self._gathered, [], None
            if items and not self._left.is_set():
                self._pool.submit(self._carry_out, items)

    def leave(self) -> None:
        """Withdraw all that is not done."""
        self._left.set()
        self.flush()
        with self._lock:
            still_open = dict(self._open)
        for batch, leaving in still_open.items():
            leaving.leave()
            self._withdraw(batch)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _withdraw(self, batch: str) -> None:
        with contextlib.suppress(JudgeError):
            self._client.transport.ask(Ask("POST", f"{_PATH}/{batch}/cancel", about=batch, thing="batch"))

    def _carry_out(self, items: Sequence[Numbered]) -> None:
        """One batch, to its end."""
        batch, leaving = new_id(), Leaving()
        left = {str(item.index): item for item in items}
        with self._lock:
            self._open[batch] = leaving
        try:
            self._create(batch, items)
            if self._left.is_set():  # it was on its way when the others were withdrawn
                self._withdraw(batch)
            has_blobs = False
            for result in self._results(batch, leaving):
                item = left.pop(result.custom_id)
                has_blobs |= b'"blob":"sha256:' in msgspec.json.encode(result.work)
                self._deliver(item, _item_result(item, result))
            if not left and not has_blobs:  # with it the blobs would go that a report names
                self._client.transport.ask(Ask("DELETE", f"{_PATH}/{batch}", about=batch, thing="batch"))
        except Exception as error:  # for the thread that waits
            for item in left.values():
                self._deliver(item, error)
        finally:
            with self._lock:
                del self._open[batch]

    def _create(self, batch: str, items: Sequence[Numbered]) -> None:
        """Send them; while no work is taken in, again. Raises JudgeError."""
        for tenant in {item.work.header.tenant for item in items}:
            self._client.check_tenant(tenant)
        body = b"".join(msgspec.json.encode(_line(item)) + b"\n" for item in items)
        while not self._left.is_set():
            try:
                answer = self._client.transport.ask(Ask("POST", _PATH, {"id": batch}, body, NDJSON))
                decoded(answer.body, BatchForm)
                return
            except JudgeError as error:
                pause_s = wait_before_retry_s(error)
                if pause_s is None:
                    raise
                self._left.wait(pause_s)

    def _results(self, batch: str, leaving: Leaving) -> Iterator[BatchResult]:
        position = 0

        def ask() -> Ask:
            return Ask("GET", f"{_PATH}/{batch}/results", {"after": position}, about=batch, thing="batch")

        for line in self._client.transport.lines(ask, leaving):
            result = decoded(line, BatchResult)
            position = result.position
            yield result


def _line(item: Numbered) -> BatchLine:
    path, body = request_of(item.work)
    fields: dict[str, Any] = {_FIELDS[path]: msgspec.structs.replace(body, id=None)}
    return BatchLine(custom_id=str(item.index), **fields)


def goes_in_batches(item: Numbered) -> bool:
    """Not what has an id of its own, by which it may be asked for, nor sessions."""
    return not item.named and item.work.header.kind in _KINDS


def _item_result(item: Numbered, result: BatchResult) -> ItemResult:
    try:
        if result.work is None:
            if result.problem is None:
                raise SubmissionCancelled(f"{item.id} was cancelled")
            raise error_of(result.problem)
        report = work_report(reported(answer_of(result.work), result.work.id), result.work.id)
        return ItemResult(item.index, result.work.id, report)
    except JudgeError as error:
        return ItemResult(item.index, item.id, error=error)
