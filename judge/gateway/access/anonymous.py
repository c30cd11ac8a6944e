"""Those without a key, where the settings let everybody in: a tenant for each address, a class and small limits."""

from __future__ import annotations

import hashlib
import ipaddress

import msgspec

from judge.config import GatewaySettings
from judge.gateway.problems import ProblemError, field_problem
from judge.model.work import DEFAULT_LIMITS, Evaluation, Execution, RequestedLimits, Task

#: What these tenants' names begin with. The queue has limits of its own for them (tenant_limit in common.lua).
PREFIX = "anonymous@"

#: One customer's network has a whole /64 at its hands.
_IPV6_BITS = 64


def tenant_of(address: str) -> str:
    """The tenant of those at this address: those who share it share its rate, and cannot be told apart."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:  # a proxy named it otherwise
        return PREFIX + hashlib.sha256(address.encode(errors="replace")).hexdigest()[:16]
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is None:
            network = ipaddress.IPv6Network((found, _IPV6_BITS), strict=False)
            return PREFIX + network.network_address.exploded[:19].replace(":", ".")
        found = found.ipv4_mapped
    return f"{PREFIX}{found}"


def bounded(task: Task, settings: GatewaySettings) -> Task:
    """The task within what people without a key may have: what it leaves open gets their limits.

    Raises ProblemError naming the field that asks for more, or for what needs a key.
    """
    if not isinstance(task, Execution | Evaluation):
        raise ProblemError("no-key", "this kind of work needs a key")
    if task.compile_limits != DEFAULT_LIMITS:
        raise field_problem("without a key the compiler has its usual limits", "/compile_limits")
    many, where = (task.repeats, "/repeats") if isinstance(task, Execution) else (len(task.tests), "/tests")
    if many > settings.anonymous_runs_max:
        raise field_problem(f"without a key up to {settings.anonymous_runs_max}", where)
    if isinstance(task, Execution) and task.keep:
        raise field_problem("keeping files needs a key", "/keep")
    return msgspec.structs.replace(task, limits=_lowered(task.limits, settings))


def lowered(task: Task, settings: GatewaySettings) -> Task:
    """The task within what people without a key may have: what it asks for beyond their limits gets those.

    Raises ProblemError for what needs a key.
    """
    if isinstance(task, Execution | Evaluation):
        most = _most(settings)
        within = {name: min(getattr(task.limits, name) or value, value) for name, value in most.items()}
        limits = msgspec.structs.replace(task.limits, **within)
        task = msgspec.structs.replace(task, limits=limits, compile_limits=DEFAULT_LIMITS)
    return bounded(task, settings)


def _lowered(asked: RequestedLimits, settings: GatewaySettings) -> RequestedLimits:
    most = _most(settings)
    for name, value in most.items():
        if getattr(asked, name) > value:
            raise field_problem(f"without a key up to {value}", f"/limits/{name}")
    given = {name: getattr(asked, name) or value for name, value in most.items()}
    return msgspec.structs.replace(asked, **given)


def _most(settings: GatewaySettings) -> dict[str, int]:
    time_ns = settings.anonymous_time_s_max * 1_000_000_000
    return {
        "cpu_time_ns": time_ns,
        "wall_time_ns": 3 * time_ns,
        "memory_bytes": settings.anonymous_memory_bytes_max,
        "stdout_bytes": settings.anonymous_output_bytes_max,
        "stderr_bytes": settings.anonymous_output_bytes_max,
    }
