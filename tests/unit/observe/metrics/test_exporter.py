"""The exporter as a process of its own and as a web server: what it answers, how it ends."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from judge.errors import QueueError, UsageError
from judge.model.verdict import Verdict
from judge.observe.metrics.exporter import Exporter, ExporterConfig, listen, run_exporter
from judge.observe.metrics.pipe import RecordWriter, open_pipe
from judge.observe.metrics.pipe_records import (
    CacheMeasured,
    Judged,
    LanguageReady,
    Prepared,
    SlotChanged,
    SlotState,
    encode_frame,
)
from judge.observe.metrics.queue_state import QueueState
from judge.observe.metrics.vocabulary import Vocabulary

VOCABULARY = Vocabulary(languages=frozenset({"cpp"}))


def _get(server: socket.socket, path: str, method: str = "GET") -> tuple[int, bytes]:
    host, port = server.getsockname()[:2]
    connection = http.client.HTTPConnection(host, port, timeout=30)
    connection.request(method, path)
    response = connection.getresponse()
    return response.status, response.read()


def _samples(text: bytes) -> dict[str, float]:
    """Values by name and label values ("judge_slots{free}")."""
    return {
        sample.name + "{" + ",".join(sample.labels.values()) + "}": sample.value
        for family in text_string_to_metric_families(text.decode())
        for sample in family.samples
    }


@contextmanager
def _served(exporter: Exporter) -> Iterator[socket.socket]:
    with listen("127.0.0.1", 0) as server, exporter.serving(server):
        yield server


def test_metrics_answers_with_what_was_fed() -> None:
    exporter = Exporter(ExporterConfig(VOCABULARY, version="1.2.3"))
    exporter.feed(encode_frame(Judged("cpp", Verdict.AC, "practice")))
    with _served(exporter) as server:
        status, body = _get(server, "/metrics")
    assert status == 200
    samples = _samples(body)
    assert samples["judge_submissions_total{practice,submission,cpp,AC}"] == 1
    assert any(name.startswith("judge_build_info") and "1.2.3" in name for name in samples)


def test_the_disk_of_the_state_directory_is_told_when_it_is_there(tmp_path: Path) -> None:
    registry = Exporter(ExporterConfig(VOCABULARY, state_dir=str(tmp_path))).registry
    free, size = (registry.get_sample_value(f"judge_disk_{name}_bytes") for name in ("free", "size"))
    assert free is not None
    assert size is not None
    assert 0 < free <= size
    gone = Exporter(ExporterConfig(VOCABULARY, state_dir=str(tmp_path / "none"))).registry
    assert gone.get_sample_value("judge_disk_free_bytes") is None


def test_the_nodes_facts_are_gathered_beside_the_pipe() -> None:
    told = threading.Event()

    def facts() -> Iterator[LanguageReady | CacheMeasured]:
        yield LanguageReady("cpp", True)
        yield CacheMeasured("artifacts", 7)
        told.set()

    exporter = Exporter(ExporterConfig(VOCABULARY))
    with exporter.gathering(facts):
        assert told.wait(30)
    assert exporter.registry.get_sample_value("judge_language_ready", {"language": "cpp"}) == 1
    assert exporter.registry.get_sample_value("judge_cache_bytes", {"cache": "artifacts"}) == 7


def test_facts_that_cannot_be_found_out_do_no_harm() -> None:
    def facts() -> Iterator[LanguageReady]:
        yield LanguageReady("cpp", True)
        raise OSError("the disk is gone")

    exporter = Exporter(ExporterConfig(VOCABULARY))
    exporter.gathering(facts).gather_once()
    assert exporter.registry.get_sample_value("judge_language_ready", {"language": "cpp"}) == 1


def test_garbage_in_the_pipe_is_counted() -> None:
    exporter = Exporter(ExporterConfig(VOCABULARY))
    exporter.feed(b"no record at all" + encode_frame(Judged("cpp", Verdict.AC)))
    assert exporter.registry.get_sample_value("judge_metrics_records_invalid_total") == 1
    assert exporter.registry.get_sample_value("judge_metrics_records_total", {"kind": "judged"}) == 1


def test_paths_and_methods_that_are_not_there() -> None:
    with _served(Exporter(ExporterConfig(VOCABULARY))) as server:
        assert _get(server, "/")[0] == 404
        assert _get(server, "/metrics", "POST")[0] == 405


def test_alive_is_not_ready() -> None:
    exporter = Exporter(ExporterConfig(VOCABULARY))
    with _served(exporter) as server:
        assert _get(server, "/healthz")[0] == 200
        assert _get(server, "/readyz")[0] == 503
        exporter.feed(encode_frame(SlotChanged(0, SlotState.FREE)))
        status, body = _get(server, "/readyz")
    assert status == 200
    assert json.loads(body)["slots"]["free"] == 1


def test_not_ready_while_the_queue_is_away() -> None:
    def away() -> QueueState:
        raise QueueError("connection refused")

    exporter = Exporter(ExporterConfig(VOCABULARY, queue=away))
    exporter.feed(encode_frame(SlotChanged(0, SlotState.FREE)))
    with _served(exporter) as server:
        status, body = _get(server, "/readyz")
        assert _get(server, "/metrics")[0] == 200
    assert status == 503
    assert json.loads(body)["queue"] == "does not answer"


def test_requests_that_are_none_do_not_disturb_it() -> None:
    with _served(Exporter(ExporterConfig(VOCABULARY))) as server:
        for junk in (b"\x00\xff\r\n\r\n", b"GET\r\n\r\n", b"GET /metrics HTTP/9.9\r\n\r\n", b""):
            with socket.create_connection(server.getsockname()[:2]) as client:
                client.sendall(junk)
                client.shutdown(socket.SHUT_WR)
                client.recv(1 << 16)
        assert _get(server, "/metrics")[0] == 200


def test_a_taken_port_is_named() -> None:
    with listen("127.0.0.1", 0) as server:
        port = server.getsockname()[1]
        with pytest.raises(UsageError, match=f"cannot serve metrics on 127.0.0.1:{port}: .*in use"):
            listen("127.0.0.1", port)
    with pytest.raises(UsageError, match="cannot serve metrics on"):
        listen("127.0.0.1", 70_000)


class Process:
    """An exporter in a process of its own, as the service runs it."""

    def __init__(self, config: ExporterConfig) -> None:
        self.server = listen("127.0.0.1", 0)
        self.read_fd, self.write_fd = open_pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.write_fd)
            try:
                run_exporter(config, self.read_fd, self.server)
            finally:
                os._exit(0)

    def samples(self) -> dict[str, float]:
        """What it answers now."""
        return _samples(_get(self.server, "/metrics")[1])

    def wait_for(self, name: str, value: float) -> dict[str, float]:
        """Ask until the series has the value: records travel while we ask."""
        deadline = time.monotonic() + 60
        while (samples := self.samples()).get(name) != value:
            assert time.monotonic() < deadline, f"{name} is {samples.get(name)}, not {value}"
        return samples

    def end(self) -> None:
        """Reap it, however it ended."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


@pytest.fixture
def process() -> Iterator[Process]:
    process = Process(ExporterConfig(VOCABULARY, recorded_fence=lambda submission: 1))
    yield process
    if process.pid:
        process.end()
    process.server.close()
    os.close(process.read_fd)


def test_records_of_several_children_meet_in_one_exporter(process: Process) -> None:
    children = []
    for _ in range(4):
        child = os.fork()
        if child == 0:
            writer = RecordWriter(process.write_fd)
            for _ in range(50):
                writer.send(Judged("cpp", Verdict.AC, "practice"))
            os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    process.wait_for("judge_submissions_total{practice,submission,cpp,AC}", 200)
    os.close(process.write_fd)


def test_who_scrapes_sees_what_was_written_before(process: Process) -> None:
    """Records gather for a moment before they are counted; a scrape does not wait for that."""
    writer = RecordWriter(process.write_fd)
    for count in range(1, 21):
        writer.send(Judged("cpp", Verdict.AC, "practice"))
        name = "judge_submissions_total{practice,submission,cpp,AC}"
        if count == 1:  # from here on it reads
            process.wait_for(name, 1)
        assert process.samples()[name] == count
    os.close(process.write_fd)


def test_it_ends_when_the_last_writer_has_closed_the_pipe(process: Process) -> None:
    os.close(process.write_fd)
    assert os.waitpid(process.pid, 0)[1] == 0
    process.pid = 0


def test_sigterm_ends_it_sigint_does_not(process: Process) -> None:
    process.samples()
    os.kill(process.pid, signal.SIGINT)
    process.samples()
    os.kill(process.pid, signal.SIGTERM)
    assert os.waitpid(process.pid, 0)[1] == 0
    process.pid = 0
    os.close(process.write_fd)


def test_a_verdict_counts_when_its_slot_was_killed_before_it_could_say_so(process: Process) -> None:
    child = os.fork()
    if child == 0:
        writer = RecordWriter(process.write_fd)
        writer.send(Prepared(0, "s", 1, Judged("cpp", Verdict.WA, "practice")))
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    RecordWriter(process.write_fd).send(SlotChanged(0, SlotState.STARTING))
    process.wait_for("judge_submissions_total{practice,submission,cpp,WA}", 1)
    os.close(process.write_fd)


def test_what_is_in_the_pipe_outlives_the_exporter(process: Process) -> None:
    """The pipe and the socket belong to whoever starts the exporter: the next one goes on where it stood."""
    process.end()
    RecordWriter(process.write_fd).send(Judged("cpp", Verdict.AC, "practice"))
    process.pid = os.fork()
    if process.pid == 0:
        os.close(process.write_fd)
        try:
            run_exporter(ExporterConfig(VOCABULARY), process.read_fd, process.server)
        finally:
            os._exit(0)
    process.wait_for("judge_submissions_total{practice,submission,cpp,AC}", 1)
    os.close(process.write_fd)
