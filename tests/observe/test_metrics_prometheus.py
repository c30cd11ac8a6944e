"""A real Prometheus scrapes a real exporter while processes judge from a real queue, and are killed.

What it says over its HTTP API equals what the reports in Redis say, to the last verdict.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
from collections import Counter
from collections.abc import Iterator

import pytest
from observe_servers import StartPrometheus, scrape_config, until

from judge.model.report import CaseReport, GroupReport, Report
from judge.model.run import Outcome, RunResult, Usage
from judge.model.submission import SourceFile, Submission
from judge.model.verdict import Verdict
from judge.observe.metrics.exporter import ExporterConfig, listen, run_exporter
from judge.observe.metrics.judged_record import judged_record
from judge.observe.metrics.pipe import RecordWriter, open_pipe
from judge.observe.metrics.pipe_records import SlotChanged, SlotState
from judge.observe.metrics.settlement import VerdictSender
from judge.observe.metrics.vocabulary import Vocabulary
from judge.observe.top.queue_look import QueueLook
from judge.queue import calls
from judge.queue.broker import Broker
from judge.queue.redis_queue import Queue
from judge.queue.values import Claim, Claimant, WorkerInfo, WorkerState
from judge.wire import routes_served

LANGUAGES = ("c", "cpp", "python3")
CLASSES = ("contest", "practice", "rejudge")
VERDICTS = (Verdict.AC, Verdict.WA, Verdict.TLE, Verdict.RTE)
SUBMISSIONS = 600
SLOTS = 3
KILLS = 25
INFO = WorkerInfo(slots=SLOTS, languages=LANGUAGES)


@pytest.fixture
def broker(redis_url: str) -> Broker:
    return Broker(url=redis_url, namespace="prometheus")


class Node:
    """A node without a sandbox: slots that claim and finish, one exporter, one pipe."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.server = listen("127.0.0.1", 0)
        self.read_fd, self.write_fd = open_pipe()
        self.exporter = self._fork(self._export)
        self.slots = {self._fork(self._slot, slot): slot for slot in range(SLOTS)}

    @property
    def address(self) -> str:
        """host:port of the exporter."""
        host, port = self.server.getsockname()[:2]
        return f"{host}:{port}"

    def kill_one(self, rng: random.Random) -> None:
        """SIGKILL a slot's process wherever it is, and start the next one in its place."""
        pid = rng.choice(list(self.slots))
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        slot = self.slots.pop(pid)
        self.slots[self._fork(self._slot, slot)] = slot

    def end(self) -> None:
        """Kill what is left."""
        for pid in (*self.slots, self.exporter):
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
        self.server.close()
        os.close(self.read_fd)
        os.close(self.write_fd)

    def _fork(self, work: object, *arguments: int) -> int:
        pid = os.fork()
        if pid == 0:
            try:
                work(*arguments)  # type: ignore[operator]
            finally:
                os._exit(1)
        return pid

    def _export(self) -> None:
        os.close(self.write_fd)
        look = QueueLook(self.broker)
        fences = QueueLook(self.broker)
        config = ExporterConfig(Vocabulary(frozenset(LANGUAGES)), "test", look.state, fences.recorded_fence)
        run_exporter(config, self.read_fd, self.server)

    def _slot(self, slot: int) -> None:
        writer = RecordWriter(self.write_fd)
        writer.send(SlotChanged(slot, SlotState.STARTING))
        sender = VerdictSender(writer, slot)
        with Queue(self.broker) as queue:
            while True:
                claim = queue.run(
                    calls.claim(Claimant(node="node", session="session", slot=str(slot), pid=os.getpid()), 60_000)
                )
                if isinstance(claim, Claim):
                    report = _judge(claim)
                    record = judged_record(report, priority_class=claim.priority_class, wait_ns=claim.wait_ms * 10**6)
                    sender.prepare(claim.id, claim.fence, record)
                    sender.settle(queue.run(calls.finish(claim, report)))


def _judge(claim: Claim) -> Report:
    """A report that follows from the submission's id, so that every attempt comes to the same."""
    number = int(claim.id)
    usage = Usage(cpu_user_ns=number * 10**6, memory_peak_bytes=number << 10, wall_time_ns=10**6)
    verdict = VERDICTS[number % len(VERDICTS)]
    outcome = Outcome.CPU_LIMIT if verdict is Verdict.TLE else Outcome.EXITED
    case = CaseReport(name="secret/1", verdict=verdict, run=RunResult(outcome=outcome, usage=usage))
    return Report(
        submission=claim.id,
        problem="p",
        language=LANGUAGES[number % len(LANGUAGES)],
        verdict=verdict,
        root=GroupReport(name="data", verdict=verdict, cases=(case,)),
        attempt=claim.attempt,
    )


@pytest.fixture
def node(broker: Broker) -> Iterator[Node]:
    with Queue(broker) as queue:
        queue.run(calls.register("node", "session", WorkerState.ON, INFO, "", routes_served(LANGUAGES, ())))
        for number in range(SUBMISSIONS):
            source = SourceFile(name="main", content=b"")
            submission = Submission(
                id=f"{number:05}",
                package="p",
                sources=(source,),
                language=LANGUAGES[number % len(LANGUAGES)],
                priority_class=CLASSES[number % len(CLASSES)],
            )
            queue.run(calls.submit(submission))
    node = Node(broker)
    yield node
    node.end()


def test_prometheus_counts_what_was_reported_also_when_slots_are_killed(
    node: Node, broker: Broker, start_prometheus: StartPrometheus
) -> None:
    prometheus = start_prometheus(scrape_config(node.address))
    look = QueueLook(broker)
    rng = random.Random(7)
    for kill in range(1, KILLS + 1):
        until(lambda kill=kill: look.state().recorded >= kill * SUBMISSIONS // (KILLS + 1), "work between two kills")  # type: ignore[misc]
        node.kill_one(rng)
    until(lambda: look.state().recorded == SUBMISSIONS, "all verdicts")
    until(lambda: prometheus.value("sum(judge_submissions_total)") == SUBMISSIONS, "the last scrape")

    reports = _reports(broker)
    expected = Counter((report.language, report.verdict.value) for report in reports)
    counted = prometheus.query("sum by (language, verdict) (judge_submissions_total) > 0")
    assert {tuple(value for _, value in labels): count for labels, count in counted.items()} == expected
    assert prometheus.value("sum(judge_run_cpu_user_seconds_total)") == pytest.approx(
        sum(range(SUBMISSIONS)) / 1000, abs=1e-6
    )
    assert prometheus.value("sum(judge_run_memory_peak_bytes_sum)") == sum(range(SUBMISSIONS)) << 10
    assert prometheus.value("sum(judge_run_memory_peak_bytes_count)") == SUBMISSIONS
    assert prometheus.value('sum(judge_runs_total{outcome="CPU_LIMIT"})') == SUBMISSIONS // 4
    redelivered = sum(report.attempt > 1 for report in reports)
    assert (prometheus.value("sum(judge_submissions_redelivered_total)") or 0) == redelivered
    assert prometheus.value("judge_queue_recorded_total") == SUBMISSIONS
    assert prometheus.value("sum(judge_queue_ready)") == 0
    assert prometheus.value("judge_metrics_records_dropped_total") == 0
    assert prometheus.value("judge_metrics_records_invalid_total") == 0
    assert prometheus.value("up") == 1


def _reports(broker: Broker) -> list[Report]:
    with Queue(broker) as queue:
        reports = [queue.report(f"{number:05}") for number in range(SUBMISSIONS)]
    assert None not in reports
    return [report for report in reports if report is not None]
