"""The Celery worker of a node, one prefork child for each slot.

The parent runs Celery and nothing else: no thread, no connection of ours. Each child opens its slot when it starts
and serves tickets (:mod:`judge_workers.slot.loop`). A child or the parent may be killed at any moment.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import time
import warnings
from contextlib import ExitStack
from typing import Any

from billiard import current_process
from billiard.util import get_logger, get_pdeathsig
from celery import Celery
from celery.exceptions import CPendingDeprecationWarning
from celery.platforms import SecurityWarning
from celery.signals import (
    setup_logging,
    worker_before_create_process,
    worker_process_init,
    worker_process_shutdown,
    worker_ready,
)

from judge import wire
from judge.config import Settings
from judge.errors import JudgeError
from judge.observe.logs import set_up_logging
from judge.queue.settings import broker_of
from judge_workers.celery_app import make_app, queues_of
from judge_workers.file_signature import signature
from judge_workers.profile import Profile, load_profile, profile_path
from judge_workers.run_dir import leave_listening, leave_unopened
from judge_workers.slot.child import finishing_first, open_slot_loop
from judge_workers.slot.loop import SlotLoop

#: Pauses between the tries to open a slot; what is still wrong after the last is wrong with this host.
OPEN_PAUSES_S = (0.2, 0.5, 1.0)

log = logging.getLogger(__name__)


class PoolChild:
    """What a child holds from its start to its end. The parent has one that was never opened."""

    def __init__(self, settings: Settings, profile: Profile, metrics_fd: int) -> None:
        self._settings = settings
        self._profile = profile
        self._metrics_fd = metrics_fd
        self._stack = ExitStack()
        self._loop: SlotLoop | None = None

    def open(self, **_: Any) -> None:
        """In a new child: reserve the slot, connect, take orders.

        What cannot be opened is left to the leases process, which takes the worker out; an exception would end here,
        in Celery.
        """
        index = int(current_process().index)
        for pause_s in (*OPEN_PAUSES_S, 0.0):
            try:
                self._loop = open_slot_loop(self._stack, self._settings, self._profile, index, self._metrics_fd)
                return
            except Exception as error:
                self._stack.close()
                reason = str(error) if isinstance(error, JudgeError) else f"{type(error).__name__}: {error}"
                log.error("slot %d cannot be opened: %s", index, reason)
                time.sleep(pause_s)
        leave_unopened(self._settings.state.run, index, reason)

    def close(self, **_: Any) -> None:
        """In a child that ends in order: give the slot back."""
        self._loop = None
        self._stack.close()

    def serve(self) -> int:
        """One ticket; lost (the next sweep issues it again) where there is no slot."""
        if self._loop is None:
            return 0
        with finishing_first(self._loop):
            return self._loop.work()


class NewQueues:
    """Finds, in the profile, routes that came after this pool was started. One that is gone costs a vain claim."""

    def __init__(self, settings: Settings, profile: Profile) -> None:
        self._settings = settings
        self._known = set(profile.routes)
        self._path = str(profile_path(settings.state))
        self._seen = signature([self._path])

    def __call__(self) -> list[Any]:
        """The queues of routes that this was not asked about yet; costs one stat call."""
        seen = signature([self._path])
        if seen == self._seen:
            return []
        self._seen = seen
        routes = tuple(route for route in load_profile(self._settings.state).routes if route not in self._known)
        self._known.update(routes)
        return queues_of(broker_of(self._settings), routes, self._settings.tickets.broker)


def build(settings: Settings, profile: Profile, metrics_fd: int) -> Celery:
    """The application with its one task, bound to a slot that each child opens."""
    app = make_app(broker_of(settings), profile.routes, settings.tickets.broker)
    app.conf.judge_new_queues = NewQueues(settings, profile)
    child = PoolChild(settings, profile, metrics_fd)
    worker_process_init.connect(child.open, weak=False)
    worker_process_shutdown.connect(child.close, weak=False)
    worker_before_create_process.connect(lambda **_: gc.freeze(), weak=False)
    setup_logging.connect(lambda **_: _set_up_logs(settings), weak=False)
    worker_ready.connect(lambda **_: leave_listening(settings.state.run), weak=False)
    app.task(child.serve, name=wire.TICKET_TASK, ignore_result=True)
    return app


def serve(settings: Settings, metrics_fd: int = -1) -> int:
    """Run until told to stop (SIGTERM finishes what runs, SIGQUIT does not); the exit code."""
    profile = load_profile(settings.state)
    _set_up_logs(settings)
    os.environ.pop("REMAP_SIGTERM", None)
    warnings.filterwarnings("ignore", category=SecurityWarning)  # a judge may be root: what it runs never is
    warnings.filterwarnings("ignore", category=CPendingDeprecationWarning)  # about acks, which are not used
    app = build(settings, profile, metrics_fd)
    worker = app.Worker(  # what `celery worker` does, without the command line's libraries
        hostname=profile.node,
        pool_cls="prefork",
        concurrency=profile.info.slots,
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    with contextlib.suppress(OSError):
        get_pdeathsig()  # each child asks for the like: what that loads is shared by all
    worker.start()
    return int(worker.exitcode or 0)


def _set_up_logs(settings: Settings) -> None:
    """Our lines for Celery too, without its line per ticket; the leases process reports slots that die."""
    set_up_logging(settings.logs.format, settings.logs.level)
    if settings.logs.level != "debug":
        for name in ("celery", "kombu", "multiprocessing"):
            logging.getLogger(name).setLevel(logging.WARNING)
        get_logger().propagate = True
        logging.getLogger("celery.worker.request").addFilter(
            lambda record: "WorkerLostError" not in record.getMessage()
        )
        logging.getLogger("celery.worker.consumer.consumer").addFilter(_shortened)
        logging.getLogger("py.warnings").addFilter(lambda record: "DeprecationWarning" not in record.getMessage())


def _shortened(record: logging.LogRecord) -> bool:
    """Celery's message about a lost connection, shorter; :mod:`judge_workers.consumer` says how it goes on."""
    if "Connection to broker lost" in record.getMessage():
        cause = record.args[-1] if isinstance(record.args, tuple) and record.args else "no cause given"
        record.msg, record.args = "the connection to the broker of tickets is lost: %s", (cause,)
        record.exc_info = record.exc_text = None
    return True
