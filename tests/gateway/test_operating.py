"""What those who run the judge see of queue and workers, and what they tell a worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from gateway_harness import RUN, Gateway
from service_harness import POLICY, RedisServer, Worker, order, until

from judge.client import Client
from judge.queue import calls
from judge.queue.admin import set_policy, set_tenant_limit
from judge.queue.api_keys import KeyRights, Scope, create_key
from judge.queue.redis_queue import Queue
from judge.queue.values import Claim, Claimant, WorkerInfo, WorkerState


def _worker(gateway: Gateway, admin: str, name: str) -> dict[str, Any]:
    workers = gateway.get("/api/v1/workers", key=admin).json()["workers"]
    return next(worker for worker in workers if worker["name"] == name)


def test_a_worker_says_what_it_is(gateway: Gateway, admin: str, worker: Worker) -> None:
    found = _worker(gateway, admin, worker.node)
    assert found["versions"]["python3"]
    assert found["disk_free_bytes"] > 0
    assert found["attacks_held"] == 0  # the tests' worker is told to make none,
    assert any("self-test" in problem for problem in found["problems"])  # and says so


def test_a_worker_proves_itself_and_is_back(gateway: Gateway, admin: str, worker: Worker) -> None:
    path = f"/api/v1/workers/{worker.node}"
    assert gateway.ask("PATCH", path, {"prove": True}, key=admin).status == 204
    until(lambda: _worker(gateway, admin, worker.node)["state"] == "on", "the worker to be back", 120)
    (act,) = gateway.get("/api/v1/audit?limit=1", key=admin).json()["items"]
    assert (act["act"], act["what"], act["detail"]) == ("worker-steered", worker.node, "prove")


@pytest.mark.parametrize("body", [{}, {"draining": True, "prove": True}, {"prove": False}, {"state": "on"}])
def test_a_worker_is_told_one_thing(gateway: Gateway, admin: str, worker: Worker, body: dict[str, Any]) -> None:
    assert gateway.ask("PATCH", f"/api/v1/workers/{worker.node}", body, key=admin).problem == "bad-field"
    assert gateway.ask("PATCH", "/api/v1/workers/nobody", {"prove": True}, key=admin).problem == "not-found"


def test_a_worker_that_drains_is_not_made_to_prove_itself(gateway: Gateway, admin: str, worker: Worker) -> None:
    path = f"/api/v1/workers/{worker.node}"
    gateway.ask("PATCH", path, {"draining": True}, key=admin)
    try:
        assert gateway.ask("PATCH", path, {"prove": True}, key=admin).problem == "bad-field"
        assert _worker(gateway, admin, worker.node)["state"] == "draining"
    finally:
        gateway.ask("PATCH", path, {"draining": False}, key=admin)
    until(lambda: gateway.post("/api/v1/runs?wait=30", RUN, key=admin).status == 201, "the worker to be back", 60)


@pytest.fixture
def waiting(redis_server: RedisServer, start_gateway: Callable[..., Gateway]) -> tuple[Gateway, str]:
    """A gateway and an admin's key of a queue where nobody judges: of "many" one runs, as many as may, two wait."""
    with Queue(msgspec.structs.replace(redis_server.broker, namespace="backlog")) as queue:
        set_policy(queue, POLICY)
        set_tenant_limit(queue, "many", "tenant_running_max", 1)
        info = WorkerInfo(slots=2)
        queue.run(calls.register("w1", "S", WorkerState.ON, info, "ticket @@SERIAL@@", ("c", "any")))
        for index in range(3):
            assert queue.run(calls.submit(order(f"m{index}", tenant="many", priority_class="contest")))
        who = Claimant(node="w1", session="S", slot="0", pid=1)
        assert isinstance(queue.run(calls.claim(who, 60_000)), Claim)
        assert queue.run(calls.submit(order("lone")))
        key = create_key(queue, KeyRights(id="", tenant="", scopes=(Scope.ADMIN,)))[0]
    return start_gateway(namespace="backlog"), key


def test_the_backlog_says_who_waits_where(waiting: tuple[Gateway, str]) -> None:
    gateway, key = waiting
    found = gateway.get("/api/v1/backlog", key=key).json()
    lanes = [(lane["priority_class"], lane["route"], lane["waiting"]) for lane in found["lanes"]]
    assert lanes == [("contest", "c", 2), (order("z").priority_class, "c", 1)]
    assert all(lane["oldest_ms"] >= 0 and lane["tickets"] > 0 for lane in found["lanes"])
    assert found["tenants"] == [
        {"name": "many", "waiting": 2, "running": 1, "limited": True},
        {"name": "-", "waiting": 1, "running": 0, "limited": False},
    ]


def test_the_backlog_is_for_admins(gateway: Gateway, client: Client, school: str) -> None:
    del client
    assert gateway.get("/api/v1/backlog", key=school).problem == "no-scope"
