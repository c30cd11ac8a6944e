"""The ticket that Redis itself hands out is a message that Celery would have sent."""

from __future__ import annotations

import json

from celery import Celery
from judge_workers.celery_app import make_app, ticket_template
from kombu.transport.virtual import Base64

from judge import wire
from judge.queue.broker import Broker


def test_a_ticket_has_what_celery_puts_into_a_task_message() -> None:
    app = Celery("x")
    sent = app.amqp.as_task_v2("some-id", wire.TICKET_TASK, ignore_result=True)
    ticket = json.loads(ticket_template().replace(wire.TICKET_SERIAL, "000000000001"))
    body = json.loads(Base64().decode(ticket["body"]))  # type: ignore[no-untyped-call]
    assert body == json.loads(json.dumps(sent.body))
    needed = {"id", "task", "lang", "root_id", "parent_id", "group", "retries", "timelimit", "eta", "expires"}
    assert needed <= set(ticket["headers"]) & set(sent.headers)
    assert ticket["headers"]["task"] == wire.TICKET_TASK
    assert ticket["properties"]["delivery_tag"] == "ticket-000000000001"


def test_each_ticket_is_another_message() -> None:
    assert ticket_template().count(wire.TICKET_SERIAL) >= 3


def test_celery_promises_nothing_that_would_be_believed() -> None:
    conf = make_app(Broker(url="redis://h"), ("c", "any")).conf
    assert conf.task_acks_late is False
    assert conf.result_backend is None
    assert conf.worker_disable_prefetch is True
    assert conf.broker_transport_options["ack_emulation"] is False
    assert conf.broker_transport_options["global_keyprefix"] == "{judge}:"
    assert {queue.name for queue in conf.task_queues} == {"q.c", "q.any"}
