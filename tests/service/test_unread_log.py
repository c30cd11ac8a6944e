"""A log that nobody reads: nothing of the service waits for a reader; what is lost is counted."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from service_harness import Worker, children, command_line, order, send_signal, until, view_of

from judge.client import Client
from judge.model.verdict import Verdict
from judge.queue.broker import Broker


def fill(fd: int) -> int:
    """Write until the pipe takes nothing more; returns how many bytes it took."""
    os.set_blocking(fd, False)
    count = 0
    for piece in (b"x" * 4095 + b"\n", b"x"):
        with contextlib.suppress(BlockingIOError):
            while True:
                count += os.write(fd, piece)
    os.set_blocking(fd, True)
    return count


def refill(worker: Worker) -> None:
    """Fill whatever pipe the supervisor's standard error is, until whoever carries it on is stuck, too."""
    fd = os.open(f"/proc/{worker.pid}/fd/2", os.O_WRONLY | os.O_CLOEXEC)

    def stuck() -> bool:
        relay = worker.pid_of("log_relay")
        asleep = relay and Path(f"/proc/{relay}/stat").read_text().rpartition(")")[2].split()[0] == "S"
        return bool(asleep) and fill(fd) == 0  # asleep although there is something to read: in its write

    until(stuck, "the log to be full")
    os.close(fd)


def fail(client: Client) -> None:
    """Have a submission judged that fails three times, each of which a slot logs."""
    submission = order(do="fail")
    client.submit(submission)
    assert client.result(submission.id).verdict is Verdict.JE


def redis_pid(worker: Worker) -> int:
    return next((pid for pid in children(worker.pid) if "redis.sock" in command_line(pid)), 0)


@pytest.fixture
def log_fds() -> Iterator[tuple[int, int]]:
    """The log's read end and its write end."""
    read_fd, write_fd = os.pipe2(os.O_CLOEXEC)
    yield read_fd, write_fd
    for fd in (read_fd, write_fd):
        with contextlib.suppress(OSError):
            os.close(fd)


@pytest.fixture
def unread(short_dir: Path, log_fds: tuple[int, int]) -> Iterator[tuple[Worker, Client]]:
    """A service with its own Redis that logs everything it can into a pipe which is full and stays so."""
    worker = Worker("", short_dir / "s", log_level="debug")
    del worker.env["JUDGE_BROKER"]
    worker.start("--embedded", log_fd=log_fds[1])
    broker = Broker(url=f"unix://{short_dir}/s/redis/redis.sock")
    try:
        with Client(broker, patience_s=20) as client:
            until(lambda: worker.pid_of("leases") and view_of(client, worker.node), "the worker to register")
            fill(log_fds[1])
            refill(worker)
            yield worker, client
    finally:
        worker.kill()


def test_judging_goes_on_while_nobody_reads_the_log(unread: tuple[Worker, Client]) -> None:
    worker, client = unread
    submissions = [order(do="fail" if number % 2 else "") for number in range(6)]
    for submission in submissions:
        client.submit(submission)
    verdicts = [client.result(submission.id).verdict for submission in submissions]
    assert verdicts == [Verdict.AC, Verdict.JE] * 3
    send_signal(worker.slot_pids(), signal.SIGKILL)
    after = order()
    client.submit(after)
    assert client.result(after.id).verdict is Verdict.AC


def test_what_dies_is_started_again_while_nobody_reads_the_log(unread: tuple[Worker, Client]) -> None:
    worker, client = unread
    for name in ("leases", "exporter", "pool", "log_relay"):
        until(lambda name=name: worker.pid_of(name), f"the {name}")  # type: ignore[misc]
        old = worker.pid_of(name)
        send_signal([old], signal.SIGKILL)
        until(lambda name=name, old=old: worker.pid_of(name) not in (0, old), f"the {name} to come again")  # type: ignore[misc]
        refill(worker)
    old = redis_pid(worker)
    send_signal([old], signal.SIGKILL)
    until(lambda: redis_pid(worker) not in (0, old), "Redis to come again")
    submission = order()
    client.submit(submission)
    assert client.result(submission.id).verdict is Verdict.AC


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT])
def test_the_service_stops_while_nobody_reads_the_log(unread: tuple[Worker, Client], number: signal.Signals) -> None:
    worker, _ = unread
    processes = worker.all_pids()
    assert worker.stop(number, timeout_s=20) == 0
    until(lambda: not any(command_line(pid) for pid in processes), "every process to be gone")


def test_a_reader_who_comes_back_is_told_what_was_lost(unread: tuple[Worker, Client], log_fds: tuple[int, int]) -> None:
    _, client = unread
    fail(client)
    os.set_blocking(log_fds[0], False)
    seen = bytearray()

    def told() -> bool:
        with contextlib.suppress(BlockingIOError):
            while data := os.read(log_fds[0], 1 << 16):
                seen.extend(data)
        fail(client)  # the slots that lost a line have another to write
        return b"were dropped: nobody read them" in seen

    until(told, "the count of lost lines")


def test_a_reader_who_has_gone_stops_nothing(short_dir: Path, log_fds: tuple[int, int]) -> None:
    worker = Worker("", short_dir / "s", log_level="debug")
    del worker.env["JUDGE_BROKER"]
    worker.start("--embedded", log_fd=log_fds[1])
    try:
        for fd in log_fds:
            os.close(fd)
        with Client(Broker(url=f"unix://{short_dir}/s/redis/redis.sock"), patience_s=20) as client:
            until(lambda: worker.pid_of("leases") and view_of(client, worker.node), "the worker to register")
            submission = order()
            client.submit(submission)
            assert client.result(submission.id).verdict is Verdict.AC
        assert worker.stop() == 0
    finally:
        worker.kill()


def test_the_last_lines_are_written_before_the_supervisor_ends(short_dir: Path) -> None:
    worker = Worker("", short_dir / "s", log_level="info")
    del worker.env["JUDGE_BROKER"]
    worker.start("--embedded")
    try:
        until(lambda: worker.pid_of("leases"), "the service")
        assert worker.stop() == 0
        lines = worker.log().splitlines()
        assert lines[-1].endswith("judge_workers.node.supervisor: stopped")
        assert not any("SIGKILL" in line or "__main__" in line for line in lines)
    finally:
        worker.kill()


def test_the_log_says_where_it_starts_and_is_ready_once_a_slot_is(short_dir: Path) -> None:
    worker = Worker("", short_dir / "s", log_level="info")
    del worker.env["JUDGE_BROKER"]
    worker.start("--embedded")
    try:
        until(lambda: "hand in: judge submit" in worker.log(), "the worker to say that it is ready")
        assert worker.slot_pids()
        send_signal([worker.pid_of("leases")], signal.SIGKILL)
        send_signal([redis_pid(worker)], signal.SIGKILL)
        until(lambda: "the broker of tickets is back" in worker.log(), "the pool to find Redis again")
        worker.stop()
        log = worker.log()
        assert f"starting: broker unix://{short_dir}/s/redis/redis.sock, state directory {short_dir}/s, 2 slots" in log
        assert log.count("ready: 2 slots, languages") == 1
        assert "the connection to the broker of tickets is lost: " in log
        assert "Trying to re-establish" not in log
        assert "DeprecationWarning" not in log
    finally:
        worker.kill()
