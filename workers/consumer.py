"""Celery's consumer with a reconnection that suits a judge: tries every 0.1 to 1 s, for ever."""

from __future__ import annotations

from typing import Any

from celery.worker.consumer.consumer import CONNECTION_ERROR, error, maybe_shutdown
from celery.worker.consumer.consumer import Consumer as CeleryConsumer

#: First wait, increase and longest wait between two tries to reach the broker; Celery's own grow to 30 s.
RETRY_FIRST_S = 0.1
RETRY_STEP_S = 0.1
RETRY_MAX_S = 1.0


class Consumer(CeleryConsumer):  # type: ignore[misc]
    """See the module."""

    def ensure_connected(self, conn: Any) -> Any:
        """Connect, trying until it works or the worker is told to stop."""

        def complain(failure: Exception, interval_s: float) -> None:
            if interval_s in (RETRY_FIRST_S, RETRY_MAX_S):
                error(CONNECTION_ERROR, conn.as_uri(), failure, "Trying again...")

        connected = conn.ensure_connection(
            complain,
            max_retries=None,
            interval_start=RETRY_FIRST_S,
            interval_step=RETRY_STEP_S,
            interval_max=RETRY_MAX_S,
            callback=maybe_shutdown,
        )
        self.first_connection_attempt = False
        return connected
