"""What holds for every address: methods, headers, the document, limits."""

from __future__ import annotations

import contextlib
import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from gateway_harness import RUN, Gateway
from service_harness import until

from judge.gateway.describe.reference import markdown
from judge.gateway.problems import KINDS
from judge.gateway.table import ENDPOINTS

ROOT = Path(__file__).resolve().parents[2]


def test_the_page_of_the_reference_is_current() -> None:
    assert (ROOT / "docs" / "reference" / "http.md").read_text() == markdown(ENDPOINTS)


def test_every_endpoint_is_in_the_document(gateway: Gateway) -> None:
    paths = gateway.get("/openapi.json").json()["paths"]
    assert {(one.method.lower(), one.path) for one in ENDPOINTS} == {(m, p) for p, ms in paths.items() for m in ms}


def test_every_reference_of_the_document_leads_somewhere(gateway: Gateway) -> None:
    document = gateway.get("/openapi.json").json()
    named = set(document["components"]["schemas"])
    text = json.dumps(document)
    used = {part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert used <= named


def test_operations_have_names_of_their_own() -> None:
    assert len({one.name for one in ENDPOINTS}) == len(ENDPOINTS)


def test_every_problem_has_a_page(gateway: Gateway) -> None:
    for name, kind in KINDS.items():
        assert kind.title in gateway.get(f"/problems/{name}").body.decode()


def test_answers_are_never_interpreted(gateway: Gateway) -> None:
    for path in ("/api/v1/me", "/api/v1/nothing", "/docs", "/healthz"):
        headers = gateway.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["x-request-id"]


def test_head_is_get_without_a_body(gateway: Gateway) -> None:
    head, get = gateway.ask("HEAD", "/api/v1/languages"), gateway.get("/api/v1/languages")
    assert (head.status, head.body, head.headers["etag"]) == (200, b"", get.headers["etag"])
    assert head.headers["content-length"] == get.headers["content-length"]


def test_what_one_has_already_is_not_sent_again(gateway: Gateway) -> None:
    def known() -> int:
        etag = gateway.get("/api/v1/languages").headers["etag"]
        return gateway.get("/api/v1/languages", headers={"if-none-match": etag}).status

    until(lambda: known() == 304, "two equal answers")


def test_an_address_that_is_not_there_says_where_the_others_are(gateway: Gateway) -> None:
    answer = gateway.get("/nothing")
    assert answer.problem == "not-found"
    assert "/docs" in answer.json()["detail"]


def test_methods_are_listed(gateway: Gateway) -> None:
    assert gateway.ask("OPTIONS", "/api/v1/runs").headers["allow"] == "GET, HEAD, OPTIONS, POST"
    wrong = gateway.ask("PATCH", "/api/v1/runs")
    assert (wrong.status, wrong.headers["allow"]) == (405, "GET, HEAD, OPTIONS, POST")


def test_large_answers_are_packed_when_that_is_wanted(gateway: Gateway) -> None:
    answer = gateway.get("/openapi.json", headers={"accept-encoding": "gzip"})
    assert (answer.headers["content-encoding"], answer.headers["vary"]) == ("gzip", "Accept-Encoding")


@pytest.mark.parametrize("query", ["wait=-1", "wait=x", "wait=nan", "wait=1&wait=2", "wiat=1", "wait="])
def test_a_parameter_that_is_wrong_is_named(gateway: Gateway, query: str) -> None:
    answer = gateway.post(f"/api/v1/runs?{query}", RUN)
    assert (answer.problem, answer.json()["errors"][0]["parameter"]) == ("bad-field", query.partition("=")[0])


@pytest.mark.parametrize(
    ("body", "headers", "problem"),
    [
        (b"{}", {}, "bad-media-type"),
        (b"{}", {"content-type": "text/plain"}, "bad-media-type"),
        (b"{}", {"content-type": "application/json", "content-encoding": "br"}, "bad-media-type"),
        (b"{", {"content-type": "application/json"}, "bad-json"),
        (b"\xff", {"content-type": "application/json"}, "bad-json"),
        (b"", {"content-type": "application/json"}, "bad-json"),
        (b"[" * 100_000, {"content-type": "application/json"}, "bad-field"),
        (b'{"stdin":' + b'{"text":' * 100_000, {"content-type": "application/json"}, "bad-field"),
        (b"no gzip", {"content-type": "application/json", "content-encoding": "gzip"}, "bad-request"),
        (b'{"source":"\\ud800"}', {"content-type": "application/json"}, "bad-json"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused(
    gateway: Gateway, body: bytes, headers: dict[str, str], problem: str
) -> None:
    assert gateway.post("/api/v1/runs", body, headers=headers).problem == problem


def test_a_body_has_a_largest_size_packed_or_not(start_gateway: Callable[..., Gateway]) -> None:
    small = start_gateway(gateway_body_bytes_max=10_000)
    large = json.dumps(RUN | {"stdin": "x" * 20_000}).encode()
    plain = {"content-type": "application/json"}
    assert small.post("/api/v1/runs", large, headers=plain).problem == "too-large"
    packed = plain | {"content-encoding": "gzip"}
    assert small.post("/api/v1/runs", gzip.compress(large), headers=packed).problem == "too-large"
    bomb = gzip.compress(b" " * 100_000_000)
    assert len(bomb) > 10_000
    assert small.post("/api/v1/runs", bomb[:9_000], headers=packed).problem == "too-large"


def test_a_head_has_a_largest_size_and_a_longest_time(start_gateway: Callable[..., Gateway]) -> None:
    strict = start_gateway(gateway_head_bytes_max=2048, gateway_request_s=1)
    with strict.connect() as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: " + b"a" * 5000)
        assert connection.recv(100).startswith(b"HTTP/1.1 431 ")
    with strict.connect() as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nx: " + b"a" * 3000 + b"\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 431 ")
    with strict.connect() as connection:
        connection.sendall(b"GET /healthz HT")
        assert connection.recv(100).startswith(b"HTTP/1.1 408 ")
    with strict.connect() as connection:
        connection.sendall(b"POST /api/v1/runs HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n")
        connection.sendall(b"content-length: 100\r\n\r\n{")
        assert connection.recv(100).startswith(b"HTTP/1.1 408 ")


def test_a_body_that_drips_is_given_up(start_gateway: Callable[..., Gateway]) -> None:
    strict = start_gateway(gateway_request_s=1)
    with strict.connect() as connection:
        connection.settimeout(0.2)
        head = b"POST /api/v1/runs HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        connection.sendall(head + b"content-length: 1000\r\n\r\n")
        received = b""
        for _ in range(100):  # a letter each time that nothing was answered
            connection.sendall(b" ")
            with contextlib.suppress(TimeoutError):
                received = connection.recv(100)
                break
        assert received.startswith(b"HTTP/1.1 408 ")


def test_many_requests_on_one_connection_are_answered_in_order(gateway: Gateway) -> None:
    with gateway.connect() as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n" * 50)
        received = b""
        while received.count(b'{"ok":true') < 50:
            received += connection.recv(65536)
    assert received.count(b"HTTP/1.1 200 OK") == 50


def test_a_gateway_is_ready_with_redis_and_a_worker(gateway: Gateway, start_gateway: Callable[..., Gateway]) -> None:
    assert gateway.get("/readyz").json() == {"ok": True, "problems": []}
    lonely = start_gateway(namespace="nobody")
    answer = lonely.get("/readyz")
    assert (answer.status, answer.json()["problems"]) == (503, ["there is no worker"])


def test_requests_are_counted(gateway: Gateway) -> None:
    gateway.get("/api/v1/queue")
    assert (
        b'judge_gateway_requests_total{endpoint="showQueue",method="GET",status="200"}' in gateway.get("/metrics").body
    )
