"""kill -9 in the middle of work of each kind that a real sandbox does: every kind at once, each in a slot of its own.

A session ends with what it ran in, and says so; all else is done again, and everything is reported once.
"""

# What is None, or of another type, where something is asked of it, fails the test: no need to ask first.
# mypy: disable-error-code="union-attr"

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from service_harness import RedisServer, Worker, command_line, judging_worker, running, send_signal, until, view_of

from judge.client import Client, new_id
from judge.kernel.procfs import process_stat
from judge.model.event import Claimed, WorkDone
from judge.model.run import Outcome, RunResult
from judge.model.submission import SourceFile
from judge.model.units import S_NS
from judge.model.work import (
    Command,
    CommandGroup,
    Evaluation,
    EvaluationTest,
    Execution,
    ProgramSource,
    RequestedLimits,
    SessionRequest,
    Task,
    Work,
    WorkHeader,
    WorkKind,
    kind_of,
)
from judge.model.work_report import (
    AnyWorkReport,
    BlameOn,
    CommandGroupReport,
    EvaluationReport,
    ExecutionReport,
    SessionEnd,
    SessionReport,
)
from judge.queue.values import State

#: Nothing else on this machine sleeps for so long.
SECONDS = "1000.2503"
#: Ends well when it is told to, and not before.
SCRIPT = f"trap 'exit 0' USR1; sleep {SECONDS} & wait"
PROGRAM = ProgramSource(sources=(SourceFile(name="a.sh", content=f"{SCRIPT}\n".encode()),), language="bash")
LIMITS = RequestedLimits(wall_time_ns=60 * S_NS, idle_time_ns=60 * S_NS)
TASKS: tuple[Task, ...] = (
    Execution(program=PROGRAM, limits=LIMITS),
    Evaluation(program=PROGRAM, tests=(EvaluationTest(),), limits=LIMITS),
    CommandGroup(commands=(Command(argv=("/bin/bash", "-c", SCRIPT), limits=LIMITS),)),
    SessionRequest(program=PROGRAM, limits=LIMITS),
)
KINDS = [kind_of(task) for task in TASKS]
RETRIED = [kind for kind in KINDS if kind is not WorkKind.SESSION]


class End(NamedTuple):
    """How work ended: how often it was claimed, on whom it is blamed, and how its program ended (None = unknown)."""

    attempts: int
    blame: BlameOn
    outcome: Outcome | None
    signal: int = 0


ENDED_WELL = End(1, BlameOn.NONE, Outcome.EXITED)
DONE_AGAIN = dict.fromkeys(RETRIED, ENDED_WELL._replace(attempts=2)) | {
    WorkKind.SESSION: End(1, BlameOn.JUDGE, None),
}


class Service:
    """A Redis server, a worker with a slot for each kind, and a client."""

    def __init__(self, server: RedisServer, worker: Worker, client: Client) -> None:
        self.server = server
        self.worker = worker
        self.client = client

    def begin(self) -> dict[WorkKind, str]:
        """Send work of each kind, and wait until all their programs run."""
        names = {}
        for task in TASKS:
            header = WorkHeader(id=new_id(), kind=kind_of(task))
            names[header.kind] = self.client.send(Work(header=header, task=task))
        until(lambda: len(self.programs()) == len(TASKS), "all programs to run", 60)
        return names

    def programs(self) -> list[int]:
        """The programs that run in the sandbox."""
        sleeping = [pid for pid in self.worker.all_pids() if command_line(pid).split()[1:] == [SECONDS]]
        parents = [process_stat(pid).parent_pid for pid in sleeping]
        return [pid for pid in parents if "bash" in command_line(pid)]  # what dies leaves its children to others

    def launchers(self) -> list[int]:
        """The first processes of their containers."""
        return [process_stat(pid).parent_pid for pid in self.programs()]

    def gone(self, pids: list[int]) -> None:
        """Wait for their end."""
        until(lambda: not any(process_stat(pid).alive for pid in pids), "what was killed to be gone")

    def ends(self, names: dict[WorkKind, str]) -> dict[WorkKind, End]:
        """Let all programs end, those of later attempts, too, and wait for all reports."""

        def are_over() -> bool:
            send_signal(self.programs(), signal.SIGUSR1)
            return all(self.client.state(name) is State.DONE for name in names.values())

        until(are_over, "all reports", 120)
        return {kind: self._end(name) for kind, name in names.items()}

    def _end(self, name: str) -> End:
        report = self.client.work_result(name, timeout=60)
        events = list(self.client.follow(name, timeout=60))
        assert [event.report for event in events if isinstance(event, WorkDone)] == [report]
        result = result_of(report)
        attempts = sum(isinstance(event, Claimed) for event in events)
        if result is None:
            return End(attempts, report.blame, None)
        return End(attempts, report.blame, result.outcome, result.signal or 0)


def result_of(report: AnyWorkReport) -> RunResult | None:
    """How its only program ended."""
    match report:
        case ExecutionReport(runs=(run,)) | CommandGroupReport(commands=(run,)) | EvaluationReport(tests=(run,)):
            return run.run if isinstance(report, EvaluationReport) else run.result
        case SessionReport():
            assert (report.result is None) == (report.end is SessionEnd.FAILED)
            return report.result
    return None


@pytest.fixture(scope="module")
def service(short_root: Path) -> Iterator[Service]:
    server = RedisServer(short_root / "kills")
    worker = judging_worker(
        server.url,
        short_root / "k",
        languages="bash",
        slots=len(TASKS),
    )
    with running(server, worker), Client(server.broker, patience_s=30) as client:
        until(lambda: view_of(client, worker.node), "the worker to register", 120)
        yield Service(server, worker, client)


Began = tuple[dict[WorkKind, str], list[int]]


@pytest.fixture
def began(service: Service) -> Began:
    """Work of each kind that goes on, and its programs."""
    names = service.begin()
    return names, service.programs()


def test_the_program_itself(service: Service, began: Began) -> None:
    names, programs = began
    send_signal(programs, signal.SIGKILL)
    service.gone(programs)
    killed = End(1, BlameOn.PROGRAM, Outcome.SIGNALLED, signal.SIGKILL)
    in_session = killed._replace(blame=BlameOn.NONE)  # as when its client sent the signal
    assert service.ends(names) == dict.fromkeys(RETRIED, killed) | {WorkKind.SESSION: in_session}


def test_its_launcher(service: Service, began: Began) -> None:
    names, programs = began
    send_signal(service.launchers(), signal.SIGKILL)
    service.gone(programs)
    assert service.ends(names) == DONE_AGAIN


def test_the_process_of_its_slot(service: Service, began: Began) -> None:
    names, programs = began
    send_signal(service.worker.slot_pids(), signal.SIGKILL)
    service.gone(programs)
    assert service.ends(names) == DONE_AGAIN


def test_the_redis_server(service: Service, began: Began) -> None:
    names, _ = began
    service.server.kill()
    service.server.start()
    assert service.ends(names) == dict.fromkeys(KINDS, ENDED_WELL)


def test_the_worker(service: Service, began: Began) -> None:
    names, programs = began
    service.worker.kill()
    service.gone(programs)
    service.worker.start()
    assert service.ends(names) == DONE_AGAIN
