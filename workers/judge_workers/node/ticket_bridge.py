"""The process that carries tickets from Redis to another Celery broker; runs only with ``ticket_broker``.

The queue's scripts leave tickets in Redis, as always. A ticket bridge takes those of its worker's routes out and
publishes each to the broker that the worker's pool listens to. It may die at any moment: a ticket that is lost on the
way is issued again by the next sweep. The broker's queues are bounded, so what is issued too often does not pile up.
"""

from __future__ import annotations

import logging
import signal
import time

from celery import Celery
from kombu.exceptions import KombuError

from judge import wire
from judge.config import Settings
from judge.errors import JudgeError, QueueError
from judge.observe.logs import set_up_logging
from judge.queue.redis_queue import Queue
from judge.queue.settings import broker_of
from judge.queue.tickets import take_ticket
from judge_workers.celery_app import make_app, rabbitmq_queue
from judge_workers.file_signature import signature
from judge_workers.profile import load_profile, profile_path

#: Between two tries while one of the two brokers is away.
PAUSE_S = 0.25

log = logging.getLogger(__name__)


def carry(queue: Queue, app: Celery, routes: tuple[str, ...]) -> None:
    """Take one ticket, if one comes in time, and publish it. Raises QueueError, KombuError or OSError."""
    route = take_ticket(queue, routes)
    if route is not None:
        app.send_task(wire.TICKET_TASK, queue=rabbitmq_queue(queue.broker.namespace, route), retry=False)


def serve(settings: Settings) -> int:
    """Carry until killed; the exit code."""
    set_up_logging(settings.logs.format, settings.logs.level)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        profile = load_profile(settings.state)
        app = make_app(broker_of(settings), profile.routes, settings.tickets.broker)
        with Queue(broker_of(settings)) as queue:
            paths = [str(profile_path(settings.state))]
            known = signature(paths)
            while signature(paths) == known:  # else it is started again, with the routes that there are now
                try:
                    carry(queue, app, profile.routes)
                except (QueueError, KombuError, OSError) as error:
                    log.warning("tickets: %s", error)
                    time.sleep(PAUSE_S)
    except JudgeError as error:
        log.error("%s", error)
        return error.exit_code
    return 0
