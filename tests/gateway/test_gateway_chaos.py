"""A short cut of the chaos that make test-gateway does at length."""

from __future__ import annotations

from gateway_chaos import run_gateway_chaos


def test_every_accepted_request_has_one_result_while_gateways_workers_and_redis_die() -> None:
    outcome = run_gateway_chaos(count=120, faults=4, seed=7)
    assert outcome.good, outcome.line()
