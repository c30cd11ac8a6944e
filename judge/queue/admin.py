"""Looking at the queue and steering it: policy, workers, depth. Reads are several commands, not one moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from judge import wire
from judge.errors import QueueError, UsageError
from judge.queue.redis_queue import Queue
from judge.queue.script import scripts
from judge.queue.values import LanguageCard, Policy, WorkerInfo


class LaneView(msgspec.Struct, frozen=True, kw_only=True):
    """Waiting work of one class and route. ``oldest_ms``: for how long its oldest submission has waited."""

    priority_class: str
    route: str
    waiting: int
    tenants: int
    tickets: int
    oldest_ms: int


class QueueView(msgspec.Struct, frozen=True, kw_only=True):
    """The queue as a whole. ``counters`` count since the queue was made."""

    waiting: int
    running: int
    waiting_by_class: dict[str, int]
    lanes: tuple[LaneView, ...]
    counters: dict[str, int]
    judging_ms: float
    slots: int


class WorkerView(msgspec.Struct, frozen=True, kw_only=True):
    """One worker. ``state``: on, draining, out; ``silent_ms`` since its last sign of life; ``running``: slot -> id."""

    node: str
    state: str
    reason: str
    silent_ms: int
    running: dict[str, str]
    info: WorkerInfo


#: What a client needs; the others are the workers'.
CLIENT_SCRIPTS = ("submit", "cancel")

#: What a tenant may have a number of its own for.
TENANT_LIMITS = ("tenant_per_minute", "tenant_running_max")

#: So long after a worker has gone (sweep.lua, too) submissions are taken in that only it would judge.
GONE_MS = 600_000

_GAUGES = ("waiting", "running", "judging_ms", "claimed_at", "swept_at", "hold_until", "claims")


def set_policy(queue: Queue, policy: Policy) -> None:
    """Write the policy; it holds for every client and worker at once."""
    values = {name: value for name, value in msgspec.structs.asdict(policy).items() if name != "weights"}
    with queue.client.pipeline(transaction=True) as pipe:
        command: Callable[..., object] = pipe.execute_command
        command("DEL", f"{queue.prefix}weights")
        command("HSET", f"{queue.prefix}weights", *_flat(policy.weights))
        command("HSET", f"{queue.prefix}policy", *_flat(values))
        pipe.execute()


def tenant_limits(queue: Queue) -> dict[str, dict[str, int]]:
    """Tenant -> its own limits: those of TENANT_LIMITS that are not everybody's."""
    found: dict[str, dict[str, int]] = {}
    for field, value in sorted(_pairs(queue.command("HGETALL", f"{queue.prefix}policy")).items()):
        name, slash, tenant = field.partition("/")
        if slash and name in TENANT_LIMITS and value.isdecimal():
            found.setdefault(tenant, {})[name] = int(value)
    return found


def set_tenant_limit(queue: Queue, tenant: str, name: str, value: int | None) -> None:
    """Give a tenant ("-" = submissions without one) a limit of its own (0 = none at all); None = everybody's again.

    Raises UsageError for a limit that is none, WireError for a tenant that cannot be.
    """
    if name not in TENANT_LIMITS or (value is not None and value < 0):
        raise UsageError(f"{name} {value}: a number from 0 for one of {', '.join(TENANT_LIMITS)}")
    if tenant != wire.tenant_key(""):
        wire.check_name(tenant, "tenant")
    field = f"{name}/{tenant}"
    if value is None:
        queue.command("HDEL", f"{queue.prefix}policy", field)
    else:
        queue.command("HSET", f"{queue.prefix}policy", field, value)


def odd_policy_fields(queue: Queue) -> tuple[str, ...]:
    """Fields of the policy that mean nothing: misspelt by whoever wrote them by hand."""
    known = {*Policy.__struct_fields__} - {"weights"}
    odd = []
    for field, value in _pairs(queue.command("HGETALL", f"{queue.prefix}policy")).items():
        name, slash, tenant = field.partition("/")
        fits = name in TENANT_LIMITS and bool(tenant) if slash else name in known
        if not fits or not value.isdecimal():
            odd.append(f"{field} = {value}")
    return tuple(sorted(odd))


def publish(queue: Queue) -> None:
    """Leave the schema version and the clients' scripts in Redis, for clients in any language.

    Raises QueueError when the namespace was written by another version.
    """
    queue.command("SETNX", f"{queue.prefix}schema", wire.SCHEMA_VERSION)
    found = int(queue.command("GET", f"{queue.prefix}schema"))
    if found != wire.SCHEMA_VERSION:
        raise QueueError(
            f"the queue {queue.broker.namespace!r} is of schema version {found}, this is {wire.SCHEMA_VERSION}: "
            "use another namespace, or empty it first"
        )
    for name in CLIENT_SCRIPTS:
        queue.command("HSET", f"{queue.prefix}scripts", name, scripts()[name].text)


def publish_languages(queue: Queue, cards: Sequence[LanguageCard]) -> None:
    """Leave every name of every known language in Redis, for clients and the submit script; ids win over aliases."""
    if not cards:
        return
    names: dict[str, str] = {}
    for card in cards:
        for alias in card.aliases:
            names.setdefault("".join(alias.lower().split()), card.id)
    names |= {card.id: card.id for card in cards}
    queue.command("HSET", f"{queue.prefix}languages", *(word for pair in names.items() for word in pair))
    details = [word for card in cards for word in (card.id, msgspec.json.encode(card))]
    queue.command("HSET", f"{queue.prefix}language-cards", *details)


def set_worker_state(queue: Queue, node: str, state: str, reason: str) -> None:
    """Say what is wanted of a worker: "on", "draining" or "out".

    Raises UsageError for an unknown worker.
    """
    key = f"{queue.prefix}worker:{node}"
    if not queue.command("EXISTS", key):
        raise UsageError(f"no worker {node!r}; judge workers lists them")
    queue.command("HSET", key, "state", state, "reason", reason)


def forget_worker(queue: Queue, node: str) -> None:
    """Take a worker that has ended out of the list; what it still held is left to its leases.

    What it offered is taken in for GONE_MS more: it may only be starting again.
    """
    remembered_until = _now_ms(queue) + GONE_MS
    routes = queue.command("SMEMBERS", f"{queue.prefix}serves:{node}")
    if routes:
        queue.command(
            "HSET", f"{queue.prefix}offered", *(word for route in routes for word in (route, remembered_until))
        )
    queue.command("ZREM", f"{queue.prefix}workers", node)
    queue.command("HDEL", f"{queue.prefix}slots", node)
    queue.command("DEL", f"{queue.prefix}worker:{node}", f"{queue.prefix}serves:{node}")


def queue_view(queue: Queue) -> QueueView:
    """A look at the whole queue: O(lanes)."""
    prefix = queue.prefix
    raw = _pairs(queue.command("HGETALL", f"{prefix}stat"))
    now_ms = _now_ms(queue)
    lanes = tuple(
        _lane_view(queue, lane.decode(), now_ms) for lane in sorted(queue.command("SMEMBERS", f"{prefix}lanes"))
    )
    return QueueView(
        waiting=int(raw.get("waiting", 0)),
        running=int(raw.get("running", 0)),
        waiting_by_class={k: int(v) for k, v in _pairs(queue.command("HGETALL", f"{prefix}waiting")).items()},
        lanes=lanes,
        counters={name: int(value) for name, value in sorted(raw.items()) if name not in _GAUGES},
        judging_ms=float(raw.get("judging_ms", 0)),
        slots=sum(int(count) for count in queue.command("HVALS", f"{prefix}slots")),
    )


def worker_views(queue: Queue) -> tuple[WorkerView, ...]:
    """All workers that gave a sign of life within the last minute."""
    now_ms = _now_ms(queue)
    entries = queue.command("ZRANGE", f"{queue.prefix}workers", 0, -1, "WITHSCORES")
    names = [item.decode() for item in entries[::2]]
    seen = [int(float(item)) for item in entries[1::2]]
    return tuple(_worker_view(queue, node, now_ms - at) for node, at in sorted(zip(names, seen, strict=True)))


def _lane_view(queue: Queue, lane: str, now_ms: int) -> LaneView:
    priority_class, _, route = lane.partition("|")
    prefix = queue.prefix
    oldest = queue.command("ZRANGE", f"{prefix}a:{lane}", 0, 0, "WITHSCORES")
    return LaneView(
        priority_class=priority_class,
        route=route,
        waiting=queue.command("ZCARD", f"{prefix}a:{lane}"),
        tenants=queue.command("ZCARD", f"{prefix}l:{lane}"),
        tickets=queue.command("LLEN", f"{prefix}q.{route}"),
        oldest_ms=max(now_ms - int(float(oldest[1])), 0) if oldest else 0,
    )


def _worker_view(queue: Queue, node: str, silent_ms: int) -> WorkerView:
    record = _pairs(queue.command("HGETALL", f"{queue.prefix}worker:{node}"))
    held = _pairs(queue.command("HGETALL", f"{queue.prefix}n:{node}"))
    try:
        info = msgspec.json.decode(record.get("info", "{}"), type=WorkerInfo)
    except msgspec.MsgspecError:
        info = WorkerInfo()
    return WorkerView(
        node=node,
        state=record.get("state", "?"),
        reason=record.get("reason", ""),
        silent_ms=max(silent_ms, 0),
        running={slot: text.split(" ")[0] for slot, text in held.items()},
        info=info,
    )


def _now_ms(queue: Queue) -> int:
    seconds, micros = queue.command("TIME")
    return int(seconds) * 1000 + int(micros) // 1000


def _pairs(answer: dict[bytes, bytes] | list[bytes]) -> dict[str, str]:
    pairs = answer.items() if isinstance(answer, dict) else zip(answer[::2], answer[1::2], strict=True)
    return {key.decode(): value.decode("utf-8", "replace") for key, value in pairs}


def _flat(values: Mapping[str, int]) -> list[str | int]:
    return [item for pair in values.items() for item in pair]
