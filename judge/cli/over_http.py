"""What a gateway says of queue and workers, as the values that commands print."""

from __future__ import annotations

from judge.http_form.answers import QueueForm, WorkersForm
from judge.queue.admin import QueueView, WorkerView
from judge.queue.values import WorkerInfo, WorkerState


def view_of_queue_form(form: QueueForm) -> QueueView:
    """The queue. Its routes and counters are told over Redis alone."""
    return QueueView(
        waiting=form.waiting,
        running=form.running,
        waiting_by_class=form.waiting_by_class,
        lanes=(),
        counters={},
        judging_ms=form.judging_ms,
        slots=form.slots,
    )


def views_of_workers(form: WorkersForm) -> tuple[WorkerView, ...]:
    """The workers. Loads, problems and versions of languages are told over Redis alone."""
    return tuple(
        WorkerView(
            node=worker.name,
            state=WorkerState(worker.state),
            reason=worker.reason,
            silent_ms=worker.silent_ms,
            running=worker.running,
            info=WorkerInfo(slots=worker.slots, languages=worker.languages, tags=worker.tags, version=worker.version),
        )
        for worker in form.workers
    )
