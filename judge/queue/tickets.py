"""Taking tickets out of Redis: a ticket says that there may be work on a route, and nothing more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from redis.exceptions import RedisError

from judge.queue.handed import claim_handed
from judge.queue.redis_queue import Queue
from judge.queue.values import Claim, Claimant

#: How long a slot waits for a ticket before it goes back to Celery.
POLL_S = 1

#: How long a bridge waits for a ticket in one command; below the answer time-out.
TAKE_S = 2


class TicketPoll:
    """Waits for a ticket of any of a worker's routes; competes for them with Celery, which is served in turn.

    A slot that has just run out of work waits here itself: the fast path of a busy worker. Where its claim has said so,
    it is not sent a ticket but the claim of what was just handed in.
    """

    def __init__(self, queue: Queue, routes: Sequence[str], who: Claimant) -> None:
        keys = queue.link.keys
        self._pool = queue.link.client.connection_pool
        self._handed = keys.handed(who.node, who.slot)
        self._words = ["BRPOP", self._handed, *(keys.tickets(route) for route in routes), str(POLL_S)]
        self._packed: list[bytes] | None = None

    def wait(self) -> Claim | bool:
        """A claim that was handed to this slot; True = there is a ticket (now taken), or Redis is away: what it handed
        out then is for the next claim to give back; False = nothing came in time. Blocks."""
        try:
            connection: Any = self._pool.get_connection()
        except (RedisError, OSError):
            return True
        try:
            if self._packed is None:
                self._packed = connection.pack_command(*self._words)
            connection.send_packed_command(self._packed)
            found = connection.read_response()
        except (RedisError, OSError):
            connection.disconnect()
            return True
        finally:
            self._pool.release(connection)
        if found is None:
            return False
        return claim_handed(found[1]) if found[0].decode() == self._handed else True


def take_ticket(queue: Queue, routes: Sequence[str]) -> str | None:
    """Take one ticket, if one comes in time: the route it was for. Raises QueueError. Blocks."""
    names = {queue.link.keys.tickets(route): route for route in routes}
    found = queue.link.command("BRPOP", *names, TAKE_S)
    return None if found is None else names[found[0].decode()]
