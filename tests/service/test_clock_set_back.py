"""Redis' clock is set back, by an hour: what was noted before then lies ahead of it."""

from __future__ import annotations

from service_harness import order
from test_queue_promises import LEASE_MS, claim, join

from judge.queue import calls
from judge.queue.redis_queue import Queue

HOUR_MS = 3_600_000


def _an_hour_ahead(queue: Queue, key: str, field: str) -> None:
    now_s, _ = queue.link.command("TIME")
    queue.link.command("HSET", key, field, int(now_s) * 1000 + HOUR_MS)


def test_sweeps_go_on(queue: Queue) -> None:
    join(queue)
    counters = queue.link.keys.counters()
    _an_hour_ahead(queue, counters, "swept_at")
    _an_hour_ahead(queue, counters, "hold_until")
    swept = queue.run(calls.sweep("w1", LEASE_MS, LEASE_MS, 3))
    assert swept.workers == 1
    later_ms = int(queue.link.command("TIME")[0]) * 1000 + HOUR_MS // 2
    for field in ("swept_at", "hold_until"):
        assert int(queue.link.command("HGET", counters, field)) < later_ms


def test_a_tenant_that_has_a_rate_keeps_it(queue: Queue) -> None:
    join(queue)
    queue.link.command("HSET", queue.link.keys.policy(), "tenant_per_minute", 2)
    bucket = queue.link.keys.rate("ada")
    queue.link.command("HSET", bucket, "tokens", "1.5")
    _an_hour_ahead(queue, bucket, "at")
    queue.run(calls.submit(order(tenant="ada")))
    assert claim(queue)
