"""A whole worker under load, its slots' processes killed now and then: Prometheus counts what the reports say."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from observe_servers import StartPrometheus, scrape_config, until

from judge.client import Client
from judge.model.report import Report
from judge.observe.top.queue_look import QueueLook
from judge.queue.broker import Broker

SUBMISSIONS = 400
KILLS = 12
LANGUAGES = ("c", "cpp", "python3")
VERDICTS = ("AC", "WA", "TLE")


@pytest.fixture
def worker(redis_url: str) -> Iterator[object]:
    """A worker of two slots with the scripted judge."""
    from service_harness import Worker

    state_dir = Path(tempfile.mkdtemp(prefix="judge-observe-", dir="/tmp"))
    worker = Worker(redis_url, state_dir / "w", namespace="metrics-worker", attempts_max=100)
    worker.start()
    yield worker
    worker.stop()
    shutil.rmtree(state_dir, ignore_errors=True)


def _address(worker: object) -> str:
    path = worker.state_dir / "run" / "metrics"  # type: ignore[attr-defined]
    until(path.exists, "the worker's metrics")
    until(path.read_text, "the worker's address")
    return path.read_text().split("/")[2]  # type: ignore[no-any-return]


def test_every_verdict_of_a_real_worker_counts_once(
    worker: object, redis_url: str, start_prometheus: StartPrometheus
) -> None:
    from service_harness import order

    broker = Broker(url=redis_url, namespace="metrics-worker")
    prometheus = start_prometheus(scrape_config(_address(worker)))
    look = QueueLook(broker)
    rng = random.Random(11)
    with Client(broker) as client:
        ids = []
        for number in range(SUBMISSIONS):
            language, verdict = LANGUAGES[number % 3], VERDICTS[number // 3 % 3]
            what = {"do": "package"} if number % 50 == 0 else {}
            ids.append(client.submit(order(language=language, verdict=verdict, ms=number % 5, tests=2, **what)))
        for kill in range(1, KILLS + 1):
            until(lambda kill=kill: (look.state().recorded or 0) >= kill * SUBMISSIONS // (KILLS + 2), "work")  # type: ignore[misc]
            until(worker.slot_pids, "a slot")  # type: ignore[attr-defined]
            with contextlib.suppress(ProcessLookupError, IndexError):
                os.kill(rng.choice(worker.slot_pids()), signal.SIGKILL)  # type: ignore[attr-defined]
        until(lambda: look.state().recorded == SUBMISSIONS, "all verdicts")
        reports = [report for report in map(client.queue.report, ids) if report is not None]
    assert len(reports) == SUBMISSIONS
    until(lambda: prometheus.value("sum(judge_submissions_total)") == SUBMISSIONS, "the last scrape")
    counted = prometheus.query("sum by (language, verdict) (judge_submissions_total) > 0")
    assert {tuple(value for _, value in labels): count for labels, count in counted.items()} == _counts(reports)
    assert prometheus.value("sum(judge_submission_wait_seconds_count)") == SUBMISSIONS
    assert prometheus.value("sum(judge_cases_total)") is None, "the scripted judge puts no tests into its reports"
    assert (prometheus.value("sum(judge_submissions_redelivered_total)") or 0) == sum(
        report.attempt > 1 for report in reports
    )
    assert prometheus.value('judge_language_ready{language="cpp"}') == 1
    assert prometheus.value("judge_disk_free_bytes") is not None
    assert prometheus.value("judge_metrics_records_dropped_total") == 0
    until(lambda: prometheus.value('judge_slots{state="free"}') == 2, "both slots to be free again")


def _counts(reports: list[Report]) -> dict[tuple[str, str], int]:
    return dict(Counter((report.language, report.verdict.value) for report in reports))
