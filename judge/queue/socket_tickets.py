"""Tickets for WebSockets: a browser cannot send a key with one, and an address, which logs keep, is no place for a key.

A ticket is good for one socket of one session, once, for a short time. Redis has the SHA-256 of its text.
"""

from __future__ import annotations

import hashlib
import re
import secrets

import msgspec

from judge.queue.redis_queue import AsyncQueue

#: How long a ticket is good.
TICKET_S = 30

_TICKET = re.compile(r"jt_[A-Za-z0-9_-]{43}")


class SocketTicket(msgspec.Struct, frozen=True, kw_only=True):
    """What a ticket is good for: a session by its record, whose it is, and what who asked for the ticket calls it.

    ``key``: the public part of the key that asked, empty = none was needed. ``admin``: it may see all.
    """

    session: str
    tenant: str
    public_id: str
    key: str = ""
    admin: bool = False


async def issue_ticket(queue: AsyncQueue, ticket: SocketTicket) -> str:
    """The text of a fresh ticket. Raises QueueError."""
    text = f"jt_{secrets.token_urlsafe(32)}"
    await queue.link.command("SET", _place(queue, text), msgspec.json.encode(ticket), "EX", TICKET_S)
    return text


async def redeem_ticket(queue: AsyncQueue, text: str) -> SocketTicket | None:
    """What it is good for, this once; None = it is no ticket, its time is over, or it was used. Raises QueueError."""
    if not _TICKET.fullmatch(text):
        return None
    found = await queue.link.command("GETDEL", _place(queue, text))
    return None if found is None else msgspec.json.decode(found, type=SocketTicket)


def _place(queue: AsyncQueue, text: str) -> str:
    return queue.link.keys.socket_ticket(hashlib.sha256(text.encode()).hexdigest())
