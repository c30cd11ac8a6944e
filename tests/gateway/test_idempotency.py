"""The same key and the same body are the same work, whichever gateway is asked."""

from __future__ import annotations

from collections.abc import Callable

from gateway_harness import RUN, Gateway

from judge.client import new_id


def test_the_same_request_is_the_same_work(gateway: Gateway, start_gateway: Callable[..., Gateway]) -> None:
    second, headers = start_gateway(), {"idempotency-key": new_id()}
    first = gateway.post("/api/v1/runs", RUN, headers=headers).json()
    again = second.post("/api/v1/runs?wait=30", RUN, headers=headers)
    assert (again.status, again.json()["id"], again.json()["state"]) == (201, first["id"], "done")


def test_another_body_is_refused(gateway: Gateway) -> None:
    headers = {"idempotency-key": new_id()}
    gateway.post("/api/v1/runs", RUN, headers=headers)
    assert gateway.post("/api/v1/runs", RUN | {"stdin": "other"}, headers=headers).problem == "other-work"


def test_a_key_of_another_tenant_is_another_key(gateway: Gateway, school: str, other: str) -> None:
    headers = {"idempotency-key": new_id()}
    first = gateway.post("/api/v1/runs", RUN, headers=headers, key=school)
    second = gateway.post("/api/v1/runs", RUN | {"stdin": "other"}, headers=headers, key=other)
    assert (first.status, second.status) == (201, 201)


def test_a_key_that_is_none_is_refused(gateway: Gateway) -> None:
    for key in ("", "a b", "x" * 256):
        answer = gateway.post("/api/v1/runs", RUN, headers={"idempotency-key": key})
        assert answer.json()["errors"][0]["parameter"] == "Idempotency-Key"


def test_ids_of_ones_own_are_kept(gateway: Gateway, school: str) -> None:
    name = new_id()
    created = gateway.post("/api/v1/runs", RUN | {"id": name}, key=school)
    assert created.json()["id"] == name
    assert gateway.get(f"/api/v1/runs/{name}", key=school).json()["id"] == name
