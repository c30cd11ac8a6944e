"""Submissions are judged again over HTTP: counted, compared, applied or dropped, by their tenant alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from gateway_harness import Gateway
from test_packages import publish, variant

from judge.client import Client
from judge.queue.admin import set_worker_state, worker_views
from judge.queue.api_keys import Scope
from judge.queue.values import WorkerState

_PROGRAM = {"language": "python3", "source": "print(sum(map(int, input().split())))"}


@pytest.fixture(scope="module")
def jury(make_key: Callable[..., str]) -> str:
    """A key that may judge again."""
    return make_key("jury", Scope.PACKAGES, Scope.SUBMIT, Scope.READ)


@pytest.fixture(scope="module")
def judged(gateway: Gateway, jury: str) -> dict[str, Any]:
    """A submission of "jury" that was accepted."""
    publish(gateway, jury, variant("judged"), "name=judged")
    sent = gateway.post("/api/v1/submissions?wait=60", {"package": "judged", **_PROGRAM}, key=jury).json()
    assert sent["status"] == "AC"
    return dict(sent)


def _all_judged(gateway: Gateway, key: str, location: str) -> dict[str, Any]:
    for one in gateway.get(location, key=key).json()["submissions"]:
        gateway.get(f"/api/v1/submissions/{one['judging']}?wait=60", key=key)
    return dict(gateway.get(location, key=key).json())


def test_a_dry_run_counts_and_starts_nothing(gateway: Gateway, jury: str, judged: dict[str, Any]) -> None:
    for asked in ({"ids": [judged["id"]]}, {"package": "judged"}, {"package": judged["package"], "verdict": "AC"}):
        answer = gateway.post("/api/v1/rejudges", {**asked, "dry_run": True}, key=jury)
        assert (answer.status, answer.json()["count"], answer.json()["id"]) == (200, 1, "")
    none = gateway.post("/api/v1/rejudges", {"verdict": "TLE", "dry_run": True}, key=jury)
    assert none.json()["count"] == 0
    assert gateway.post("/api/v1/rejudges", {"verdict": "TLE"}, key=jury).problem == "bad-field"


def test_what_was_handed_in_at_a_time_is_selected(gateway: Gateway, jury: str, judged: dict[str, Any]) -> None:
    at = judged["submitted_at_ms"]

    def count(**asked: Any) -> int:
        answer = gateway.post("/api/v1/rejudges", {"ids": [judged["id"]], **asked, "dry_run": True}, key=jury)
        return int(answer.json()["count"])

    assert count(since_ms=at, until_ms=at + 1) == 1
    assert count(since_ms=at + 1) == count(until_ms=at) == 0
    alone = gateway.post("/api/v1/rejudges", {"since_ms": at, "until_ms": at + 1, "dry_run": True}, key=jury)
    assert alone.json()["count"] == 1


def test_another_package_gives_another_verdict_once_it_is_applied(
    gateway: Gateway, jury: str, judged: dict[str, Any]
) -> None:
    sent = gateway.post("/api/v1/submissions?wait=60", {"package": "judged", **_PROGRAM}, key=jury).json()
    stricter = variant("stricter", **{"data/secret/999.in": "1 1\n", "data/secret/999.ans": "3\n"})
    publish(gateway, jury, stricter, "name=judged&refuse=blocking")
    started = gateway.post("/api/v1/rejudges", {"ids": [sent["id"]], "with_package": "judged"}, key=jury)
    assert started.status == 201, started.body
    location = started.headers["location"]
    found = _all_judged(gateway, jury, location)
    assert (found["count"], found["finished"], found["differ"], found["applied"]) == (1, 1, 1, 0)
    [item] = found["submissions"]
    assert (item["submission"], item["before"], item["after"]) == (sent["id"], "AC", "WA")
    place = f"/api/v1/submissions/{sent['id']}"
    assert gateway.get(place, key=jury).json()["status"] == "AC"
    assert gateway.post(f"{location}/apply", key=jury).json()["applied"] == 1
    assert gateway.get(place, key=jury).json()["status"] == "WA"
    assert started.json()["id"] in [one["id"] for one in gateway.get("/api/v1/rejudges", key=jury).json()["items"]]


def _hidden(report: dict[str, Any]) -> list[dict[str, Any]]:
    """What is told of its secret tests, each as its case."""

    def cases(group: dict[str, Any]) -> list[dict[str, Any]]:
        return [*group["cases"], *(case for inner in group["groups"] for case in cases(inner))]

    return [case for case in cases(report["root"]) if not case["sample"] and case["verdict"]]


def test_a_rejudge_against_somebody_elses_package_shows_nothing_of_its_tests(
    gateway: Gateway, jury: str, judged: dict[str, Any], sum_package: str
) -> None:
    source = "import sys; text = input(); print(sum(map(int, text.split()))); print(text, file=sys.stderr)"
    spy = {"language": "python3", "source": source}
    sent = gateway.post("/api/v1/submissions?wait=60", {"package": judged["package"], **spy}, key=jury).json()
    place = f"/api/v1/submissions/{sent['id']}"
    assert any(case["stderr"] for case in _hidden(gateway.get(place, key=jury).json()["judging"]))
    asked = {"ids": [sent["id"]], "with_package": sum_package}
    location = gateway.post("/api/v1/rejudges", asked, key=jury).headers["location"]
    _all_judged(gateway, jury, location)
    assert gateway.post(f"{location}/apply", key=jury).json()["applied"] == 1
    done = list(gateway.events(f"{place}/events", key=jury))[-1]
    for report in (gateway.get(place, key=jury).json()["judging"], done.data["report"]):
        assert _hidden(report)
        assert [case for case in _hidden(report) if case["stdout"] or case["stderr"]] == []


def test_what_is_not_over_is_not_applied_and_can_be_dropped(
    gateway: Gateway, client: Client, jury: str, judged: dict[str, Any]
) -> None:
    (worker,) = worker_views(client.queue)
    set_worker_state(client.queue, worker.node, WorkerState.DRAINING, "a test: nothing is judged now")
    try:
        location = gateway.post("/api/v1/rejudges", {"ids": [judged["id"]]}, key=jury).headers["location"]
        assert gateway.post(f"{location}/apply", key=jury).problem == "unfinished"
        assert gateway.ask("DELETE", location, key=jury).json()["withdrawn"] == 1
        assert gateway.get(location, key=jury).status == 404
    finally:
        set_worker_state(client.queue, worker.node, WorkerState.ON, "")


def test_another_tenants_are_not_there(
    gateway: Gateway, jury: str, make_key: Callable[..., str], judged: dict[str, Any], admin: str
) -> None:
    stranger = make_key("stranger", Scope.PACKAGES, Scope.SUBMIT, Scope.READ)
    for name in (judged["id"], f"jury~{judged['id']}"):
        refused = gateway.post("/api/v1/rejudges", {"ids": [name]}, key=stranger)
        assert (refused.status, refused.json()["errors"][0]["pointer"]) == (404, "/ids/0")
    assert gateway.post("/api/v1/rejudges", {"verdict": "AC", "dry_run": True}, key=stranger).json()["count"] == 0
    refused = gateway.post("/api/v1/rejudges", {"tenant": "jury"}, key=stranger)
    assert (refused.problem, refused.json()["errors"][0]["pointer"]) == ("bad-field", "/tenant")
    location = gateway.post("/api/v1/rejudges", {"ids": [judged["id"]]}, key=jury).headers["location"]
    for method, path in (("GET", location), ("POST", f"{location}/apply"), ("DELETE", location)):
        assert gateway.ask(method, path, key=stranger).status == 404
    assert gateway.get("/api/v1/rejudges", key=stranger).json()["items"] == []
    assert gateway.get(location, key=admin).json()["submissions"][0]["submission"] == f"jury~{judged['id']}"
    counted = gateway.post("/api/v1/rejudges", {"tenant": "jury", "dry_run": True}, key=admin)
    assert counted.json()["count"] >= 1
    _all_judged(gateway, jury, location)


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({}, ""),
        ({"verdict": "OK"}, "/verdict"),
        ({"package": "/etc"}, "/package"),
        ({"verdict": "AC", "with_package": "../up"}, "/with_package"),
        ({"ids": "all"}, "/ids"),
        ({"ids": ["a"] * 1001}, "/ids"),
        ({"since_ms": 2, "until_ms": 2}, "/until_ms"),
        ({"since_ms": -1}, "/since_ms"),
        ({"every": True}, "/every"),
        ({"ids": [1]}, "/ids/0"),
    ],
)
def test_each_bad_field_is_named(gateway: Gateway, jury: str, asked: dict[str, Any], pointer: str) -> None:
    answer = gateway.post("/api/v1/rejudges", asked, key=jury)
    assert (answer.problem, answer.json()["errors"][0]["pointer"]) == ("bad-field", pointer)


@pytest.mark.parametrize("name", ["x", "..%2Fs", "a%00b", "%F0%9F%98%80", "a" * 300])
def test_names_that_nobody_gave_are_not_found(gateway: Gateway, jury: str, name: str) -> None:
    assert gateway.get(f"/api/v1/rejudges/{name}", key=jury).status == 404


def test_it_needs_the_scope(gateway: Gateway, school: str, judged: dict[str, Any]) -> None:
    assert gateway.post("/api/v1/rejudges", {"ids": [judged["id"]]}, key=school).problem == "no-scope"
