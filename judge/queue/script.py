"""The queue's Lua scripts as values: their texts, and a *call* = a script, its arguments and how to read the answer.

Calls are made by :mod:`judge.queue.calls` and carried out by :mod:`judge.queue.redis_queue`, blocking or not. No I/O
beyond reading the texts from this package.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Generic, TypeVar

from judge.queue.keys import spelled_out

T_co = TypeVar("T_co", covariant=True)

Argument = str | bytes | int

SCRIPT_NAMES = (
    "submit",
    "claim",
    "event",
    "finish",
    "finish_claim",
    "giveback",
    "handon",
    "cancel",
    "interrupt",
    "register",
    "tick",
    "sweep",
    "wake",
    "amend",
    "look",
    "offered",
    "records",
    "drop",
    "api_key_used",
    "api_key_create",
    "api_key_revoke",
    "api_keys",
    "audit_note",
    "audit_list",
    "maintenance",
    "usage",
    "open_take",
    "open_renew",
    "open_end",
    "settled",
    "batch_open",
    "batch_add",
    "batch_end",
    "batch_tend",
    "batch_refuse",
    "batch_read",
    "batch_cancel",
    "batch_remove",
    "schema",
    "session",
    "blob_put",
    "blob_upload_end",
    "blob_use",
    "blob_list",
    "blob_remove",
    "blob_sweep",
    "package_put",
    "package_drop",
    "package_sweep",
    "rejudge_started",
    "webhook_put",
    "webhook_remove",
    "webhook_list",
    "webhook_ping",
    "webhook_claim",
    "webhook_settle",
    "webhook_deliveries",
    "webhook_replay",
)

#: Scripts that write to the audit trail.
_NOTED = (
    "amend", "api_key_create", "api_key_revoke", "audit_note", "maintenance", "package_put", "package_drop"
)  # fmt: skip

#: Parts that a script needs besides the common one.
_PARTS = (
    {"submit": ("languages", "tellhooks", "batches"), "sweep": ("expunge", "retention"), "drop": ("expunge",)}
    | {"claim": ("claiming",), "finish": ("tellhooks", "finishing")}
    | {"finish_claim": ("tellhooks", "finishing", "claiming")}
    | {name: ("blobs",) for name in SCRIPT_NAMES if name.startswith("blob_")}
    | {name: ("tellhooks", "batches") for name in SCRIPT_NAMES if name.startswith("batch_")}
    | {"batch_tend": ("expunge", "tellhooks", "batches")}
    | dict.fromkeys(_NOTED, ("audit",))
    | dict.fromkeys(("cancel", "rejudge_started"), ("tellhooks",))
    | {name: ("tellhooks", "webhooks") for name in SCRIPT_NAMES if name.startswith("webhook_")}
    | dict.fromkeys(("webhook_put", "webhook_remove"), ("audit", "tellhooks", "webhooks"))
    | {"amend": ("audit", "tellhooks")}
)


@dataclass(frozen=True)
class Script:
    """One script, the shared part in front, its keys spelled out. ``sha1`` is what EVALSHA takes."""

    name: str
    text: str
    sha1: str


@dataclass(frozen=True)
class Call(Generic[T_co]):
    """One script call; ``read`` turns Redis' raw answer into a value (or raises what it means)."""

    script: str
    arguments: tuple[Argument, ...]
    read: Callable[[Any], T_co]


@cache
def scripts() -> Mapping[str, Script]:
    """All scripts by name."""
    folder = files("judge.queue") / "lua"
    loaded = {}
    for name in SCRIPT_NAMES:
        parts = ("common", *_PARTS.get(name, ()), name)
        body = "".join((folder / f"{part}.lua").read_text(encoding="utf-8") for part in parts)
        text = "local prefix = KEYS[1]\n" + spelled_out(body)
        loaded[name] = Script(name, text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())
    return loaded
