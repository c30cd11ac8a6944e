"""Verifying a published package over HTTP: live, by its owner alone, in the owner's name."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from gateway_harness import Answered, Gateway
from small_package import RIGHT, written, zipped

from judge.client import Client, connect, work_of
from judge.errors import AccessError, UsageError, WorkError
from judge.model.event import Verifying, WorkDone
from judge.model.verdict import Verdict
from judge.model.verification import Verification
from judge.queue.api_keys import Scope

ZIP = {"content-type": "application/zip"}
QUICK = {"check_data": False}


@pytest.fixture(scope="module")
def author(make_key: Callable[..., str]) -> str:
    """A key of "school" that may publish."""
    return make_key("school", Scope.PACKAGES, Scope.SUBMIT, Scope.READ)


@pytest.fixture(scope="module")
def package(gateway: Gateway, author: str) -> str:
    """A published package's digest; its name is "verified"."""
    files = {"submissions__wrong_answer__right.py": RIGHT}
    answer = gateway.post("/api/v1/packages?name=verified", zipped("verified", **files), key=author, headers=ZIP)
    assert answer.status == 201, answer.body
    return str(answer.json()["package"])


@pytest.fixture(scope="module")
def verified(gateway: Gateway, author: str, package: str) -> Answered:
    """A verification of it that is done."""
    return gateway.post("/api/v1/packages/verified/verify?wait=60", {}, key=author)


def test_the_report_says_what_each_submission_got(verified: Answered, package: str) -> None:
    form = verified.json()
    assert (verified.status, form["kind"], form["status"]) == (201, "verification", "DIFFERENT"), verified.body
    assert verified.headers["location"] == f"/api/v1/verifications/{form['id']}"
    result = form["report"]["result"]
    assert (result["package"], result["ok"], form["report"]["reason"]) == (
        package,
        False,
        "one thing is not as it should be",
    )
    assert {one["path"]: (one["expected"], one["verdict"], one["ok"]) for one in result["submissions"]} == {
        "submissions/accepted/double.py": (["AC"], "AC", True),
        "submissions/wrong_answer/absolute.py": (["WA"], "WA", True),
        "submissions/wrong_answer/right.py": (["WA"], "AC", False),
    }


def test_it_is_followed_live(gateway: Gateway, author: str, verified: Answered) -> None:
    events = list(gateway.events(f"{verified.headers['location']}/events", key=author))
    steps = [event.data for event in events if event.name == "verifying"]
    assert [step["result"]["path"] for step in steps if step["result"]] == [
        "submissions/accepted/double.py",
        "submissions/wrong_answer/absolute.py",
        "submissions/wrong_answer/right.py",
    ]
    assert steps[-1]["done"] == steps[-1]["total"]
    assert events[-1].name == "work-done"


def _secrets(form: dict[str, Any]) -> list[Any]:
    return [form["report"]["result"], form["report"]["reason"], form["report"]["cpu_time_ns"], form["reason"]]


def test_who_may_not_publish_sees_only_whether_it_is_done(
    gateway: Gateway, make_key: Callable[..., str], verified: Answered
) -> None:
    reader, location = make_key("school", Scope.READ, Scope.RUN, Scope.SUBMIT), verified.headers["location"]
    assert _secrets(gateway.get(location, key=reader).json()) == [None, "", 0, ""]
    for event in gateway.events(f"{location}/events", key=reader):
        assert (event.data.get("part", ""), event.data.get("result")) == ("", None)
    assert gateway.post("/api/v1/packages/verified/verify", {}, key=reader).problem == "no-scope"
    identity = location.rpartition("/")[2]
    for path in (f"{location}/cancel", f"/api/v1/work/{identity}/cancel"):
        assert gateway.post(path, key=reader).problem == "no-scope"
    for path in (location, f"/api/v1/work/{identity}"):
        assert gateway.ask("DELETE", path, key=reader).problem == "no-scope"


def test_another_tenants_is_not_there(
    gateway: Gateway, make_key: Callable[..., str], verified: Answered, package: str
) -> None:
    stranger = make_key("other", Scope.PACKAGES, Scope.READ)
    for reference in ("verified", "verified@1", package):
        assert gateway.post(f"/api/v1/packages/{reference}/verify", {}, key=stranger).status == 404
    assert gateway.post("/api/v1/packages/verified/verify?tenant=school", {}, key=stranger).status == 404
    assert gateway.get(verified.headers["location"], key=stranger).status == 404
    assert gateway.get(f"{verified.headers['location']}/events", key=stranger).status == 404
    assert gateway.get("/api/v1/verifications", key=stranger).json()["items"] == []


def test_an_admin_verifies_in_its_owners_name(gateway: Gateway, admin: str, author: str, package: str) -> None:
    asked = {**QUICK, "only": ["submissions/accepted"]}
    answer = gateway.post("/api/v1/packages/verified/verify?wait=60&tenant=school", asked, key=admin)
    assert (answer.json()["status"], answer.json()["tenant"]) == ("AS_EXPECTED", "school"), answer.body
    seen = gateway.get(answer.headers["location"], key=author).json()
    assert seen["report"]["result"]["package"] == package


def test_it_is_handed_in_once_listed_and_removed(gateway: Gateway, author: str, package: str) -> None:
    once = {"idempotency-key": "verify-once"}
    asked = {**QUICK, "only": ["submissions/accepted"]}
    first, again = (
        gateway.post(f"/api/v1/packages/{package}/verify?wait=60", asked, key=author, headers=once) for _ in range(2)
    )
    assert first.json()["id"] == again.json()["id"]
    assert gateway.post("/api/v1/packages/verified/verify", QUICK, key=author, headers=once).problem == "other-work"
    location = first.headers["location"]
    listed = gateway.get("/api/v1/verifications?limit=5", key=author).json()["items"]
    assert first.json()["id"] in [one["id"] for one in listed]
    assert gateway.ask("DELETE", location, key=author).status == 204
    assert gateway.get(location, key=author).status == 404


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"only": "submissions"}, "/only"),
        ({"time_limit_ns": -1}, "/time_limit_ns"),
        ({"package": "/etc"}, "/package"),
        ({"priority_class": "soon"}, ""),
        ({"tags": ["none-has-it"]}, ""),
    ],
)
def test_what_is_wrong_with_a_request_is_named(
    gateway: Gateway, author: str, package: str, body: dict[str, Any], pointer: str
) -> None:
    del package
    refused = gateway.post("/api/v1/packages/verified/verify", body, key=author)
    assert 400 <= refused.status < 500, refused.body
    if pointer:
        assert refused.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize("reference", ["none", "none@1", "sha256:" + "0" * 64, "%2Fetc", "..", "a@b@c"])
def test_a_package_that_is_not_there_is_not_verified(gateway: Gateway, author: str, reference: str) -> None:
    assert gateway.post(f"/api/v1/packages/{reference}/verify", {}, key=author).status == 404


def test_the_command_verifies_by_a_service(gateway: Gateway, author: str, package: str, place: Path) -> None:
    def judge(*words: object) -> subprocess.CompletedProcess[str]:
        env = gateway.env | {"JUDGE_KEY": author}
        command = [sys.executable, "-m", "judge", "verify", *map(str, words)]
        return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)

    server = ("--server", gateway.address, "--no-data")
    right = judge("verified", package, *server, "--only", "submissions/accepted")
    assert (right.returncode, right.stderr) == (0, ""), right
    assert "2 of 2 packages good, 2 of 2 submissions as expected" in right.stdout
    wrong = judge("verified", *server, "--only", "submissions/wrong_answer/right", "--json")
    assert (wrong.returncode, json.loads(wrong.stdout)["packages"][0]["submissions"][0]["verdict"]) == (1, "AC")
    here = written(place / "here" / "double", "by path", **{"problem.yaml": "limits: {time_limit: much}\n"})
    refused = judge(here, "--service", "--no-data")
    assert (refused.returncode, "problem.yaml" in refused.stdout) == (3, True), refused
    for words in (("none", *server), (here, *server), ("verified", *server, "--slots", "2")):
        assert judge(*words).returncode == 2, words


def test_the_client_over_http_does_the_same(
    gateway: Gateway, author: str, school: str, client: Client, package: str
) -> None:
    with connect(gateway.address, author) as judge:
        report = judge.verify("verified", timeout=60, only=("submissions/accepted",), check_data=False)
        assert report.result is not None
        assert [one.verdict for one in report.result.submissions] == [Verdict.AC]
        assert client.work_result(f"school~{report.id}").id == f"school~{report.id}"
        name = judge.send(work_of(Verification(package=package, only=("submissions/accepted",), check_data=False)))
        events = list(judge.follow(name, timeout=60))
        assert next(event.part for event in events if isinstance(event, Verifying)) == "read"
        assert isinstance(events[-1], WorkDone)
        with pytest.raises(UsageError, match="there is no package 'none'"):
            judge.verify("none")
        with pytest.raises(WorkError, match="package: over HTTP"):
            judge.verify("/srv/packages/sum")
    with connect(gateway.address, school) as judge, pytest.raises(AccessError):
        judge.verify("verified")
