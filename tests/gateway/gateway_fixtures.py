"""Fixtures of tests/gateway and tests/web: one Redis, one worker that really runs programs, one gateway, keys of two
tenants."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from gateway_harness import Gateway
from receiver_harness import TO_LOOPBACK
from service_harness import RedisServer, Worker, running, until, view_of

from judge.blobs.package_store import PackageStore
from judge.client import Client
from judge.queue.api_keys import KeyRights, Scope, create_key
from judge.tenant_blobs.place import BlobPlace

ROOT = Path(__file__).resolve().parents[2]

_NAMESPACE = "web"
_ALL = (Scope.RUN, Scope.SUBMIT, Scope.READ)


@pytest.fixture(scope="session")
def place() -> Iterator[Path]:
    """A directory with a short path: sockets need one."""
    path = Path(tempfile.mkdtemp(prefix="judge-test-", dir="/tmp"))
    for name in ("blobs", "packages"):
        (path / name).mkdir()
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def redis_server(place: Path) -> Iterator[RedisServer]:
    """A server for all of them."""
    server = RedisServer(place / "redis", fsync="no")
    with running(server):
        yield server


@pytest.fixture(scope="session")
def worker(redis_server: RedisServer, place: Path) -> Iterator[Worker]:
    """A worker with two slots."""
    worker = Worker(
        redis_server.url,
        place / "worker",
        namespace=_NAMESPACE,
        judge_factory="judge_workers.bootstrap:build_judge",
        selftest="0",
        languages="c,cpp,project,python3",
        blob_store=place / "blobs",
        package_store=place / "packages",
    )
    with running(worker):
        with Client(msgspec.structs.replace(redis_server.broker, namespace=_NAMESPACE)) as client:
            until(lambda: view_of(client, worker.node), "the worker to register", 120)
        yield worker


@contextlib.contextmanager
def _starting(redis_server: RedisServer, place: Path) -> Iterator[Callable[..., Gateway]]:
    """Starts gateways; all end with it."""
    started: list[Gateway] = []

    def start(**settings: object) -> Gateway:
        stores = {"blob_store": place / "blobs", "package_store": place / "packages", "namespace": _NAMESPACE}
        usual = stores | TO_LOOPBACK  # any of them may send what a webhook is to be told
        directory = tempfile.mkdtemp(prefix="gateway", dir=place)
        gateway = Gateway(Path(directory), redis_server.url, **(usual | settings))
        started.append(gateway)
        gateway.start()
        return gateway

    try:
        yield start
    finally:
        for gateway in started:
            gateway.stop()


@pytest.fixture(scope="session")
def start_lasting_gateway(redis_server: RedisServer, place: Path) -> Iterator[Callable[..., Gateway]]:
    """Starts gateways for all tests. Few: each takes some 70 MB and a part of a core for as long as they last."""
    with _starting(redis_server, place) as start:
        yield start


@pytest.fixture(scope="module")
def start_gateway(redis_server: RedisServer, place: Path) -> Iterator[Callable[..., Gateway]]:
    """Starts gateways for the tests of a module."""
    with _starting(redis_server, place) as start:
        yield start


@pytest.fixture(scope="session")
def gateway(start_lasting_gateway: Callable[..., Gateway], worker: Worker) -> Gateway:
    """A gateway with the settings' defaults, and a worker behind it."""
    del worker
    return start_lasting_gateway()


@pytest.fixture(scope="session")
def client(redis_server: RedisServer, place: Path) -> Iterator[Client]:
    """The same service straight through Redis."""
    broker = msgspec.structs.replace(redis_server.broker, namespace=_NAMESPACE)
    with Client(broker, blob_place=BlobPlace(str(place / "blobs"))) as client:
        yield client


@pytest.fixture(scope="session")
def make_key(client: Client) -> Callable[..., str]:
    """Makes keys."""

    def make(tenant: str = "school", *scopes: Scope, **rights: object) -> str:
        wanted = KeyRights(id="", tenant=tenant, scopes=scopes or _ALL, **rights)  # type: ignore[arg-type]
        return create_key(client.queue, wanted)[0]

    return make


@pytest.fixture(scope="session")
def school(make_key: Callable[..., str]) -> str:
    """A key of the tenant "school"."""
    return make_key("school")


@pytest.fixture(scope="session")
def other(make_key: Callable[..., str]) -> str:
    """A key of another tenant."""
    return make_key("other")


@pytest.fixture(scope="session")
def admin(make_key: Callable[..., str]) -> str:
    """A key of an admin."""
    return make_key("", Scope.ADMIN)


@pytest.fixture(scope="session")
def sum_package(place: Path) -> str:
    """The digest of a published package."""
    return PackageStore(str(place / "packages")).publish(ROOT / "examples" / "sum")
