"""What holds for every dialect: prefixes, ports, keys in front of paths, who is let in."""

from __future__ import annotations

import json
import signal
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import urllib3
from gateway_harness import Gateway
from service_harness import until

from judge.client import Client
from judge.gateway.dialects.table import DIALECTS
from judge.queue.records import Filter
from judge.queue.values import State

_NAMES = [one.name for one in DIALECTS]
_PREFIXES = {one.name: one.prefix for one in DIALECTS}


def _get(address: str, **options: object) -> urllib3.BaseHTTPResponse:
    with urllib3.PoolManager(retries=False, timeout=30) as pool:
        return pool.request("GET", address, redirect=False, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", _NAMES)
def test_a_dialect_answers_unknown_paths_itself(dialects: Gateway, name: str) -> None:
    answer = dialects.get(_PREFIXES[name] + "/no/such/path")
    assert answer.status in (400, 404, 405)
    assert answer.problem == ""
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize("name", _NAMES)
def test_a_port_of_its_own_answers_as_the_prefix_does(
    dialects: Gateway, own_address: Callable[[str], str], name: str
) -> None:
    below = dialects.get(_PREFIXES[name] + "/no/such/path")
    for path in ("/no/such/path", _PREFIXES[name] + "/no/such/path"):
        alone = _get(own_address(name) + path)
        assert (alone.status, alone.data) == (below.status, below.body)


def test_a_name_that_only_begins_like_a_prefix_is_our_own(dialects: Gateway) -> None:
    assert dialects.get("/jobes").problem == "not-found"


def test_our_own_interface_takes_no_key_in_its_path(dialects: Gateway, school: str) -> None:
    assert dialects.get(f"/key/{school}/api/v1/me").problem == "not-found"
    assert dialects.get(f"/key/{school}/api/v1/me", key=school).problem == "not-found"


@pytest.mark.parametrize("where", ["/key/{key}/jobe/x", "/key/{key}/key/{key}/jobe/x", "/jobe/key/{key}", "/{key}"])
def test_a_key_in_a_path_is_in_no_log(dialects: Gateway, school: str, where: str) -> None:
    answer = dialects.get(where.format(key=school))
    assert school.encode() not in answer.body
    wanted = answer.headers["x-request-id"]
    until(lambda: wanted in dialects.log(), "the request's line")
    assert school.rpartition("_")[2] not in dialects.log()
    assert school.rpartition("_")[2] not in dialects.get("/metrics").body.decode()


def test_the_settings_say_which_are_served(start_gateway: Callable[..., Gateway]) -> None:
    gateway = start_gateway(piston_enabled="no")
    assert gateway.get("/piston/x").problem == "not-found"
    assert gateway.get("/jobe/x").problem == ""


def test_a_port_that_is_taken_is_said_and_nothing_else(start_gateway: Callable[..., Gateway]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        gateway = start_gateway(jobe_port=port)
        assert f"jobe.port {port}: Address already in use" in gateway.log()
        assert gateway.get("/jobe/x").problem == ""


def test_ports_end_with_the_gateway(start_gateway: Callable[..., Gateway]) -> None:
    gateway = start_gateway(jobe_port=-1)
    until(lambda: "jobe is served at http://" in gateway.log(), "the port")
    port = int(gateway.log().partition("jobe is served at http://127.0.0.1:")[2].split()[0].strip('"'))
    _get(f"http://127.0.0.1:{port}/x")
    gateway.signal(signal.SIGTERM)
    until(lambda: not gateway.running, "its end")
    assert gateway.stop() == 0
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port), 5)


def test_pages_may_ask_before_they_send(dialects: Gateway) -> None:
    wanted = {"origin": "https://example.org", "access-control-request-method": "POST"}
    answer = dialects.ask("OPTIONS", "/jobe/x", headers=wanted | {"access-control-request-headers": "x-api-key"})
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-headers"] == "x-api-key"
    own = dialects.ask("OPTIONS", "/api/v1/me", headers=wanted)
    assert "access-control-allow-origin" not in own.headers


def test_the_log_names_the_dialect(dialects: Gateway) -> None:
    wanted = dialects.get("/jobe/x").headers["x-request-id"]
    until(lambda: wanted in dialects.log(), "the request's line")
    (line,) = [line for line in dialects.log().splitlines() if wanted in line]
    assert "jobe" in (json.loads(line)["endpoint"] if line.startswith("{") else line)


def test_a_gateway_that_stops_lets_a_run_end(
    start_gateway: Callable[..., Gateway], dialects: Gateway, make_key: Callable[..., str], client: Client
) -> None:
    del dialects  # the worker behind it
    gateway = start_gateway()
    program = "import time\nprint('began', flush=True)\ntime.sleep(3)\nprint('ended')"
    body = {"run_spec": {"language_id": "python3", "sourcecode": program}}
    sent = {"X-API-KEY": make_key("stopped")}
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(gateway.post, "/jobe/index.php/restapi/runs", body, headers=sent)
        until(lambda: _states(client, "stopped") == [State.CLAIMED], "the run to begin")
        gateway.signal(signal.SIGTERM)
        answer = asked.result()
    assert answer.json()["stdout"] == "began\nended\n"
    until(lambda: not gateway.running, "its end")
    assert gateway.stop() == 0


def _states(client: Client, tenant: str) -> list[State]:
    return [view.state for view in client.submissions(Filter(tenant=tenant))]
