"""RabbitMQ for the tickets, Redis for the records. Runs where JUDGE_TEST_RABBITMQ names a server to use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from service_harness import RedisServer, Worker, order, running, send_signal, until, view_of

from judge.client import Client
from judge.model.verdict import Verdict

URL = os.environ.get("JUDGE_TEST_RABBITMQ", "")


@pytest.mark.skipif(not URL, reason="JUDGE_TEST_RABBITMQ names no server")
def test_tickets_travel_over_rabbitmq_and_none_that_is_lost_matters(short_dir: Path):
    server = RedisServer(short_dir / "redis")
    worker = Worker(server.url, short_dir / "w", ticket_broker=URL)
    with running(server, worker), Client(server.broker) as client:
        until(lambda: view_of(client, worker.node), "the worker")
        ids = [client.submit(order(tests=1)) for _ in range(200)]
        assert all(client.result(id).verdict is Verdict.AC for id in ids)
        porter = worker.pid_of("porter")
        send_signal([porter, worker.pid_of("pool")], 9)
        until(lambda: worker.pid_of("porter") not in (0, porter), "the next porter")
        assert client.result(client.submit(order(tests=1))).verdict is Verdict.AC
