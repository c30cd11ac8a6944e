"""The Judge0 dialect's addresses: what is refused and how, batches, lists, and what the service says of itself."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from gateway_harness import Gateway
from judge0_harness import COLUMNS, EXECUTABLE, PROJECT, PYTHON, C, Judge0, b64, zipped
from service_harness import until

from judge.client import Client
from judge.queue import maintenance
from judge.queue.api_keys import Scope

Starts = Callable[..., Gateway]


@pytest.fixture
def judge0(dialects: Gateway, school: str) -> Judge0:
    return Judge0(dialects, school)


@pytest.fixture(scope="module")
def strict(start_gateway: Starts) -> Gateway:
    """A gateway that allows little."""
    names = ("wait_result", "compiler_options", "command_line_arguments", "callbacks", "additional_files")
    refused = {f"judge0_enable_{name}": "false" for name in (*names, "batched_submissions")}
    refused |= {f"judge0_allow_enable_per_process_and_thread_{what}_limit": "false" for what in ("time", "memory")}
    return start_gateway(**refused)


# --- what is wrong with a submission ----------------------------------------------------------------------

WRONG: list[tuple[dict[str, Any], dict[str, list[str]]]] = [
    ({"source_code": None}, {"source_code": ["can't be blank"]}),
    ({"source_code": " \n"}, {"source_code": ["can't be blank"]}),
    ({"language_id": None}, {"language_id": ["can't be blank", "language with id  doesn't exist"]}),
    ({"language_id": 9999}, {"language_id": ["language with id 9999 doesn't exist"]}),
    ({"language_id": "none"}, {"language_id": ["language with id 0 doesn't exist"]}),
    ({"language_id": 4}, {"language_id": ["language with id 4 is archived and cannot be used anymore"]}),
    ({"language_id": 83}, {"language_id": ["language with id 83 is archived and cannot be used anymore"]}),
    ({"language_id": PROJECT}, {"source_code": ["must be blank"], "additional_files": ["can't be blank"]}),
    ({"number_of_runs": 0}, {"number_of_runs": ["must be greater than 0"]}),
    ({"number_of_runs": 21}, {"number_of_runs": ["must be less than or equal to 20"]}),
    ({"number_of_runs": "many"}, {"number_of_runs": ["is not a number"]}),
    ({"cpu_time_limit": -1}, {"cpu_time_limit": ["must be greater than or equal to 0"]}),
    ({"cpu_time_limit": 15.5}, {"cpu_time_limit": ["must be less than or equal to 15.0"]}),
    ({"cpu_extra_time": 6}, {"cpu_extra_time": ["must be less than or equal to 5.0"]}),
    ({"wall_time_limit": 0.5}, {"wall_time_limit": ["must be greater than or equal to 1"]}),
    ({"wall_time_limit": 21}, {"wall_time_limit": ["must be less than or equal to 20.0"]}),
    ({"memory_limit": 2047}, {"memory_limit": ["must be greater than or equal to 2048"]}),
    ({"memory_limit": 512001}, {"memory_limit": ["must be less than or equal to 512000"]}),
    ({"stack_limit": 128001}, {"stack_limit": ["must be less than or equal to 128000"]}),
    ({"max_processes_and_or_threads": 0}, {"max_processes_and_or_threads": ["must be greater than 0"]}),
    ({"max_processes_and_or_threads": 121}, {"max_processes_and_or_threads": ["must be less than or equal to 120"]}),
    ({"max_file_size": 4097}, {"max_file_size": ["must be less than or equal to 4096"]}),
    ({"compiler_options": "-O1"},
     {"compiler_options": ["setting compiler options is only allowed for compiled languages"]}),
    ({"command_line_arguments": "x" * 513}, {"command_line_arguments": ["is too long (maximum is 512 characters)"]}),
    ({"enable_network": True}, {"enable_network": ["enabling network is not allowed"]}),
    ({"callback_url": "ftp://example.org/"},
     {"callback_url": ["is no address for callbacks here: it must begin with https:// or http://"]}),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "errors"), WRONG, ids=[str(row[0])[:60] for row in WRONG])
def test_what_is_wrong_is_said_field_by_field(
    judge0: Judge0, fields: dict[str, Any], errors: dict[str, list[str]]
) -> None:
    answered = judge0.post("/submissions", {"source_code": "print()", "language_id": PYTHON, **fields})
    assert (answered.status, answered.json()) == (422, errors)


BY_PROCESS = tuple(f"enable_per_process_and_thread_{what}_limit" for what in ("time", "memory"))

NOT_ALLOWED: list[tuple[dict[str, Any], dict[str, list[str]]]] = [
    ({"compiler_options": "-O1", "language_id": C}, {"compiler_options": ["setting compiler options is not allowed"]}),
    ({"command_line_arguments": "x"}, {"command_line_arguments": ["setting command line arguments is not allowed"]}),
    ({"callback_url": "https://example.org/"}, {"callback_url": ["setting callback is not allowed"]}),
    ({"additional_files": b64("x")}, {"additional_files": ["setting additional files is not allowed"]}),
    *(({name: True}, {name: ["this option cannot be enabled"]}) for name in BY_PROCESS),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "errors"), NOT_ALLOWED, ids=[next(iter(row[1])) for row in NOT_ALLOWED])
def test_what_the_settings_do_not_allow_is_refused(
    strict: Gateway, school: str, fields: dict[str, Any], errors: dict[str, list[str]]
) -> None:
    answered = Judge0(strict, school).post("/submissions", {"source_code": "x", "language_id": PYTHON, **fields})
    assert (answered.status, answered.json()) == (422, errors)


def test_waiting_and_batches_can_be_off(strict: Gateway, school: str) -> None:
    judge0 = Judge0(strict, school)
    waited = judge0.post("/submissions?wait=true", {"source_code": "print()", "language_id": PYTHON})
    assert (waited.status, waited.json()) == (400, {"error": "wait not allowed"})
    for answered in (
        judge0.post("/submissions/batch", {"submissions": [{}]}),
        judge0.get("/submissions/batch?tokens=x"),
    ):
        assert (answered.status, answered.json()) == (400, {"error": "batched submissions are not allowed"})


def test_compiler_options_can_be_for_some_languages_alone(start_gateway: Starts, school: str) -> None:
    judge0 = Judge0(start_gateway(judge0_allowed_languages_for_compiler_options="Rust,C++"), school)
    answered = judge0.post("/submissions", {"source_code": "x", "language_id": C, "compiler_options": "-O1"})
    assert answered.json() == {"compiler_options": ["setting compiler options is only allowed for Rust and C++"]}
    assert judge0.get("/config_info").json()["allowed_languages_for_compile_options"] == ["Rust", "C++"]


@pytest.mark.parametrize("body", [b"{", b"[1", b'"\\ud8', b"\xff"])
def test_what_is_no_json_is_a_bad_request(judge0: Judge0, body: bytes) -> None:
    answered = judge0.post("/submissions", body, content_type="application/json")
    assert (answered.status, answered.json()) == (400, {"status": 400, "error": "Bad Request"})


# --- base64 and columns -----------------------------------------------------------------------------------


def test_base64_is_read_leniently(judge0: Judge0) -> None:
    wrapped = "\n".join([b64("print(")[:5], b64("print(")[5:]]) + "*" + " \t" + b64("'decoded')")
    assert (
        judge0.post(
            "/submissions?base64_encoded=true&wait=true", {"source_code": wrapped, "language_id": PYTHON}
        ).json()["stdout"]
        == b64("decoded\n") + "\n"
    )


def test_what_is_not_said_of_base64_the_settings_say(start_gateway: Starts, judge0: Judge0, school: str) -> None:
    body = {"source_code": b64("print('plain')"), "language_id": PYTHON}
    implicit = Judge0(start_gateway(judge0_implicit_base64="true"), school)
    assert implicit.post("/submissions?wait=true", body).json()["stdout"] == b64("plain\n") + "\n"
    assert implicit.get("/config_info").json()["disable_implicit_base64_encoding"] is False
    assert judge0.get("/config_info").json()["disable_implicit_base64_encoding"] is True


def test_columns_are_chosen_by_name(judge0: Judge0) -> None:
    token = judge0.create("print(1)")
    judge0.finished(token)
    assert set(judge0.get(f"/submissions/{token}").json()) == set(COLUMNS)
    assert list(judge0.get(f"/submissions/{token}?fields=status_id, stdout,language").json()) == [
        "stdout", "status_id", "language",
    ]  # fmt: skip
    everything = judge0.get(f"/submissions/{token}?fields=*").json()
    assert "id" not in everything and everything["language"] == {"id": 71, "name": "Python (3.8.1)"}
    assert not {"started_at", "queued_at", "updated_at", "queue_host", "execution_host"} & set(everything)
    assert judge0.get(f"/submissions/{token}?fields=started_at").json()["started_at"]
    for address in (f"/submissions/{token}", "/submissions/batch"):
        wrong = judge0.get(f"{address}?fields=stdout,x,id,y&tokens={token}")
        assert (wrong.status, wrong.json()) == (400, {"error": "invalid fields: [x, id, y]"})
    assert judge0.post("/submissions?fields=x", {"source_code": "", "language_id": PYTHON}).status == 400


def test_what_is_not_there_is_not_found(judge0: Judge0) -> None:
    for path in (f"/submissions/{uuid.uuid4()}", "/submissions/~", "/languages/9999", "/languages/x", "/nothing"):
        answered = judge0.get(path)
        assert (answered.status, answered.json()) == (404, {"status": 404, "error": "Not Found"}), path
    assert judge0.ask("PUT", "/submissions").status == 404


def test_work_that_only_says_that_it_came_this_way_is_not_there(judge0: Judge0, dialects: Gateway, school: str) -> None:
    run = {"language": "python3", "source": "print()", "context": {"sender": "judge0", "text": "{"}}
    name = dialects.post("/api/v1/runs?wait=20", run, key=school).json()["id"]
    assert judge0.get(f"/submissions/{name}").status == 404
    assert judge0.get("/submissions?per_page=1", x_auth_user=school).status == 200


# --- batches ----------------------------------------------------------------------------------------------


def test_a_batch_takes_what_is_right_and_says_what_is_wrong(judge0: Judge0) -> None:
    right = {"source_code": "print(input())", "language_id": PYTHON}
    several = [{**right, "stdin": "one"}, {"source_code": "x"}, {**right, "stdin": "two"}]
    created = judge0.post("/submissions/batch?wait=true&fields=nothing", {"submissions": several})
    assert created.status == 201
    first, wrong, last = created.json()
    assert wrong == {"language_id": ["can't be blank", "language with id  doesn't exist"]}
    tokens = [first["token"], str(uuid.uuid4()), last["token"]]
    for one in (first, last):
        judge0.finished(one["token"])
    by_address = judge0.get(f"/submissions/batch?fields=stdout&tokens={','.join(tokens)}").json()
    assert by_address == {"submissions": [{"stdout": "one\n"}, None, {"stdout": "two\n"}]}
    assert judge0.get("/submissions/batch?fields=stdout", tokens=",".join(tokens)).json() == by_address
    none = judge0.post("/submissions/batch", {"submissions": [{}, "text"]})
    assert (none.status, len(none.json())) == (422, 2)


@pytest.mark.parametrize("count", [0, 21])
def test_a_batch_has_one_to_twenty(judge0: Judge0, count: int) -> None:
    said = {
        0: "there should be at least one submission in a batch",
        21: "number of submissions in a batch should be less than or equal to 20",
    }[count]
    created = judge0.post("/submissions/batch", {"submissions": [{}] * count})
    looked = judge0.get(f"/submissions/batch?tokens={','.join(['x'] * count)}")
    for answered in (created, looked):
        assert (answered.status, answered.json()) == (400, {"error": said})


# --- who may what -----------------------------------------------------------------------------------------


def test_keys_are_the_tokens(dialects: Gateway, school: str, other: str, admin: str) -> None:
    ours, nobody = Judge0(dialects, school), Judge0(dialects)
    token = ours.create("print('ours')")
    assert ours.finished(token)["stdout"] == "ours\n"
    wrong = nobody.get("/about", x_auth_token="jk_wrong_key")
    assert (wrong.status, wrong.body) == (401, b"")
    assert nobody.post("/authenticate", x_auth_token="jk_wrong_key").status == 401
    assert (ours.post("/authenticate").status, ours.post("/authenticate").body) == (200, b"")
    assert nobody.get(f"/submissions/{token}").status == 404
    assert Judge0(dialects, other).get(f"/submissions/{token}").status == 404
    for place in ({"x_rapidapi_key": school}, {"authorization": f"Bearer {school}"}):
        assert nobody.get(f"/submissions/{token}", **place).status == 200
    assert nobody.get(f"/submissions/{token}?X-Auth-Token={school}").status == 200
    assert Judge0(dialects, prefix=f"/key/{school}/judge0").get(f"/submissions/{token}").status == 200
    assert school not in dialects.log()


def test_lists_need_a_second_key(dialects: Gateway, school: str, other: str, admin: str, make_key: Any) -> None:
    crowd = make_key("crowd", Scope.RUN, Scope.READ)
    judge0, nobody = Judge0(dialects, crowd), Judge0(dialects)
    tokens = [judge0.create(f"print({number})") for number in range(3)]
    for token in tokens:
        judge0.finished(token)
    for refused in (judge0.get("/submissions"), nobody.get("/submissions"), judge0.post("/authorize"),
                    judge0.get("/submissions", x_auth_user="jk_wrong_key"),
                    judge0.ask("DELETE", f"/submissions/{tokens[0]}")):  # fmt: skip
        assert (refused.status, refused.body) == (403, b"")
    assert judge0.post("/authorize", x_auth_user=crowd).status == 200
    page = judge0.get("/submissions?per_page=2&fields=token", x_auth_user=crowd).json()
    assert page["submissions"] == [{"token": tokens[2]}, {"token": tokens[1]}]
    assert page["meta"] == {"current_page": 1, "next_page": 2, "prev_page": None, "total_pages": 2, "total_count": 3}
    last = judge0.get("/submissions?per_page=2&page=2&fields=token", x_auth_user=crowd).json()
    assert (last["submissions"], last["meta"]["next_page"], last["meta"]["prev_page"]) == (
        [{"token": tokens[0]}],
        None,
        1,
    )
    for query in ("page=0", "page=-1", "per_page=-2", "page=x"):
        name, _, value = query.partition("=")
        wrong = judge0.get(f"/submissions?{query}", x_auth_user=crowd)
        assert (wrong.status, wrong.json()) == (400, {"error": f"invalid {name}: {0 if value == 'x' else value}"})
    assert Judge0(dialects, admin).get("/submissions?per_page=1").status == 200


def test_who_is_authorized_may_delete_where_the_settings_say_so(
    start_gateway: Starts, dialects: Gateway, client: Client, school: str
) -> None:
    judge0 = Judge0(start_gateway(judge0_enable_submission_delete="true"), school)
    token = judge0.create("print('to be deleted')")
    judge0.finished(token)
    never = Judge0(dialects, school).ask("DELETE", f"/submissions/{token}", x_auth_user=school)
    assert (never.status, never.json()) == (400, {"error": "delete not allowed"})
    gone = judge0.ask("DELETE", f"/submissions/{token}?base64_encoded=false&fields=stdout", x_auth_user=school)
    assert (gone.status, gone.json()) == (200, {"stdout": b64("to be deleted\n") + "\n"})
    assert judge0.ask("DELETE", f"/submissions/{token}", x_auth_user=school).status == 404
    slow = judge0.create("import time; time.sleep(20)", wall_time_limit=20)
    until(lambda: judge0.get(f"/submissions/{slow}?fields=status_id").json()["status_id"] == 2, "it to run")
    refused = judge0.ask("DELETE", f"/submissions/{slow}", x_auth_user=school)
    client.cancel(f"school~{slow}")
    assert (refused.status, refused.json()) == (
        400,
        {"error": "submission cannot be deleted because its status is 2 (Processing)"},
    )


# --- no work is taken in ----------------------------------------------------------------------------------


def test_a_full_queue_and_maintenance_are_said(
    start_gateway: Starts, judge0: Judge0, client: Client, school: str
) -> None:
    full = Judge0(start_gateway(judge0_max_queue_size="1"), school)
    body = {"source_code": "print()", "language_id": PYTHON}
    until(lambda: full.post("/submissions", body).status == 201, "an empty queue")
    refused = full.post("/submissions/batch", {"submissions": [body, body]})
    assert (refused.status, refused.json()) == (503, {"error": "queue is full"})
    client.queue.run(maintenance.begin("back at noon", 60, "test"))
    try:
        refused = judge0.post("/submissions", body)
        assert (refused.status, refused.json()) == (503, {"error": "back at noon"})
        assert judge0.get("/config_info").json()["maintenance_mode"] is True
    finally:
        client.queue.run(maintenance.end("test"))


# --- what the service says of itself ----------------------------------------------------------------------


def test_languages_are_those_that_are_there(judge0: Judge0) -> None:
    listed = judge0.get("/languages").json()
    assert {one["id"] for one in listed} == {44, 48, 49, 50, 52, 53, 54, 71, 89, 92, 100, 103, 105, 109, 113}
    assert [set(one) for one in listed] == [{"id", "name"}] * len(listed)
    all_ = judge0.get("/languages/all").json()
    assert [one["name"] for one in all_] == sorted(one["name"] for one in all_)
    archived = {one["id"]: one["is_archived"] for one in all_}
    assert (len(all_), archived[1], archived[83], archived[113]) == (113, True, True, False)
    one = judge0.get("/languages/105").json()
    assert set(one) == {"id", "name", "is_archived", "source_file", "compile_cmd", "run_cmd"}
    assert (one["source_file"], one["run_cmd"]) == ("main.cpp", "./prog")
    assert "g++" in one["compile_cmd"] and "%s main.cpp" in one["compile_cmd"]
    assert judge0.get("/languages/71").json()["compile_cmd"] is None


def test_statuses_and_settings(judge0: Judge0) -> None:
    statuses = judge0.get("/statuses").json()
    assert [one["id"] for one in statuses] == list(range(1, 15))
    assert statuses[11] == {"id": 12, "description": "Runtime Error (Other)"}
    config = judge0.get("/config_info").json()
    assert len(config) == 40
    usual = {
        "maintenance_mode": False, "cpu_time_limit": 5.0, "max_cpu_time_limit": 15.0, "cpu_extra_time": 1.0,
        "max_cpu_extra_time": 5.0, "wall_time_limit": 10.0, "max_wall_time_limit": 20.0, "memory_limit": 128_000,
        "max_memory_limit": 512_000, "stack_limit": 64_000, "max_stack_limit": 128_000, "max_file_size": 1024,
        "max_processes_and_or_threads": 60, "max_max_processes_and_or_threads": 120, "max_max_file_size": 4096,
        "number_of_runs": 1, "max_number_of_runs": 20, "max_queue_size": 100, "max_submission_batch_size": 20,
        "callbacks_max_tries": 3, "callbacks_timeout": 5.0, "enable_submission_delete": False,
    }  # fmt: skip
    assert {name: config[name] for name in usual} == usual


def test_what_it_is(judge0: Judge0, start_gateway: Starts, school: str) -> None:
    assert judge0.get("/about").json()["version"] == "1.14.0"
    assert judge0.get("/version").body == b"1.14.0"
    assert Judge0(start_gateway(judge0_version="1.13.1"), school).get("/version").body == b"1.13.1"
    for path in ("/license", "/isolate", "/"):
        answered = judge0.get(path)
        assert (answered.status, answered.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    system = judge0.get("/system_info").json()
    assert {"Architecture", "CPU(s)", "Mem", "Swap"} <= set(system)
    assert all(isinstance(value, str) for value in system.values())
    (workers,) = judge0.get("/workers?prune_dead_workers=true").json()
    assert set(workers) == {"queue", "size", "available", "idle", "working", "paused"}
    assert workers["available"] >= 2


def test_statistics_are_those_of_the_tenant(dialects: Gateway, make_key: Any) -> None:
    counted = Judge0(dialects, make_key("counted", Scope.RUN, Scope.READ))
    counted.finished(counted.create("print()"))
    first = counted.get("/statistics").json()
    assert set(first) == {"created_at", "cached_until", "submissions", "languages", "statuses", "database"}
    assert (first["submissions"]["total"], first["submissions"]["today"]) == (1, 1)
    assert len(first["submissions"]["last_30_days"]) == 30
    assert first["languages"] == [{"language": {"id": 71, "name": "Python (3.8.1)"}, "count": 1}]
    counted.finished(counted.create("print()"))
    assert counted.get("/statistics").json() == first
    assert counted.get("/statistics?invalidate_cache=true").json()["submissions"]["total"] == 2


def test_it_is_served_on_its_own_port_and_to_pages(dialects: Gateway, own_address: Any, school: str) -> None:
    judge0 = Judge0(dialects, school)
    before = judge0.gateway.address
    asked = judge0.ask(
        "OPTIONS", "/submissions", origin="https://ide.example.org", access_control_request_method="POST"
    )
    assert (asked.status, asked.headers["access-control-allow-origin"]) == (204, "*")
    assert own_address("judge0") != before


def test_nothing_is_unpacked_outside_of_the_sandbox(judge0: Judge0) -> None:
    files = zipped({"../../tmp/judge0-escaped": "x", "/tmp/judge0-rooted": "x", "run": "ls ..; cat data", "data": "in"})
    assert judge0.run("", PROJECT, additional_files=files)["stdout"].endswith("in")
    script = b64("#!/bin/sh\necho ran")
    body = {"source_code": script, "language_id": EXECUTABLE, "additional_files": files}
    assert judge0.post("/submissions?base64_encoded=true&wait=true", body).json()["status"]["id"] == 3
