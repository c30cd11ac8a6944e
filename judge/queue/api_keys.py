"""Keys for HTTP: ``jk_ID_SECRET``. Redis keeps the SHA-256 of the secret, which has 256 random bits, and what the key
may; the secret is shown once, when the key is made."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from enum import StrEnum
from typing import Any

import msgspec

from judge import wire
from judge.errors import UsageError
from judge.queue.audit import UNKNOWN, Act, note
from judge.queue.redis_queue import AsyncQueue, Queue
from judge.queue.script import Call

#: A whole key. The id is public: it names the key in lists and logs.
KEY_PATTERN = r"jk_(?P<id>[a-z0-9]{12})_(?P<secret>[A-Za-z0-9_-]{43})"

#: The same, for people.
KEY_FORM = "jk_ID_SECRET"

_KEY = re.compile(KEY_PATTERN)
_ID_LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
_TENANT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+=-]{0,47}")

#: What ids of people who are signed in begin with (:mod:`judge.queue.sign_ins`); no key's id has a "-".
PERSON = "person-"

#: A use is written down at most this often.
USED_EVERY_MS = 60_000


class Scope(StrEnum):
    """What a key lets its holder do."""

    RUN = "run"  #: run programs: executions, evaluations, command groups, sessions; and keep blobs
    SUBMIT = "submit"  #: hand in submissions
    READ = "read"  #: see the tenant's work, the queue, the workers
    PACKAGES = "packages"  #: publish problem packages, and see all that their reports say
    WEBHOOKS = "webhooks"  #: make and change webhooks, which are told of the tenant's work what the key may see
    MARKER = "marker"  #: mark coursework: see all of the students' work and tests, and say when and whose work it is
    ADMIN = "admin"  #: everything, of every tenant


class KeyRights(msgspec.Struct, frozen=True, kw_only=True):
    """What a key may. ``priority_class``: the most urgent class that its work may have. Times are Unix milliseconds.

    ``tenant`` is empty only for admins. ``expires_at_ms`` 0 = never. ``note``: what it is for. ``student``: whose
    coursework it hands in and sees; empty = the tenant is one student, or a program that hands in for all of them.
    """

    id: str
    tenant: str = ""
    priority_class: str = "run"
    scopes: tuple[Scope, ...] = ()
    made_at_ms: int = 0
    expires_at_ms: int = 0
    note: str = ""
    student: str = ""


class KeyView(msgspec.Struct, frozen=True, kw_only=True):
    """A key in a list. ``used_at_ms``: the last use, to the minute; 0 = never."""

    rights: KeyRights
    used_at_ms: int = 0


def is_key(text: str) -> bool:
    """Whether a text can be a key at all."""
    return _KEY.fullmatch(text) is not None


def is_tenant(tenant: str) -> bool:
    """Whether a key can be of this tenant."""
    return _TENANT.fullmatch(tenant) is not None


def check_tenant(tenant: str) -> str:
    """A tenant that a key can be of: the ids of its work begin with its name and ``~``. Raises UsageError."""
    if not is_tenant(tenant):
        raise UsageError(
            f"tenant {tenant[:80]!r}: up to 48 letters, digits and . _ @ + = -, beginning with a letter or digit"
        )
    return tenant


class NewKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key that was made: its whole text, to be shown once, and what it may."""

    key: str
    rights: KeyRights


def new_key(wanted: KeyRights, by: str) -> Call[NewKey]:
    """Make a key. ``id`` and ``made_at_ms`` of ``wanted`` are not used; ``by`` is who makes it, for the audit trail.

    Raises UsageError for what no key can be.
    """
    if not wanted.scopes:
        raise UsageError(f"scopes: at least one of {', '.join(Scope)}")
    if not wanted.tenant and Scope.ADMIN not in wanted.scopes:
        raise UsageError("a key belongs to a tenant: name it, as --tenant school; keys with the scope admin need none")
    if wanted.tenant:
        check_tenant(wanted.tenant)
    if wanted.priority_class not in wire.PRIORITY_CLASSES:
        raise UsageError(f"class {wanted.priority_class!r} is not one of {', '.join(wire.PRIORITY_CLASSES)}")
    key_id = "".join(secrets.choice(_ID_LETTERS) for _ in range(12))
    secret = secrets.token_urlsafe(32)
    rights = msgspec.structs.replace(wanted, id=key_id, made_at_ms=_now_ms())
    text = msgspec.json.encode(rights)
    words = (key_id, _hash(secret), text, rights.made_at_ms, rights.expires_at_ms, Act.KEY_CREATED.value, by, text)
    made = NewKey(key=f"jk_{key_id}_{secret}", rights=rights)
    return Call("api_key_create", words, lambda _: made)


def keys_after(seen: KeyRights | None, limit: int) -> Call[list[KeyView]]:
    """Up to ``limit`` keys (0 = all), newest first: those behind ``seen``, of which id and ``made_at_ms`` count."""

    def read(answer: list[Any]) -> list[KeyView]:
        pairs = zip(answer[::2], answer[1::2], strict=True)
        return [KeyView(rights=msgspec.json.decode(text, type=KeyRights), used_at_ms=int(used)) for text, used in pairs]

    position = (seen.made_at_ms, seen.id) if seen else ("", "")
    return Call("api_keys", (*position, limit), read)


def end_key(key_id: str, by: str) -> Call[bool]:
    """End a key; False = there is none of this id."""
    return Call("api_key_revoke", (key_id, Act.KEY_REVOKED.value, by), bool)


def create_key(queue: Queue, wanted: KeyRights, by: str = UNKNOWN) -> tuple[str, KeyRights]:
    """:func:`new_key`: the key's whole text, and what it may. Raises UsageError, QueueError."""
    made = queue.run(new_key(wanted, by))
    return made.key, made.rights


def list_keys(queue: Queue) -> list[KeyView]:
    """All keys that still hold, newest first. Raises QueueError."""
    return queue.run(keys_after(None, 0))


def revoke_key(queue: Queue, key_id: str, by: str = UNKNOWN) -> None:
    """End a key, or sign a person out. Raises UsageError when there is none of this id, QueueError."""
    if key_id.startswith(PERSON) and queue.link.command("DEL", queue.link.keys.sign_in(key_id)):
        queue.run(note(Act.SIGNED_OUT, by, key_id))
        return
    if not queue.run(end_key(key_id, by)):
        raise UsageError(f"no key {key_id!r}")


async def rights_of(queue: AsyncQueue, text: str) -> KeyRights | None:
    """What this key may; None = it is no key, or does not hold any more. Raises QueueError.

    The secret is compared in constant time.
    """
    match = _KEY.fullmatch(text)
    if match is None:
        return None
    keys, now_ms = queue.link.keys, _now_ms()
    name = keys.api_key(match["id"])
    digest, key, used = await queue.link.command("HMGET", name, "hash", "key", "used_at")
    if key is None or not hmac.compare_digest(digest or b"", _hash(match["secret"]).encode()):
        return None
    rights = msgspec.json.decode(key, type=KeyRights)
    if 0 < rights.expires_at_ms <= now_ms:
        return None
    if now_ms - int(used or 0) > USED_EVERY_MS:
        await queue.run(Call("api_key_used", (rights.id, now_ms), lambda _: None))
    return rights


async def rights_of_id(queue: AsyncQueue, key_id: str) -> KeyRights | None:
    """What the key of this id may; None = it does not hold any more. For who has shown the key before. Raises
    QueueError."""
    key = await queue.link.command("HGET", queue.link.keys.api_key(key_id), "key")
    rights = None if key is None else msgspec.json.decode(key, type=KeyRights)
    return None if rights is None or 0 < rights.expires_at_ms <= _now_ms() else rights


async def key_holds(queue: AsyncQueue, key_id: str) -> bool:
    """Whether a key of this id is there, neither revoked nor past its time; or a person of this id is signed in.

    Raises QueueError.
    """
    keys = queue.link.keys
    name = keys.sign_in(key_id) if key_id.startswith(PERSON) else keys.api_key(key_id)
    return bool(await queue.link.command("EXISTS", name))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
