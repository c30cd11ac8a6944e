"""Prepared files in a running service: made beside what is judged, used at once, made anew, or done without."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec
import pytest
from service_harness import RedisServer, Worker, running, until, view_of

from judge.client import Client, new_id
from judge.model.submission import SourceFile
from judge.model.work import Execution, ProgramSource, Work, WorkHeader, WorkKind
from judge.model.work_report import ExecutionReport
from judge.queue.values import WorkerInfo

TOY = """
name = "Toy"
extensions = ["toy"]
run = ["/usr/bin/sh", "{{source}}"]
[prepare]
target = "/opt/judge/toy"
files = {{ note = "{note}" }}
commands = [["/usr/bin/sh", "-c", "{command}"]]
collect = ["note"]
[selftest]
add = 'read a b; echo $((a + b))'
"""
PROGRAM = b"cat /opt/judge/toy/note || echo without\n"


class Service:
    """One worker whose only language prepares a note, and its client."""

    def __init__(self, worker: Worker, client: Client, definition: Path) -> None:
        self.worker = worker
        self.client = client
        self._definition = definition

    def define(self, note: str, command: str = "cat note") -> None:
        """What the language prepares from now on."""
        self._definition.write_text(TOY.format(note=note, command=command))

    def note(self) -> str:
        """What a program finds."""
        source = ProgramSource(sources=(SourceFile(name="main.toy", content=PROGRAM),), language="toy")
        header = WorkHeader(id=new_id(), kind=WorkKind.EXECUTION)
        self.client.send(Work(header=header, task=Execution(program=source)))
        report = self.client.work_result(header.id, timeout=60)
        assert isinstance(report, ExecutionReport)
        return report.runs[0].stdout.content.decode().strip()

    def info(self) -> WorkerInfo:
        """What the worker says of itself."""
        view = view_of(self.client, self.worker.node)
        assert view is not None
        return view.info


@contextmanager
def nobody_prepares(state_dir: Path) -> Iterator[None]:
    """Hold what a process that prepares holds."""
    (state_dir / "layers").mkdir(parents=True, exist_ok=True)
    fd = os.open(state_dir / "layers/.preparing", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


@pytest.fixture(scope="module")
def service(shared_redis: RedisServer, short_root: Path) -> Iterator[Service]:
    """A worker that came up with an empty state directory and could not prepare anything until its slot had run."""
    definitions = short_root / "preparing-languages"
    definitions.mkdir()
    state_dir = short_root / "preparing"
    worker = Worker(
        shared_redis.url,
        state_dir,
        namespace="preparing",
        judge_factory="judge_workers.bootstrap:build_judge",
        selftest="0",
        languages="toy",
        languages_dir=definitions,
        slots=1,
        prepare=1,
    )
    with ExitStack() as stack:
        client = stack.enter_context(Client(msgspec.structs.replace(shared_redis.broker, namespace="preparing")))
        made = Service(worker, client, definitions / "toy.toml")
        made.define("first")
        with nobody_prepares(state_dir):
            stack.enter_context(running(worker))
            until(lambda: view_of(client, worker.node), "the worker to register", 120)
            assert made.note() == "without"
            assert made.info().preparing == ("toy",)
            slots = worker.slot_pids()
        yield made
        assert worker.slot_pids() == slots  # no restart was needed


def test_a_running_slot_uses_what_was_prepared_after_its_start_and_anew_after_a_change(service: Service) -> None:
    until(lambda: service.note() == "first", "the slot to see what was prepared")
    until(lambda: service.info().preparing == (), "the worker to say that all is prepared")
    service.define("second")
    until(lambda: service.note() == "second", "the slot to see what was prepared anew")
    layers = service.worker.state_dir / "layers"
    until(lambda: len(list(layers.glob("prepared-*"))) == 1, "the old files to go")


def test_a_broken_preparation_is_told_and_judged_without(service: Service) -> None:
    service.define("third", command="echo no such option >&2; exit 1")
    until(lambda: "no such option" in service.info().unprepared.get("toy", ""), "the worker to say why")
    assert service.note() == "without"
    assert service.info().languages == ("toy",)
    service.define("fourth")
    until(lambda: service.note() == "fourth", "the mended preparation to be seen")
    until(lambda: service.info().unprepared == {}, "the reason to be gone")
