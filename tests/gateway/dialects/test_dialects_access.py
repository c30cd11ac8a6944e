"""Who may run something through a dialect: with a key wherever it stands, without one from this machine alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from gateway_harness import Answered, Gateway

from judge.client import Client
from judge.queue.admin import set_tenant_limit
from judge.queue.records import Filter

_PROGRAM = "print(1234 * 10**4)"
_PRINTED = b"12340000"

#: An old browser, which says neither Origin nor Sec-Fetch-Site with a form.
_BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:52.0) Gecko/20100101 Firefox/52.0"

#: A request that runs the program: path and body.
_RUNS: dict[str, tuple[str, dict[str, Any]]] = {
    "judge0": ("/judge0/submissions?wait=true&base64_encoded=false", {"language_id": 71, "source_code": _PROGRAM}),
    "piston": ("/piston/api/v2/execute", {"language": "python", "version": "*", "files": [{"content": _PROGRAM}]}),
    "jobe": ("/jobe/index.php/restapi/runs", {"run_spec": {"language_id": "python3", "sourcecode": _PROGRAM}}),
    "fusion": ("/fusion/run_code", {"language": "python", "code": _PROGRAM}),
    "gojudge": (
        "/go-judge/run",
        {
            "cmd": [
                {
                    "args": ["/usr/bin/python3", "-c", _PROGRAM],
                    "files": [None, {"name": "stdout", "max": 100}],
                    "cpuLimit": 10**10,
                    "clockLimit": 10**10,
                    "memoryLimit": 1 << 28,
                    "procLimit": 50,
                }
            ]
        },
    ),
}

#: How a rate is said: Judge0, SandboxFusion and go-judge have no word for it, and say that there is no room.
_TOO_FAST = {"judge0": (429, 503), "piston": (429,), "jobe": (429,), "fusion": (504,), "gojudge": (500, 503)}


def _run(gateway: Gateway, name: str, headers: Mapping[str, str] | None = None, before: str = "") -> Answered:
    path, body = _RUNS[name]
    sent = {"content-type": "application/json", **(headers or {})}
    return gateway.ask("POST", before + path, json.dumps(body).encode(), headers=sent)


@pytest.fixture(scope="module")
def closed(start_gateway: Callable[..., Gateway], dialects: Gateway) -> Gateway:
    """One that nobody uses without a key."""
    del dialects  # the worker behind it
    return start_gateway(gateway_no_key="never")


@pytest.mark.parametrize("name", _RUNS)
def test_this_machine_needs_no_key(dialects: Gateway, name: str) -> None:
    assert _PRINTED in _run(dialects, name).body


@pytest.mark.parametrize("name", _RUNS)
@pytest.mark.parametrize(
    "headers",
    [
        {"host": "rebound.example:8090"},
        {"origin": "https://page.example"},
        {"sec-fetch-site": "cross-site"},
        {"x-forwarded-for": "192.0.2.1"},
        {"content-type": "text/plain", "user-agent": _BROWSER},
        {"content-type": "application/x-www-form-urlencoded", "user-agent": _BROWSER},
        {"content-type": "multipart/form-data; boundary=x", "user-agent": _BROWSER},
    ],
    ids=lambda headers: "-".join(f"{name}-{value[:12]}" for name, value in headers.items()),
)
def test_without_a_key_no_page_runs_anything(
    dialects: Gateway, client: Client, name: str, headers: dict[str, str]
) -> None:
    before = sum(1 for _ in client.submissions(Filter(sender=name)))
    answer = _run(dialects, name, headers)
    assert 400 <= answer.status < 500, answer.body
    assert _PRINTED not in answer.body
    assert sum(1 for _ in client.submissions(Filter(sender=name))) == before


@pytest.mark.parametrize("name", _RUNS)
def test_a_key_counts_wherever_it_stands(closed: Gateway, school: str, name: str) -> None:
    assert _run(closed, name).status in (401, 403)
    assert _run(closed, name, {"authorization": f"Bearer {school[:-1]}"}).status in (401, 403)
    assert _run(closed, name, before=f"/key/{school[:-1]}").status in (401, 403)
    assert _PRINTED in _run(closed, name, {"authorization": f"Bearer {school}"}).body
    assert _PRINTED in _run(closed, name, {"authorization": school, "origin": "https://page.example"}).body
    assert _PRINTED in _run(closed, name, before=f"/key/{school}").body


@pytest.mark.parametrize("name", _RUNS)
def test_a_key_that_may_not_run_runs_nothing(closed: Gateway, make_key: Callable[..., str], name: str) -> None:
    reader = make_key("school", "read")
    answer = _run(closed, name, {"authorization": f"Bearer {reader}"})
    assert answer.status in (401, 403)


@pytest.mark.parametrize("name", _RUNS)
def test_a_tenants_rate_holds_in_every_dialect(
    dialects: Gateway, client: Client, make_key: Callable[..., str], name: str
) -> None:
    tenant = f"hasty-{name}"
    key = make_key(tenant)
    set_tenant_limit(client.queue, tenant, "tenant_per_minute", 1)
    sent = {"authorization": f"Bearer {key}"}
    assert _PRINTED in _run(dialects, name, sent).body
    answer = _run(dialects, name, sent)
    assert _PRINTED not in answer.body
    assert answer.status in _TOO_FAST[name], answer.body
    if name == "jobe":
        assert (answer.status, answer.body) == (429, b"Max RUN rate for this server exceeded")
