"""The settings of the queue."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from judge import wire
from judge.config.section import Section, says


def _class_weights() -> dict[str, int]:
    return {"contest": 32, "run": 16, "practice": 4, "bulk": 2, "rejudge": 1}


def _class_cpu_weights() -> dict[str, int]:
    return {"contest": 400, "run": 200, "practice": 100, "bulk": 50, "rejudge": 25}


_Positive = Annotated[int, Meta(ge=1)]
_NotNegative = Annotated[int, Meta(ge=0)]
_CpuWeight = Annotated[int, Meta(ge=1, le=10_000)]


class QueueSettings(Section, frozen=True, kw_only=True):
    """The queue's policy: each worker that starts writes it to Redis"""

    max: Annotated[int, says("Waiting submissions; more are refused (0 = no limit).", variable="QUEUE_MAX", ge=0)] = (
        200_000
    )
    tenant_per_minute: Annotated[
        int,
        says("Submissions a minute of one tenant (0 = no limit); `judge tenant` sets one tenant's own.", ge=0),
    ] = 0
    tenant_running_max: Annotated[
        int, says("Slots that one tenant holds (0 = no limit); `judge tenant` sets one tenant's own.", ge=0)
    ] = 0
    tenant_sessions_max: Annotated[
        int,
        says("Sessions of one tenant that are not over (0 = no limit); `judge tenant` sets one tenant's own.", ge=0),
    ] = 200
    tenant_streams_max: Annotated[
        int,
        says("Open event streams of one tenant, at all gateways together (0 = no limit); as above.", ge=0),
    ] = 4000
    tenant_sockets_max: Annotated[
        int,
        says("Open WebSockets of one tenant, at all gateways together (0 = no limit); as above.", ge=0),
    ] = 1000
    anonymous_per_minute: Annotated[
        int, says("Work a minute of one address without a key (0 = any tenant's).", ge=0)
    ] = 20
    anonymous_running_max: Annotated[int, says("Slots of one address without a key (0 = any tenant's).", ge=0)] = 1
    class_weights: Annotated[dict[str, _Positive], says("Shares of the classes in the slots while they have work.")] = (
        msgspec.field(default_factory=_class_weights)
    )
    class_cpu_weights: Annotated[
        dict[str, _CpuWeight], says("Cgroup CPU weights (100 = usual) of what runs in each class.")
    ] = msgspec.field(default_factory=_class_cpu_weights)
    preempting_class: Annotated[
        str, says("Work of this class that finds no free slot has another one frozen (empty = never).")
    ] = "contest"
    preempted_class: Annotated[str, says("The class whose slots are frozen for it.")] = "rejudge"
    ageing_s: Annotated[int, says("Work that waits longer goes ahead of its class (0 = never).", ge=0)] = 600
    waiting_max_s: Annotated[int, says("Work that waits longer becomes a judge error (0 = never).", ge=0)] = 86_400
    keep_s: Annotated[int, says("How long finished records are kept (0 = for ever).", ge=0)] = 604_800
    keep_kind_s: Annotated[
        dict[str, _NotNegative],
        says(
            "The same by kind (submission, execution, evaluation, group, session, verification, batch), where it is "
            "not `keep_s`; `judge tenant` sets one tenant's own."
        ),
    ] = msgspec.field(default_factory=dict)
    anonymous_keep_s: Annotated[
        int, says("The same for the work of those without a key (0 = as any tenant's).", ge=0)
    ] = 0
    keep_max: Annotated[int, says("How many finished records are kept (0 = all).", ge=0)] = 1_000_000
    work_bytes_max: Annotated[
        int,
        says(
            "Size of one piece of work without a package as JSON, blobs not counted; larger ones are refused.",
            ge=1,
            le=wire.WORK_BYTES_MOST,
        ),
    ] = 16 << 20
