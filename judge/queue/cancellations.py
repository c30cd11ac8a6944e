"""The channel on which a worker learns at once that a claim was cancelled or is to be interrupted.

A lost cancellation is harmless: the next heartbeat reports the claim as lost. A lost interrupt may be sent again.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from typing import NamedTuple

from redis.client import PubSub
from redis.exceptions import RedisError

from judge.queue.calls import decode_held
from judge.queue.redis_queue import Queue
from judge.queue.values import Held

log = logging.getLogger(__name__)


#: What stands before the claim that is to be interrupted, and not cancelled.
_INTERRUPT = b"interrupt "


class Said(NamedTuple):
    """What is to become of a claim: it was cancelled, or (``interrupts``) what runs gets SIGINT."""

    held: Held
    interrupts: bool


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

    def read(self) -> list[Said]:
        """What was said since, without waiting; a broken subscription is dropped."""
        said: list[Said] = []
        if self._pubsub is None:
            return said
        try:
            while (message := self._pubsub.get_message(timeout=0)) is not None or self._more():
                if message is None:
                    continue
                text = bytes(message["data"])
                held = decode_held(text.removeprefix(_INTERRUPT))
                if held is not None:
                    said.append(Said(held, text.startswith(_INTERRUPT)))
                else:
                    log.error("not a cancellation: %r", text[:200])
        except (RedisError, OSError):
            self.close()
        return said

    def close(self) -> None:
        """Unsubscribe; idempotent."""
        pubsub, self._pubsub = self._pubsub, None
        if pubsub is not None:
            with contextlib.suppress(RedisError, OSError):
                pubsub.close()

    def _more(self) -> bool:
        connection = self._pubsub.connection if self._pubsub else None
        return bool(connection is not None and connection.can_read(timeout=0))
