"""What those without a key may have."""

from __future__ import annotations

import pytest

from judge.config import GatewaySettings
from judge.gateway.access.anonymous import bounded, tenant_of
from judge.gateway.problems import ProblemError
from judge.model.work import CommandGroup, Execution, RequestedLimits, Task
from judge.queue.api_keys import is_tenant

SETTINGS = GatewaySettings()


@pytest.mark.parametrize(
    ("address", "tenant"),
    [
        ("192.0.2.7", "anonymous@192.0.2.7"),
        ("::ffff:192.0.2.7", "anonymous@192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "anonymous@2001.0db8.0001.0002"),
        ("2001:db8:1:2::9", "anonymous@2001.0db8.0001.0002"),
        ("fe80::1%eth0", "anonymous@fe80.0000.0000.0000"),
    ],
)
def test_an_address_is_a_tenant(address: str, tenant: str) -> None:
    assert tenant_of(address) == tenant


@pytest.mark.parametrize("address", ["", "unknown", "a~b", "x" * 5000, "\ud800", "192.0.2.7:80", "a|b c"])
def test_whatever_a_proxy_calls_it_it_is_a_name(address: str) -> None:
    assert is_tenant(tenant_of(address))


def test_what_is_left_open_gets_the_small_limits() -> None:
    found = bounded(Execution(limits=RequestedLimits(cpu_time_ns=7, processes=3)), SETTINGS)
    assert isinstance(found, Execution)
    assert (found.limits.cpu_time_ns, found.limits.processes) == (7, 3)
    assert found.limits.memory_bytes == SETTINGS.anonymous_memory_bytes_max
    assert found.limits.wall_time_ns == 3 * SETTINGS.anonymous_time_s_max * 10**9


@pytest.mark.parametrize(
    ("task", "pointer"),
    [
        (Execution(limits=RequestedLimits(cpu_time_ns=10**11)), "/limits/cpu_time_ns"),
        (Execution(limits=RequestedLimits(memory_bytes=1 << 40)), "/limits/memory_bytes"),
        (Execution(limits=RequestedLimits(stdout_bytes=1 << 30)), "/limits/stdout_bytes"),
        (Execution(compile_limits=RequestedLimits(cpu_time_ns=1)), "/compile_limits"),
        (Execution(repeats=11), "/repeats"),
        (Execution(keep=("*",)), "/keep"),
    ],
)
def test_what_asks_for_more_is_told_by_its_field(task: Task, pointer: str) -> None:
    with pytest.raises(ProblemError) as caught:
        bounded(task, SETTINGS)
    assert caught.value.errors[0].pointer == pointer


def test_other_kinds_need_a_key() -> None:
    with pytest.raises(ProblemError, match="needs a key"):
        bounded(CommandGroup(commands=()), SETTINGS)
