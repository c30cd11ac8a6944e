"""What a tenant shares by a link, for a while. Who has the link has what is behind it: it has 192 random bits, and
Redis the SHA-256 of it."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Any, NamedTuple

from judge import wire
from judge.errors import ShareQuotaError
from judge.queue.answers import text_of
from judge.queue.redis_queue import AsyncQueue
from judge.queue.script import Call

_LINK = re.compile(r"js_[A-Za-z0-9_-]{32}")


class ShareLimits(NamedTuple):
    """``count_max``: of the tenant; ``bytes_max``: of all together, an eighth of it for one tenant."""

    count_max: int
    bytes_max: int


class Shared(NamedTuple):
    """What is behind a link, and until when (Unix milliseconds)."""

    content: bytes
    until_ms: int


def fresh_link() -> str:
    """A link that nobody has."""
    return f"js_{secrets.token_urlsafe(24)}"


def put(link: str, tenant: str, content: bytes, life_s: int, limits: ShareLimits) -> Call[int]:
    """Share it; until when it is there (Unix milliseconds). The call raises ShareQuotaError."""

    def read(answer: list[Any]) -> int:
        word, number = text_of(answer[0]), int(answer[1])
        if word == "KEPT":
            return number
        raise ShareQuotaError(
            {
                "COUNT": f"{number} links of yours are there: take one back, or wait until one is over",
                "BYTES": f"what you share is more than {number} bytes: take something back, or wait",
                "ALL": f"all that is shared here is {number} bytes already: wait",
            }[word]
        )

    words = (_digest(link), wire.tenant_key(tenant), content, life_s * 1000, limits.count_max, limits.bytes_max)
    return Call("share_put", words, read)


def drop(link: str, tenant: str) -> Call[bool]:
    """Take it back; whether it was there, and the tenant's."""
    return Call("share_drop", (_digest(link), wire.tenant_key(tenant)), bool)


async def behind(queue: AsyncQueue, link: str) -> Shared | None:
    """What a link leads to; None = nothing, or not any more. Raises QueueError."""
    if not _LINK.fullmatch(link):
        return None
    content, until = await queue.link.command("HMGET", queue.link.keys.share(_digest(link)), "content", "until")
    return None if content is None else Shared(bytes(content), int(until))


def _digest(link: str) -> str:
    return hashlib.sha256(link.encode()).hexdigest()
