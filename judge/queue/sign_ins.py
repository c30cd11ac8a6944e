"""Who is signed in: people by OpenID Connect, and holders of a key. The browser has ``ID.SECRET`` in a cookie, Redis
the SHA-256 of the secret, which has 256 random bits, and what the person may, or which key it was; it forgets both when
the time is over."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

import msgspec

from judge.queue.api_keys import PERSON, KeyRights, rights_of_id
from judge.queue.redis_queue import AsyncQueue

_TEXT = re.compile(rf"(?P<id>{PERSON}[0-9a-f]{{16}})\.(?P<secret>[A-Za-z0-9_-]{{43}})")


class _SignIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What lies in Redis. ``by_key``: ``rights`` are only those that the key had at the time; it is asked each time."""

    hash: str
    rights: KeyRights
    by_key: bool = False


async def begin(queue: AsyncQueue, rights: KeyRights, life_s: int) -> str:
    """Somebody is signed in for that long: the cookie's text. The id of ``rights`` is not used. Raises QueueError."""
    person_id, secret = _new()
    kept = _SignIn(hash=_hash(secret), rights=msgspec.structs.replace(rights, id=person_id))
    return await _keep(queue, person_id, secret, kept, life_s)


async def begin_with_key(queue: AsyncQueue, rights: KeyRights, life_s: int) -> str:
    """Who has the key with these rights is signed in for that long, or until the key ends: the cookie's text.

    Raises QueueError.
    """
    person_id, secret = _new()
    return await _keep(queue, person_id, secret, _SignIn(hash=_hash(secret), rights=rights, by_key=True), life_s)


def _new() -> tuple[str, str]:
    return f"{PERSON}{secrets.token_hex(8)}", secrets.token_urlsafe(32)


async def _keep(queue: AsyncQueue, person_id: str, secret: str, kept: _SignIn, life_s: int) -> str:
    await queue.link.command("SET", queue.link.keys.sign_in(person_id), msgspec.json.encode(kept), "EX", life_s)
    return f"{person_id}.{secret}"


async def rights_of_cookie(queue: AsyncQueue, text: str) -> KeyRights | None:
    """What who sends this cookie may; None = nobody is signed in by it. Raises QueueError.

    The secret is compared in constant time. A holder of a key has the key's id, and may what the key may now.
    """
    match = _TEXT.fullmatch(text)
    if match is None:
        return None
    found = await queue.link.command("GET", queue.link.keys.sign_in(match["id"]))
    if found is None:
        return None
    kept = msgspec.json.decode(found, type=_SignIn)
    if not hmac.compare_digest(kept.hash, _hash(match["secret"])):
        return None
    return await rights_of_id(queue, kept.rights.id) if kept.by_key else kept.rights


async def end(queue: AsyncQueue, text: str) -> None:
    """Sign out; what is no such cookie ends nothing. Raises QueueError."""
    match = _TEXT.fullmatch(text)
    if match is not None and await rights_of_cookie(queue, text) is not None:
        await queue.link.command("DEL", queue.link.keys.sign_in(match["id"]))


async def sign_out(queue: AsyncQueue, person_id: str) -> bool:
    """Sign somebody else out, by their id; False = nobody of this id is signed in. Raises QueueError."""
    return bool(await queue.link.command("DEL", queue.link.keys.sign_in(person_id)))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
