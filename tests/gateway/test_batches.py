"""Batches over HTTP: many lines in, a result for each, whatever is wrong with some of them and whoever goes away."""

from __future__ import annotations

import gzip
import json
import signal
import uuid
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from backports import zstd
from gateway_harness import Answered, Gateway
from gateway_large_batch import run_large_batch
from service_harness import until

from judge.client import Client
from judge.queue.api_keys import Scope

_TYPE = {"content-type": "application/x-ndjson"}
_PATH = "/api/v1/batches"


def _run(custom_id: str, source: str = "print(input()[::-1])", **fields: Any) -> dict[str, Any]:
    return {"custom_id": custom_id, "run": {"language": "python3", "source": source, "stdin": custom_id, **fields}}


def _echo(custom_id: str) -> dict[str, Any]:
    return {"custom_id": custom_id, "run": {"argv": ["/bin/echo", custom_id]}}


def _body(lines: Iterable[Any]) -> bytes:
    return b"".join((line if isinstance(line, bytes) else json.dumps(line).encode()) + b"\n" for line in lines)


def _send(gateway: Gateway, lines: Iterable[Any], batch: str = "", **options: Any) -> Answered:
    headers = _TYPE | options.pop("headers", {})
    return gateway.post(f"{_PATH}?id={batch or uuid.uuid4().hex}", _body(lines), headers=headers, **options)


def _sent(gateway: Gateway, lines: Iterable[Any], **options: Any) -> dict[str, Any]:
    answer = _send(gateway, lines, **options)
    assert answer.status == 201, answer.body
    return dict(answer.json())


def _results(gateway: Gateway, batch: str, query: str = "", **options: Any) -> list[dict[str, Any]]:
    answer = gateway.get(f"{_PATH}/{batch}/results?{query}", **options)
    assert answer.status in (200, 204), answer.body
    return [json.loads(line) for line in answer.body.splitlines() if line]


def _written(result: dict[str, Any]) -> str:
    return str(result["work"]["report"]["runs"][0]["stdout"]["text"])


def test_each_line_has_its_result(gateway: Gateway) -> None:
    evaluation = {"language": "python3", "source": "print(input())", "tests": [{"stdin": "a", "expected": "b"}]}
    group = {"commands": [{"argv": ["/bin/echo", "hello"]}]}
    lines = [_run("abc"), {"custom_id": "e", "evaluation": evaluation}, {"custom_id": "g", "group": group}]
    batch = _sent(gateway, lines)
    assert batch["received"] == {"lines": 3, "new": 3, "known": 0, "refused": 0}
    results = {one["custom_id"]: one for one in _results(gateway, batch["id"])}
    assert _written(results["abc"]) == "cba\n"
    assert results["e"]["work"]["status"] == "WA"
    assert results["g"]["work"]["report"]["commands"][0]["stdout"]["text"] == "hello\n"
    assert {one["work"]["priority_class"] for one in results.values()} == {"bulk"}
    stands = gateway.get(f"{_PATH}/{batch['id']}").json()
    assert (stands["state"], stands["done"], stands["lines"]) == ("done", 3, 3)


@pytest.mark.parametrize(
    "pack", [gzip.compress, zstd.compress, lambda body: gzip.compress(body[:9]) + gzip.compress(body[9:])]
)
def test_a_packed_body_is_read(gateway: Gateway, pack: Callable[[bytes], bytes]) -> None:
    body = pack(_body([_echo("a"), _echo("b")]))
    encoding = "gzip" if body[:2] == b"\x1f\x8b" else "zstd"
    answer = gateway.post(_PATH, body, headers=_TYPE | {"content-encoding": encoding})
    assert answer.json()["lines"] == 2


def test_two_thousand_lines_come_out_in_either_order(gateway: Gateway) -> None:
    names = [f"line-{number}" for number in range(2000)]
    batch = _sent(gateway, map(_echo, names))["id"]
    came = _results(gateway, batch, "order=completion")
    ordered = _results(gateway, batch, "order=input")
    assert [one["custom_id"] for one in ordered] == names
    assert sorted(one["custom_id"] for one in came) == sorted(names)
    assert [one["position"] for one in came] == list(range(1, 2001))
    assert all(_written(one) == one["custom_id"] + "\n" for one in ordered)


def test_results_are_taken_up_behind_a_position(gateway: Gateway) -> None:
    batch = _sent(gateway, map(_echo, "abcdef"))["id"]
    for order in ("input", "completion"):
        whole = _results(gateway, batch, f"order={order}")
        parts, after = [], 0
        while part := _results(gateway, batch, f"order={order}&after={after}&limit=4"):
            parts += part
            after = part[-1]["position"]
        assert [one["custom_id"] for one in parts] == [one["custom_id"] for one in whole]
    assert gateway.get(f"{_PATH}/{batch}/results?after=6").status == 204


@pytest.mark.parametrize(
    ("line", "problem", "pointer"),
    [
        (b"{", "bad-json", ""),
        (b"\xff", "bad-json", ""),
        (b"[" * 5000, "bad-field", ""),
        (b"[]", "bad-field", ""),
        ({"run": {"argv": ["/bin/true"]}}, "bad-field", "/custom_id"),
        ({"custom_id": "", "run": {"argv": ["/bin/true"]}}, "bad-field", "/custom_id"),
        ({"custom_id": "x" * 201, "run": {"argv": ["/bin/true"]}}, "bad-field", "/custom_id"),
        ({"custom_id": "x"}, "bad-field", ""),
        ({"custom_id": "x", "walk": {}}, "bad-field", "/walk"),
        ({"custom_id": "x", "run": {"argv": []}}, "bad-field", "/run"),
        ({"custom_id": "x", "run": {"argv": [1]}}, "bad-field", "/run/argv/0"),
        ({"custom_id": "x", "run": {"argv": ["/bin/true"], "id": "me"}}, "bad-field", "/run/id"),
        ({"custom_id": "x", "run": {"argv": ["/bin/true"], "priority_class": "soon"}}, "bad-field", "/run"),
        ({"custom_id": "x", "run": {"language": "klingon", "source": ""}}, "language", "/run/language"),
        ({"custom_id": "x", "run": {"language": "python3@>=9", "source": ""}}, "language", "/run/language"),
        ({"custom_id": "x", "run": {"language": "python3", "source": "", "tags": ["gpu"]}}, "bad-field", "/run"),
        ({"custom_id": "x", "run": {"argv": ["/bin/true"]}, "group": {"commands": []}}, "bad-field", ""),
    ],
)
def test_a_bad_line_is_answered_as_its_result(gateway: Gateway, line: Any, problem: str, pointer: str) -> None:
    batch = _sent(gateway, [_echo("before"), line, _echo("after")])["id"]
    results = _results(gateway, batch, "order=input")
    assert [one["state"] for one in results] == ["done", "refused", "done"]
    found = results[1]["problem"]
    assert found["type"] == f"/problems/{problem}"
    assert [one["pointer"] for one in found["errors"]] == ([pointer] if found["errors"] else [])
    assert bool(found["errors"]) == (problem != "bad-json")


def test_a_line_that_is_too_long_does_not_stop_the_rest(small: Gateway, fresh: str) -> None:
    batch = _sent(small, [_run("long", "#" * 3000), _echo("a")], key=fresh)["id"]
    results = _results(small, batch, "order=input", key=fresh)
    assert results[0]["problem"]["type"] == "/problems/too-large"
    assert _written(results[1]) == "a\n"


def test_a_batch_that_is_sent_again_is_the_same_work(gateway: Gateway) -> None:
    lines = [_echo("a"), _echo("a"), _echo("b"), b"nonsense", _echo("c")]
    first = _sent(gateway, lines)
    assert first["received"] == {"lines": 5, "new": 3, "known": 1, "refused": 1}
    again = _sent(gateway, lines, batch=first["id"])
    assert again["received"] == {"lines": 5, "new": 0, "known": 5, "refused": 0}
    results = _results(gateway, first["id"])
    assert sorted(one["custom_id"] for one in results) == ["", "a", "b", "c"]
    assert _sent(gateway, lines, batch=first["id"])["lines"] == len(results)


def test_another_body_under_a_custom_id_is_a_conflict_of_that_line(gateway: Gateway) -> None:
    other = {"custom_id": "a", "run": {"argv": ["/bin/echo", "other"]}}
    batch = _sent(gateway, [_echo("a"), other, _echo("b")])
    assert batch["received"]["refused"] == 1
    assert _sent(gateway, [other], batch=batch["id"])["received"]["known"] == 1
    results = _results(gateway, batch["id"], "order=input")
    assert [one["state"] for one in results] == ["done", "refused", "done"]
    assert results[1]["problem"]["type"] == "/problems/other-work"
    assert _written(results[0]) == "a\n"


def test_a_line_that_was_refused_may_come_again_mended(gateway: Gateway) -> None:
    batch = _sent(gateway, [{"custom_id": "a", "run": {"argv": [1]}}])["id"]
    assert _sent(gateway, [_echo("a")], batch=batch)["received"]["new"] == 1
    assert [one["state"] for one in _results(gateway, batch, "order=input")] == ["refused", "done"]


def test_an_idempotency_key_names_the_batch(gateway: Gateway) -> None:
    headers = _TYPE | {"idempotency-key": uuid.uuid4().hex}
    first = gateway.post(_PATH, _body([_echo("a")]), headers=headers).json()
    again = gateway.post(_PATH, _body([_echo("a")]), headers=headers).json()
    assert (first["id"], again["received"]["known"]) == (again["id"], 1)
    both = gateway.post(f"{_PATH}?id=x", _body([]), headers=headers)
    assert (both.status, both.problem) == (422, "bad-field")


def test_a_body_that_breaks_off_is_taken_up_by_sending_it_again(gateway: Gateway) -> None:
    batch, lines = uuid.uuid4().hex, [_echo(f"line-{number}") for number in range(250)]
    head = f"POST {_PATH}?id={batch} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
    body = _body(lines)
    with gateway.connect() as half:
        half.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[: len(body) * 9 // 10])
        until(lambda: gateway.get(f"{_PATH}/{batch}").status == 200, "the first lines")
        until(lambda: gateway.get(f"{_PATH}/{batch}").json()["lines"] >= 200, "two hundred lines")
    stands = gateway.get(f"{_PATH}/{batch}").json()
    assert stands["state"] == "receiving"
    again = _sent(gateway, lines, batch=batch)
    assert again["received"]["known"] >= 200
    assert again["lines"] == 250
    results = _results(gateway, batch, "order=input")
    assert [one["custom_id"] for one in results] == [line["custom_id"] for line in lines]


def test_programs_that_are_the_same_are_compiled_once(gateway: Gateway) -> None:
    source = f'#include <stdio.h>\nint main() {{ int n; scanf("%d", &n); printf("%d", n); }} // {uuid.uuid4()}\n'
    lines = [
        {"custom_id": str(number), "run": {"language": "c", "source": source, "stdin": str(number)}}
        for number in range(30)
    ]
    results = _results(gateway, _sent(gateway, lines)["id"], "order=input")
    assert [_written(one) for one in results] == [str(number) for number in range(30)]
    compiled = [one["custom_id"] for one in results if not one["work"]["report"]["compile"]["cached"]]
    assert compiled == ["0"]


def test_a_batch_that_is_cancelled_ends(gateway: Gateway) -> None:
    sleeping = [_run(f"\u017c{number:03}" * 30, "import time; time.sleep(60)") for number in range(600)]
    batch = _sent(gateway, sleeping)["id"]
    until(lambda: gateway.get(f"{_PATH}/{batch}").json()["running"], "the first to be handed in")
    assert gateway.ask("DELETE", f"{_PATH}/{batch}").problem == "unfinished"
    assert gateway.post(f"{_PATH}/{batch}/cancel").json() == {"cancelled": True}
    results = _results(gateway, batch)
    assert [one["state"] for one in results] == ["withdrawn"] * 600
    assert gateway.get(f"{_PATH}/{batch}").json()["state"] == "cancelled"
    assert gateway.post(f"{_PATH}/{batch}/cancel").json() == {"cancelled": False}
    assert _send(gateway, [_echo("more")], batch=batch).problem == "cancelled"


def test_what_is_removed_is_gone_with_all_that_it_left(gateway: Gateway, client: Client) -> None:
    batch = _sent(gateway, [_run("a", "open('out', 'w').write('x' * 100)", keep=["out"])])["id"]
    (result,) = _results(gateway, batch)
    blob = result["work"]["report"]["runs"][0]["files"][0]["blob"]
    assert gateway.get(f"/api/v1/blobs/{blob}").status == 200
    assert gateway.ask("DELETE", f"{_PATH}/{batch}").status == 204
    for path in (f"{_PATH}/{batch}", f"{_PATH}/{batch}/results", f"/api/v1/blobs/{blob}"):
        assert gateway.get(path).status == 404
    assert not [key for key in client.queue.link.client.scan_iter("*") if batch.encode() in key]


def test_batches_are_listed_newest_first(gateway: Gateway, fresh: str) -> None:
    key = fresh
    sent = [_sent(gateway, [_echo("a")], key=key)["id"] for _ in range(5)]
    found, query = [], ""
    while True:
        page = gateway.get(f"{_PATH}?limit=2{query}", key=key).json()
        found += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        query = f"&after={page['next']}"
    assert found == sent[::-1]


def test_another_tenants_batch_is_not_there(gateway: Gateway, school: str, other: str) -> None:
    mine = _sent(gateway, [_echo("a")], key=school)
    path = f"{_PATH}/{mine['id']}"
    assert _results(gateway, mine["id"], key=school)
    for answer in (
        gateway.get(path, key=other), gateway.get(f"{path}/results", key=other),
        gateway.post(f"{path}/cancel", key=other),
        gateway.ask("DELETE", path, key=other),
    ):  # fmt: skip
        assert (answer.status, answer.problem) == (404, "not-found")
    same = _sent(gateway, [_run("a", "print(1)")], batch=mine["id"], key=other)
    assert same["received"] == {"lines": 1, "new": 1, "known": 0, "refused": 0}


def test_lines_that_are_in_are_done_during_maintenance(gateway: Gateway, admin: str, fresh: str) -> None:
    batch = _sent(gateway, [_run(f"line-{number}") for number in range(300)], key=fresh)["id"]
    gateway.ask("PUT", "/api/v1/maintenance", {"message": "a new disk", "retry_s": 7}, key=admin)
    try:
        refused = _send(gateway, [_echo("a")], key=fresh)
        assert (refused.problem, refused.headers["retry-after"]) == ("maintenance", "7")
        assert {one["state"] for one in _results(gateway, batch, key=fresh)} == {"done"}
    finally:
        gateway.ask("DELETE", "/api/v1/maintenance", key=admin)


def test_a_key_without_the_scope_sends_none(gateway: Gateway, make_key: Callable[..., str]) -> None:
    assert _send(gateway, [_echo("a")], key=make_key("school", Scope.READ)).problem == "no-scope"


@pytest.fixture
def fresh(make_key: Callable[..., str]) -> str:
    """A key of a tenant that has nothing yet."""
    return make_key(f"fresh-{uuid.uuid4().hex[:8]}")


@pytest.fixture(scope="module")
def small(start_gateway: Callable[..., Gateway]) -> Gateway:
    """A gateway with small limits."""
    return start_gateway(
        gateway_batch_lines_max=5, gateway_batch_line_bytes_max=2048, gateway_batch_bytes_max=8192,
        gateway_batches_bytes_max=40_000,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "headers", "problem"),
    [
        (_body([_echo(str(number)) for number in range(6)]), {}, "too-large"),
        (b"x" * 8193, {}, "too-large"),
        (gzip.compress(b"\n" * 10_000_000), {"content-encoding": "gzip"}, "too-large"),
        (zstd.compress(b"\n" * 10_000_000), {"content-encoding": "zstd"}, "too-large"),
        (gzip.compress(b"abc")[:-2], {"content-encoding": "gzip"}, "bad-request"),
        (zstd.compress(b"abc")[:-2], {"content-encoding": "zstd"}, "bad-request"),
        (b"abc", {"content-encoding": "zstd"}, "bad-request"),
        (b"abc", {"content-encoding": "gzip"}, "bad-request"),
        (b"abc", {"content-encoding": "br"}, "bad-media-type"),
        (b"{}", {"content-type": "application/json"}, "bad-media-type"),
    ],
)
def test_a_body_that_cannot_be_read_has_its_problem(
    small: Gateway, fresh: str, body: bytes, headers: dict[str, str], problem: str
) -> None:
    assert small.post(_PATH, body, headers=_TYPE | headers, key=fresh).problem == problem


@pytest.mark.parametrize(
    "query", ["order=random", "after=-1", "after=x", "after=99999999999999999999", "limit=-1", "wait=-1", "colour=1"]
)
def test_a_bad_parameter_is_named(gateway: Gateway, query: str) -> None:
    batch = _sent(gateway, [])["id"]
    answer = gateway.get(f"{_PATH}/{batch}/results?{query}")
    assert (answer.status, answer.json()["errors"][0]["parameter"]) == (422, query.partition("=")[0])


def test_a_tenant_has_a_bounded_share_of_the_store(small: Gateway, fresh: str) -> None:
    key, sent = fresh, []
    for _ in range(100):
        answer = _send(small, [_run("a", "#" * 1500, stdin="")], key=key)
        if answer.status != 201:
            break
        sent.append(answer.json()["id"])
    assert (answer.status, answer.problem) == (403, "quota")
    for batch in sent:
        _results(small, batch, key=key)
        assert small.ask("DELETE", f"{_PATH}/{batch}", key=key).status == 204
    assert _send(small, [_echo("a")], key=key).status == 201


def test_another_gateway_goes_on_when_one_is_killed(start_gateway: Callable[..., Gateway], gateway: Gateway) -> None:
    killed, names = start_gateway(), [f"line-{number}" for number in range(1500)]
    batch = _sent(killed, map(_echo, names))["id"]
    seen = _results(killed, batch, "order=completion&limit=20")
    killed.signal(signal.SIGKILL)
    until(lambda: not killed.running, "its end")
    rest = _results(gateway, batch, f"order=completion&after={seen[-1]['position']}")
    assert sorted(one["custom_id"] for one in seen + rest) == sorted(names)


def test_a_batch_outlives_a_body_that_breaks_off_and_a_gateway_that_dies() -> None:
    """In small; make test-gateway does it with a hundred thousand lines."""
    outcome = run_large_batch(600)
    assert outcome.good, outcome.line()
