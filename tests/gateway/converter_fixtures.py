"""Fixtures of tests/gateway/statements and tests/web: a service of its own whose worker converts statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from gateway_harness import Gateway
from needs import tool
from service_harness import RedisServer, Worker, running, until, view_of

from judge.client import Client
from judge.queue.api_keys import KeyRights, Scope, create_key

_NAMESPACE = "statements"


@pytest.fixture(scope="session")
def shown_client(redis_server: RedisServer) -> Iterator[Client]:
    """The service straight through Redis."""
    with Client(msgspec.structs.replace(redis_server.broker, namespace=_NAMESPACE)) as client:
        yield client


@pytest.fixture(scope="session")
def shown_worker(redis_server: RedisServer, place: Path, shown_client: Client) -> Iterator[Worker]:
    """A worker with the converter."""
    tool("pandoc")
    worker = Worker(
        redis_server.url,
        place / "converter",
        namespace=_NAMESPACE,
        judge_factory="judge_workers.bootstrap:build_judge",
        selftest="0",
        languages="pandoc,python3",
        package_store=place / "packages",
    )
    with running(worker):
        until(lambda: view_of(shown_client, worker.node), "the worker to register", 120)
        yield worker


@pytest.fixture(scope="session")
def shown(start_lasting_gateway: Callable[..., Gateway], shown_worker: Worker) -> Gateway:
    """A gateway before it. It has no store of blobs: statements need none."""
    del shown_worker
    return start_lasting_gateway(namespace=_NAMESPACE, blob_store="")


@pytest.fixture(scope="session")
def author(shown_client: Client) -> str:
    """A key that publishes, reads and hands in."""
    rights = KeyRights(id="", tenant="school", scopes=(Scope.PACKAGES, Scope.SUBMIT, Scope.RUN, Scope.READ))
    return create_key(shown_client.queue, rights)[0]


@pytest.fixture(scope="session")
def stranger(shown_client: Client) -> str:
    """A key of another tenant."""
    return create_key(shown_client.queue, KeyRights(id="", tenant="other", scopes=(Scope.READ, Scope.RUN)))[0]
