"""Looking at the queue and steering it: policy, workers, depth. Reads are several commands, not one moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from judge import wire
from judge.errors import UsageError
from judge.queue import calls
from judge.queue.answers import pairs_of, text_of
from judge.queue.keys import split_lane
from judge.queue.redis_queue import Queue
from judge.queue.script import scripts
from judge.queue.values import KEPT_KINDS, BlobPolicy, LanguageCard, Policy, StatePolicy, WorkerInfo, WorkerState


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
    """One worker. ``silent_ms`` since its last sign of life; ``running``: slot -> id."""

    node: str
    state: WorkerState
    reason: str
    silent_ms: int
    running: dict[str, str]
    info: WorkerInfo


#: What a client needs; the others are the workers'.
CLIENT_SCRIPTS = (
    "submit",
    "cancel",
    "interrupt",
    "session",
    "blob_put",
    "blob_upload_end",
    "blob_use",
    "blob_list",
    "blob_remove",
    "state_list",
    "state_look",
    "state_remove",
)

#: What a tenant may have a number of its own for.
TENANT_LIMITS = (
    "tenant_per_minute",
    "tenant_running_max",
    "tenant_sessions_max",
    "tenant_streams_max",
    "tenant_sockets_max",
    "tenant_blob_bytes",
    "tenant_blobs",
    "tenant_states",
    "tenant_state_bytes",
    "tenant_webhooks_waiting",
    "keep_ms",
    *(f"keep_ms:{kind}" for kind in KEPT_KINDS),
)

#: For this long after a worker has gone (sweep.lua, too) submissions are taken in that only it would judge.
GONE_MS = 600_000

_GAUGES = ("waiting", "running", "judging_ms", "claimed_at", "swept_at", "hold_until", "claims", "keep_rank", "folded")


def set_policy(queue: Queue, policy: Policy) -> None:
    """Write the policy; it holds for every client and worker at once."""
    values = {name: value for name, value in msgspec.structs.asdict(policy).items() if isinstance(value, int)}
    values |= {_keep_of(kind): keep_ms for kind, keep_ms in policy.keep_kinds_ms.items()}
    with queue.link.client.pipeline(transaction=True) as pipe:
        command: Callable[..., object] = pipe.execute_command
        command("DEL", queue.link.keys.weights())
        command("HSET", queue.link.keys.weights(), *_flat(policy.weights))
        command("HDEL", queue.link.keys.policy(), *(_keep_of(kind) for kind in KEPT_KINDS))
        command("HSET", queue.link.keys.policy(), *_flat(values))
        pipe.execute()


def _keep_of(kind: str) -> str:
    return f"keep_ms:{kind}"


def set_content_policy(queue: Queue, policy: BlobPolicy | StatePolicy) -> None:
    """The same of what blobs, or carried states, may be."""
    queue.link.command("HSET", queue.link.keys.policy(), *_flat(msgspec.structs.asdict(policy)))


def tenant_limits(queue: Queue) -> dict[str, dict[str, int]]:
    """Tenant -> its own limits: those of TENANT_LIMITS that are not everybody's."""
    found: dict[str, dict[str, int]] = {}
    for field, value in sorted(_pairs(queue.link.command("HGETALL", queue.link.keys.policy())).items()):
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
        queue.link.command("HDEL", queue.link.keys.policy(), field)
    else:
        queue.link.command("HSET", queue.link.keys.policy(), field, value)


def odd_policy_fields(queue: Queue) -> tuple[str, ...]:
    """Fields of the policy that mean nothing: misspelt when they were written by hand."""
    fields = (name for kind in (Policy, BlobPolicy, StatePolicy) for name in kind.__struct_fields__)
    known = set(fields) - {"weights", "keep_kinds_ms"}
    known |= {_keep_of(kind) for kind in KEPT_KINDS}
    odd = []
    for field, value in _pairs(queue.link.command("HGETALL", queue.link.keys.policy())).items():
        name, slash, tenant = field.partition("/")
        fits = name in TENANT_LIMITS and bool(tenant) if slash else name in known
        if not fits or not value.isdecimal():
            odd.append(f"{field} = {value}")
    return tuple(sorted(odd))


def publish(queue: Queue) -> None:
    """Agree on the schema and leave the clients' scripts in Redis, for clients in any language.

    Raises QueueError when what lies there is of another version, or of the one before and not drained.
    """
    queue.run(calls.schema())
    for name in CLIENT_SCRIPTS:
        queue.link.command("HSET", queue.link.keys.scripts(), name, scripts()[name].text)


def publish_languages(queue: Queue, cards: Sequence[LanguageCard]) -> None:
    """Leave every name of every known language in Redis, for clients and the submit script; ids win over aliases."""
    if not cards:
        return
    names: dict[str, str] = {}
    for card in cards:
        for alias in card.aliases:
            names.setdefault("".join(alias.lower().split()), card.id)
    names |= {card.id: card.id for card in cards}
    queue.link.command("HSET", queue.link.keys.languages(), *(word for pair in names.items() for word in pair))
    details = [word for card in cards for word in (card.id, msgspec.json.encode(card))]
    queue.link.command("HSET", queue.link.keys.language_cards(), *details)


def set_worker_state(queue: Queue, node: str, state: WorkerState, reason: str) -> None:
    """Set a worker's desired state, and why it is not ON.

    Raises UsageError for an unknown worker.
    """
    key = queue.link.keys.worker(node)
    if not queue.link.command("EXISTS", key):
        raise UsageError(f"no worker {node!r}; judge workers lists them")
    queue.link.command("HSET", key, "state", state, "reason", reason)


class WorkerBusy(UsageError):
    """Something else is wanted of the worker now."""


def prove_worker(queue: Queue, node: str, reason: str) -> None:
    """Have a worker that is on finish what it judges, prove itself, and be on again when that went well.

    Raises UsageError for an unknown worker, WorkerBusy for one that is not on.
    """
    key = queue.link.keys.worker(node)
    state = queue.link.command("HGET", key, "state")
    if state is not None and state.decode() != WorkerState.ON:
        raise WorkerBusy(f"the worker is {state.decode()}")
    set_worker_state(queue, node, WorkerState.OUT, reason)


def forget_worker(queue: Queue, node: str) -> None:
    """Take a worker that has ended out of the list; what it still held is left to its leases.

    What it offered is taken in for GONE_MS more: it may only be starting again.
    """
    remembered_until = _now_ms(queue) + GONE_MS
    routes = queue.link.command("SMEMBERS", queue.link.keys.serves(node))
    if routes:
        queue.link.command(
            "HSET", queue.link.keys.offered(), *(word for route in routes for word in (route, remembered_until))
        )
    queue.link.command("ZREM", queue.link.keys.workers(), node)
    queue.link.command("HDEL", queue.link.keys.slots(), node)
    queue.link.command("DEL", queue.link.keys.worker(node), queue.link.keys.serves(node))


def queue_view(queue: Queue) -> QueueView:
    """A look at the whole queue: O(lanes)."""
    raw = _pairs(queue.link.command("HGETALL", queue.link.keys.counters()))
    now_ms = _now_ms(queue)
    lanes = tuple(
        _lane_view(queue, lane.decode(), now_ms)
        for lane in sorted(queue.link.command("SMEMBERS", queue.link.keys.lanes()))
    )
    return QueueView(
        waiting=int(raw.get("waiting", 0)),
        running=int(raw.get("running", 0)),
        waiting_by_class={
            k: int(v) for k, v in _pairs(queue.link.command("HGETALL", queue.link.keys.class_waiting())).items()
        },
        lanes=lanes,
        counters={name: int(value) for name, value in sorted(raw.items()) if name not in _GAUGES},
        judging_ms=float(raw.get("judging_ms", 0)),
        slots=sum(int(count) for count in queue.link.command("HVALS", queue.link.keys.slots())),
    )


def worker_views(queue: Queue) -> tuple[WorkerView, ...]:
    """All workers that gave a sign of life within the last minute."""
    now_ms = _now_ms(queue)
    entries = queue.link.command("ZRANGE", queue.link.keys.workers(), 0, -1, "WITHSCORES")
    names = [item.decode() for item in entries[::2]]
    seen = [int(float(item)) for item in entries[1::2]]
    return tuple(_worker_view(queue, node, now_ms - at) for node, at in sorted(zip(names, seen, strict=True)))


def _lane_view(queue: Queue, lane: str, now_ms: int) -> LaneView:
    priority_class, route = split_lane(lane)
    oldest = queue.link.command("ZRANGE", queue.link.keys.lane_ages(lane), 0, 0, "WITHSCORES")
    return LaneView(
        priority_class=priority_class,
        route=route,
        waiting=queue.link.command("ZCARD", queue.link.keys.lane_ages(lane)),
        tenants=queue.link.command("ZCARD", queue.link.keys.lane_tenants(lane)),
        tickets=queue.link.command("LLEN", queue.link.keys.tickets(route)),
        oldest_ms=max(now_ms - int(float(oldest[1])), 0) if oldest else 0,
    )


def _worker_view(queue: Queue, node: str, silent_ms: int) -> WorkerView:
    record = _pairs(queue.link.command("HGETALL", queue.link.keys.worker(node)))
    slots = _pairs(queue.link.command("HGETALL", queue.link.keys.held(node)))
    try:
        info = msgspec.json.decode(record.get("info", "{}"), type=WorkerInfo)
    except msgspec.MsgspecError:
        info = WorkerInfo()
    return WorkerView(
        node=node,
        state=WorkerState(record.get("state", "")),
        reason=record.get("reason", ""),
        silent_ms=max(silent_ms, 0),
        running={slot: held.id for slot, text in slots.items() if (held := calls.decode_held(text)) is not None},
        info=info,
    )


def _now_ms(queue: Queue) -> int:
    seconds, micros = queue.link.command("TIME")
    return int(seconds) * 1000 + int(micros) // 1000


def _pairs(answer: dict[bytes, bytes] | list[bytes]) -> dict[str, str]:
    return {key.decode(): text_of(value) for key, value in pairs_of(answer)}


def _flat(values: Mapping[str, int]) -> list[str | int]:
    return [item for pair in values.items() for item in pair]
