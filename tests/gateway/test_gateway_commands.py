"""The commands: `judge keys`, `judge gateway`, and the gateway of `judge up`."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import urllib3
from gateway_harness import Gateway
from service_harness import RedisServer, Worker, children, command_line, until


def _judge(gateway: Gateway, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "judge", *words]
    return subprocess.run(command, env=gateway.env, capture_output=True, text=True, check=False)


def test_a_key_without_a_tenant_is_refused_with_the_option_that_names_one(gateway: Gateway) -> None:
    refused = _judge(gateway, "keys", "create")
    assert refused.returncode == 2
    assert "--tenant" in refused.stderr


def test_a_key_is_made_listed_and_revoked(gateway: Gateway) -> None:
    made = _judge(
        gateway, "keys", "create", "--tenant", "made", "--scopes", "read", "--expires", "1h", "--note", "x\ny"
    )
    key = made.stdout.strip()
    assert re.fullmatch(r"jk_[a-z0-9]{12}_[A-Za-z0-9_-]{43}", key)
    me = gateway.get("/api/v1/me", key=key).json()
    assert (me["tenant"], me["scopes"]) == ("made", ["read"])
    listed = _judge(gateway, "keys", "list").stdout
    assert key.split("_")[1] in listed
    assert key.split("_", 2)[2] not in listed
    assert "x\\ny" in listed
    assert _judge(gateway, "keys", "revoke", key).returncode == 0
    until(lambda: gateway.get("/api/v1/me", key=key).problem == "bad-key", "the key's end", 5)
    assert key.split("_")[1] not in _judge(gateway, "keys", "list").stdout


def test_a_key_that_cannot_be_is_refused(gateway: Gateway) -> None:
    for words in (
        ("--scopes", "run"), ("--tenant", "a~b"), ("--tenant", "x" * 49), ("--tenant", "a", "--scopes", "root"),
        ("--tenant", "a", "--scopes", ""), ("--tenant", "a", "--expires", "soon"),
    ):  # fmt: skip
        refused = _judge(gateway, "keys", "create", *words)
        assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (2, "", 1)
    assert _judge(gateway, "keys", "revoke", "nobody").returncode == 2


def test_admins_need_no_tenant(gateway: Gateway) -> None:
    made = json.loads(_judge(gateway, "keys", "create", "--scopes", "admin", "--json").stdout)
    assert gateway.get("/api/v1/workers", key=made["key"]).status == 200


def test_an_address_that_is_taken_is_named(gateway: Gateway) -> None:
    refused = _judge(gateway, "gateway", "--port", str(gateway.port))
    assert refused.returncode == 5
    assert str(gateway.port) in refused.stderr


def test_a_gateway_without_redis_says_so(gateway: Gateway, place: Path) -> None:
    refused = _judge(gateway, "gateway", "--port", "0", "--broker", f"unix://{place}/nothing.sock")
    assert refused.returncode == 5
    assert refused.stderr.startswith("judge")


def test_sigterm_ends_a_gateway_in_order(start_gateway: Callable[..., Gateway]) -> None:
    ending = start_gateway()
    assert ending.stop() == 0
    assert "has stopped" in ending.log()


def test_requests_that_wait_are_answered_when_a_gateway_stops(start_gateway: Callable[..., Gateway]) -> None:
    ending = start_gateway(namespace="nobody")
    with ending.connect() as connection:
        body = b'{"language":"python3","source":""}'
        head = b"POST /api/v1/runs?wait=60 HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
        connection.sendall(head + b"content-length: %d\r\n\r\n" % len(body) + body)
        until(lambda: b"judge_gateway_held 1.0" in ending.get("/metrics").body, "the request to wait")
        ending.signal(signal.SIGTERM)
        assert connection.recv(100).startswith(b"HTTP/1.1 202 ")
    assert ending.stop() == 0


def test_a_killed_gateway_of_judge_up_is_back_at_its_address(place: Path, redis_server: RedisServer) -> None:
    del redis_server
    worker = Worker("", place / "up", gateway="true", gateway_port=0)
    del worker.env["JUDGE_BROKER"]
    worker.start("--embedded")
    try:
        written = place / "up" / "run" / "gateway"
        until(lambda: written.exists() and written.read_text().endswith("\n"), "the address")
        address = written.read_text().strip()

        def answers() -> bool:
            try:
                return urllib3.request("GET", f"{address}/healthz", retries=False, timeout=30).status == 200
            except urllib3.exceptions.HTTPError:
                return False  # the one that was killed had taken the connection in

        until(answers, "the gateway's first answer")
        (pid,) = [pid for pid in children(worker.pid) if "judge gateway" in command_line(pid)]
        os.kill(pid, signal.SIGKILL)
        until(lambda: pid not in children(worker.pid), "the gateway's end")
        until(answers, "the next gateway's answer")
        assert f"make the first one within 15 minutes: {address}/set-up?link=" in worker.log()
        assert worker.stop() == 0
    finally:
        worker.kill()
