"""``judge bench scale``: many simulated workers and submissions on the queue's real scripts, against one Redis.

Nothing is judged: claims are finished at once. What is measured is what Redis has to do and to keep.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import Any

import msgspec
from rich.console import Console

from judge.bench.embedded import embedded_service, sweep_old
from judge.client import Client, new_id
from judge.model.report import CaseReport, GroupReport, Report
from judge.model.submission import SourceFile, Submission
from judge.model.verdict import Verdict
from judge.parsers import Subparsers
from judge.queue import calls
from judge.queue.admin import publish_languages
from judge.queue.broker import connect
from judge.queue.redis_queue import Queue
from judge.queue.script import Call
from judge.queue.values import Claim, Claimant, Held, LanguageCard, WorkerInfo, WorkerState
from judge.wire import PRIORITY_CLASSES

#: A language that no real worker has, so that only the simulated ones take the submissions.
_LANGUAGE = "simulated"
_SLOTS = 8
_SESSION = "simulation"
_TENANTS = 1000
_BATCH = 500
_LATENCY_ROUNDS = 300

#: Where latencies are compared: the promise is about this many waiting submissions.
_PROMISE = 100_000


def add_parser(subparsers: Subparsers) -> None:
    """Define the command line."""
    parser = subparsers.add_parser(
        "scale",
        help="a thousand simulated workers and a million submissions on one Redis",
        description="Run the queue's real scripts for simulated workers against one embedded Redis (not writing to "
        "disk): rates, latencies, commands and memory per submission, and where it would break.",
    )
    parser.add_argument("--workers", type=int, default=1000)
    parser.add_argument("--submissions", type=int, default=200_000, help="docs/measured/service.md has a million")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Measure and print."""
    figures = measure(workers=args.workers, submissions=args.submissions, say=Console(stderr=True).print)
    if args.json:
        print(msgspec.json.encode(figures).decode())
    else:
        for name, value in msgspec.structs.asdict(figures).items():
            print(f"{name:36} {value}")
    return 0


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What a phase cost: our wall time, and Redis' own time and commands (the scripts' inner ones too)."""

    wall_s: float
    redis_us: int
    commands: int

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            wall_s=self.wall_s + other.wall_s,
            redis_us=self.redis_us + other.redis_us,
            commands=self.commands + other.commands,
        )


class ScaleBench(msgspec.Struct, frozen=True, kw_only=True):
    """What ``--json`` prints. "Empty", "at 100,000" and "at all": how many submissions waited."""

    workers: int
    slots: int  #: of all workers
    submissions: int
    submit_per_second: int
    claim_and_finish_per_second: int
    submit_p50_ms_empty: float  #: median time of one submission's script
    claim_p50_ms_empty: float
    submit_slowdown_at_100000: float  #: that median as a multiple of the one when empty
    claim_slowdown_at_100000: float
    submit_slowdown_at_all: float
    claim_slowdown_at_all: float
    memory_bytes_per_waiting: int  #: what Redis keeps of one submission
    memory_bytes_per_done: int
    scripts_per_submission: int
    commands_per_submission: float  #: commands of Redis, also those inside the scripts
    redis_us_per_submission: float  #: time of Redis' one thread
    redis_us_per_heartbeat: float
    heartbeats_load_percent: float  #: of Redis' one thread, with four heartbeats a second of each worker
    breaks_at_judgements_per_second: int  #: where Redis' one thread would be busy all the time


class Phases(msgspec.Struct, frozen=True, kw_only=True):
    """What was measured while the queue filled and was emptied. Latencies: median ms of a submission, of a claim."""

    empty_ms: tuple[float, float]
    deep_ms: tuple[float, float]  # with at most _PROMISE waiting
    deepest_ms: tuple[float, float]
    submitting: Cost
    ticking: Cost
    judging: Cost
    waiting_bytes: int
    done_bytes: int


def measure(
    *, workers: int = 1000, submissions: int = 200_000, say: Callable[[str], object] = lambda text: None
) -> ScaleBench:
    """All figures; blocks for minutes. Raises HostError when the embedded service does not start."""
    sweep_old()
    with (
        embedded_service(judge_factory="judge_workers.noop:NOOP", slots=1, queue_max=0, keep_max=0) as service,
        Client.open(service.settings) as client,
    ):
        service.wait_until_ready(client)
        connect(client.queue.broker).config_set("appendonly", "no")
        return _figures(_simulate(Simulation(client.queue, workers), submissions, say), workers, submissions)


def _simulate(sim: Simulation, count: int, say: Callable[[str], object]) -> Phases:
    say(f"registering {sim.workers} workers")
    sim.register()
    empty_ms = sim.latencies_ms()
    memory_before = sim.memory_bytes()
    say(f"submitting {count}")
    submitting = sim.timed(lambda: sim.submit(min(count, _PROMISE)))
    deep_ms = sim.latencies_ms()
    if count > _PROMISE:
        submitting += sim.timed(lambda: sim.submit(count - _PROMISE))
    waiting_bytes = sim.memory_bytes() - memory_before
    deepest_ms = sim.latencies_ms()
    say("one heartbeat of every worker, all slots busy")
    sim.fill_slots()
    ticking = sim.timed(sim.tick_all)
    say("claiming and finishing")
    judging = sim.timed(sim.judge_all)
    return Phases(
        empty_ms=empty_ms,
        deep_ms=deep_ms,
        deepest_ms=deepest_ms,
        submitting=submitting,
        ticking=ticking,
        judging=judging,
        waiting_bytes=waiting_bytes,
        done_bytes=sim.memory_bytes() - memory_before,
    )


def _figures(seen: Phases, workers: int, count: int) -> ScaleBench:
    submitting, judging, empty_ms = seen.submitting, seen.judging, seen.empty_ms
    each_us = (submitting.redis_us + judging.redis_us) / count
    tick_us = seen.ticking.redis_us / workers
    return ScaleBench(
        workers=workers,
        slots=workers * _SLOTS,
        submissions=count,
        submit_per_second=round(count / submitting.wall_s),
        claim_and_finish_per_second=round(count / judging.wall_s),
        submit_p50_ms_empty=empty_ms[0],
        claim_p50_ms_empty=empty_ms[1],
        submit_slowdown_at_100000=round(seen.deep_ms[0] / empty_ms[0], 2),
        claim_slowdown_at_100000=round(seen.deep_ms[1] / empty_ms[1], 2),
        submit_slowdown_at_all=round(seen.deepest_ms[0] / empty_ms[0], 2),
        claim_slowdown_at_all=round(seen.deepest_ms[1] / empty_ms[1], 2),
        memory_bytes_per_waiting=round(seen.waiting_bytes / count),
        memory_bytes_per_done=round(seen.done_bytes / count),
        scripts_per_submission=3,
        commands_per_submission=round((submitting.commands + judging.commands) / count, 1),
        redis_us_per_submission=round(each_us, 1),
        redis_us_per_heartbeat=round(tick_us, 1),
        heartbeats_load_percent=round(workers * 4 * tick_us / 10_000, 1),
        breaks_at_judgements_per_second=round((1_000_000 - workers * 4 * tick_us) / each_us),
    )


class Simulation:
    """Simulated clients and workers on one connection, in batches."""

    def __init__(self, queue: Queue, workers: int) -> None:
        self.workers = workers
        self._queue = queue
        self._seats = itertools.cycle([(f"sim-{node}", slot) for slot in range(_SLOTS) for node in range(workers)])
        self._numbers = itertools.count()
        self._held: list[tuple[str, Claim]] = []

    def register(self) -> None:
        """All workers sign on."""
        publish_languages(self._queue, (LanguageCard(id=_LANGUAGE, name="Simulated"),))
        info = WorkerInfo(slots=_SLOTS, languages=(_LANGUAGE,))
        self._pipeline(
            calls.register(f"sim-{node}", _SESSION, WorkerState.ON, info, "", (_LANGUAGE,))
            for node in range(self.workers)
        )

    def submit(self, count: int) -> None:
        """Hand in ``count`` more, of many tenants and all classes."""
        for _ in range(0, count, _BATCH):
            self._pipeline(calls.submit(self._submission()) for _ in range(_BATCH))

    def fill_slots(self) -> None:
        """Each worker claims for all its slots, as far as there is work."""
        for _ in range(_SLOTS):
            self._claim(self.workers)

    def tick_all(self) -> None:
        """Each worker gives one heartbeat that renews all its claims."""
        held: dict[str, list[Held]] = {f"sim-{node}": [] for node in range(self.workers)}
        for node, claim in self._held:
            held[node].append(Held(slot="", id=claim.id, fence=claim.fence, pid=1, priority_class=claim.priority_class))
        self._pipeline(calls.tick(node, _SESSION, 60_000, None, alive) for node, alive in held.items())

    def judge_all(self) -> None:
        """Claim and finish until nothing waits."""
        while self._held or self._claim(_BATCH):
            held, self._held = self._held, []
            self._pipeline(calls.finish(claim, _report(claim)) for _, claim in held)

    def latencies_ms(self) -> tuple[float, float]:
        """Median of one submit and of one claim (finished again), one at a time."""
        submit_s, claim_s = [], []
        for _ in range(_LATENCY_ROUNDS):
            submitting = calls.submit(self._submission())
            began = time.perf_counter()
            self._queue.run(submitting)
            submit_s.append(time.perf_counter() - began)
            node, slot = next(self._seats)
            began = time.perf_counter()
            claim = self._queue.run(calls.claim(_claimant(node, slot), 60_000))
            claim_s.append(time.perf_counter() - began)
            if isinstance(claim, Claim):
                self._queue.run(calls.finish(claim, _report(claim)))
        return round(median(submit_s) * 1000, 3), round(median(claim_s) * 1000, 3)

    def memory_bytes(self) -> int:
        """What Redis keeps in memory."""
        return int(self._queue.server_info("memory")["used_memory_dataset"])

    def timed(self, action: Callable[[], object]) -> Cost:
        """Do it and say what it cost."""
        before = self._stats()
        began = time.perf_counter()
        action()
        wall_s = time.perf_counter() - began
        after = self._stats()
        return Cost(wall_s=wall_s, redis_us=after[0] - before[0], commands=after[1] - before[1])

    def _stats(self) -> tuple[int, int]:
        stats = self._queue.server_info("commandstats")
        return stats["cmdstat_evalsha"]["usec"], sum(entry["calls"] for entry in stats.values())

    def _claim(self, count: int) -> int:
        seats = [next(self._seats) for _ in range(count)]
        claiming = (calls.claim(_claimant(node, slot), 60_000) for node, slot in seats)
        answers = self._pipeline(claiming)
        found = [(node, answer) for (node, _), answer in zip(seats, answers, strict=True) if isinstance(answer, Claim)]
        self._held += found
        return len(found)

    def _pipeline(self, wanted: Iterable[Call[Any]]) -> Sequence[Any]:
        return self._queue.run_all(wanted)

    def _submission(self) -> Submission:
        number = next(self._numbers)
        source = SourceFile(name="main.sim", content=b"x" * 600 + str(number % 10_000).encode())
        return Submission(
            id=new_id(),
            package="/problems/simulated",
            sources=(source,),
            language=_LANGUAGE,
            priority_class=PRIORITY_CLASSES[number % len(PRIORITY_CLASSES)],
            tenant=f"tenant-{number % _TENANTS}",
        )


def _claimant(node: str, slot: int) -> Claimant:
    return Claimant(node=node, session=_SESSION, slot=str(slot), pid=1)


def _report(claim: Claim) -> Report:
    cases = tuple(CaseReport(name=f"secret/{number}", verdict=Verdict.AC) for number in range(10))
    root = GroupReport(name="data", verdict=Verdict.AC, cases=cases)
    return Report(submission=claim.id, problem="simulated", language=_LANGUAGE, verdict=Verdict.AC, root=root)
