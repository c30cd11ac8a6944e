"""Taking tickets out of Redis: a ticket says that there may be work on a route, and nothing more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from redis.exceptions import RedisError

from judge.queue.redis_queue import Queue

#: How long a slot waits for a ticket before it goes back to Celery.
POLL_S = 1

#: How long a bridge waits for a ticket in one command; below the answer time-out.
TAKE_S = 2


class TicketPoll:
    """Waits for a ticket of any of a worker's routes; competes for them with Celery, which is served in turn.

    A slot that has just run out of work waits here itself: the fast path of a busy worker.
    """

    def __init__(self, queue: Queue, routes: Sequence[str]) -> None:
        self._pool = queue.link.client.connection_pool
        self._words = ["BRPOP", *(queue.link.keys.tickets(route) for route in routes), str(POLL_S)]
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


def take_ticket(queue: Queue, routes: Sequence[str]) -> str | None:
    """Take one ticket, if one comes in time: the route it was for. Raises QueueError. Blocks."""
    names = {queue.link.keys.tickets(route): route for route in routes}
    found = queue.link.command("BRPOP", *names, TAKE_S)
    return None if found is None else names[found[0].decode()]
