"""People who are signed in. The browser has ``ID.SECRET`` in a cookie, Redis the SHA-256 of the secret, which has 256
random bits, and what the person may; it forgets both when the time is over."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets

import msgspec

from judge.queue.api_keys import PERSON, KeyRights
from judge.queue.redis_queue import AsyncQueue

_TEXT = re.compile(rf"(?P<id>{PERSON}[0-9a-f]{{16}})\.(?P<secret>[A-Za-z0-9_-]{{43}})")


class _SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """What lies in Redis."""

    hash: str
    rights: KeyRights


async def begin(queue: AsyncQueue, rights: KeyRights, life_s: int) -> str:
    """Somebody is signed in for that long: the cookie's text. The id of ``rights`` is not used. Raises QueueError."""
    person_id, secret = f"{PERSON}{secrets.token_hex(8)}", secrets.token_urlsafe(32)
    kept = _SignIn(hash=_hash(secret), rights=msgspec.structs.replace(rights, id=person_id))
    await queue.link.command("SET", queue.link.keys.sign_in(person_id), msgspec.json.encode(kept), "EX", life_s)
    return f"{person_id}.{secret}"


async def rights_of_person(queue: AsyncQueue, text: str) -> KeyRights | None:
    """What who sends this cookie may; None = nobody is signed in by it. Raises QueueError.

    The secret is compared in constant time.
    """
    match = _TEXT.fullmatch(text)
    if match is None:
        return None
    found = await queue.link.command("GET", queue.link.keys.sign_in(match["id"]))
    if found is None:
        return None
    kept = msgspec.json.decode(found, type=_SignIn)
    return kept.rights if hmac.compare_digest(kept.hash, _hash(match["secret"])) else None


async def end(queue: AsyncQueue, text: str) -> None:
    """Sign out; what is no such cookie ends nothing. Raises QueueError."""
    rights = await rights_of_person(queue, text)
    if rights is not None:
        await queue.link.command("DEL", queue.link.keys.sign_in(rights.id))


async def sign_out(queue: AsyncQueue, person_id: str) -> bool:
    """Sign somebody else out, by their id; False = nobody of this id is signed in. Raises QueueError."""
    return bool(await queue.link.command("DEL", queue.link.keys.sign_in(person_id)))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
