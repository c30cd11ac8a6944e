"""Ids as clients of the gateway see them, and the records behind them.

The queue's ids are one space for all. So that a tenant's id is never another's business, the record of a tenant's work
that came by HTTP is ``TENANT~ID``; its tenant sees ``ID``. A tenant has no ``~`` in its name (see
:func:`judge.queue.api_keys.check_tenant`), nor has an id that a client chose: neither can name what is another's.
"""

from __future__ import annotations

import hashlib
import re
import secrets

_OWN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+=-]{0,63}")

#: What an id that a client chooses looks like.
ID_PATTERN = f"^{_OWN.pattern}$"

#: What an Idempotency-Key may be: printable ASCII, with or without the quotes of a structured header.
_IDEMPOTENCY_KEY = re.compile(r"[!-~]{1,255}")


def is_own_id(name: str) -> bool:
    """Whether a client may choose this id."""
    return _OWN.fullmatch(name) is not None


def fresh_id() -> str:
    """An id that nobody has."""
    return secrets.token_hex(16)


def id_of_key(tenant: str, idempotency_key: str) -> str | None:
    """The id that an Idempotency-Key stands for within a tenant; None = it is no such key."""
    key = idempotency_key.strip()
    if len(key) > 2 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not _IDEMPOTENCY_KEY.fullmatch(key):
        return None
    return hashlib.sha256(f"{tenant}\0{key}".encode()).hexdigest()[:32]


def record_id(tenant: str, public_id: str) -> str:
    """The record of what its tenant calls so."""
    return f"{tenant}~{public_id}" if tenant else public_id


def public_id(tenant: str, record: str) -> str:
    """What a tenant calls one of its records. What came straight through Redis has its record's name."""
    return record.removeprefix(f"{tenant}~") if tenant else record
