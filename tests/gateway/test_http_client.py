"""The client over HTTP, against a real gateway: what the client over Redis does, and what only HTTP has."""

from __future__ import annotations

import http.server
import socket
import ssl
import subprocess
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from cutting_proxy import cutter
from gateway_harness import Gateway
from service_harness import until

from judge.client import (
    Client,
    Filter,
    HttpClient,
    Sending,
    connect,
    evaluation_of,
    new_id,
    one_test,
    program_from,
    submission_of,
    work_of,
)
from judge.client.sending import execution_of
from judge.errors import (
    AccessError,
    BlobNameError,
    BlobTooLarge,
    IdTaken,
    LanguageError,
    NoSuchBlob,
    NoSuchRecord,
    NotFinished,
    PackageError,
    QueueError,
    SubmissionCancelled,
    UsageError,
    WorkError,
)
from judge.model.event import OutputChunk, TestJudged, WorkDone
from judge.model.submission import SourceFile
from judge.model.verdict import Verdict
from judge.model.work import Command, CommandGroup, ProgramSource, SourceBlob, Task, Work, WorkKind
from judge.model.work_report import BlameOn
from judge.queue.api_keys import Scope
from judge.queue.values import State

ROOT = Path(__file__).resolve().parents[2]
ECHO = program_from("print(input()[::-1])", "python3")
ENDLESS = program_from("import time\nprint('up', flush=True)\ntime.sleep(60)", "python3")


@pytest.fixture(scope="module")
def judge(gateway: Gateway, school: str) -> Iterator[HttpClient]:
    """A client with a tenant's key."""
    with connect(gateway.address, school) as found:
        yield found


def test_a_run_is_reported_as_over_redis(judge: HttpClient, client: Client) -> None:
    over_http = judge.run(ECHO, stdin="hello")
    over_redis = client.run(ECHO, stdin="hello")
    assert type(over_http) is type(over_redis)
    assert over_http.runs[0].stdout.content == over_redis.runs[0].stdout.content == b"olleh\n"


def test_bytes_that_are_no_text_go_there_and_come_back(judge: HttpClient) -> None:
    program = program_from("import sys\nsys.stdout.buffer.write(sys.stdin.buffer.read())", "python3")
    assert judge.run(program, stdin=b"\xff\0\xfe").runs[0].stdout.content == b"\xff\0\xfe"


def test_an_evaluation_and_a_group(judge: HttpClient) -> None:
    assert judge.evaluate(ECHO, [one_test("ab", "ba"), one_test("ab", "x")], stop_after=0).passed == 1
    group = CommandGroup(commands=(Command(argv=("/bin/sh", "-c", "echo here"), language="python3"),))
    assert judge.run_group(group).commands[0].stdout.content == b"here\n"


def test_the_same_id_is_the_same_work_and_other_work_is_refused(judge: HttpClient) -> None:
    work_id = new_id()
    first = judge.run(ECHO, Sending(id=work_id), stdin="a")
    assert judge.run(ECHO, Sending(id=work_id), stdin="a") == first
    with pytest.raises(IdTaken):
        judge.run(ECHO, Sending(id=work_id), stdin="b")


def test_a_submission_is_followed_to_its_report(judge: HttpClient, sum_package: str) -> None:
    source = ROOT / "examples" / "sum" / "submissions" / "accepted"
    sent = submission_of(*sorted(source.glob("*.cpp"))[:1], package=sum_package, language="cpp")
    assert judge.submit(sent) == sent.id
    assert judge.result(sent.id, timeout=60).verdict is Verdict.AC
    events = list(judge.follow_from(sent.id, "0"))
    assert [event for _, event in judge.follow_from(sent.id, events[1][0])] == [event for _, event in events[2:]]
    assert list(judge.follow_from(sent.id, events[-1][0])) == []


def test_output_comes_while_the_program_runs_and_cancelling_ends_it(judge: HttpClient) -> None:
    work_id = judge.send(work_of(execution_of(ENDLESS, live=True)))
    events = judge.follow(work_id)
    assert next(event for event in events if isinstance(event, OutputChunk)).content == b"up\n"
    assert judge.state(work_id) is State.CLAIMED
    assert judge.cancel(work_id)
    with pytest.raises(SubmissionCancelled):
        judge.work_result(work_id)
    assert not any(isinstance(event, WorkDone) for event in events)


def test_an_interrupted_program_has_its_report(judge: HttpClient) -> None:
    program = program_from(
        "import time\ntry:\n  print('up', flush=True)\n  time.sleep(60)\nexcept KeyboardInterrupt:\n  print('int')",
        "python3",
    )
    work_id = judge.send(work_of(execution_of(program, live=True)))
    events = judge.follow(work_id)
    next(event for event in events if isinstance(event, OutputChunk))
    assert judge.interrupt(work_id)
    assert judge.work_result(work_id, timeout=60)
    assert not judge.interrupt(work_id)


def test_patience_ends_where_the_caller_says(judge: HttpClient) -> None:
    work_id = judge.send(work_of(execution_of(ENDLESS)))
    with pytest.raises(NotFinished):
        judge.work_result(work_id, timeout=0.2)
    with pytest.raises(NotFinished):
        list(judge.follow(work_id, timeout=0.3))
    judge.cancel(work_id)


def test_many_evaluations_have_each_their_result(judge: HttpClient) -> None:
    items = [execution_of(ECHO, stdin=str(number)) for number in range(10, 30)]
    results = list(judge.evaluate_many(items, window=4, in_order=True))
    assert [result.report.runs[0].stdout.content for result in results] == [  # type: ignore[union-attr]
        f"{number}\n"[::-1].strip().encode() + b"\n" for number in range(10, 30)
    ]
    bad = execution_of(program_from("x", "klingon"))
    assert [type(result.error) for result in judge.evaluate_many([bad, items[0]], in_order=True)] == [
        LanguageError,
        type(None),
    ]


def test_a_batch_that_is_left_early_withdraws_what_is_in_flight(judge: HttpClient) -> None:
    results = judge.evaluate_many([execution_of(ECHO, stdin="a"), *[execution_of(ENDLESS)] * 3], window=4)
    next(results)
    results.close()  # type: ignore[attr-defined]
    newest = list(judge.submissions(Filter(limit=3)))
    assert {view.state for view in newest} <= {State.CANCELLED, State.DONE}


def test_a_wide_window_is_filled_by_batches(judge: HttpClient, gateway: Gateway, school: str) -> None:
    items: list[Work | Task] = [execution_of(ECHO, stdin=str(number)) for number in range(1000, 1150)]
    items[7] = execution_of(program_from("x", "klingon"))
    items[9] = named = work_of(evaluation_of(ECHO, [one_test("ab", "ba")]))
    before = _batches(gateway, school)
    results = list(judge.evaluate_many(items, window=100, in_order=True))
    assert [result.index for result in results] == list(range(150))
    assert isinstance(results[7].error, LanguageError)
    assert results[9].id == judge.status(named.header.id).id
    outputs = [result.report.runs[0].stdout.content for result in results[10:]]  # type: ignore[union-attr]
    assert outputs == [f"{number}"[::-1].encode() + b"\n" for number in range(1010, 1150)]
    until(lambda: _batches(gateway, school).keys() <= before.keys(), "its batches to be removed, behind the results")


def test_of_a_wide_window_that_is_left_all_is_withdrawn(judge: HttpClient, gateway: Gateway, school: str) -> None:
    before = _batches(gateway, school)
    results = judge.evaluate_many([execution_of(ECHO, stdin="a"), *[execution_of(ENDLESS)] * 80], window=81)
    assert next(results).report
    results.close()  # type: ignore[attr-defined]
    new = {state for name, state in _batches(gateway, school).items() if name not in before}
    assert new and new <= {"cancelling", "cancelled", "done"}


def _batches(gateway: Gateway, key: str) -> dict[str, str]:
    """The tenant's batches and their states."""
    items = gateway.get("/api/v1/batches?limit=500", key=key).json()["items"]
    return {one["id"]: one["state"] for one in items}


def test_results_of_a_wide_window_come_once_over_connections_that_break(gateway: Gateway, school: str) -> None:
    items = [execution_of(ECHO, stdin=str(number)) for number in range(200)]
    with cutter(gateway) as proxy, connect(proxy.address, school, patience_s=60) as judge:
        indices = []
        for result in judge.evaluate_many(items, window=80):
            assert result.report, result.error
            indices.append(result.index)
            if len(indices) % 50 == 25:
                proxy.cut()
    assert sorted(indices) == list(range(200))


def test_records_and_lists(judge: HttpClient, gateway: Gateway, other: str) -> None:
    work_id = judge.send(work_of(execution_of(ECHO, stdin="a")))
    judge.work_result(work_id)
    record = judge.status(work_id)
    assert (record.kind, record.state, record.tenant) == (WorkKind.EXECUTION, State.DONE, "school")
    assert work_id in [view.id for view in judge.submissions(Filter(kind="execution", limit=50))]
    assert len(list(judge.submissions(Filter(limit=1)))) == 1
    with connect(gateway.address, other) as stranger:
        for ask in (stranger.status, stranger.cancel, stranger.interrupt, stranger.work_result):
            with pytest.raises(NoSuchRecord):
                ask(work_id)
        with pytest.raises(NoSuchRecord):
            list(stranger.follow(work_id))
        assert work_id not in [view.id for view in stranger.submissions()]
        with pytest.raises(WorkError, match="tenant"):
            list(stranger.submissions(Filter(tenant="school")))


def test_blobs(judge: HttpClient, tmp_path: Path) -> None:
    content = b"\0\xff" * 1000
    blob = judge.put_blob(content, name="mine")
    assert judge.get_blob(blob) == judge.get_blob("mine") == content
    judge.save_blob("mine", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == content
    with pytest.raises(BlobTooLarge):
        judge.get_blob(blob, bytes_max=10)
    assert "mine" in next(view for view in judge.blobs() if view.blob == blob).names
    assert judge.remove_blob("mine")
    with pytest.raises(NoSuchBlob):
        judge.save_blob(blob, tmp_path / "none")
    assert not (tmp_path / "none").exists()
    with pytest.raises(BlobNameError):
        judge.get_blob("../x y")
    tests = judge.put_tests([one_test("ab", "ba")])
    assert judge.evaluate(ECHO, tests).verdict is Verdict.AC


def test_sources_that_are_blobs(judge: HttpClient) -> None:
    blob = judge.put_blob(b"from helper import reverse\nprint(reverse(input()))")
    helper = SourceFile(name="helper.py", content=b"def reverse(text): return text[::-1]")
    program = ProgramSource(
        sources=(helper,), source_blobs=(SourceBlob(name="main.py", blob=blob),), language="python3", main="main.py"
    )
    assert judge.run(program, stdin="hello").runs[0].stdout.content == b"olleh\n"
    assert judge.evaluate(program, [one_test("ab", "ba")]).verdict is Verdict.AC
    gone = msgspec.structs.replace(program, source_blobs=(SourceBlob(name="main.py", blob=f"sha256:{'0' * 64}"),))
    report = judge.run(gone)
    assert (report.blame, "blob" in report.reason) == (BlameOn.CLIENT, True)


def test_packages_are_published_listed_and_removed(
    gateway: Gateway, make_key: Callable[..., str], tmp_path: Path
) -> None:
    scopes = (Scope.PACKAGES, Scope.SUBMIT, Scope.READ)
    with connect(gateway.address, make_key("authors", *scopes)) as judge:
        assert judge.check_package(ROOT / "examples" / "sum").ok
        first = judge.publish(ROOT / "examples" / "sum", name="by-client")
        assert judge.publish(ROOT / "examples" / "sum", name="by-client").version == first.version == "1"
        assert judge.package("by-client@1").package == first.package
        assert first.package in [one.package for one in judge.packages()]
        archive = tmp_path / "bad.zip"
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("bad/problem.yaml", "problem_format_version: 2023-07\n")
        assert not judge.check_package(str(archive)).ok
        with pytest.raises(PackageError, match="problem"):
            judge.publish(archive.read_bytes(), name="bad")
        with pytest.raises(UsageError, match="no package"):
            judge.publish(tmp_path / "none")
        judge.remove_package("by-client@1")
        with pytest.raises(UsageError, match="there is no package 'by-client'"):
            judge.package("by-client")


def test_what_is_refused_is_told_as_over_redis(
    judge: HttpClient, gateway: Gateway, make_key: Callable[..., str]
) -> None:
    with pytest.raises(LanguageError):
        judge.run(program_from("x", "klingon"))
    with pytest.raises(WorkError, match="id:"):
        judge.run(ECHO, Sending(id="no~id"))
    with pytest.raises(UsageError, match="tenant"):
        judge.run(ECHO, Sending(tenant="other"))
    with pytest.raises(NoSuchRecord):
        judge.answer("../../keys")
    with pytest.raises(AccessError):
        judge.workers()
    with connect(gateway.address, make_key("school", Scope.READ)) as reader, pytest.raises(AccessError, match="run"):
        reader.run(ECHO)
    with connect(gateway.address, "jk_no_key") as stranger, pytest.raises(AccessError, match="not valid"):
        stranger.languages()


def test_what_the_service_offers(judge: HttpClient, gateway: Gateway, admin: str) -> None:
    assert "python3" in {card.id for card in judge.languages()}
    assert judge.me().tenant == "school"
    assert judge.waiting().slots == 2
    with connect(gateway.address, admin) as boss:
        assert boss.workers().workers


def test_a_gateway_that_is_gone_is_waited_for_and_then_told(start_gateway: Callable[..., Gateway], school: str) -> None:
    gone = start_gateway()
    gone.stop()
    with connect(gone.address, school, patience_s=0.3) as judge, pytest.raises(QueueError, match="no answer"):
        judge.languages()


@contextmanager
def _serving(handler: type[http.server.BaseHTTPRequestHandler], context: ssl.SSLContext | None = None) -> Iterator[int]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


class _Languages(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    tries = 0

    def do_GET(self) -> None:
        type(self).tries += 1
        if self.path.startswith("/twice") and self.tries == 1:
            self._answer(503, b"", {"Retry-After": "0"})
        elif self.path.startswith("/away"):
            self._answer(307, b"", {"Location": "http://127.0.0.1:1/"})
        elif self.path.startswith("/page"):
            self._answer(200, b"<html>hello</html>")
        else:
            self._answer(200, b'{"languages":[],"limits":{"cpu_time_ns":0,"memory_bytes":0,"output_bytes":0,'
                         b'"source_bytes":0,"files":0,"files_bytes":0}}')  # fmt: skip

    def _answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def test_a_proxy_that_cannot_now_is_asked_again_and_others_are_told() -> None:
    with _serving(_Languages) as port:
        assert connect(f"http://127.0.0.1:{port}/twice", patience_s=5).languages() == ()
        with pytest.raises(QueueError, match="redirect"):
            connect(f"http://127.0.0.1:{port}/away", "jk_a_b").languages()
        with pytest.raises(QueueError, match="not a gateway's"):
            connect(f"http://127.0.0.1:{port}/page").languages()


def test_a_server_that_nobody_vouches_for_gets_no_key(tmp_path: Path) -> None:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", "key.pem", "-out", "cert.pem"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with _serving(_Languages, context) as port:
        with pytest.raises(QueueError, match="certificate"):
            connect(f"https://localhost:{port}", "jk_a_b", patience_s=0.2).languages()
        trusting = connect(f"https://localhost:{port}", "jk_a_b", ca_file=str(tmp_path / "cert.pem"))
        assert trusting.languages() == ()
        with pytest.raises(QueueError, match="certificate"):
            connect(f"https://127.0.0.1:{port}", ca_file=str(tmp_path / "cert.pem"), patience_s=0.2).languages()


def test_a_stream_that_breaks_is_taken_up_behind_the_last_event(
    gateway: Gateway, school: str, judge: HttpClient
) -> None:
    work_id = judge.send(work_of(execution_of(ECHO, stdin="a")))
    judge.work_result(work_id)
    whole = list(judge.follow_from(work_id, "0"))
    with _breaking(gateway.port) as port, connect(f"http://127.0.0.1:{port}", school) as behind:
        assert list(behind.follow_from(work_id, "0")) == whole


@contextmanager
def _breaking(target: int) -> Iterator[int]:
    """A proxy whose first connection ends in the middle of the answer's second event."""
    server = socket.create_server(("127.0.0.1", 0))
    broken = threading.Event()

    def pass_on(near: socket.socket) -> None:
        with near, socket.create_connection(("127.0.0.1", target)) as far:
            far.sendall(near.recv(65536))
            answer = b""
            while chunk := far.recv(65536):
                answer += chunk
                if not broken.is_set():
                    if answer.count(b"data: ") >= 2:
                        near.sendall(answer[: answer.index(b"data: ", answer.index(b"data: ") + 1) + 9])
                        broken.set()
                        return
                else:
                    near.sendall(chunk)

    def accept() -> None:
        while True:
            try:
                near, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=pass_on, args=(near,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server.getsockname()[1]
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
    assert broken.is_set()


def test_the_last_events_of_an_evaluation_are_its_tests_and_its_report(judge: HttpClient) -> None:
    work_id = judge.send(work_of(evaluation_of(ECHO, [one_test("ab", "ba")])))
    kinds = [type(event) for event in judge.follow(work_id)]
    assert kinds[-2:] == [TestJudged, WorkDone]
