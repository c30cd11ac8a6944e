"""Judge programs and what they carry on over HTTP."""

from __future__ import annotations

import pytest
from gateway_harness import Gateway

from judge.client import HttpClient, Sending, connect, new_id, program_from
from judge.errors import NoSuchState
from judge.model.verdict import Verdict
from judge.model.work import Data, ProgramTest

ADDS = "a, b = map(int, input().split())\nprint(a + b)\n"
JUDGE = """
from judge_program import carry, case, compile, finish, inputs, run
right = 0
for submission in inputs.submissions:
    program = compile(submission)
    for test in inputs.tests:
        result = run(program, stdin=test.input)
        good = result.stdout.text() == test.answer.text()
        case(test.name, "AC" if good else "WA", visible=test.sample, feedback="secret", team_feedback="seen")
        right += good
before = int(inputs.state.data.text()) if inputs.state.data else 0
carry(str(max(before, right)))
finish("AC" if right == len(inputs.tests) else "WA", score=float(right), team_feedback=inputs.parameters["greets"])
"""
TESTS = [
    {"name": "one", "input": "1 2\n", "answer": "3\n", "sample": True},
    {"name": "two", "input": "5 5\n", "answer": "10\n"},
]


def body(**more: object) -> dict[str, object]:
    return {
        "program": {"language": "python3", "source": JUDGE},
        "submissions": [{"name": "amy", "program": {"language": "python3", "source": ADDS}}],
        "tests": TESTS,
        "parameters": {"greets": "hello"},
        **more,
    }


def test_a_judge_program_judges_and_its_sender_sees_all(gateway: Gateway, school: str) -> None:
    answer = gateway.post("/api/v1/programs?wait=60", body(), key=school)
    assert answer.status == 201, answer.body
    found = answer.json()
    assert (found["kind"], found["state"], found["status"]) == ("program", "done", "AC"), found["report"]
    report = found["report"]
    assert (report["verdict"], report["score"], report["team_feedback"]) == ("AC", 2.0, "hello")
    assert [(case["name"], case["feedback"]) for case in report["cases"]] == [("one", "secret"), ("two", "secret")]
    assert gateway.get(f"/api/v1/programs/{found['id']}", key=school).json()["report"] == report
    assert found["id"] in [one["id"] for one in gateway.get("/api/v1/programs", key=school).json()["items"]]
    kinds = [event.name for event in gateway.events(f"/api/v1/programs/{found['id']}/events", key=school)]
    assert kinds.count("program-case") == 2 and kinds[-1] == "work-done"


def test_who_may_only_read_sees_what_contestants_see(gateway: Gateway, school: str, make_key: object) -> None:
    found = gateway.post("/api/v1/programs?wait=60", body(), key=school).json()
    reader = make_key("school", "read")  # type: ignore[operator]
    report = gateway.get(f"/api/v1/programs/{found['id']}", key=reader).json()["report"]
    assert [(case["name"], case.get("feedback", ""), case["team_feedback"]) for case in report["cases"]] == [
        ("one", "", "seen")
    ]
    events = gateway.get(f"/api/v1/programs/{found['id']}/events", key=reader).body
    assert b"secret" not in events


def test_the_same_key_is_the_same_judging(gateway: Gateway, school: str) -> None:
    headers = {"idempotency-key": new_id()}
    ids = {gateway.post("/api/v1/programs", body(), key=school, headers=headers).json()["id"] for _ in range(2)}
    assert len(ids) == 1
    assert gateway.post("/api/v1/programs", body(state="x"), key=school, headers=headers).status == 422


def test_earlier_work_is_judged_by_its_id_and_another_tenant_s_is_not(
    gateway: Gateway, school: str, other: str
) -> None:
    run = {"language": "python3", "source": ADDS, "stdin": "1 2"}
    mine = gateway.post("/api/v1/runs?wait=60", run, key=school).json()["id"]
    theirs = gateway.post("/api/v1/runs", run, key=other).json()["id"]
    judged = gateway.post("/api/v1/programs?wait=60", body(submissions=[{"work": mine}]), key=school).json()
    assert judged["status"] == "AC"
    refused = gateway.post("/api/v1/programs", body(submissions=[{"work": theirs}]), key=school)
    assert (refused.status, refused.json()["errors"][0]["pointer"]) == (422, "/submissions/0/work")


@pytest.mark.parametrize(
    ("wrong", "detail"),
    [
        ({"submissions": [{}]}, "submission 1: give a program with source or sources, or work"),
        ({"program": {"language": "python3"}}, "program: give one of source and sources"),
        ({"state": "a b"}, "state: 'a b' is not a name"),
        ({"state": "@sum.best"}, "state: '@sum.best' is not a name"),
        ({"state_version": -1}, "Expected `int` >= 0"),
    ],
)
def test_what_is_wrong_is_named(gateway: Gateway, school: str, wrong: dict[str, object], detail: str) -> None:
    answer = gateway.post("/api/v1/programs", body(**wrong), key=school)
    assert answer.status == 422 and detail in answer.json()["detail"], answer.body


def test_states_are_listed_read_and_removed_by_their_tenant_alone(gateway: Gateway, school: str, other: str) -> None:
    name = new_id()
    report = gateway.post("/api/v1/programs?wait=60", body(state=name), key=school).json()["report"]
    assert report["state"]["written"] > report["state"]["read"]
    listed = [one["name"] for one in gateway.get("/api/v1/states?limit=500", key=school).json()["items"]]
    assert name in listed
    found = gateway.get(f"/api/v1/states/{name}", key=school).json()
    assert (found["content"], found["version"]) == ("Mg==", report["state"]["written"])
    assert gateway.get(f"/api/v1/states/{name}", key=other).status == 404
    assert gateway.ask("DELETE", f"/api/v1/states/{name}", key=other).status == 404
    assert gateway.ask("DELETE", f"/api/v1/states/{name}", key=school).status == 204
    assert gateway.get(f"/api/v1/states/{name}", key=school).status == 404


def test_the_client_over_http_has_the_same_methods(gateway: Gateway, school: str) -> None:
    name = new_id()
    with connect(gateway.address, key=school) as judge:
        assert isinstance(judge, HttpClient)
        report = judge.judge_by(
            program_from(JUDGE, "python3"),
            Sending(),
            timeout=60,
            submissions=[program_from(ADDS, "python3")],
            tests=[ProgramTest(name="one", input=Data(content=b"1 2\n"), answer=Data(content=b"3\n"))],
            parameters={"greets": "hello"},
            state=name,
        )
        assert (report.verdict, report.cases[0].team_feedback) == (Verdict.AC, "seen")
        assert name in [view.name for view in judge.states()]
        assert judge.get_state(name).content == b"1"
        assert judge.remove_state(name) and not judge.remove_state(name)
        with pytest.raises(NoSuchState):
            judge.get_state(name)
