"""What was handed in and how it was judged can be looked at again: sources, judgings, and lists by problem."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from gateway_harness import Gateway
from test_packages import publish, variant

from judge.queue.api_keys import Scope

_SOURCE = "print(sum(map(int, input().split())))"
_PROGRAM = {"language": "python3", "source": _SOURCE}


@pytest.fixture(scope="module")
def jury(make_key: Callable[..., str]) -> str:
    """A key that may judge again."""
    return make_key("again", Scope.PACKAGES, Scope.SUBMIT, Scope.READ, Scope.RUN)


@pytest.fixture(scope="module")
def rejudged(gateway: Gateway, jury: str) -> dict[str, Any]:
    """A submission that was accepted, and is wrong since a rejudge against a stricter version was applied."""
    publish(gateway, jury, variant("again"), "name=again")
    sent = gateway.post("/api/v1/submissions?wait=60", {"package": "again", **_PROGRAM}, key=jury).json()
    stricter = variant("stricter-again", **{"data/secret/999.in": "1 1\n", "data/secret/999.ans": "3\n"})
    publish(gateway, jury, stricter, "name=again&refuse=blocking")
    started = gateway.post("/api/v1/rejudges", {"ids": [sent["id"]], "with_package": "again"}, key=jury)
    location = started.headers["location"]
    (one,) = gateway.get(location, key=jury).json()["submissions"]
    gateway.get(f"/api/v1/submissions/{one['judging']}?wait=60", key=jury)
    return {**sent, "rejudge": started.json()["id"], "judging": one["judging"]}


def _judgings(gateway: Gateway, key: str, id: str) -> list[dict[str, Any]]:
    return list(gateway.get(f"/api/v1/submissions/{id}/judgings", key=key).json()["items"])


def test_a_new_judging_is_listed_before_it_counts_and_the_old_one_after(
    gateway: Gateway, jury: str, make_key: Callable[..., str], rejudged: dict[str, Any]
) -> None:
    contestant = make_key("again", Scope.SUBMIT, Scope.READ)
    place = f"/api/v1/submissions/{rejudged['id']}/judgings"
    before = [(one["name"], one["status"], one["counts"]) for one in _judgings(gateway, jury, rejudged["id"])]
    assert before == [("now", "AC", True), (rejudged["rejudge"], "WA", False)]
    assert [one["name"] for one in _judgings(gateway, contestant, rejudged["id"])] == ["now"]
    assert gateway.get(f"{place}/{rejudged['rejudge']}", key=contestant).status == 404
    seen = gateway.get(f"{place}/{rejudged['rejudge']}", key=jury).json()
    assert (seen["id"], seen["judging"]["verdict"]) == (rejudged["judging"], "WA")

    gateway.post(f"/api/v1/rejudges/{rejudged['rejudge']}/apply", key=jury)
    after = [(one["name"], one["status"], one["counts"]) for one in _judgings(gateway, jury, rejudged["id"])]
    assert after == [("now", "WA", True), (rejudged["rejudge"], "WA", True), ("before", "AC", False)]
    was = gateway.get(f"{place}/before", key=jury).json()
    assert (was["status"], was["judging"]["verdict"], was["judging"]["submission"]) == ("AC", "AC", rejudged["id"])
    assert gateway.get(f"{place}/now", key=jury).json()["judging"]["verdict"] == "WA"
    seen_by_contestant = [one["name"] for one in _judgings(gateway, contestant, rejudged["id"])]
    assert seen_by_contestant == ["now", "before"]


def test_there_is_no_judging_of_another_name_and_none_for_others(
    gateway: Gateway, jury: str, other: str, rejudged: dict[str, Any]
) -> None:
    place = f"/api/v1/submissions/{rejudged['id']}/judgings"
    assert gateway.get(f"{place}/none", key=jury).status == 404
    sent = gateway.post("/api/v1/submissions?wait=60", {"package": "again", **_PROGRAM}, key=jury).json()
    assert gateway.get(f"/api/v1/submissions/{sent['id']}/judgings/before", key=jury).status == 404
    for path in (place, f"{place}/now", f"{place}/before", f"/api/v1/work/{rejudged['id']}/program"):
        assert gateway.get(path, key=other).status == 404


def test_the_sources_come_back_as_they_were_handed_in(gateway: Gateway, jury: str) -> None:
    sources = [
        {"name": "main.py", "text": _SOURCE},
        {"name": "data.bin", "base64": "/wA="},
    ]
    asked = {"package": "again", "language": "python3", "sources": sources, "main": "main.py"}
    sent = gateway.post("/api/v1/submissions", asked, key=jury).json()
    program = gateway.get(f"/api/v1/work/{sent['id']}/program", key=jury).json()
    assert (program["language"], program["main"]) == ("python3", "main.py")
    assert [(one["name"], one["content"]["base64"]) for one in program["sources"]] == [
        ("main.py", ""),
        ("data.bin", "/wA="),
    ]
    assert program["sources"][0]["content"]["text"] == _SOURCE


def test_the_program_of_a_run_comes_back_and_a_command_has_none(gateway: Gateway, jury: str) -> None:
    run = gateway.post("/api/v1/runs", {"language": "python3", "source": "print(1)", "stdin": "x"}, key=jury).json()
    program = gateway.get(f"/api/v1/work/{run['id']}/program", key=jury).json()
    assert [one["content"]["text"] for one in program["sources"]] == ["print(1)"]
    command = gateway.post("/api/v1/runs", {"language": "python3", "argv": ["/bin/true"]}, key=jury).json()
    assert gateway.get(f"/api/v1/work/{command['id']}/program", key=jury).json()["sources"] == []


def _listed(gateway: Gateway, key: str, query: str) -> set[str]:
    answer = gateway.get(f"/api/v1/submissions?{query}", key=key)
    assert answer.status == 200, answer.body
    return {one["id"] for one in answer.json()["items"]}


def test_a_packages_name_lists_what_was_handed_in_to_any_of_its_versions(
    gateway: Gateway, make_key: Callable[..., str]
) -> None:
    key = make_key("versions", Scope.PACKAGES, Scope.SUBMIT, Scope.READ)
    sent = []
    for title in ("first", "second", "elsewhere"):
        name = "other" if title == "elsewhere" else "named"
        publish(gateway, key, variant(title), f"name={name}")
        sent.append(gateway.post("/api/v1/submissions", {"package": name, **_PROGRAM}, key=key).json()["id"])
    assert _listed(gateway, key, "package=named") == {sent[0], sent[1]}
    assert _listed(gateway, key, "package=named@2") == {sent[1]}
    assert _listed(gateway, key, "package=other") == {sent[2]}
    refused = gateway.get("/api/v1/submissions?package=unknown", key=key)
    assert (refused.status, refused.json()["errors"][0]["parameter"]) == (422, "package")


def test_an_admin_lists_everybodys_one_tenants_or_their_own(
    gateway: Gateway, admin: str, school: str, sum_package: str
) -> None:
    asked = {"package": sum_package, **_PROGRAM}
    theirs = gateway.post("/api/v1/submissions", asked, key=school).json()["id"]
    own = gateway.post("/api/v1/submissions", asked, key=admin).json()["id"]
    everybodys = _listed(gateway, admin, "limit=500")
    assert {f"school~{theirs}", own} <= everybodys
    of_school = _listed(gateway, admin, "tenant=school&limit=500")
    assert f"school~{theirs}" in of_school and own not in of_school
    of_admin = _listed(gateway, admin, "own=true&limit=500")
    assert own in of_admin and f"school~{theirs}" not in of_admin
    assert gateway.get("/api/v1/submissions?tenant=other", key=school).problem == "bad-field"
    assert theirs in _listed(gateway, school, "own=true&tenant=school&limit=500")
