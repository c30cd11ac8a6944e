"""The same key and the same body are the same work, whichever gateway is asked."""

from __future__ import annotations

from collections.abc import Callable

from gateway_harness import RUN, Gateway

from judge.client import Client, new_id


def test_the_same_request_is_the_same_work(gateway: Gateway, start_gateway: Callable[..., Gateway]) -> None:
    second, headers = start_gateway(), {"idempotency-key": new_id()}
    first = gateway.post("/api/v1/runs", RUN, headers=headers).json()
    again = second.post("/api/v1/runs?wait=30", RUN, headers=headers)
    assert (again.status, again.json()["id"], again.json()["state"]) == (201, first["id"], "done")


def test_work_that_names_a_range_of_versions_is_the_same_work_too(gateway: Gateway, client: Client) -> None:
    """Whatever the range means by then: the version that it meant is in the record."""
    newest = next(card for card in client.languages() if card.id == "python3").exact[-1]
    body, name = RUN | {"language": "python3@>=3"}, new_id()
    first = gateway.post("/api/v1/runs", body, headers={"idempotency-key": name}).json()
    assert first["language"] == f"python3@{newest}"
    again = gateway.post("/api/v1/runs?wait=30", body, headers={"idempotency-key": name})
    assert (again.status, again.json()["id"]) == (201, first["id"])
    other = body | {"language": "python3@<3"}
    assert gateway.post("/api/v1/runs", other, headers={"idempotency-key": name}).status == 422


def test_fresh_work_says_when_it_was_taken_in(gateway: Gateway) -> None:
    fresh = gateway.post("/api/v1/runs", RUN).json()
    assert fresh["submitted_at_ms"] > 0
    assert gateway.get(f"/api/v1/runs/{fresh['id']}").json()["submitted_at_ms"] == fresh["submitted_at_ms"]


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
