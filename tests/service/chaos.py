"""Chaos: much work of every kind while everything is killed, stopped, cut off and filled up. Prints what became of it.

``python tests/service/chaos.py --count 5000`` (make test-chaos). The queue's promises hold when the line reads
n / n / 0 / 0 / at most 10 s. "Recovery" is how long a piece of work that was being done when something died waited for
its next attempt. A session has none: it ends with what it ran in, its report says so.
"""

# What is None, or of another type, where something is asked of it, fails the test: no need to ask first.
# mypy: disable-error-code="arg-type, index, no-untyped-call, union-attr"

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import redis
from service_harness import RedisServer, Worker, order, running, send_signal, until
from service_work import work_order

from judge.client import AsyncClient, Client
from judge.errors import QueueError
from judge.model.report import Report
from judge.model.submission import Submission
from judge.model.verdict import Verdict
from judge.model.work import Work, WorkKind
from judge.model.work_report import BlameOn, SessionReport
from judge.queue.values import State

#: Longer than a lease: whoever sleeps so long must have lost it.
FREEZE_S = 3.0
OUTAGE_S_MAX = 2.5
#: How long a fault waits for work that it can hit.
AIM_S_MAX = 3.0
CLIENTS = 8
RECOVERY_S_MAX = 10

#: What is handed in, in turn.
MIXED = tuple(WorkKind)
#: How many times longer a session is than other work: only what goes on can be lost.
SESSION_LONGER = 10


@dataclass
class Outcome:
    """What became of the work. ``sessions_lost``: ended, and so reported, with what they ran in.

    ``sessions_begun_twice`` is told, not judged: while Redis is away nobody can note that one has begun.
    """

    fsync: str
    accepted: int = 0
    finished: int = 0
    recorded_twice: int = 0
    stuck: int = 0
    forgotten: int = 0
    judge_errors: int = 0
    executed_again: int = 0
    sessions_lost: int = 0
    sessions_begun_twice: int = 0
    longest_recovery_s: float = 0.0
    elapsed_s: float = 0.0
    faults: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """The promises held."""
        return (
            self.accepted == self.finished
            and not (self.recorded_twice or self.stuck or self.judge_errors)
            and not (self.forgotten and self.fsync == "always")
            and self.longest_recovery_s <= RECOVERY_S_MAX
        )

    def line(self) -> str:
        """For people."""
        faults = ", ".join(f"{count} {name}" for name, count in sorted(self.faults.items()))
        return (
            f"fsync {self.fsync}: accepted {self.accepted} / finished {self.finished} / recorded twice "
            f"{self.recorded_twice} / stuck {self.stuck} / longest recovery {self.longest_recovery_s:.2f} s   "
            f"(forgotten by Redis and handed in again {self.forgotten}, judge errors {self.judge_errors}, "
            f"repeated attempts {self.executed_again}, sessions lost {self.sessions_lost}, "
            f"sessions begun twice {self.sessions_begun_twice}, "
            f"{self.elapsed_s:.0f} s; {faults})"
        )


class Chaos:
    """The server, the workers and the faults done to them. Faults come one at a time."""

    def __init__(self, root: Path, fsync: str, workers: int, seed: int) -> None:
        self.server = RedisServer(root / "redis", fsync)
        self.workers = [Worker(self.server.url, root / f"w{number}", slots=2) for number in range(workers)]
        self.random = random.Random(seed)
        self.target = self.workers[0]  # of the next fault that is done to a worker
        self.faults: dict[str, int] = {}
        self.forgotten = 0
        self.kinds: dict[str, Callable[[], Awaitable[None]]] = {
            "slots killed": self.kill_slot,
            "pools killed": self.kill_pool,
            "leases processes killed": self.kill_leases,
            "workers killed": self.kill_worker,
            "workers frozen": self.freeze_worker,
            "workers drained": self.drain_worker,
            "servers killed": self.kill_server,
            "servers frozen": self.freeze_server,
            "connections cut": self.cut_connections,
            "disks filled": self.fill_disk,
        }

    async def rage(self, client: AsyncClient, done: asyncio.Event, faults: int, pause_s: float) -> None:
        """Do ``faults`` faults, every kind in turn, with pauses; stop early when all work is done."""
        order_of_kinds: list[str] = []
        for _ in range(faults):
            await asyncio.sleep(self.random.uniform(0.5, 1.5) * pause_s)
            if done.is_set():
                return
            if not order_of_kinds:
                order_of_kinds = self.random.sample(sorted(self.kinds), len(self.kinds))
            name = order_of_kinds.pop()
            await self.aim(client)
            await self.kinds[name]()
            self.faults[name] = self.faults.get(name, 0) + 1

    async def aim(self, client: AsyncClient) -> None:
        """Find a worker that lives and holds work, for a moment: a fault that hits nothing shows nothing."""
        self.target = self.random.choice(self.workers)
        link = client.queue.link
        deadline_s = time.monotonic() + AIM_S_MAX
        while time.monotonic() < deadline_s:
            with contextlib.suppress(QueueError):
                for name in await link.command("ZRANGE", link.keys.leases(), 0, -1):
                    node = await link.command("HGET", link.keys.record(name.decode()), "node")
                    worker = next((worker for worker in self.workers if worker.node.encode() == node), self.target)
                    if worker.slot_pids():
                        self.target = worker
                        return
            await asyncio.sleep(0.01)

    async def heal(self, calm: asyncio.Event) -> None:
        """Start the server again whenever it has ended, as whoever runs a Redis does; until all is calm."""
        while not (calm.is_set() and self.server.running):
            if not self.server.running:
                await asyncio.sleep(self.random.uniform(0, OUTAGE_S_MAX))
                self.server.start()  # from this thread: the server dies with the one that started it
            await asyncio.sleep(0.1)

    async def kill_slot(self) -> None:
        pids = self.target.slot_pids()
        if pids:
            send_signal([self.random.choice(pids)], signal.SIGKILL)

    async def kill_pool(self) -> None:
        self._kill_named("pool")

    async def kill_leases(self) -> None:
        self._kill_named("leases")

    async def kill_worker(self) -> None:
        worker = self.target
        worker.kill()
        worker.start()

    async def drain_worker(self) -> None:
        worker = self.target
        await asyncio.to_thread(worker.stop, self.random.choice((signal.SIGTERM, signal.SIGQUIT)))
        worker.start()

    async def freeze_worker(self) -> None:
        pids = self.target.all_pids()
        send_signal(pids, signal.SIGSTOP)
        await asyncio.sleep(FREEZE_S)
        send_signal(pids, signal.SIGCONT)

    async def kill_server(self) -> None:
        self.server.kill()

    async def freeze_server(self) -> None:
        self.server.signal(signal.SIGSTOP)
        await asyncio.sleep(self.random.uniform(0.5, FREEZE_S))
        self.server.signal(signal.SIGCONT)

    async def cut_connections(self) -> None:
        client = redis.Redis(unix_socket_path=str(self.server.socket))
        try:
            for kind in ("normal", "pubsub"):
                client.execute_command("CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes")
        except redis.RedisError:
            return
        finally:
            client.close()

    async def fill_disk(self) -> None:
        """No byte more fits into Redis' log for a while: with fsync always it gives up, else it refuses writes."""
        while not self.server.running:  # an earlier fault killed it; it is being started again
            await asyncio.sleep(0.05)
        pid = self.server.pid
        largest = max((path.stat().st_size for path in self.server.directory.rglob("*.aof")), default=0)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (largest + 2000, resource.RLIM_INFINITY))
        await asyncio.sleep(self.random.uniform(0.3, 1.5))
        if self.server.running and self.server.pid == pid:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def _kill_named(self, name: str) -> None:
        pid = self.target.pid_of(name)
        if pid:
            send_signal([pid], signal.SIGKILL)


def drawn(number: int, ms: int) -> Submission | Work:
    """The next piece of work for the scripted judge."""
    kind = MIXED[number % len(MIXED)]
    ms *= SESSION_LONGER if kind is WorkKind.SESSION else 1
    return order(f"s{number}", ms=ms, tests=2) if kind is WorkKind.SUBMISSION else work_order(kind, f"s{number}", ms=ms)


def id_of(work: Submission | Work) -> str:
    return work.header.id if isinstance(work, Work) else work.id


async def send(client: AsyncClient, work: Submission | Work) -> str:
    """Hand in one of any kind; its id."""
    return await client.send(work) if isinstance(work, Work) else await client.submit(work)


async def hand_in(client: AsyncClient, submissions: list[Submission | Work], accepted: list[str]) -> None:
    """Submit until accepted, as a careful client does: the same submission again after each failure."""
    while submissions:
        submission = submissions.pop()
        while True:
            try:
                accepted.append(await send(client, submission))
                break
            except QueueError:
                await asyncio.sleep(0.05)


async def hand_in_forgotten(client: AsyncClient, submissions: list[Submission | Work]) -> int:
    """What a server without fsync at each write has forgotten, as a careful client finds out; how many."""
    forgotten = 0
    for submission in submissions:
        if not await client.queue.link.command("EXISTS", client.queue.link.keys.record(id_of(submission))):
            forgotten += 1
            await send(client, submission)
    return forgotten


async def all_finished(client: AsyncClient, count: int, deadline_s: float) -> None:
    """Wait until the queue has recorded ``count`` verdicts, or the time is over."""
    key = client.queue.link.keys.counters()
    while time.monotonic() < deadline_s:
        try:
            if int(await client.queue.link.command("HGET", key, "finished") or 0) >= count:
                return
        except QueueError:
            pass
        await asyncio.sleep(0.1)


async def storm(chaos: Chaos, count: int, faults: int, pause_s: float, patience_s: float) -> list[str]:
    """Submissions and faults at once; returns the ids that were accepted."""
    submissions = [drawn(number, chaos.random.randint(0, 40)) for number in range(count)]
    everything = list(submissions)
    accepted: list[str] = []
    deadline_s = time.monotonic() + patience_s
    async with AsyncClient(chaos.server.broker) as client:
        done = asyncio.Event()
        raging = asyncio.create_task(chaos.rage(client, done, faults, pause_s))
        calm = asyncio.Event()
        healing = asyncio.create_task(chaos.heal(calm))
        await asyncio.gather(*(hand_in(client, submissions, accepted) for _ in range(CLIENTS)))
        await all_finished(client, count, deadline_s)
        done.set()
        await raging
        calm.set()
        await healing
        await all_finished(client, count, deadline_s)
        chaos.forgotten = await hand_in_forgotten(client, everything)
        await all_finished(client, count, deadline_s)
    return accepted


def examine(client: Client, accepted: list[str], outcome: Outcome) -> None:
    """Look at the record and story of all work."""
    queue = client.queue
    for submission_id in accepted:
        outcome.wrong.append(submission_id)  # until it is seen to be right
        entries = queue.link.client.xrange(queue.link.keys.events(submission_id))
        claims = [int(at.split(b"-")[0]) for at, fields in entries if fields[b"type"] == b"claimed"]
        gaps = [(later - earlier) / 1000 for earlier, later in itertools.pairwise(claims)]
        outcome.executed_again += len(gaps)
        outcome.longest_recovery_s = max([outcome.longest_recovery_s, *gaps])
        is_slow = max(gaps, default=0) > RECOVERY_S_MAX
        records = sum(fields[b"type"] == b"done" for _, fields in entries)
        outcome.recorded_twice += records > 1
        if client.state(submission_id) is not State.DONE:
            outcome.stuck += 1
            continue
        report = client.answer(submission_id)
        judging = isinstance(report, Report)
        outcome.finished += records == 1 and (report.submission if judging else report.id) == submission_id
        if isinstance(report, SessionReport) and report.blame is BlameOn.JUDGE:
            outcome.sessions_lost += 1
        elif report.verdict is not Verdict.AC if judging else report.blame is not BlameOn.NONE:
            outcome.judge_errors += 1
            continue
        if records == 1 and not is_slow:
            outcome.wrong.pop()


def begun_twice(workers: list[Worker]) -> set[str]:
    """Sessions that were."""
    files = [worker.state_dir / "begun" for worker in workers]
    begun = Counter(name for file in files if file.exists() for name in file.read_text().split())
    return {name for name, count in begun.items() if count > 1}


def run_chaos(  # noqa: PLR0913 (the knobs of one storm)
    fsync: str, *, count: int, faults: int, pause_s: float, workers: int, seed: int, patience_s: float
) -> Outcome:
    """One storm; everything it started is gone afterwards."""
    root = Path(tempfile.mkdtemp(prefix="judge-chaos-", dir="/tmp"))
    began = time.monotonic()
    try:
        chaos = Chaos(root, fsync, workers, seed)
        outcome = Outcome(fsync, faults=chaos.faults)
        with running(chaos.server, *chaos.workers):
            for worker in chaos.workers:  # a fault that hits one that only starts shows little
                until(worker.slot_pids, "a worker to have slots", 120)
            accepted = asyncio.run(storm(chaos, count, faults, pause_s, patience_s))
            outcome.accepted, outcome.forgotten = len(accepted), chaos.forgotten
            with Client(chaos.server.broker, patience_s=10) as client:
                examine(client, accepted, outcome)
            outcome.sessions_begun_twice = len(begun_twice(chaos.workers))
            if not outcome.good:
                _explain(chaos, [*outcome.wrong, *begun_twice(chaos.workers)])
        outcome.elapsed_s = time.monotonic() - began
        return outcome
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _explain(chaos: Chaos, wrong: list[str]) -> None:
    """Show the stories of what went wrong, and what the workers said last."""
    with Client(chaos.server.broker, patience_s=10) as client:
        for name in wrong:
            verdict = client.queue.link.command("HGET", client.queue.link.keys.record(name), "verdict")
            entries = client.queue.link.client.xrange(client.queue.link.keys.events(name))
            story = [(at.decode(), fields[b"event"].decode()[:160]) for at, fields in entries]
            print(json.dumps({"id": name, "verdict": str(verdict), "story": story}), file=sys.stderr)
    for worker in chaos.workers:
        print(worker.log()[-2000:], file=sys.stderr)


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=5000, help="pieces of work, of all kinds in turn")
    parser.add_argument("--faults", type=int, default=60)
    parser.add_argument("--pause", type=float, default=0.7, help="mean seconds between two faults")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--patience", type=float, default=600.0, help="seconds until what is unfinished counts as stuck"
    )
    parser.add_argument("--fsync", choices=("always", "everysec", "both"), default="both")
    args = parser.parse_args()
    good = True
    for fsync in ("always", "everysec") if args.fsync == "both" else (args.fsync,):
        outcome = run_chaos(
            fsync,
            count=args.count,
            faults=args.faults,
            pause_s=args.pause,
            workers=args.workers,
            seed=args.seed,
            patience_s=args.patience,
        )
        print(outcome.line(), flush=True)
        good = good and outcome.good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
