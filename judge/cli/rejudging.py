"""Judging again, over Redis and over HTTP: the same steps with the same values."""

from __future__ import annotations

from typing import Protocol

from judge.cli.service import operator
from judge.client import Client, HttpClient, RejudgeRequest
from judge.http_form.rejudges import RejudgeForm, RejudgeReport
from judge.queue import rejudge
from judge.queue.redis_queue import Queue
from judge.queue.rejudge import Batch, Comparison, Selector


class Rejudging(Protocol):
    """What ``judge rejudge`` asks for. Each raises UsageError for what there is not."""

    def count(self, chosen: Selector) -> int:
        """How many are selected."""
        ...

    def start(self, chosen: Selector, package: str) -> tuple[str, int]:
        """The batch's name and size."""
        ...

    def batches(self) -> tuple[Batch, ...]:
        """All, the newest first."""
        ...

    def compare(self, batch: str) -> tuple[Comparison, ...]:
        """Old verdicts against new ones."""
        ...

    def apply(self, batch: str) -> tuple[Comparison, ...]:
        """Make the new verdicts count."""
        ...

    def drop(self, batch: str) -> int:
        """Forget it; how many were withdrawn."""
        ...


def rejudging_of(client: Client | HttpClient) -> Rejudging:
    """By this client."""
    return _OverRedis(client.queue) if isinstance(client, Client) else _OverHttp(client)


class _OverRedis:
    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    def count(self, chosen: Selector) -> int:
        return rejudge.count_selected(self._queue, chosen)

    def start(self, chosen: Selector, package: str) -> tuple[str, int]:
        return rejudge.start(self._queue, chosen, package, operator())

    def batches(self) -> tuple[Batch, ...]:
        return rejudge.batches(self._queue)

    def compare(self, batch: str) -> tuple[Comparison, ...]:
        return rejudge.compare(self._queue, batch)

    def apply(self, batch: str) -> tuple[Comparison, ...]:
        return rejudge.apply(self._queue, batch, operator())

    def drop(self, batch: str) -> int:
        return rejudge.drop(self._queue, batch, operator())


class _OverHttp:
    def __init__(self, client: HttpClient) -> None:
        self._client = client

    def count(self, chosen: Selector) -> int:
        return self._client.rejudge(_request(chosen, dry_run=True)).count

    def start(self, chosen: Selector, package: str) -> tuple[str, int]:
        started = self._client.rejudge(_request(chosen, package))
        return started.id, started.count

    def batches(self) -> tuple[Batch, ...]:
        return tuple(map(_batch, self._client.rejudges()))

    def compare(self, batch: str) -> tuple[Comparison, ...]:
        return _comparisons(self._client.rejudged(batch))

    def apply(self, batch: str) -> tuple[Comparison, ...]:
        return _comparisons(self._client.apply_rejudge(batch))

    def drop(self, batch: str) -> int:
        return self._client.drop_rejudge(batch)


def _request(chosen: Selector, package: str = "", *, dry_run: bool = False) -> RejudgeRequest:
    return RejudgeRequest(
        ids=chosen.ids,
        package=chosen.package,
        language=chosen.language,
        verdict=chosen.verdict,
        tenant=chosen.tenant or "",
        with_package=package,
        dry_run=dry_run,
        since_ms=chosen.since_ms,
        until_ms=chosen.until_ms,
    )


def _batch(form: RejudgeForm) -> Batch:
    return Batch(
        name=form.id,
        count=form.count,
        finished=form.finished,
        differ=form.differ,
        applied=form.applied,
        started_at_ms=form.started_at_ms,
    )


def _comparisons(report: RejudgeReport) -> tuple[Comparison, ...]:
    return tuple(
        Comparison(id=one.submission, new_id=one.judging, before=one.before, after=one.after, applied=one.applied)
        for one in report.submissions
    )
