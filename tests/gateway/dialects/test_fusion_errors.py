"""What SandboxFusion's clients are told that ask wrongly, or too much; keys; pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from gateway_harness import Gateway
from service_harness import RedisServer, until

from judge.client import Client
from judge.config import load_settings
from judge.queue.admin import set_policy
from judge.queue.records import Filter
from judge.queue.settings import policy_of
from judge.queue.values import State

_RUN = {"code": "print(1)", "language": "python"}
_NO_TIME = {**_RUN, "compile_timeout": 0, "run_timeout": 0}


def test_ping_and_root_need_no_key(dialects: Gateway, own_address: Callable[[str], str]) -> None:
    answered = dialects.get("/fusion/v1/ping")
    assert (answered.status, answered.body) == (200, b'"pong"')
    assert answered.headers["content-type"] == "application/json"
    for path in ("/fusion", "/fusion/"):
        page = dialects.get(path)
        assert page.status == 200
        assert page.headers["content-type"].startswith("text/html")


def test_unknown_paths_and_methods_are_answered_as_fastapi_does(dialects: Gateway) -> None:
    unknown = dialects.get("/fusion/no/such")
    assert (unknown.status, unknown.json()) == (404, {"detail": "Not Found"})
    wrong = dialects.get("/fusion/run_code")
    assert (wrong.status, wrong.json()) == (405, {"detail": "Method Not Allowed"})
    assert wrong.headers["allow"] == "POST"


@pytest.mark.parametrize("path", ["run_code", "run_jupyter", "submit", "get_prompts", "get_prompt_by_id", "list_ids",
                                  "get_metrics", "get_metrics_function"])  # fmt: skip
def test_every_endpoint_says_what_is_missing(dialects: Gateway, path: str) -> None:
    answered = dialects.post(f"/fusion/{path}", {})
    assert answered.status == 422
    for error in answered.json()["detail"]:
        assert error.keys() == {"type", "loc", "msg", "input"}
        assert (error["type"], error["msg"], error["input"]) == ("missing", "Field required", {})
        assert error["loc"][0] == "body"


def test_a_language_that_is_none(dialects: Gateway) -> None:
    answered = dialects.post("/fusion/run_code", {**_RUN, "language": "cobol"})
    assert answered.status == 422
    (error,) = answered.json()["detail"]
    assert error["type"] == "literal_error"
    assert error["loc"] == ["body", "language"]
    assert error["msg"].startswith("Input should be 'python', 'cpp'")
    assert error["input"] == "cobol"


@pytest.mark.parametrize(
    ("body", "kind", "found"),
    [
        (b"", "application/json", "missing"),
        (b"{", "application/json", "json_invalid"),
        (b"[]", "application/json", "model_attributes_type"),
        (json.dumps(_RUN).encode(), "application/octet-stream", "model_attributes_type"),
        (b'{"code": "\\ud800", "language": "python"}', "application/json", "string_unicode"),
        (b'{"code": "x", "language": "python", "run_timeout": Infinity}', "application/json", "finite_number"),
    ],
)
def test_bodies_that_are_no_request(dialects: Gateway, school: str, body: bytes, kind: str, found: str) -> None:
    answered = dialects.post("/fusion/run_code", body, key=school, headers={"content-type": kind})
    assert answered.status == 422, answered.body
    assert [error["type"] for error in answered.json()["detail"]] == [found]


def test_other_json_types_are_read(dialects: Gateway) -> None:
    body = json.dumps(_RUN).encode()
    answered = dialects.post(
        "/fusion/run_code", body, headers={"content-type": "application/vnd.x+json; charset=utf-8"}
    )
    assert answered.json()["status"] == "Success"


def test_a_body_that_is_too_large(dialects: Gateway, start_gateway: Callable[..., Gateway]) -> None:
    gateway = start_gateway(gateway_body_bytes_max=2000)
    answered = gateway.post("/fusion/run_code", {**_RUN, "stdin": "x" * 3000})
    assert answered.status == 413
    assert isinstance(answered.json()["detail"], str)


def test_a_key_goes_in_front_of_the_path(start_gateway: Callable[..., Gateway], school: str) -> None:
    gateway = start_gateway(gateway_no_key="never")
    assert gateway.post("/fusion/run_code", _RUN).status == 401
    assert gateway.post("/key/jk_x_y/fusion/run_code", _RUN).status == 401
    answered = gateway.post(f"/key/{school}/fusion/run_code", _RUN)
    assert (answered.status, answered.json()["run_result"]["stdout"]) == (200, "1\n")
    assert school.rpartition("_")[2] not in gateway.log()
    assert gateway.get("/fusion/v1/ping").status == 200


def test_work_that_nobody_does_in_time_is_answered_504_and_withdrawn(
    start_gateway: Callable[..., Gateway], redis_server: RedisServer
) -> None:
    gateway = start_gateway(namespace="fusion-late", fusion_patience_s=1)  # no worker has ever run there
    answered = gateway.post("/fusion/run_code", _NO_TIME)
    assert (answered.status, answered.json()) == (504, {"detail": "the program was not run in time"})
    with Client(msgspec.structs.replace(redis_server.broker, namespace="fusion-late")) as client:
        (record,) = client.submissions(Filter(sender="fusion"))
        assert record.state is State.CANCELLED


def test_a_full_queue_is_waited_for(start_gateway: Callable[..., Gateway], redis_server: RedisServer) -> None:
    gateway = start_gateway(namespace="fusion-full", fusion_patience_s=1)
    with Client(msgspec.structs.replace(redis_server.broker, namespace="fusion-full")) as client:
        set_policy(client.queue, msgspec.structs.replace(policy_of(load_settings()), queue_max=1))
    assert gateway.post("/api/v1/runs", {"source": "x", "language": "python3"}).status == 201
    answered = gateway.post("/fusion/run_code", _NO_TIME)
    assert answered.status == 504
    assert answered.json()["detail"].startswith("no place was free in time: ")


def test_a_queue_that_cannot_be_reached_is_504(start_gateway: Callable[..., Gateway], place: Path) -> None:
    server = RedisServer(place / "gone", fsync="no")
    server.start()
    gateway = start_gateway(broker=server.url)
    server.kill()
    answered = gateway.post("/fusion/run_code", _NO_TIME)
    assert (answered.status, answered.json()) == (504, {"detail": "The judge cannot be reached"})


def test_who_waits_for_a_place_and_goes_is_forgotten(
    start_gateway: Callable[..., Gateway], redis_server: RedisServer
) -> None:
    gateway = start_gateway(namespace="fusion-gone")
    with Client(msgspec.structs.replace(redis_server.broker, namespace="fusion-gone")) as client:
        set_policy(client.queue, msgspec.structs.replace(policy_of(load_settings()), queue_max=1))
    assert gateway.post("/api/v1/runs", {"source": "x", "language": "python3"}).status == 201
    body = json.dumps({**_RUN, "run_timeout": 1e300}).encode()
    with gateway.connect() as connection:
        connection.sendall(
            b"POST /fusion/run_code HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
            b"content-length: %d\r\n\r\n%b" % (len(body), body)
        )
        connection.settimeout(0.5)
        with pytest.raises(TimeoutError):
            connection.recv(1)  # it waits
    until(lambda: "/fusion/run_code" in gateway.log(), "the end of the request")
