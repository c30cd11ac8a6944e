"""The series for charts: what waited, who had what judged, how long it took."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from gateway_harness import RUN, Gateway
from service_harness import until

from judge.client import Client
from judge.queue.api_keys import Scope


def _series(gateway: Gateway, admin: str, query: str = "") -> dict[str, Any]:
    answer = gateway.get(f"/api/v1/series?{query}", key=admin)
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize(("range", "steps", "step_ms"), [("hour", 60, 60_000), ("6-hours", 72, 300_000)])
def test_work_that_is_over_is_there_at_once(
    gateway: Gateway, make_key: Callable[..., str], admin: str, range: str, steps: int, step_ms: int
) -> None:
    tenant = f"measured-{range}"
    assert gateway.post("/api/v1/runs?wait=30", RUN, key=make_key(tenant)).status == 201
    found = _series(gateway, admin, f"range={range}&tenant={tenant}")
    assert (found["steps"], found["step_ms"]) == (steps, step_ms)
    assert [group["name"] for group in found["groups"]] == [tenant]
    group = found["groups"][0]
    assert (group["judged"], sum(group["judged_by_step"]), len(group["judged_by_step"])) == (1, 1, steps)
    assert group["slot_time_ms"] == sum(group["slot_time_ms_by_step"]) > 0
    assert 0 <= group["wait_p50_ms"] <= group["wait_p95_ms"]
    assert found["total"] == {**group, "name": ""}


@pytest.mark.parametrize(("range", "steps"), [("day", 24), ("week", 168)])
def test_hours_go_far_back(gateway: Gateway, client: Client, admin: str, range: str, steps: int) -> None:
    hour = int(time.time()) // 3600 - steps + 2
    fields = (f"old-times-{range}\trun\tc\tw4j7", 3, f"old-times-{range}\trun\tc\tms", 90)
    client.queue.link.command("HSET", client.queue.link.keys.series_work("3600", str(hour)), *fields)
    found = _series(gateway, admin, f"range={range}&tenant=old-times-{range}")
    assert (found["steps"], found["step_ms"]) == (steps, 3_600_000)
    assert sum(found["groups"][0]["judged_by_step"][:3]) == found["total"]["judged"] == 3
    assert found["total"]["wait_p95_ms"] in (15, 16)


def test_those_with_little_are_one_group(gateway: Gateway, client: Client, admin: str) -> None:
    hour = int(time.time()) // 3600 - 2
    fields = [word for index in range(20) for word in (f"t{index}\tsmall\tc\tw4", 1, f"t{index}\tsmall\tc\tms", index)]
    client.queue.link.command("HSET", client.queue.link.keys.series_work("3600", str(hour)), *fields)
    groups = _series(gateway, admin, "range=day&priority_class=small")["groups"]
    assert [group["name"] for group in groups] == [*(f"t{index}" for index in range(19, 7, -1)), "*"]
    assert (groups[-1]["judged"], groups[-1]["slot_time_ms"]) == (8, sum(range(8)))
    assert groups[-1]["judging_p50_ms"] is None


@pytest.mark.parametrize(("by", "name"), [("tenant", "grouped"), ("class", "run"), ("language", "python3")])
def test_work_is_grouped_as_asked(
    gateway: Gateway, make_key: Callable[..., str], admin: str, by: str, name: str
) -> None:
    assert gateway.post("/api/v1/runs?wait=30", RUN, key=make_key("grouped")).status == 201
    found = _series(gateway, admin, f"by={by}&tenant=grouped&priority_class=run&language=python3")
    assert [group["name"] for group in found["groups"]] == [name]
    assert _series(gateway, admin, "tenant=grouped&language=cobol")["groups"] == []


def test_worker_and_queue_are_looked_at(gateway: Gateway, admin: str) -> None:
    until(lambda: any(slots for slots in _series(gateway, admin)["slots"]), "a look at the queue", 90)
    found = _series(gateway, admin)
    assert max(slots for slots in found["slots"] if slots is not None) >= 2
    workers = found["workers"].values()
    assert any(load is not None for worker in workers for load in worker["load"])


@pytest.mark.parametrize("query", ["range=year", "by=colour", "tenant=" + "x" * 201, "since=1"])
def test_what_no_series_is_of_is_told(gateway: Gateway, admin: str, query: str) -> None:
    assert gateway.get(f"/api/v1/series?{query}", key=admin).problem == "bad-field"


def test_the_series_are_for_admins(gateway: Gateway, make_key: Callable[..., str]) -> None:
    key = make_key("school", Scope.RUN, Scope.READ, Scope.SUBMIT, Scope.PACKAGES, Scope.WEBHOOKS)
    assert gateway.get("/api/v1/series", key=key).problem == "no-scope"
