"""The channel on which a worker learns of cancellations at once. A lost message is harmless: the next heartbeat
reports the claim as lost."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable

from redis.client import PubSub
from redis.exceptions import RedisError

from judge.queue.calls import decode_held
from judge.queue.redis_queue import Queue
from judge.queue.values import Held

log = logging.getLogger(__name__)


class Cancellations:
    """A subscription that renews itself. ``fileno()`` is -1 while there is none."""

    def __init__(self, queue: Queue, node: str) -> None:
        self._channel = queue.link.keys.control(node)
        self._subscribe: Callable[..., PubSub] = queue.link.client.pubsub
        self._pubsub: PubSub | None = None

    def connect(self) -> None:
        """Subscribe if that is not the case; leaves it at that when Redis is away."""
        if self._pubsub is not None:
            return
        pubsub = self._subscribe(ignore_subscribe_messages=True)
        try:
            pubsub.subscribe(self._channel)
        except (RedisError, OSError):
            pubsub.close()
            return
        self._pubsub = pubsub

    def fileno(self) -> int:
        """The descriptor to wait for."""
        connection = self._pubsub.connection if self._pubsub else None
        socket = getattr(connection, "_sock", None)
        return socket.fileno() if socket is not None else -1

    def read(self) -> list[Held]:
        """The claims that were cancelled since, without waiting; a broken subscription is dropped."""
        cancelled: list[Held] = []
        if self._pubsub is None:
            return cancelled
        try:
            while (message := self._pubsub.get_message(timeout=0)) is not None or self._more():
                held = decode_held(message["data"]) if message is not None else None
                if held is not None:
                    cancelled.append(held)
                elif message is not None:
                    log.error("not a cancellation: %r", message["data"][:200])
        except (RedisError, OSError):
            self.close()
        return cancelled

    def close(self) -> None:
        """Unsubscribe; idempotent."""
        pubsub, self._pubsub = self._pubsub, None
        if pubsub is not None:
            with contextlib.suppress(RedisError, OSError):
                pubsub.close()

    def _more(self) -> bool:
        connection = self._pubsub.connection if self._pubsub else None
        return bool(connection is not None and connection.can_read(timeout=0))
