"""The first key of an admin, by a link that is printed when a gateway starts: it works once, for a quarter of an hour,
while no key with the scope admin holds. Redis keeps the SHA-256 of the link's secret, which has 256 random bits."""

from __future__ import annotations

import hashlib
import secrets

from judge.queue.api_keys import KeyRights, NewKey, Scope, new_key
from judge.queue.redis_queue import AsyncQueue
from judge.queue.script import Call

#: For how long a link is open.
OPEN_S = 15 * 60

#: Who makes that key, in the audit trail.
BY = "set-up-link"


def open_link() -> Call[str]:
    """Open a link: its secret; empty = an admin has a key, and none was opened."""
    secret = secrets.token_urlsafe(32)
    return Call("set_up_open", (_hash(secret), OPEN_S * 1000), lambda opened: secret if opened else "")


def take_link(secret: str) -> Call[NewKey | None]:
    """The first key of an admin; None = the link was used, its time is over, or an admin has a key."""
    make = new_key(KeyRights(id="", scopes=(Scope.ADMIN,), note="first admin"), BY)
    return Call("set_up_take", (_hash(secret), *make.arguments), lambda made: make.read(made) if made else None)


async def is_open(queue: AsyncQueue, secret: str) -> bool:
    """Whether the link still works, as far as that can be known before. Raises QueueError."""
    return bool(await queue.link.command("EXISTS", queue.link.keys.set_up(_hash(secret))))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
