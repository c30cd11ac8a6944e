"""Fixtures: Redis servers, and one worker of two slots for the tests that kill nothing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import msgspec
import pytest
from blob_harness import allow
from service_harness import POLICY, RedisServer, Worker, judging_worker, order, running, until, view_of

from judge.blobs.blob_cache import BlobCache
from judge.client import Client
from judge.queue.admin import set_policy
from judge.queue.redis_queue import Queue
from judge.tenant_blobs.place import BlobPlace
from judge.tenant_blobs.work_blobs import WorkBlobs

_numbers = count()


@pytest.fixture(scope="session")
def short_root() -> Iterator[Path]:
    """A directory with a short path: sockets need one."""
    path = Path(tempfile.mkdtemp(prefix="judge-test-", dir="/tmp"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def short_dir(short_root: Path) -> Path:
    """A fresh directory with a short path."""
    path = short_root / str(next(_numbers))
    path.mkdir()
    return path


@pytest.fixture
def server(short_dir: Path) -> Iterator[RedisServer]:
    """A server of the test's own, which it may kill and start again."""
    server = RedisServer(short_dir / "redis")
    with running(server):
        yield server


@pytest.fixture(scope="session")
def shared_redis(short_root: Path) -> Iterator[RedisServer]:
    """A server that the tests share; each uses a namespace of its own."""
    server = RedisServer(short_root / "redis")
    with running(server):
        yield server


@pytest.fixture
def queue(shared_redis: RedisServer) -> Iterator[Queue]:
    """An empty queue with the default weights and no limits, and no worker."""
    broker = msgspec.structs.replace(shared_redis.broker, namespace=f"q{next(_numbers)}")
    with Queue(broker, preload=("event", "finish", "finish_claim")) as queue:  # as a slot has it
        set_policy(queue, POLICY)
        yield queue


@pytest.fixture(scope="session")
def shared_worker(shared_redis: RedisServer, short_root: Path) -> Iterator[Worker]:
    """A worker with two slots and the scripted judge, warmed up."""
    worker = Worker(shared_redis.url, short_root / "w", namespace="shared", session_slots=2)
    with running(worker):
        with Client(msgspec.structs.replace(shared_redis.broker, namespace="shared")) as client:
            until(lambda: view_of(client, worker.node), "the worker to register")
            client.result(client.submit(order()))
        yield worker


@pytest.fixture
def client(shared_redis: RedisServer, shared_worker: Worker) -> Iterator[Client]:
    """A client of the shared worker's queue."""
    with Client(msgspec.structs.replace(shared_redis.broker, namespace="shared")) as client:
        yield client


@pytest.fixture(scope="session")
def running_worker(shared_redis: RedisServer, short_root: Path) -> Iterator[Worker]:
    """A worker with two slots that really runs programs."""
    worker = judging_worker(
        shared_redis.url,
        short_root / "r",
        namespace="running",
        languages="c,cpp,python3",
        blob_store=short_root / "blobs",
    )
    (short_root / "blobs").mkdir()
    with running(worker):
        with Client(msgspec.structs.replace(shared_redis.broker, namespace="running")) as client:
            until(lambda: view_of(client, worker.node), "the worker to register", 120)
        yield worker


@pytest.fixture
def runs_client(shared_redis: RedisServer, running_worker: Worker, short_root: Path) -> Iterator[Client]:
    """A client of the worker that really runs programs, with the same store of blobs."""
    broker = msgspec.structs.replace(shared_redis.broker, namespace="running")
    with Client(broker, blob_place=BlobPlace(str(short_root / "blobs"))) as client:
        yield client


@pytest.fixture
def blob_place(tmp_path: Path) -> BlobPlace:
    """A store in a directory of its own."""
    (tmp_path / "store").mkdir()
    return BlobPlace(str(tmp_path / "store"))


@pytest.fixture
def blob_client(queue: Queue, blob_place: BlobPlace) -> Iterator[Client]:
    """A client of an empty queue."""
    allow(queue)
    with Client(queue.broker, blob_place=blob_place) as client:
        yield client


@pytest.fixture
def work_blobs(blob_client: Client, blob_place: BlobPlace, tmp_path: Path) -> Iterator[WorkBlobs]:
    """What a slot's work has."""
    blobs = WorkBlobs(Queue(blob_client.queue.broker), blob_place, BlobCache(tmp_path / "cache", 1 << 20))
    yield blobs
    blobs.close()
