"""The Celery application: settings measured to be right for tickets, and the envelope a ticket is pushed in.

The truth about a submission is its record in Redis (:mod:`judge.queue`); a Celery message only says "there is work
on this queue". Losing one costs a sweep, having one too many costs a claim that finds nothing. Hence no acks, no
result backend, no retries, no ETA: nothing of Celery's own bookkeeping is relied upon.
"""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

from celery import Celery
from kombu.entity import Exchange, Queue

from judge import wire
from judge.queue.broker import ANSWER_TIMEOUT_S, CONNECT_TIMEOUT_S, Address, Broker, parse, tls_options

#: kombu's default; a queue without priorities has one list, not four.
_ONE_PRIORITY = [0]


#: A queue of another broker holds at most this many tickets; the oldest fall out.
_TICKETS_MAX = 64

#: Quorum queues, since RabbitMQ 4 refuses what Celery asks of the others.
_QUORUM = {"x-queue-type": "quorum", "x-max-length": _TICKETS_MAX}


def make_app(broker: Broker, routes: tuple[str, ...], ticket_broker: str = "") -> Celery:
    """The application of a worker that listens on ``routes``.

    ``ticket_broker`` is the address of another broker, for the tickets alone: RabbitMQ. Empty = the queue's Redis.
    """
    address = parse(broker.url)
    app = Celery("judge", broker=ticket_broker or celery_url(broker, address), set_as_current=True)
    app.conf.update(
        task_queues=queues_of(broker, routes, ticket_broker),
        task_default_queue=wire.celery_queue(wire.ANY_ROUTE),
        task_ignore_result=True,
        result_backend=None,
        task_acks_late=False,
        worker_prefetch_multiplier=1,
        worker_disable_prefetch=True,
        task_serializer="json",
        accept_content=["json"],
        worker_consumer="judge_workers.consumer:Consumer",
        worker_proc_alive_timeout=60,
        worker_send_task_events=False,
        task_send_sent_event=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        worker_max_tasks_per_child=None,
        worker_hijack_root_logger=False,
        task_time_limit=None,
        broker_transport_options=_transport_options(broker, address),
    )
    if ticket_broker:
        _use_rabbitmq(app, broker.namespace)
    elif address.scheme == "rediss":
        app.conf.broker_use_ssl = tls_options(broker)
    return app


def queues_of(broker: Broker, routes: tuple[str, ...], ticket_broker: str = "") -> list[Any]:
    """The queues of these routes, as Celery wants them."""
    if ticket_broker:
        return [_queue(rabbitmq_queue(broker.namespace, name), queue_arguments=_QUORUM) for name in routes]
    return [_queue(wire.celery_queue(name)) for name in routes]


def rabbitmq_queue(namespace: str, route: str) -> str:
    """The name of a route's queue of tickets in RabbitMQ."""
    return f"{namespace}.{wire.celery_queue(route)}"


def _use_rabbitmq(app: Celery, namespace: str) -> None:
    """What differs there."""
    app.conf.update(
        task_default_queue=rabbitmq_queue(namespace, wire.ANY_ROUTE),
        worker_disable_prefetch=False,
        worker_enable_remote_control=False,
        broker_transport_options={},
        broker_connection_timeout=CONNECT_TIMEOUT_S,
    )


def celery_url(broker: Broker, address: Address) -> str:
    """The broker's address as kombu writes it."""
    username = broker.username or address.username
    password = broker.password or address.password
    credentials = f"{quote(username, safe='')}:{quote(password, safe='')}@" if username or password else ""
    if address.scheme == "unix":
        return f"redis+socket://{credentials}{address.path}?virtual_host={address.database}"
    return ";".join(f"{address.scheme}://{credentials}{host}:{port}/{address.database}" for host, port in address.hosts)


def ticket_template() -> str:
    """A ticket as it lies in a Celery queue, the serial number open. Task message protocol 2, kombu's virtual form."""
    body = base64.b64encode(
        json.dumps([[], {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}]).encode()
    )
    serial = wire.TICKET_SERIAL
    headers = {
        "lang": "py",
        "task": wire.TICKET_TASK,
        "id": f"ticket-{serial}",
        "root_id": f"ticket-{serial}",
        "parent_id": None,
        "group": None,
        "argsrepr": "()",
        "kwargsrepr": "{}",
        "retries": 0,
        "timelimit": [None, None],
        "eta": None,
        "expires": None,
        "ignore_result": True,
        "origin": "judge",
    }
    properties = {
        "correlation_id": f"ticket-{serial}",
        "delivery_mode": 2,
        "delivery_info": {"exchange": "", "routing_key": wire.celery_queue(wire.ANY_ROUTE)},
        "priority": 0,
        "body_encoding": "base64",
        "delivery_tag": f"ticket-{serial}",
    }
    message = {
        "body": body.decode(),
        "content-encoding": "utf-8",
        "content-type": "application/json",
        "headers": headers,
        "properties": properties,
    }
    return json.dumps(message, separators=(",", ":"))


def _queue(name: str, **options: Any) -> Any:
    make_queue: Any = Queue
    make_exchange: Any = Exchange
    return make_queue(name, make_exchange(""), routing_key=name, **options)


def _transport_options(broker: Broker, address: Address) -> dict[str, Any]:
    options: dict[str, Any] = {
        "global_keyprefix": wire.prefix(broker.namespace),
        "ack_emulation": False,
        "priority_steps": _ONE_PRIORITY,
        "socket_timeout": ANSWER_TIMEOUT_S,
        "socket_connect_timeout": CONNECT_TIMEOUT_S,
        "health_check_interval": 5,
        "retry_on_timeout": False,
    }
    if address.scheme != "unix":
        options["socket_keepalive"] = True
    if address.scheme == "sentinel":
        options["master_name"] = address.master
    return options
