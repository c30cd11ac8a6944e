"""The queue's Lua scripts as values: their texts, and a *call* = a script, its arguments and how to read the answer.

Calls are made by :mod:`judge.queue.calls` and carried out by :mod:`judge.queue.redis_queue`, blocking or not. No I/O
beyond reading the texts from this package.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Generic, Protocol, TypeVar

from judge.queue.keys import spelled_out

T = TypeVar("T")
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
    "unwait",
    "amend",
    "look",
    "backlog",
    "offered",
    "records",
    "task",
    "waiting",
    "drop",
    "api_key_used",
    "api_key_create",
    "api_key_revoke",
    "api_keys",
    "audit_note",
    "audit_list",
    "maintenance",
    "usage",
    "series_read",
    "open_take",
    "open_renew",
    "open_end",
    "settled",
    "batch_open",
    "batch_add",
    "batch_end",
    "batch_take",
    "batch_tend",
    "batch_rest",
    "batch_refuse",
    "batch_read",
    "batch_cancel",
    "batch_remove",
    "schema",
    "session",
    "handed_in",
    "state_read",
    "state_list",
    "state_look",
    "state_remove",
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
    "judgings",
    "webhook_put",
    "webhook_remove",
    "webhook_list",
    "webhook_ping",
    "webhook_callback",
    "webhook_claim",
    "webhook_settle",
    "webhook_deliveries",
    "webhook_replay",
    "webhook_drop",
    "set_up_open",
    "set_up_take",
    "share_put",
    "share_drop",
    "attempt_take",
    "attempt_back",
)

#: Scripts that write to the audit trail.
_NOTED = (
    "amend", "api_key_create", "api_key_revoke", "audit_note", "maintenance", "package_put", "package_drop"
)  # fmt: skip

_NOTED_OF_WEBHOOKS = ("webhook_put", "webhook_callback", "webhook_remove", "webhook_replay", "webhook_drop")

#: Parts that a script needs besides the common one.
_PARTS = (
    {"submit": ("languages", "tellhooks", "batches", "claiming", "handing")}
    | {"sweep": ("expunge", "retention", "series", "states"), "tick": ("series",)}
    | {"drop": ("expunge",), "claim": ("claiming",), "unwait": ("claiming",)}
    | {"finish": ("tellhooks", "series", "states", "finishing")}
    | {"finish_claim": ("tellhooks", "series", "finishing", "claiming")}
    | {name: ("blobs",) for name in SCRIPT_NAMES if name.startswith("blob_")}
    | {name: ("states",) for name in SCRIPT_NAMES if name.startswith("state_")}
    | {name: ("tellhooks", "batches") for name in SCRIPT_NAMES if name.startswith("batch_")}
    | {"batch_tend": ("expunge", "tellhooks", "batches")}
    | dict.fromkeys(_NOTED, ("audit",))
    | dict.fromkeys(("cancel", "rejudge_started"), ("tellhooks",))
    | {name: ("tellhooks", "webhooks") for name in SCRIPT_NAMES if name.startswith("webhook_")}
    | dict.fromkeys(_NOTED_OF_WEBHOOKS, ("audit", "tellhooks", "webhooks"))
    | {"amend": ("audit", "tellhooks")}
    | dict.fromkeys(("share_put", "share_drop"), ("shares",))
    | {
        "api_key_create": ("audit", "api_key"),
        "set_up_open": ("admins",),
        "set_up_take": ("audit", "api_key", "admins"),
    }
)

_FUNCTION = re.compile(r"^local function (?P<name>\w+)\((?:.*\bend$|(?s:.*?)^end$)\n?", re.MULTILINE)
_WORD = re.compile(r"\w+")


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


class Ask(Protocol):
    """Carries out a call, however long Redis is away."""

    def __call__(self, call: Call[T], /) -> T:
        """Its answer. Raises what that means."""
        ...


@cache
def scripts() -> Mapping[str, Script]:
    """All scripts by name."""
    folder = files("judge.queue") / "lua"
    loaded = {}
    for name in SCRIPT_NAMES:
        parts = ("common", *_PARTS.get(name, ()), name)
        body = "".join((folder / f"{part}.lua").read_text(encoding="utf-8") for part in parts)
        text = "local prefix = KEYS[1]\n" + spelled_out(without_unused(body))
        loaded[name] = Script(name, text, hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest())
    return loaded


def without_unused(lua: str) -> str:
    """A script without those of its functions that nothing in it names: each would be made again whenever it runs.

    A function that counts begins at the first column with ``local function`` and ends on that line or with the next
    ``end`` at the first column.
    """
    functions = {match["name"]: match.group() for match in _FUNCTION.finditer(lua)}
    used: set[str] = set()
    texts = [_FUNCTION.sub("", lua)]
    while texts:
        named = functions.keys() & set(_WORD.findall(texts.pop()))
        texts += [functions[name] for name in named - used]
        used |= named
    return _FUNCTION.sub(lambda match: match.group() if match["name"] in used else "", lua)
