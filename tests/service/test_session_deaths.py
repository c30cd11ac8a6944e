"""What dies under a session, and what its report says then. Its slot's process: :mod:`test_sessions`."""

from __future__ import annotations

import signal
from pathlib import Path

import msgspec
from service_harness import (
    RedisServer,
    Worker,
    children,
    command_line,
    judging_worker,
    running,
    send_signal,
    until,
    view_of,
)

from judge.client import Client, Session, new_id
from judge.errors import QueueError
from judge.model.session import InputFrame, Typed
from judge.model.submission import SourceFile
from judge.model.work import ProgramSource, SessionRequest
from judge.model.work_report import BlameOn, SessionEnd, SessionReport
from judge.queue.redis_queue import Queue
from judge.queue.session_link import SessionLink
from judge.queue.sessions import Reading, listen, reading_of
from judge.queue.values import Claim

CLAIM = Claim(id="one", fence=1, attempt=1, submission=b"", sources=b"", wait_ms=0, priority_class="run")
SHOUT = "print('ready', flush=True)\nwhile True: print(input().upper(), flush=True)"


def shouting(mark: str) -> SessionRequest:
    """A session that says all in capitals; its command line has the mark."""
    program = ProgramSource(sources=(SourceFile(name="main.py", content=SHOUT.encode()),), language="python3")
    return SessionRequest(program=program, arguments=(mark,), terminal=False)


def read_until(session: Session, text: bytes) -> bytes:
    """The output up to a text; a Redis that is away for a moment is asked again."""
    heard = b""
    while text not in heard:
        try:
            frame = session.read()
        except QueueError:
            continue
        assert frame is not None, heard
        heard += frame.data
    return heard


def program_and_launcher(worker: Worker, mark: str) -> tuple[int, int]:
    """The processes of a session's program and of the pid 1 of its container."""
    pids = worker.all_pids()
    (program,) = (pid for pid in pids if mark in command_line(pid))
    (launcher,) = (pid for pid in pids if program in children(pid))
    return program, launcher


def test_a_program_that_is_killed_from_outside_has_ended_by_its_signal(
    runs_client: Client, running_worker: Worker
) -> None:
    mark = new_id()
    with runs_client.open_session(shouting(mark)) as session:
        read_until(session, b"ready")
        program, _ = program_and_launcher(running_worker, mark)
        send_signal([program], signal.SIGKILL)
        report = session.result()
    assert report.result is not None
    assert (report.end, report.blame, report.result.signal) == (SessionEnd.EXITED, BlameOn.NONE, signal.SIGKILL)


def test_a_launcher_that_is_killed_is_the_judges_fault_and_the_session_is_not_run_again(
    runs_client: Client, running_worker: Worker
) -> None:
    mark = new_id()
    with runs_client.open_session(shouting(mark)) as session:
        read_until(session, b"ready")
        _, launcher = program_and_launcher(running_worker, mark)
        send_signal([launcher], signal.SIGKILL)
        report = runs_client.work_result(session.id, timeout=60)
    assert isinstance(report, SessionReport)
    assert (report.end, report.blame, report.attempt) == (SessionEnd.FAILED, BlameOn.JUDGE, 1)
    assert report.reason.startswith("the session was lost: ")


def read_all(queue: Queue, reading: Reading, size_bytes: int) -> bytes:
    """As many bytes of output."""
    heard = b""
    while len(heard) < size_bytes:
        listen(queue, reading)
        heard += b"".join(frame.data for frame in iter(reading.next, None))
    return heard


def receive(link: SessionLink) -> list[InputFrame]:
    """What its client says next."""
    frames: list[InputFrame] = []

    def has_some() -> bool:
        frames.extend(link.receive())
        return bool(frames)

    until(has_some, "the client's frames")
    return frames


def test_both_ends_of_a_session_go_on_after_redis_was_killed(short_dir: Path) -> None:
    server = RedisServer(short_dir / "redis")
    with running(server), Queue(server.broker) as queue, Queue(server.broker) as workers:
        link, reading = SessionLink(workers, CLAIM), reading_of(queue, "one", "1")
        words = ("XADD", queue.link.keys.session_input("one", "1"), "*", "frame")
        queue.link.command(*words, msgspec.json.encode(Typed(offset=0, data=b"before")))
        assert receive(link) == [Typed(offset=0, data=b"before")]
        link.send(1, b"one")
        assert read_all(queue, reading, 3) == b"one"
        server.kill()
        link.receive()
        link.send(1, b"two")
        link.send(1, b"three")
        server.start()
        queue.link.command(*words, msgspec.json.encode(Typed(offset=6, data=b"after")))
        assert receive(link) == [Typed(offset=6, data=b"after")]
        assert read_all(queue, reading, 8) == b"twothree"
        link.close()
        assert (link.dropped_bytes, reading.lost_bytes) == (0, 0)


def test_a_session_goes_on_when_redis_is_killed_and_comes_back(short_dir: Path) -> None:
    server = RedisServer(short_dir / "redis")
    worker = judging_worker(server.url, short_dir / "w", slots=1, session_slots=1, languages="python3")
    with running(server, worker), Client(server.broker, patience_s=20) as client:
        until(lambda: view_of(client, worker.node), "the worker to register", 120)
        session = client.open_session(shouting("x"))
        read_until(session, b"ready\n")
        session.send(b"before\n")
        read_until(session, b"BEFORE\n")
        server.kill()
        server.start()
        session.send(b"after\n")
        assert read_until(session, b"AFTER\n") == b"AFTER\n"
        session.close()
        report = client.work_result(session.id, timeout=60)
    assert isinstance(report, SessionReport)
    assert (report.end, report.attempt, report.input_bytes) == (SessionEnd.CLOSED, 1, 13)
