"""Carried state: what a judge program leaves for the next judging of the same tenant. Pure calls, as in
:mod:`judge.queue.calls`; a worker's side of it is :mod:`judge.queue.state_link`.

A version is read under a claim, and the next one is written by the script that records the report of that claim, if
the one that was read is still the newest: with the report it is there, once, or neither is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from judge import wire
from judge.errors import ClaimLost, NoSuchState, StateFull, StateMoved, UsageError, WorkError
from judge.model.program import StateRead
from judge.model.report import Report
from judge.model.work_report import AnyWorkReport
from judge.queue import calls
from judge.queue.answers import text_of
from judge.queue.script import Call
from judge.queue.values import Fenced

#: A page of a list of states.
PAGE = 500

_VERSION_MOST = 1 << 53


class NewState(msgspec.Struct, frozen=True, kw_only=True):
    """What a judging leaves: ``content`` in the place of what it has ``read``."""

    read: StateRead
    content: bytes


class StateView(msgspec.Struct, frozen=True, kw_only=True):
    """A state as its tenant sees it. ``version``, ``at_ms``, ``by`` (the id of the work that left it) and
    ``size_bytes`` are those of the newest version, ``versions`` and ``kept_bytes`` of all that are kept.

    ``used_at_ms``: when it was read or written last. Times are Unix milliseconds.
    """

    name: str
    version: int
    at_ms: int
    by: str
    size_bytes: int
    versions: int
    kept_bytes: int
    used_at_ms: int


class StateContent(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a state; ``versions``: all that are kept, in their order."""

    name: str
    version: int
    newest: int
    content: bytes
    versions: tuple[int, ...]


def check_state_name(name: str) -> str:
    """A state's name, as it is. Raises WireError."""
    wire.check_name(name.removeprefix(wire.STATE_OF_PACKAGE), "state")
    return name


def read(claim: Fenced, name: str, version: int = 0) -> Call[StateRead | None]:
    """Read a state under a claim; ``version`` 0 = the newest, or for a rejudge what was read when it was judged first.
    None = others who lost a race for it are served first: ask again.

    Raises ClaimLost, WorkError: that version is not kept any more.
    """

    def answered(answer: list[Any]) -> StateRead | None:
        match text_of(answer[0]):
            case "READ":
                return StateRead(
                    name=name,
                    version=int(answer[1]),
                    number=int(answer[2]),
                    bytes_max=int(answer[3]),
                    content=answer[4],
                )
            case "WAIT":
                return None
            case "GONE":
                raise _gone(name, int(answer[1]))
        raise ClaimLost(f"submission {claim.id}: the claim is lost")

    if not 0 <= version < _VERSION_MOST:
        raise WorkError(f"there is no version {version}", "state_version")
    return Call("state_read", (claim.id, claim.fence, check_state_name(name), version), answered)


def finish(claim: Fenced, report: Report | AnyWorkReport, new: NewState, encoded: bytes = b"") -> Call[bool]:
    """As :func:`judge.queue.calls.finish`, and the state with it.

    Raises StateMoved (another version is the newest by now; nothing is recorded, and the claim is still held),
    StateFull (the tenant has no room for it; the same).
    """
    ending = calls.finish(claim, report, encoded)
    words = (new.read.name, new.read.version, new.read.number, new.content)

    def answered(answer: Any) -> bool:
        match int(answer):
            case 2:
                raise StateMoved(f"the state {new.read.name} was changed meanwhile")
            case 3:
                raise StateFull(
                    f"the tenant has no room for the state {new.read.name} ({len(new.content)} bytes; settings "
                    "state_bytes_max, state_tenant_count, state_tenant_bytes)"
                )
        return ending.read(answer)

    return Call("finish", (*ending.arguments, *words), answered)


def look(tenant: str, name: str, version: int = 0) -> Call[StateContent]:
    """A version of a state; 0 = the newest. Raises NoSuchState, WireError."""

    def answered(answer: list[Any]) -> StateContent:
        match text_of(answer[0]):
            case "NONE":
                raise NoSuchState(f"there is no state {name!r}")
            case "GONE":
                raise NoSuchState(f"{_gone(name, int(answer[1]))}")
        versions = tuple(sorted(int(one) for one in answer[8]))
        return StateContent(
            name=name, version=int(answer[1]), newest=versions[-1], content=answer[7], versions=versions
        )

    if not 0 <= version < _VERSION_MOST:
        raise UsageError(f"there is no version {version}")
    return Call("state_look", (_tenant(tenant), check_state_name(name), version), answered)


def remove(tenant: str, name: str) -> Call[bool]:
    """Remove a state with all its versions; what is judged now by one of them is judged again. False = there was none.
    Raises WireError."""
    return Call("state_remove", (_tenant(tenant), check_state_name(name)), bool)


def page(tenant: str, passed: int = 0, count: int = PAGE) -> Call[tuple[StateView, ...]]:
    """A tenant's states, the last used first, from one on."""
    return Call("state_list", (_tenant(tenant), passed, count), _views)


def _gone(name: str, version: int) -> WorkError:
    return WorkError(f"version {version} of the state {name} is not kept any more", "state_version")


def _tenant(tenant: str) -> str:
    return wire.tenant_key(wire.check_name(tenant, "tenant") if tenant else "")


def _views(answer: Sequence[Any]) -> tuple[StateView, ...]:
    rows = [answer[at : at + 8] for at in range(0, len(answer), 8)]
    return tuple(
        StateView(
            name=text_of(name),
            version=int(version),
            at_ms=int(at),
            by=text_of(by),
            size_bytes=int(size),
            versions=int(versions),
            kept_bytes=int(kept),
            used_at_ms=int(used),
        )
        for name, version, at, by, size, versions, kept, used in rows
        if version is not None
    )
