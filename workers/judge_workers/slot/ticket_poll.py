"""A slot that has just run out of work waits for the next ticket itself: the fast path of a busy worker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from redis.exceptions import RedisError

from judge import wire
from judge.queue.redis_queue import Queue

#: How long a slot waits before it goes back to Celery.
LINGER_S = 1


class Linger:
    """Waits for a ticket in any of a worker's queues; the slot competes with Celery for them, who is served first."""

    def __init__(self, queue: Queue, routes: Sequence[str]) -> None:
        self._pool = queue.client.connection_pool
        self._words = ["BRPOP", *(f"{queue.prefix}{wire.celery_queue(name)}" for name in routes), str(LINGER_S)]
        self._packed: list[bytes] | None = None

    def wait(self) -> bool:
        """True = there is a ticket (now taken); False = none came in time, or Redis is away. Blocks."""
        try:
            connection: Any = self._pool.get_connection()
        except (RedisError, OSError):
            return False
        try:
            if self._packed is None:
                self._packed = connection.pack_command(*self._words)
            connection.send_packed_command(self._packed)
            return connection.read_response() is not None
        except (RedisError, OSError):
            connection.disconnect()
            return False
        finally:
            self._pool.release(connection)
