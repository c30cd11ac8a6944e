"""Programs that are shared by links."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from gateway_harness import Answered, Gateway
from service_harness import until

SHARES = "/api/v1/shares"
PROGRAM: dict[str, Any] = {
    "language": "python3",
    "files": [{"name": "main.py", "text": "print('</textarea><script>alert(1)</script> é')"}, {"name": "a.py"}],
    "main": "main.py",
    "stdin": "1 2\n",
    "arguments": ["-x", ""],
    "tests": [{"stdin": "1", "expected": "2"}],
}


def _shared(gateway: Gateway, key: str, **more: Any) -> str:
    answer = gateway.post(SHARES, PROGRAM | more, key=key)
    assert answer.status == 201, answer.body
    return str(answer.json()["id"])


def test_who_has_the_link_has_the_program_and_needs_no_key(start_gateway: Callable[..., Gateway], school: str) -> None:
    gateway = start_gateway(gateway_no_key="never")
    answer = gateway.post(SHARES, PROGRAM, key=school)
    link = answer.json()
    assert answer.headers["location"] == f"{SHARES}/{link['id']}"
    assert link["path"] == f"/share/{link['id']}"
    found = gateway.get(answer.headers["location"])
    whole = {**PROGRAM, "files": [PROGRAM["files"][0], {"name": "a.py", "text": ""}]}
    assert found.json() == {**whole, "expires_at_ms": link["expires_at_ms"]}
    assert found.headers["cache-control"] == "no-store"
    assert gateway.post(SHARES, PROGRAM).problem == "no-key"


def test_links_cannot_be_guessed_and_are_not_in_the_log(start_gateway: Callable[..., Gateway], school: str) -> None:
    gateway = start_gateway()
    first, second = _shared(gateway, school), _shared(gateway, school)
    assert first != second
    assert len(first) == len("js_") + 32
    for other in (first[:-1], first.lower(), f"{first[:-1]}-", "js_" + "A" * 32, "x"):
        if other != first:
            assert gateway.get(f"{SHARES}/{other}").problem == "not-found"
    assert gateway.get(f"{SHARES}/{first}").status == 200
    until(lambda: f"{SHARES}/js_..." in gateway.log(), "the line of log")
    assert first not in gateway.log()


def test_it_runs_nothing(gateway: Gateway, make_key: Callable[..., str]) -> None:
    key = make_key("sharing-alone")
    gateway.get(f"{SHARES}/{_shared(gateway, key)}", key=key)
    assert gateway.get("/api/v1/runs", key=key).json()["items"] == []
    assert gateway.get("/api/v1/evaluations", key=key).json()["items"] == []


def test_its_time_ends(start_gateway: Callable[..., Gateway], school: str) -> None:
    gateway = start_gateway(share_s_max=60)
    too_long = gateway.post(SHARES, {**PROGRAM, "lifetime_s": 61}, key=school)
    assert (too_long.problem, too_long.json()["errors"][0]["pointer"]) == ("bad-field", "/lifetime_s")
    answer = gateway.post(SHARES, {**PROGRAM, "lifetime_s": 1}, key=school).json()
    assert answer["expires_at_ms"] < (time.time() + 30) * 1000
    until(lambda: gateway.get(f"{SHARES}/{answer['id']}").problem == "not-found", "the end of its time")
    assert start_gateway(share_s_max=0).post(SHARES, PROGRAM, key=school).problem == "not-found"


def test_only_its_tenant_takes_it_back(gateway: Gateway, school: str, other: str) -> None:
    link = _shared(gateway, school)
    assert gateway.ask("DELETE", f"{SHARES}/{link}", key=other).problem == "not-found"
    assert gateway.get(f"{SHARES}/{link}").status == 200
    assert gateway.ask("DELETE", f"{SHARES}/{link}", key=school).status == 204
    assert gateway.get(f"{SHARES}/{link}").problem == "not-found"
    assert gateway.ask("DELETE", f"{SHARES}/{link}", key=school).problem == "not-found"


def test_a_tenant_shares_so_much_and_may_go_on_when_something_is_over(
    start_gateway: Callable[..., Gateway], make_key: Callable[..., str]
) -> None:
    gateway, key, free = start_gateway(tenant_shares_max=2), make_key("sharer"), make_key("another-sharer")
    first = _shared(gateway, key)
    _shared(gateway, key, lifetime_s=1)
    full = gateway.post(SHARES, PROGRAM, key=key)
    assert (full.status, full.problem) == (403, "quota")
    _shared(gateway, free)
    until(lambda: gateway.post(SHARES, PROGRAM, key=key).status == 201, "the end of the short one")
    assert gateway.post(SHARES, PROGRAM, key=key).problem == "quota"
    gateway.ask("DELETE", f"{SHARES}/{first}", key=key)
    _shared(gateway, key)


def test_what_is_shared_has_a_size(start_gateway: Callable[..., Gateway], make_key: Callable[..., str]) -> None:
    key = make_key("large-sharer")
    gateway = start_gateway(share_bytes_max=4000, shares_bytes_max=80_000)

    def share(letters: int) -> Answered:
        return gateway.post(SHARES, {**PROGRAM, "stdin": "x" * letters}, key=key)

    assert share(4000).problem == "too-large"
    assert [share(3500).status for _ in range(2)] == [201, 201]
    assert share(3500).problem == "quota"  # an eighth of all


def test_each_address_without_a_key_has_its_own_bound(start_gateway: Callable[..., Gateway]) -> None:
    gateway = start_gateway(
        gateway_no_key="always", gateway_trusted_proxies="127.0.0.1", anonymous_shares_max=1, share_bytes_max=1 << 20
    )

    def share(address: str, **more: Any) -> Answered:
        return gateway.post(SHARES, PROGRAM | more, headers={"x-forwarded-for": address})

    assert share("192.0.2.77").status == 201
    assert share("192.0.2.77").problem == "quota"
    assert share("192.0.2.78", stdin="x" * (128 << 10)).problem == "too-large"
    assert share("192.0.2.78").status == 201


def test_what_is_no_program_is_refused_by_its_field(gateway: Gateway, school: str) -> None:
    for wrong, pointer in (
        ({"files": []}, "/files"),
        ({"files": [{"name": ""}]}, "/files/0/name"),
        ({"files": [{"name": "a", "blob": "x"}]}, "/files/0/blob"),
        ({"tests": [{}] * 101}, "/tests"),
        ({"lifetime_s": -1}, "/lifetime_s"),
        ({"run": True}, "/run"),
    ):
        answer = gateway.post(SHARES, PROGRAM | wrong, key=school)
        assert (answer.problem, answer.json()["errors"][0]["pointer"]) == ("bad-field", pointer)
