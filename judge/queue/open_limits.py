"""How many streams and WebSockets a tenant has open, at all gateways together. Each counts for a lease that its gateway
renews: those of a gateway that was killed count no more when it is over."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, NamedTuple

from judge import wire
from judge.errors import OpenLimitError
from judge.queue.answers import text_of
from judge.queue.script import Call


class OpenKind(StrEnum):
    """What is counted; the policy's limit is ``tenant_KIND_max``."""

    STREAMS = "streams"
    SOCKETS = "sockets"


class OpenOne(NamedTuple):
    """One that is open. ``name`` tells it from all others, of other gateways, too."""

    kind: OpenKind
    tenant: str
    name: str


def take(one: OpenOne, lease_ms: int) -> Call[None]:
    """Count it. The call raises OpenLimitError when the tenant has as many open as it may."""

    def read(answer: list[Any]) -> None:
        if answer:
            raise OpenLimitError(one.tenant, text_of(answer[0]), int(answer[1]))

    return Call("open_take", (*_words(one), lease_ms), read)


def renew(ones: Iterable[OpenOne], lease_ms: int) -> Call[None]:
    """Count them for a lease more, also where Redis has forgotten them."""
    return Call("open_renew", (lease_ms, *(word for one in ones for word in _words(one))), lambda _: None)


def end(ones: Iterable[OpenOne]) -> Call[None]:
    """Count them no more."""
    return Call("open_end", tuple(word for one in ones for word in _words(one)), lambda _: None)


def _words(one: OpenOne) -> tuple[str, str, str]:
    return one.kind.value, wire.tenant_key(one.tenant), one.name
