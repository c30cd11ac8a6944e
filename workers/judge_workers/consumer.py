"""Celery's consumer with a reconnection that suits a judge: tries every 0.1 to 1 s, for ever."""

from __future__ import annotations

import logging
from typing import Any

from celery.worker.consumer.consumer import Consumer as CeleryConsumer
from celery.worker.consumer.consumer import maybe_shutdown

#: First wait, increase and longest wait between two tries to reach the broker; Celery's own grow to 30 s.
RETRY_FIRST_S = 0.1
RETRY_STEP_S = 0.1
RETRY_MAX_S = 1.0


#: How often the consumer asks for queues to listen on that have come meanwhile.
NEW_QUEUES_EVERY_S = 1.0

log = logging.getLogger(__name__)


class Consumer(CeleryConsumer):  # type: ignore[misc]
    """See the module. ``judge_new_queues`` of the application's configuration is asked for queues that were added."""

    _asks = False

    def on_ready(self) -> None:
        """The loop begins, for the first time or after a broken connection."""
        super().on_ready()
        if not self._asks and self.app.conf.get("judge_new_queues"):
            self._asks = True
            self.timer.call_repeatedly(NEW_QUEUES_EVERY_S, self._listen_to_new)

    def _listen_to_new(self) -> None:
        if self.task_consumer is not None:  # there is a connection; those that it lacks follow at the next one
            for queue in self.app.conf.judge_new_queues():
                self.app.amqp.queues.add(queue)
                self.add_task_queue(queue.name)

    def ensure_connected(self, conn: Any) -> Any:
        """Connect, trying until it works or the worker is told to stop."""

        failures = 0

        def complain(failure: Exception, interval_s: float) -> None:
            nonlocal failures
            failures += 1
            if interval_s in (RETRY_FIRST_S, RETRY_MAX_S):
                log.error("the broker of tickets, %s, cannot be reached; trying on: %s", conn.as_uri(), failure)

        connected = conn.ensure_connection(
            complain,
            max_retries=None,
            interval_start=RETRY_FIRST_S,
            interval_step=RETRY_STEP_S,
            interval_max=RETRY_MAX_S,
            callback=maybe_shutdown,
        )
        if failures or self.restart_count > 1:
            log.warning("the broker of tickets is back")
        self.first_connection_attempt = False
        return connected
