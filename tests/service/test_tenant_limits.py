"""What one tenant may: numbers of its own beside everybody's, set by a command, misspellings named."""

from __future__ import annotations

import json

import pytest
from service_harness import POLICY, order

from judge.cli.main import main
from judge.errors import RateLimitError, UsageError, WireError
from judge.queue import calls
from judge.queue.admin import odd_policy_fields, set_policy, set_tenant_limit, tenant_limits
from judge.queue.check import check_broker
from judge.queue.redis_queue import Queue


def handed_in(queue: Queue, tenant: str, tries: int = 4) -> int:
    """How many of so many at once are taken."""
    taken = 0
    for _ in range(tries):
        try:
            taken += queue.run(calls.submit(order(tenant=tenant)))
        except RateLimitError:
            break
    return taken


def test_a_tenant_has_a_rate_of_its_own(queue: Queue) -> None:
    queue.link.command("HSET", queue.link.keys.policy(), "tenant_per_minute", 2)
    set_tenant_limit(queue, "slow", "tenant_per_minute", 1)
    set_tenant_limit(queue, "free", "tenant_per_minute", 0)
    set_tenant_limit(queue, "-", "tenant_per_minute", 3)
    assert [handed_in(queue, tenant) for tenant in ("slow", "free", "", "other")] == [1, 4, 3, 2]


def test_a_rate_of_one_tenant_needs_none_for_everybody(queue: Queue) -> None:
    set_tenant_limit(queue, "slow", "tenant_per_minute", 1)
    assert [handed_in(queue, tenant) for tenant in ("slow", "other")] == [1, 4]
    set_tenant_limit(queue, "slow", "tenant_per_minute", None)
    assert handed_in(queue, "slow") == 4


def test_a_worker_that_starts_leaves_them_alone(queue: Queue) -> None:
    set_tenant_limit(queue, "amy", "tenant_running_max", 2)
    set_policy(queue, POLICY)
    assert tenant_limits(queue) == {"amy": {"tenant_running_max": 2}}


def test_what_cannot_be_is_refused(queue: Queue) -> None:
    with pytest.raises(WireError, match="tenant"):
        set_tenant_limit(queue, "a b", "tenant_per_minute", 1)
    with pytest.raises(UsageError, match="tenant_per_minut "):
        set_tenant_limit(queue, "amy", "tenant_per_minut", 1)


def test_fields_that_mean_nothing_are_named(
    queue: Queue, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = queue.link.keys.policy()
    for field, value in (("tenant_per_minut/amy", 1), ("queue_maximum", 3), ("tenant_running_max/bob", "two")):
        queue.link.command("HSET", policy, field, value)
    named = ("queue_maximum = 3", "tenant_per_minut/amy = 1", "tenant_running_max/bob = two")
    assert odd_policy_fields(queue) == named
    (finding,) = [found for found in check_broker(queue.broker) if found.name == "policy"]
    assert all(field in finding.found for field in named)
    monkeypatch.setenv("JUDGE_NAMESPACE", queue.broker.namespace)
    assert main(["tenant", "--broker", queue.broker.url, "cal", "--per-minute", "7", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == {"cal": {"tenant_per_minute": 7}}
    assert all(field in err for field in named)
    assert main(["tenant", "--broker", queue.broker.url, "cal", "--per-minute", "default"]) == 0
    assert capsys.readouterr().out == "cal: everybody's limits\n"
    assert main(["tenant", "--broker", queue.broker.url, "--per-minute", "1"]) == 2
