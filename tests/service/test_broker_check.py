"""What the doctor says about a Redis server, and the ACL user that docs/howto/run-redis.md recommends."""

# What is None, or of another type, where something is asked of it, fails the test: no need to ask first.
# mypy: disable-error-code="no-untyped-call"

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import redis
from service_harness import RedisServer, Worker, order, running, until, view_of

from judge.client import Client
from judge.model.finding import Status
from judge.model.verdict import Verdict
from judge.queue.broker import Broker
from judge.queue.check import check_broker

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "howto" / "run-redis.md"


def statuses(broker: Broker) -> dict[str, Status]:
    return {finding.name: finding.status for finding in check_broker(broker)}


def test_a_server_as_documented_is_all_well(shared_redis: RedisServer) -> None:
    assert set(statuses(shared_redis.broker).values()) == {Status.OK}


def test_an_unreachable_server_is_one_finding() -> None:
    (finding,) = check_broker(Broker(url="redis://127.0.0.1:1"))
    assert (finding.status, "Connection refused" in finding.found) == (Status.MISSING, True)
    assert check_broker(Broker(url="foo://x"))[0].status is Status.MISSING


def test_missing_persistence_and_eviction_are_found(short_dir: Path) -> None:
    options = {"appendonly": "no", "maxmemory-policy": "allkeys-lru", "maxmemory": "100mb"}
    server = RedisServer(short_dir / "r", **options)
    with running(server):
        found = statuses(server.broker)
    assert (found["persistence"], found["eviction"]) == (Status.MISSING, Status.MISSING)


def test_the_fsync_that_may_forget_is_a_warning(short_dir: Path) -> None:
    server = RedisServer(short_dir / "r", "everysec")
    with running(server):
        assert statuses(server.broker)["persistence"] is Status.WARNING


def test_a_replica_is_found(short_dir: Path) -> None:
    server = RedisServer(short_dir / "r")
    with running(server):
        redis.Redis(unix_socket_path=str(server.socket)).replicaof("127.0.0.1", "1")
        assert statuses(server.broker)["role"] is Status.MISSING


def test_another_schema_is_found(shared_redis: RedisServer) -> None:
    client = redis.Redis(unix_socket_path=str(shared_redis.socket))
    client.set("{other}:schema", 99)
    broker = msgspec.structs.replace(shared_redis.broker, namespace="other")
    assert statuses(broker)["schema"] is Status.MISSING


def test_the_documented_acl_user_is_enough_and_no_more(short_dir: Path) -> None:
    rule = re.search(r"^ACL SETUSER judge (.*)$", DOCUMENT.read_text(), re.MULTILINE)
    assert rule, "docs/howto/run-redis.md has no ACL rule"
    words = rule[1].replace("<password>", "secret").split()
    server = RedisServer(short_dir / "r")
    worker = Worker(server.url, short_dir / "w", slots=1, broker_username="judge")
    password = short_dir / "password"
    password.write_text("secret\n")
    worker.env["JUDGE_BROKER_PASSWORD_FILE"] = str(password)
    broker = msgspec.structs.replace(server.broker, username="judge", password="secret")
    with running(server):
        client = redis.Redis(unix_socket_path=str(server.socket))
        client.execute_command("ACL", "SETUSER", "judge", *words)
        client.execute_command("ACL", "SETUSER", "default", "resetkeys", "resetchannels")
        with running(worker), Client(broker) as judge:
            until(lambda: view_of(judge, worker.node), "the worker")
            assert judge.result(judge.submit(order(tests=2))).verdict is Verdict.AC
            assert Status.MISSING not in statuses(broker).values()
            long = order(ms=60_000)
            judge.submit(long)
            next(event for event in judge.follow(long.id) if type(event).__name__ == "Claimed")
            assert judge.cancel(long.id)
        denied = redis.Redis(unix_socket_path=str(server.socket), username="judge", password="secret")
        for forbidden in (("SET", "other", "1"), ("FLUSHALL",), ("CONFIG", "SET", "save", ""), ("KEYS", "*")):
            try:
                denied.execute_command(*forbidden)
            except redis.exceptions.NoPermissionError:
                continue
            raise AssertionError(f"the judge's user may {forbidden}")
