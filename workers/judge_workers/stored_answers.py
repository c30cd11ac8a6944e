"""Answers from the store: work that its sender allows to be answered by the report of the same work, done before."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable

import msgspec

from judge.errors import QueueError, WorkError
from judge.model.work import Work
from judge.model.work_report import AnyWorkReport
from judge.queue.redis_queue import Queue
from judge.running.reuse import blobs_named_by, may_answer_again, reuse_key
from judge.running.runner import Runner

log = logging.getLogger(__name__)


class StoredAnswers:
    """Looks up and notes answers for one slot. The reports themselves lie in their records and go with them."""

    def __init__(self, queue: Queue, runner: Runner) -> None:
        self._queue = queue
        self._runner = runner

    def close(self) -> None:
        """Close the connection; idempotent."""
        self._queue.close()

    def answer(self, work: Work, do: Callable[[], AnyWorkReport]) -> AnyWorkReport:
        """The stored report, marked ``cached``, when the sender allows that and there is one; else that of ``do``.

        Raises as ``do`` does.
        """
        key = reuse_key(self._runner, work)
        if not key:
            return do()
        stored = self._find(work, key)
        if stored is not None:
            return stored
        report = do()
        self._note(work, key, report)
        return report

    def _find(self, work: Work, key: str) -> AnyWorkReport | None:
        """The report of the same work as the answer to this one; None = there is none. Raises BlobStoreError."""
        header = work.header
        try:
            report = self._queue.noted_answer(header.tenant, key)
        except QueueError as error:
            log.warning("no answer from the store: %s", error)
            return None
        if report is None or not may_answer_again(self._runner, work, report) or not self._all_there(work, report):
            return None
        return msgspec.structs.replace(report, id=header.id, context=header.context, cached=True)

    def _note(self, work: Work, key: str, report: AnyWorkReport) -> None:
        """The work's record, once it is finished, answers the same work."""
        if not may_answer_again(self._runner, work, report):
            return
        try:
            self._queue.note_answer(work.header.tenant, key, work.header.id)
        except QueueError as error:
            log.warning("the answer is not kept in the store: %s", error)

    def _all_there(self, work: Work, report: AnyWorkReport) -> bool:
        """Whether the tenant still has each blob that the work and the report name."""
        for blob in {*blobs_named_by(work.task), *blobs_named_by(report)}:
            try:
                os.close(self._runner.blobs.open(work.header.tenant, blob))
            except WorkError:
                return False
        return True
