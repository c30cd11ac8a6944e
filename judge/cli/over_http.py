"""What a gateway says of queue, workers and keys, as the values that commands print."""

from __future__ import annotations

from judge.http_form.administration import KeyForm, MaintenanceForm
from judge.http_form.answers import QueueForm, WorkersForm
from judge.queue.admin import QueueView, WorkerView
from judge.queue.api_keys import KeyRights, KeyView
from judge.queue.maintenance import Maintenance
from judge.queue.values import WorkerInfo, WorkerState

_INFO = WorkerInfo.__struct_fields__


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
    """The workers."""
    return tuple(
        WorkerView(
            node=worker.name,
            state=WorkerState(worker.state),
            reason=worker.reason,
            silent_ms=worker.silent_ms,
            running=worker.running,
            info=WorkerInfo(**{name: getattr(worker, name) for name in _INFO if hasattr(worker, name)}),
        )
        for worker in form.workers
    )


def view_of_key(form: KeyForm) -> KeyView:
    """A key in a list."""
    rights = {name: getattr(form, name) for name in KeyRights.__struct_fields__}
    return KeyView(rights=KeyRights(**rights), used_at_ms=form.used_at_ms)


def maintenance_of_form(form: MaintenanceForm) -> Maintenance | None:
    """None = there is none. Who began it is told over Redis alone."""
    if not form.on:
        return None
    return Maintenance(message=form.message, retry_s=form.retry_s, since_ms=form.since_ms, by="")
