"""The channel on which a worker hears of cancellations at once. Losing a message is harmless: the next tick tells."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from redis.client import PubSub
from redis.exceptions import RedisError

from judge.queue.redis_queue import Queue


class Control:
    """A subscription that renews itself. ``fileno()`` is -1 while there is none."""

    def __init__(self, queue: Queue, node: str) -> None:
        self._channel = f"{queue.prefix}ctl.{node}"
        self._subscribe: Callable[..., PubSub] = queue.client.pubsub
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

    def read(self) -> list[str]:
        """The messages that are there, without waiting; a broken subscription is dropped."""
        messages: list[str] = []
        if self._pubsub is None:
            return messages
        try:
            while (message := self._pubsub.get_message(timeout=0)) is not None or self._more():
                if message is not None:
                    messages.append(message["data"].decode("utf-8", "replace"))
        except (RedisError, OSError):
            self.close()
        return messages

    def close(self) -> None:
        """Unsubscribe; idempotent."""
        pubsub, self._pubsub = self._pubsub, None
        if pubsub is not None:
            with contextlib.suppress(RedisError, OSError):
                pubsub.close()

    def _more(self) -> bool:
        connection = self._pubsub.connection if self._pubsub else None
        return bool(connection is not None and connection.can_read(timeout=0))
