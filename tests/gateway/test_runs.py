"""Programs are run over HTTP, and what they wrote comes back."""

from __future__ import annotations

import gzip
import json

import pytest
from gateway_harness import RUN, Gateway

from judge.client import Client, new_id, program_from, work_of
from judge.client.sending import Sending, execution_of


def test_who_waits_gets_the_output(gateway: Gateway) -> None:
    answer = gateway.post("/api/v1/runs?wait=30", RUN)
    assert answer.status == 201
    run = answer.json()
    assert answer.headers["location"] == f"/api/v1/runs/{run['id']}"
    assert (run["state"], run["status"]) == ("done", "EXITED")
    assert run["report"]["runs"][0]["stdout"]["text"] == "olleh\n"


def test_who_waits_gets_the_summary_that_is_looked_up_later(gateway: Gateway, sum_package: str) -> None:
    source = "print(sum(map(int, input().split())))"
    asked = {"package": sum_package, "language": "python3", "source": source}
    waited = gateway.post("/api/v1/submissions?wait=30", asked).json()
    assert waited["state"] == "done"
    assert waited["summary"] == gateway.get(f"/api/v1/submissions/{waited['id']}").json()["summary"]


def test_who_does_not_wait_asks_again(gateway: Gateway) -> None:
    created = gateway.post("/api/v1/runs", RUN)
    assert (created.status, created.json()["state"]) == (201, "queued")
    later = gateway.get(created.headers["location"] + "?wait=30")
    assert later.json()["report"]["runs"][0]["stdout"]["text"] == "olleh\n"


def test_what_is_not_done_in_time_is_answered_with_where_to_ask(gateway: Gateway) -> None:
    slow = {"language": "python3", "source": "import time; time.sleep(2)"}
    answer = gateway.post("/api/v1/runs?wait=0.05", slow)
    assert answer.status == 202
    assert gateway.get(answer.headers["location"] + "?wait=30").json()["state"] == "done"


def test_bytes_that_are_no_text_come_back_exactly(gateway: Gateway) -> None:
    source = "import sys; sys.stdout.buffer.write(bytes([255, 0, 65]))"
    run = gateway.post("/api/v1/runs?wait=30", {"language": "python3", "source": source}).json()
    stdout = run["report"]["runs"][0]["stdout"]
    assert (stdout["text"], stdout["base64"]) == ("\ufffd\0A", "/wBB")


def test_input_and_files_come_in_every_form(gateway: Gateway) -> None:
    blob = gateway.post("/api/v1/blobs", b"third\n", headers={"content-type": "application/octet-stream"}).json()[
        "blob"
    ]
    asked = {
        "language": "python3",
        "source": "import sys; print(sys.stdin.read() + open('a').read() + open('b').read(), end='')",
        "stdin": {"base64": "Zmlyc3QK"},
        "files": [{"name": "a", "content": "second\n"}, {"name": "b", "content": {"blob": blob}}],
    }
    run = gateway.post("/api/v1/runs?wait=30", asked).json()
    assert run["report"]["runs"][0]["stdout"]["text"] == "first\nsecond\nthird\n"


def test_a_packed_body_is_read(gateway: Gateway) -> None:
    body = gzip.compress(json.dumps(RUN).encode())
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    assert gateway.post("/api/v1/runs?wait=30", body, headers=headers).json()["status"] == "EXITED"


def test_an_evaluation_names_each_tests_verdict(gateway: Gateway) -> None:
    tests = [{"stdin": "a", "expected": "a"}, {"stdin": "b", "expected": "c"}]
    asked = {"language": "python3", "source": "print(input())", "tests": tests, "stop_after": 0}
    evaluation = gateway.post("/api/v1/evaluations?wait=30", asked).json()
    assert evaluation["status"] == "WA"
    assert [test["verdict"] for test in evaluation["report"]["tests"]] == ["AC", "WA"]


def test_commands_of_a_group_are_joined_by_pipes(gateway: Gateway) -> None:
    commands = [{"argv": ["/bin/echo", "hello"]}, {"argv": ["/usr/bin/tr", "a-z", "A-Z"]}]
    pipes = [{"source": {"command": 0, "descriptor": 1}, "target": {"command": 1, "descriptor": 0}}]
    group = gateway.post("/api/v1/groups?wait=30", {"commands": commands, "pipes": pipes}).json()
    assert group["report"]["commands"][1]["stdout"]["text"] == "HELLO\n"


def test_a_submission_is_judged(gateway: Gateway, sum_package: str) -> None:
    asked = {"package": sum_package, "language": "python3", "source": "print(sum(map(int, input().split())))"}
    submission = gateway.post("/api/v1/submissions?wait=60", asked).json()
    assert submission["state"] == "done"
    assert submission["judging"]["verdict"] == submission["status"]
    assert submission["judging"]["submission"] == submission["id"]


@pytest.mark.parametrize("package", ["/etc", "sum", "https://example.org/x.git", "sha256:abc", "../sum"])
def test_a_package_is_a_digest_never_a_place(gateway: Gateway, package: str) -> None:
    answer = gateway.post("/api/v1/submissions", {"package": package, "language": "c", "source": ""})
    assert (answer.problem, answer.json()["errors"][0]["pointer"]) == ("bad-field", "/package")


def test_cancelled_work_has_no_report(gateway: Gateway) -> None:
    location = gateway.post("/api/v1/runs", {"language": "python3", "source": "while True: pass"}).headers["location"]
    assert gateway.post(f"{location}/cancel").json() == {"cancelled": True}
    run = gateway.get(location).json()
    assert (run["state"], run["report"]) == ("cancelled", None)


def test_removed_work_is_gone_with_its_blobs(gateway: Gateway) -> None:
    asked = {"language": "python3", "source": "open('kept', 'w').write('x')", "keep": ["kept"]}
    answer = gateway.post("/api/v1/runs?wait=30", asked)
    (file,) = answer.json()["report"]["runs"][0]["files"]
    assert gateway.get(f"/api/v1/blobs/{file['blob']}").body == b"x"
    assert gateway.ask("DELETE", answer.headers["location"]).status == 204
    assert gateway.get(answer.headers["location"]).problem == "not-found"
    assert gateway.get(f"/api/v1/blobs/{file['blob']}").problem == "not-found"


def test_work_that_goes_on_is_not_removed(gateway: Gateway) -> None:
    location = gateway.post("/api/v1/runs", {"language": "python3", "source": "while True: pass"}).headers["location"]
    assert gateway.ask("DELETE", location).problem == "unfinished"
    gateway.post(f"{location}/cancel")


def test_lists_go_from_the_newest_page_by_page(gateway: Gateway, make_key: object) -> None:
    key = make_key("lister")  # type: ignore[operator]
    ids = [gateway.post("/api/v1/runs", RUN, key=key).json()["id"] for _ in range(5)]
    found, path = [], "/api/v1/runs?limit=2"
    while path:
        page = gateway.get(path, key=key)
        found += [item["id"] for item in page.json()["items"]]
        path = page.headers["link"].partition(">")[0].lstrip("<") if "link" in page.headers else ""
    assert found == ids[::-1]


def test_work_that_came_straight_through_redis_is_found(gateway: Gateway, client: Client, school: str) -> None:
    work = work_of(execution_of(program_from("print(1)", "python3")), Sending(id=new_id(), tenant="school"))
    client.send(work)
    run = gateway.get(f"/api/v1/runs/{work.header.id}?wait=30", key=school).json()
    assert (run["id"], run["status"]) == (work.header.id, "EXITED")


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({"sorce": "x"}, "/sorce"),
        ({"limits": {"cpu_time_ns": "x"}}, "/limits/cpu_time_ns"),
        ({"limits": {"cpu_time_ns": -1}}, "/limits"),
        ({"files": [{"name": "a"}, {"name": "b", "content": {"text": "a", "blob": "b"}}]}, "/files/1/content"),
        ({"files": [{"content": "x"}]}, "/files/0/name"),
        ({"environment": {"a": 1}}, "/environment/..."),
        ({"id": "a~b"}, "/id"),
        ([], ""),
    ],
)
def test_the_field_that_is_wrong_is_named(gateway: Gateway, asked: object, pointer: str) -> None:
    answer = gateway.post("/api/v1/runs", asked)
    assert (answer.status, answer.problem) == (422, "bad-field")
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_a_language_that_nobody_offers_is_named_with_the_near_one(gateway: Gateway) -> None:
    answer = gateway.post("/api/v1/runs", {"language": "pythn", "source": ""})
    assert answer.problem == "language"
    assert "python3" in answer.json()["detail"]
