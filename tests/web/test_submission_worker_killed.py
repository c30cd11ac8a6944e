"""A real worker is killed while it judges: the page says that, and then has the result of another one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from gateway_harness import Gateway
from playwright.sync_api import Page, expect
from service_harness import RedisServer, Worker, running, until, view_of
from submission_harness import rows_of

from judge.client import Client

_NAMESPACE = "killed-worker"

#: Each test takes a while, so that the worker dies in the middle.
_SLOW = "import time\ntime.sleep(1)\nprint(sum(map(int, input().split())))\n"


@pytest.mark.slow
def test_a_worker_that_is_killed_is_told_and_the_result_comes_from_another(
    page: Page, redis_server: RedisServer, start_gateway: Callable[..., Gateway], place: Path, sum_package: str
) -> None:
    def made(name: str) -> Worker:
        return Worker(
            redis_server.url, place / name, namespace=_NAMESPACE, judge_factory="judge_workers.bootstrap:build_judge",
            selftest="0", languages="python3", blob_store=place / "blobs", package_store=place / "packages", slots=1,
            lease_ms=3000, tick_ms=500,
        )  # fmt: skip

    gateway = start_gateway(namespace=_NAMESPACE)
    first, second = made("killed-1"), made("killed-2")
    broker = msgspec.structs.replace(redis_server.broker, namespace=_NAMESPACE)
    with running(first), Client(broker) as client:
        until(lambda: view_of(client, first.node), "the worker to register", 120)
        asked = {"package": sum_package, "language": "python3", "source": _SLOW}
        sent = gateway.post("/api/v1/submissions", asked)
        page.goto(f"{gateway.address}/submissions/{sent.json()['id']}")
        expect(rows_of(page).first).to_be_visible()
        first.kill()
        with running(second):
            until(lambda: view_of(client, second.node), "the other worker to register", 120)
            expect(page.get_by_text("Attempt 1 ended without a result")).to_be_visible()
            expect(page.locator(".headline .mark")).to_have_text("Accepted")
            expect(rows_of(page)).to_have_count(6)
            expect(page.get_by_text("This is attempt 2")).to_be_visible()
