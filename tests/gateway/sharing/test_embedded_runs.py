"""Programs in pages of others."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from gateway_harness import RUN, Gateway

RUNS = "/api/v1/embed/runs"
FROM = {"x-forwarded-for": "192.0.2.90"}


@pytest.fixture(scope="module")
def embedding(start_gateway: Callable[..., Gateway], gateway: Gateway) -> Gateway:
    """A gateway that needs keys, and lets one page embed it."""
    del gateway  # its worker
    return start_gateway(
        gateway_no_key="never",
        gateway_trusted_proxies="127.0.0.1",
        embed_origins="https://lessons.example",
        embed_output_bytes_max=4096,
    )


def test_a_program_runs_live_though_nobody_has_a_key(embedding: Gateway) -> None:
    answer = embedding.post(RUNS, RUN, headers=FROM)
    assert answer.status == 201, answer.body
    assert answer.headers["location"].startswith(RUNS)
    events = embedding.get(f"{answer.headers['location']}/events", headers=FROM)
    assert b"event: output" in events.body
    assert b"event: work-done" in events.body


def test_what_it_says_is_there_for_its_address_alone(embedding: Gateway, school: str, admin: str) -> None:
    answer = embedding.post(f"{RUNS}?wait=30", RUN, headers=FROM)
    assert answer.json()["report"]["runs"][0]["stdout"]["text"] == "olleh\n"
    location = answer.headers["location"]
    events = embedding.get(f"{location}/events", headers=FROM)
    assert b"work-done" in events.body
    assert embedding.get(f"{location}/events", headers={"x-forwarded-for": "192.0.2.91"}).problem == "not-found"
    assert embedding.get(location.replace("/embed", ""), key=school).problem == "not-found"
    record = location.rpartition("/")[2]
    seen = embedding.get(f"/api/v1/runs/anonymous@192.0.2.90~{record}", key=admin).json()
    assert (seen["tenant"], seen["priority_class"]) == ("anonymous@192.0.2.90", "practice")


def test_a_key_that_comes_along_changes_nothing(embedding: Gateway, school: str, admin: str) -> None:
    location = embedding.post(f"{RUNS}?wait=30", RUN, key=school, headers=FROM).headers["location"]
    record = location.rpartition("/")[2]
    assert embedding.get(f"/api/v1/runs/{record}", key=school).problem == "not-found"
    assert embedding.get(f"/api/v1/runs/anonymous@192.0.2.90~{record}", key=admin).status == 200


def test_its_limits_are_its_own(embedding: Gateway) -> None:
    loud = {"language": "python3", "source": "print('x' * 10000)"}
    done = embedding.post(f"{RUNS}?wait=30", loud, headers=FROM).json()
    assert (done["status"], done["report"]["runs"][0]["stdout"]["size_bytes"]) == ("OUTPUT_LIMIT", 4096)
    greedy = embedding.post(RUNS, {**loud, "limits": {"memory_bytes": 1 << 30}}, headers=FROM)
    assert greedy.json()["errors"][0]["pointer"] == "/limits"
    assert embedding.post(RUNS, {**loud, "stdin": "x" * (128 << 10)}, headers=FROM).problem == "too-large"


def test_it_can_be_stopped(embedding: Gateway) -> None:
    endless = {"language": "python3", "source": "import time\nwhile True: time.sleep(1)"}
    location = embedding.post(RUNS, endless, headers=FROM).headers["location"]
    other = embedding.post(f"{location}/cancel", headers={"x-forwarded-for": "192.0.2.91"})
    assert other.problem == "not-found"
    assert embedding.post(f"{location}/cancel", headers=FROM).json() == {"cancelled": True}
    assert b"cancelled" in embedding.get(f"{location}/events", headers=FROM).body


def test_only_our_own_page_asks(embedding: Gateway) -> None:
    for foreign in ({"origin": "https://lessons.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
        assert embedding.post(RUNS, RUN, headers=FROM | foreign).problem == "foreign-page"
    own = {"origin": embedding.address, "sec-fetch-site": "same-origin"}
    assert embedding.post(RUNS, RUN, headers=FROM | own).status == 201
    assert embedding.get("/api/v1/embed/languages", headers=FROM).json()["languages"]


def test_where_no_page_may_embed_there_is_nothing(gateway: Gateway, school: str) -> None:
    assert gateway.post(RUNS, RUN, key=school).problem == "not-found"
    assert gateway.get("/api/v1/embed/languages", key=school).problem == "not-found"
