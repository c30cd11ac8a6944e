"""Sessions: a live run through the queue, with a terminal or with pipes."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys

import pytest
from service_harness import Worker, send_signal

from judge.client import AsyncClient, Client, Sending, Session, new_id
from judge.errors import UsageError
from judge.model.session import Typed
from judge.model.submission import SourceFile
from judge.model.units import S_NS
from judge.model.work import Execution, ProgramSource, RequestedLimits, SessionRequest, Work, WorkHeader, WorkKind
from judge.model.work_report import BlameOn, SessionEnd, SessionReport
from judge.queue.sessions import say
from judge.queue.values import State

READY = "print('ready', flush=True)\n"


def python(text: str, **fields: object) -> SessionRequest:
    """A session of a Python program."""
    program = ProgramSource(sources=(SourceFile(name="main.py", content=text.encode()),), language="python3")
    return SessionRequest(program=program, **fields)  # type: ignore[arg-type]


def read_until(session: Session, text: bytes) -> bytes:
    """The output up to where a text was read."""
    heard = b""
    while text not in heard:
        frame = session.read()
        assert frame is not None, heard
        heard += frame.data
    return heard


def ended(session: Session) -> SessionReport:
    """Read to the end."""
    for _ in session.output():
        pass
    return session.result()


def test_what_is_typed_comes_back_and_the_program_answers(runs_client: Client) -> None:
    with runs_client.open_session(python(READY + "print(input().upper())")) as session:
        assert read_until(session, b"ready") == b"ready\r\n"
        session.send(b"hello\n")
        assert read_until(session, b"HELLO\r\n") == b"hello\r\nHELLO\r\n"
        report = ended(session)
    assert (report.end, report.blame, report.reason) == (SessionEnd.EXITED, BlameOn.NONE, "")
    assert (report.input_bytes, report.output_bytes, report.dropped_bytes) == (6, 21, 0)


def test_input_that_is_typed_before_the_program_runs_waits_for_it(runs_client: Client) -> None:
    with runs_client.open_session(python("print(input())", terminal=False)) as session:
        session.send(b"early\n")
        assert read_until(session, b"\n") == b"early\n"


def test_a_language_has_its_own_interactive_command(runs_client: Client) -> None:
    with runs_client.open_session(SessionRequest(), Sending(language="python3")) as session:
        read_until(session, b">>> ")
        session.send(b"6 * 7\n")
        read_until(session, b"42\r\n")
        session.end_input()
        assert ended(session).end is SessionEnd.EXITED


def test_files_that_a_languages_own_command_leaves_are_kept(runs_client: Client) -> None:
    request = SessionRequest(terminal=False, keep=("*.txt",))
    with runs_client.open_session(request, Sending(language="python3")) as session:
        session.send(b"open('left.txt', 'w').write('here')\n")
        session.end_input()
        (file,) = ended(session).files
    assert (file.name, file.size_bytes) == ("left.txt", 4)


def test_a_language_without_an_interactive_command_is_refused(runs_client: Client) -> None:
    with runs_client.open_session(SessionRequest(), Sending(language="c")) as session:
        report = ended(session)
    assert (report.end, report.blame) == (SessionEnd.FAILED, BlameOn.CLIENT)
    assert "has no interactive command" in report.reason


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"rows": 0}, "rows"),
        ({"columns": 1001}, "columns"),
        ({"grace_ns": 1}, "grace_ns"),
        ({"limits": RequestedLimits(wall_time_ns=1 << 60)}, "limits.wall_time_ns"),
        ({"limits": RequestedLimits(idle_time_ns=1 << 60)}, "limits.idle_time_ns"),
        ({"environment": {"A=B": ""}}, "environment"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(runs_client: Client, fields: dict[str, object], named: str) -> None:
    with runs_client.open_session(python(READY, **fields)) as session:
        report = ended(session)
    assert (report.end, report.blame) == (SessionEnd.FAILED, BlameOn.CLIENT)
    assert report.reason.startswith(named)


def test_a_program_that_does_not_compile_never_begins(runs_client: Client) -> None:
    with runs_client.open_session(python("print(")) as session:
        report = ended(session)
    assert (report.end, report.blame) == (SessionEnd.FAILED, BlameOn.PROGRAM)
    assert report.compile is not None
    assert not report.compile.ok


def test_a_new_size_is_seen_by_the_program(runs_client: Client) -> None:
    request = SessionRequest(argv=("/bin/sh", "-c", "echo ready; read x; stty size"), rows=30, columns=100)
    with runs_client.open_session(request, Sending(language="c")) as session:
        read_until(session, b"ready")
        session.resize(50, 132)
        session.send(b"\n")
        assert b"50 132" in read_until(session, b"132\r\n")
        with pytest.raises(UsageError, match="1 to 1000"):
            session.resize(0, 1)


def test_a_signal_reaches_the_program(runs_client: Client) -> None:
    text = "import os, signal\nsignal.signal(signal.SIGUSR1, lambda *_: os.write(1, b'got it\\n'))\n"
    with runs_client.open_session(python(text + READY + "signal.pause()")) as session:
        read_until(session, b"ready")
        session.signal("USR1")
        read_until(session, b"got it")
        assert ended(session).end is SessionEnd.EXITED
        with pytest.raises(UsageError, match="there are HUP"):
            session.signal("STOP IT")


def test_an_interrupt_ends_a_program_that_does_not_catch_it(runs_client: Client) -> None:
    with runs_client.open_session(python(READY + "import time\ntime.sleep(60)")) as session:
        read_until(session, b"ready")
        session.signal("SIGINT")
        report = ended(session)
    assert report.result is not None
    assert (report.end, report.result.signal) == (SessionEnd.EXITED, signal.SIGINT)


def test_pipes_end_and_keep_the_outputs_apart(runs_client: Client) -> None:
    text = "import sys\nprint(len(sys.stdin.read()))\nprint('beside', file=sys.stderr)"
    with runs_client.open_session(python(text, terminal=False)) as session:
        session.send(b"x" * 100_000)
        session.end_input()
        frames = list(session.output())
        assert ended(session).input_bytes == 100_000
    assert sorted((frame.stream, frame.data) for frame in frames) == [(1, b"100000\n"), (2, b"beside\n")]


def test_a_session_in_which_nobody_says_a_word_ends(runs_client: Client) -> None:
    request = python(READY + "input()", limits=RequestedLimits(idle_time_ns=S_NS // 4))
    with runs_client.open_session(request) as session:
        report = ended(session)
    assert (report.end, report.blame) == (SessionEnd.LIMIT, BlameOn.NONE)
    assert report.reason == "no input and no output for 250 ms"


def test_a_session_has_an_end(runs_client: Client) -> None:
    text = "import time\nwhile True: print(1, flush=True); time.sleep(0.01)"
    with runs_client.open_session(python(text, limits=RequestedLimits(wall_time_ns=S_NS // 3))) as session:
        report = ended(session)
    assert report.result is not None
    assert (report.end, report.result.outcome.value) == (SessionEnd.LIMIT, "WALL_LIMIT")


def test_a_flood_ends_at_the_limit_and_what_nobody_took_is_counted(runs_client: Client) -> None:
    text = "import sys\nwhile True: sys.stdout.write('x' * 65536)"
    session = runs_client.open_session(python(text, terminal=False, limits=RequestedLimits(stdout_bytes=1 << 20)))
    report = session.result()
    heard = b"".join(frame.data for frame in session.output())
    session.close()
    assert report.result is not None
    assert (report.end, report.result.outcome.value) == (SessionEnd.LIMIT, "OUTPUT_LIMIT")
    assert report.output_bytes == 1 << 20
    assert report.dropped_bytes == session.dropped_bytes == (1 << 20) - len(heard)
    assert 0 < len(heard) <= 256 << 10


def test_what_a_reader_took_in_time_is_not_counted_as_dropped(runs_client: Client) -> None:
    text = "import sys\nfor _ in range(16): sys.stdout.write('x' * 65536); sys.stdout.flush(); input()"
    with runs_client.open_session(python(text, terminal=False)) as session:
        heard = 0
        for frame in session.output():
            heard += len(frame.data)
            if heard % 65536 == 0:
                session.send(b"\n")
        report = session.result()
    assert (heard, report.output_bytes, report.dropped_bytes) == (1 << 20, 1 << 20, 0)


def test_a_client_that_comes_back_goes_on(runs_client: Client) -> None:
    session = runs_client.open_session(python(READY + "print(input())\nprint(input())"))
    read_until(session, b"ready")
    session.send(b"one\n")
    read_until(session, b"one\r\none\r\n")
    session.leave()
    with runs_client.join_session(session.id) as again:
        assert again.typed_bytes == 4
        assert read_until(again, b"one\r\none\r\n") == b"ready\r\none\r\none\r\n"
        again.send(b"two\n")
        read_until(again, b"two\r\ntwo\r\n")
        assert ended(again).input_bytes == 8


def test_a_repeat_is_typed_once(runs_client: Client) -> None:
    with runs_client.open_session(python(READY + "print(input())\nprint(input())", terminal=False)) as session:
        read_until(session, b"ready")
        session.send(b"one\n")
        fence = session._typing.fence
        repeated = runs_client.queue.run(say(session.id, "", fence, Typed(offset=0, data=b"one\n")))
        beyond = runs_client.queue.run(say(session.id, "", fence, Typed(offset=40, data=b"far\n")))
        session.send(b"two\n")
        assert read_until(session, b"two\n") == b"one\ntwo\n"
    assert (repeated.outcome, beyond.outcome) == ("sent", "gap")


def test_a_client_that_does_not_come_back_has_left(runs_client: Client) -> None:
    session = runs_client.open_session(python(READY + "input()", grace_ns=S_NS))
    read_until(session, b"ready")
    session.leave()
    report = runs_client.work_result(session.id, timeout=30)
    assert isinstance(report, SessionReport)
    assert (report.end, report.reason) == (SessionEnd.LEFT, "its client has not been there for 1000 ms")


def test_a_client_that_only_reads_is_there(runs_client: Client) -> None:
    text = "import time\nfor _ in range(30): print('.', flush=True); time.sleep(0.05)"
    with runs_client.open_session(python(text, grace_ns=S_NS)) as session:
        assert ended(session).end is SessionEnd.EXITED


def test_a_closed_session_ends_at_once(runs_client: Client) -> None:
    session = runs_client.open_session(python(READY + "input()"))
    read_until(session, b"ready")
    session.close()
    report = runs_client.work_result(session.id, timeout=30)
    assert isinstance(report, SessionReport)
    assert (report.end, report.blame) == (SessionEnd.CLOSED, BlameOn.NONE)


def test_only_its_tenant_may_join(runs_client: Client) -> None:
    with runs_client.open_session(python(READY + "input()"), Sending(tenant="ours")) as session:
        read_until(session, b"ready")
        for tenant in ("", "theirs"):
            with pytest.raises(UsageError, match="no session"):
                runs_client.join_session(session.id, tenant=tenant)
            with pytest.raises(UsageError, match="no session"):
                runs_client.queue.run(say(session.id, tenant, session._typing.fence, Typed(offset=0, data=b"x")))
        runs_client.join_session(session.id, tenant="ours").leave()


def test_a_cancelled_session_is_gone(runs_client: Client) -> None:
    session = runs_client.open_session(python(READY + "input()"))
    read_until(session, b"ready")
    assert runs_client.cancel(session.id)
    assert list(session.output()) == []
    session.close()
    assert runs_client.state(session.id) is State.CANCELLED


def test_sessions_have_only_their_share_of_the_slots(runs_client: Client) -> None:
    first = runs_client.open_session(python(READY + "input()"))
    second = runs_client.open_session(python(READY + "input()"))
    read_until(first, b"ready")
    header = WorkHeader(id=new_id(), kind=WorkKind.EXECUTION, language="c")
    runs_client.send(Work(header=header, task=Execution(argv=("/bin/true",))))
    assert runs_client.work_result(header.id, timeout=60).blame is BlameOn.NONE  # the other slot is free for it
    assert runs_client.state(second.id) is State.QUEUED
    first.close()
    read_until(second, b"ready")
    second.close()


def test_sessions_with_asyncio(runs_client: Client) -> None:
    async def play() -> tuple[bytes, SessionReport]:
        async with AsyncClient(runs_client.queue.broker) as client:
            async with await client.open_session(python("print(input().upper())", terminal=False)) as session:
                await session.send(b"hello\n")
                await session.end_input()
                heard = b"".join([frame.data async for frame in session.output()])
                return heard, await session.result()

    heard, report = asyncio.run(play())
    assert (heard, report.end) == (b"HELLO\n", SessionEnd.EXITED)


def test_a_session_ends_with_its_process_once_and_says_so(runs_client: Client, running_worker: Worker) -> None:
    session = runs_client.open_session(python(READY + "input()"))
    read_until(session, b"ready")
    send_signal(running_worker.slot_pids(), signal.SIGKILL)
    report = runs_client.work_result(session.id, timeout=60)
    assert isinstance(report, SessionReport)
    assert (report.end, report.blame, report.attempt) == (SessionEnd.FAILED, BlameOn.JUDGE, 1)
    assert report.reason.startswith("the session was lost: its judging process died")
    assert list(session.output()) == []
    session.close()


def session_command(*words: str) -> list[str]:
    """``judge session`` in a process of its own."""
    return [sys.executable, "-m", "judge", "session", *words]


def of(client: Client) -> dict[str, str]:
    """The environment by which a command finds the client's service."""
    broker = client.queue.broker
    return os.environ | {"JUDGE_BROKER": broker.url, "JUDGE_NAMESPACE": broker.namespace}


def test_a_command_without_a_terminal_passes_its_input_on(runs_client: Client) -> None:
    words, given = session_command("python3"), b"print(6 * 7)\n"
    done = subprocess.run(words, check=False, input=given, capture_output=True, env=of(runs_client), timeout=60)
    assert (done.returncode, done.stdout) == (0, b"42\n"), done.stderr


def test_a_command_on_a_terminal_hands_on_every_key(runs_client: Client) -> None:
    ours, theirs = os.openpty()
    try:
        running = subprocess.Popen(
            session_command("python3"), stdin=theirs, stdout=theirs, stderr=theirs, env=of(runs_client)
        )
        for text, keys in ((b">>> ", b"import os; os.write(1, bytes([52, 50]))\r"), (b"42", b"\x03\r~.")):
            heard = b""
            while text not in heard:
                heard += os.read(ours, 4096)
            os.write(ours, keys)
        assert running.wait(timeout=60) == 1
        while b"its client closed it" not in heard:
            heard += os.read(ours, 4096)
    finally:
        os.close(ours)
        os.close(theirs)
