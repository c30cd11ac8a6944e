"""Work that takes longer than an attempt may: who measured it out is told so, and no worker dies of it."""

from __future__ import annotations

import signal
from pathlib import Path

from judge_workers.run_dir import ORDER_SIGNAL, Order, OrderAction, leave_order, read_judged
from service_harness import RedisServer, Worker, order, running, send_signal, until, view_of
from service_work import work_order

from judge.client import Client, Sending, new_id
from judge.model.event import Compiled, Retried
from judge.model.submission import SourceFile
from judge.model.work import Execution, ProgramSource, SessionRequest, Work, WorkHeader, WorkKind
from judge.model.work_report import BlameOn, SessionEnd, SessionReport
from judge.queue import calls
from judge.queue.values import Exhausted, State

TIMED = (WorkKind.EXECUTION, WorkKind.EVALUATION, WorkKind.GROUP)


def test_work_that_takes_too_long_is_its_senders_doing_but_a_session_may(server: RedisServer, short_dir: Path) -> None:
    worker = Worker(server.url, short_dir / "w", slots=4, session_slots=1, judging_max_s=1)
    with running(worker), Client(server.broker) as client:
        until(lambda: view_of(client, worker.node), "the worker")
        session = client.send(work_order(WorkKind.SESSION, ms=2500))
        names = [client.send(work_order(kind, do="hang")) for kind in TIMED]
        for name in names:
            report = client.work_result(name, timeout=30)
            assert (report.blame, report.attempt) == (BlameOn.CLIENT, 1)
            assert "judging_max_s" in report.reason
            assert not [event for event in client.follow(name) if isinstance(event, Retried)]
        after = [client.submit(order(ms=100)) for _ in range(4)]  # what was ended was that work alone
        assert {client.result(name).verdict.value for name in after} == {"AC"}
        report = client.work_result(session, timeout=30)
        assert (report.blame, report.attempt) == (BlameOn.NONE, 1)


def test_a_worker_that_stops_ends_its_sessions_in_good_time(server: RedisServer, short_dir: Path) -> None:
    worker = Worker(server.url, short_dir / "w", slots=1, drain_max_s=4)
    with running(worker), Client(server.broker) as client:
        until(lambda: view_of(client, worker.node), "the worker")
        name = client.send(work_order(WorkKind.SESSION, do="sit"))
        until(lambda: client.state(name) is State.CLAIMED, "the session to begin")
        assert worker.stop(signal.SIGTERM, timeout_s=30) == 0
        report = client.work_result(name, timeout=1)
    assert isinstance(report, SessionReport)
    assert (report.end, client.state(name)) == (SessionEnd.STOPPED, State.DONE)


def test_a_worker_that_is_stopped_at_once_loses_its_session_for_good(server: RedisServer, short_dir: Path) -> None:
    worker = Worker(server.url, short_dir / "w", slots=1)
    with running(worker), Client(server.broker) as client:
        until(lambda: view_of(client, worker.node), "the worker")
        name = client.send(work_order(WorkKind.SESSION, do="sit"))
        begun = client.queue.link.keys.session_output(name, "1")
        until(lambda: client.queue.link.command("EXISTS", begun), "the session to begin")
        assert worker.stop(signal.SIGQUIT, timeout_s=10) == 0
        sweep = calls.sweep("another", 0, 60_000, 3)  # after a start nothing is ended before one lease has passed
        found: list[Exhausted] = []

        def swept() -> bool:
            found.extend(client.queue.run(sweep).exhausted)
            return bool(found)

        until(swept, "what cannot be tried again")
        (ended,) = found
    assert (ended.id, ended.attempt) == (name, 1)
    assert ended.reason.startswith("the worker was stopped")


def order_to_end(client: Client, worker: Worker, name: str) -> None:
    """What the leases process does when the time of a claim is over."""
    (held,) = (held for held in read_judged(worker.state_dir / "run", 2).values() if held.id == name)
    leave_order(worker.state_dir / "run", held.slot, Order(action=OrderAction.END, id=name, fence=held.fence))
    send_signal([held.pid], ORDER_SIGNAL)


SIT = (SourceFile(name="main.py", content=b"print('ready', flush=True)\ninput()\n"),)


def test_a_program_ends_with_the_time_of_its_work(runs_client: Client, running_worker: Worker) -> None:
    program = ProgramSource(sources=(SourceFile(name="main.py", content=b"import time\ntime.sleep(60)\n"),))
    header = WorkHeader(id=new_id(), kind=WorkKind.EXECUTION, language="python3")
    runs_client.send(Work(header=header, task=Execution(program=program)))
    next(event for event in runs_client.follow(header.id, timeout=60) if isinstance(event, Compiled))
    order_to_end(runs_client, running_worker, header.id)
    report = runs_client.work_result(header.id, timeout=30)
    assert (report.blame, report.attempt) == (BlameOn.CLIENT, 1)
    assert report.reason.startswith("it took longer than a piece of work may")


def test_a_session_ends_with_its_worker_and_says_what_it_was(runs_client: Client, running_worker: Worker) -> None:
    request = SessionRequest(program=ProgramSource(sources=SIT, language="python3"))
    with runs_client.open_session(request, Sending(language="python3")) as session:
        while (frame := session.read()) is not None and b"ready" not in frame.data:
            pass
        order_to_end(runs_client, running_worker, session.id)
        report = runs_client.work_result(session.id, timeout=30)
    assert isinstance(report, SessionReport)
    assert (report.end, report.blame, report.reason) == (SessionEnd.STOPPED, BlameOn.NONE, "its worker was stopped")
    assert report.output_bytes == len(b"ready\r\n")
