"""What waits, by class, route and tenant, in one look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from judge.queue.admin import LaneView
from judge.queue.answers import text_of
from judge.queue.keys import split_lane
from judge.queue.script import Call

#: Tenants that a look shows, of each lane and in all.
_OF_A_LANE, TENANTS_MAX = 100, 500


class TenantLoad(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant that has work in the queue. ``name`` "-" = work that names none. ``limited``: it has as much running as
    it may, and the rest waits for that."""

    name: str
    waiting: int
    running: int
    limited: bool


class Backlog(msgspec.Struct, frozen=True, kw_only=True):
    """What waits: lanes in the order of their names, tenants with the most work first."""

    lanes: tuple[LaneView, ...]
    tenants: tuple[TenantLoad, ...]


def backlog() -> Call[Backlog]:
    """Look at it."""
    return Call("backlog", (_OF_A_LANE, TENANTS_MAX), _backlog)


def _backlog(answer: Sequence[Any]) -> Backlog:
    now_ms, lanes, tenants = answer
    lane, tenant = iter(lanes), iter(tenants)
    lane_rows = zip(lane, lane, lane, lane, lane, strict=True)
    tenant_rows = zip(tenant, tenant, tenant, tenant, strict=True)
    loads = [
        TenantLoad(name=text_of(name), waiting=int(waiting), running=int(running), limited=int(parked) > 0)
        for name, waiting, running, parked in tenant_rows
    ]
    return Backlog(
        lanes=tuple(sorted((_lane(int(now_ms), *row) for row in lane_rows), key=_order)),
        tenants=tuple(sorted(loads, key=lambda load: (-load.waiting - load.running, load.name))),
    )


def _order(lane: LaneView) -> tuple[str, str]:
    return lane.priority_class, lane.route


def _lane(now_ms: int, name: Any, waiting: Any, tenants: Any, tickets: Any, oldest_at: Any) -> LaneView:
    priority_class, route = split_lane(text_of(name))
    oldest_at_ms = int(float(oldest_at))
    return LaneView(
        priority_class=priority_class,
        route=route,
        waiting=int(waiting),
        tenants=int(tenants),
        tickets=int(tickets),
        oldest_ms=max(now_ms - oldest_at_ms, 0) if oldest_at_ms else 0,
    )
