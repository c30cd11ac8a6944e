"""What tenants may, and whether workers claim: looked at and set. Few commands, seldom: each in a thread."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import TypeVar

from msgspec import UNSET
from starlette.responses import Response

from judge.errors import UsageError, WireError
from judge.gateway.api.handing_in import PREFIX
from judge.gateway.endpoint import Answer, Asked, Endpoint, json_answer
from judge.gateway.problems import ProblemError, field_problem
from judge.http_form.administration import TenantChange, TenantForm, TenantsForm, WorkerChange
from judge.queue import audit
from judge.queue.admin import TENANT_LIMITS, WorkerBusy, prove_worker, set_tenant_limit, set_worker_state, tenant_limits
from judge.queue.api_keys import Scope
from judge.queue.audit import Act
from judge.queue.redis_queue import Queue
from judge.queue.values import WorkerState

T = TypeVar("T")

_NODE = re.compile(r"[!-~]{1,255}")


async def list_tenants(asked: Asked) -> Response:
    """Those that have limits of their own."""
    found = await _in_thread(asked, tenant_limits)
    return json_answer(TenantsForm(items=tuple(TenantForm(name=name, limits=own) for name, own in found.items())))


async def show_tenant(asked: Asked) -> Response:
    """Its own limits; a tenant that has none is as good as any."""
    return json_answer(await _in_thread(asked, lambda queue: _tenant(queue, asked.path["name"])))


async def limit_tenant(asked: Asked) -> Response:
    """Give it limits of its own, or everybody's again; they hold at once."""
    wanted: TenantChange = asked.body
    unknown = next((name for name in wanted.limits if name not in TENANT_LIMITS), None)
    if unknown is not None:
        raise field_problem(f"one of {', '.join(TENANT_LIMITS)}", f"/limits/{unknown[:80]}")
    tenant, actor = asked.path["name"], asked.caller.actor

    def limit(queue: Queue) -> TenantForm:
        for name, value in wanted.limits.items():
            set_tenant_limit(queue, tenant, name, value)
            said = f"{name} {'default' if value is None else value}"
            queue.run(audit.note(Act.TENANT_LIMITED, actor, tenant, said))
        return _tenant(queue, tenant)

    try:
        return json_answer(await _in_thread(asked, limit))
    except (UsageError, WireError) as error:
        raise ProblemError("not-found", str(error)) from error


def _tenant(queue: Queue, name: str) -> TenantForm:
    return TenantForm(name=name, limits=tenant_limits(queue).get(name, {}))


async def steer_worker(asked: Asked) -> Response:
    """Let it claim nothing more, or claim again, or prove itself: what takes itself out does so before it is back."""
    wanted: WorkerChange = asked.body
    node, actor = asked.path["name"], asked.caller.actor
    if not _NODE.fullmatch(node):
        raise ProblemError("not-found", "there is no such worker")

    if (wanted.draining is UNSET) == (wanted.prove is UNSET):
        raise field_problem("one of draining and prove")

    def steer(queue: Queue) -> None:
        if wanted.draining is UNSET:
            prove_worker(queue, node, f"to prove itself, for {actor}")
            queue.run(audit.note(Act.WORKER_STEERED, actor, node, "prove"))
            return
        state = WorkerState.DRAINING if wanted.draining else WorkerState.ON
        set_worker_state(queue, node, state, f"by {actor}" if wanted.draining else "")
        queue.run(audit.note(Act.WORKER_STEERED, actor, node, state.value))

    try:
        await _in_thread(asked, steer)
    except WorkerBusy as error:
        raise field_problem(str(error), "/prove") from error
    except UsageError as error:
        raise ProblemError("not-found", "there is no such worker") from error
    return Response(status_code=204)


async def _in_thread(asked: Asked, ask: Callable[[Queue], T]) -> T:
    def work() -> T:
        with Queue(asked.service.queue.broker) as queue:
            return ask(queue)

    return await asyncio.to_thread(work)


_TENANTS = f"{PREFIX}/tenants"
_BODY = ("bad-json", "bad-media-type", "too-large", "bad-field", "slow-request")
_AS_IT_STANDS = (Answer(200, "Its own limits.", TenantForm),)

ENDPOINTS = (
    Endpoint("GET", _TENANTS, "listTenants", "The tenants that have limits of their own.", list_tenants,
             "administration", (Answer(200, "All of them.", TenantsForm),), scope=Scope.ADMIN),
    Endpoint("GET", f"{_TENANTS}/{{name}}", "showTenant", "A tenant's own limits; - = work that names none.",
             show_tenant, "administration", _AS_IT_STANDS, scope=Scope.ADMIN),
    Endpoint("PATCH", f"{_TENANTS}/{{name}}", "limitTenant", "Give a tenant limits of its own.", limit_tenant,
             "administration", _AS_IT_STANDS, scope=Scope.ADMIN, body=TenantChange, problems=(*_BODY, "not-found")),
    Endpoint("PATCH", f"{PREFIX}/workers/{{name}}", "steerWorker",
             "Let a worker finish what it judges and claim nothing more, or prove itself, or go on.", steer_worker,
             "administration", (Answer(204, "It is told."),), scope=Scope.ADMIN, body=WorkerChange,
             problems=(*_BODY, "not-found")),
)  # fmt: skip
