"""What a tenant used, told to itself and to those who run the judge; and what is left when work is removed."""

from __future__ import annotations

import csv
from collections.abc import Callable

import pytest
from gateway_harness import RUN, Gateway

from judge.queue.api_keys import Scope

BUSY = {**RUN, "source": "import time\nwhile time.process_time() < 0.3: pass"}


def test_a_tenant_sees_what_it_used(gateway: Gateway, make_key: Callable[..., str], admin: str) -> None:
    key = make_key("spender")
    assert gateway.get("/api/v1/me", key=key).json()["used"] == []
    for _ in range(2):
        assert gateway.post("/api/v1/runs?wait=30", BUSY, key=key).status == 201
    days = gateway.get("/api/v1/me", key=key).json()["used"]
    assert sum(day["works"] for day in days) == 2
    assert sum(day["cpu_time_ms"] for day in days) >= 600
    assert sum(day["size_bytes"] for day in days) > 2 * len(BUSY["source"])
    answer = gateway.get("/api/v1/usage", key=admin)
    assert answer.headers["content-type"].startswith("text/csv")
    lines = [line for line in csv.DictReader(answer.body.decode().splitlines()) if line["tenant"] == "spender"]
    assert sum(int(line["works"]) for line in lines) == 2
    assert sum(float(line["cpu_seconds"]) for line in lines) >= 0.6
    assert gateway.get("/api/v1/me", key=make_key("miser")).json()["used"] == []


@pytest.mark.parametrize(
    "query",
    [
        "since=x",
        "since=2026-02-30",
        "until=2026-13-01",
        "since=2026-02-01&until=2026-01-01",
        "since=0001-01-01",
        "day=1",
    ],
)
def test_days_that_are_none_are_told(gateway: Gateway, admin: str, query: str) -> None:
    assert gateway.get(f"/api/v1/usage?{query}", key=admin).problem == "bad-field"


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1970-01-01"])
def test_the_first_and_the_last_day_are_days(gateway: Gateway, admin: str, day: str) -> None:
    assert gateway.get(f"/api/v1/usage?until={day}", key=admin).status == 200


def test_usage_is_for_admins(gateway: Gateway, make_key: Callable[..., str]) -> None:
    key = make_key("school", Scope.RUN, Scope.READ, Scope.SUBMIT, Scope.PACKAGES)
    assert gateway.get("/api/v1/usage", key=key).problem == "no-scope"
