"""Sessions of both clients: the same scenes over Redis and over a WebSocket, and what a lost connection costs."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import zlib
from collections.abc import Callable, Iterator

import msgspec
import pytest
from cutting_proxy import cutter
from gateway_harness import Gateway
from service_harness import until

from judge.client import (
    AsyncClient,
    AsyncHttpClient,
    Client,
    HttpClient,
    HttpSession,
    Sending,
    Session,
    connect_async,
    execution_of,
    program_from,
    work_of,
)
from judge.client import connect as connect_client
from judge.errors import AccessError, NoSuchRecord, QueueError, SubmissionCancelled, UsageError
from judge.model.session import OutputFrame
from judge.model.units import S_NS
from judge.model.work import ProgramSource, SessionRequest
from judge.model.work_report import SessionEnd
from judge.queue.api_keys import Scope
from judge.queue.values import State

ECHO = program_from("import sys\nfor line in sys.stdin:\n    print(line.strip()[::-1], flush=True)\n", "python3")
SENDING = Sending(language="python3", tenant="school")


def asked(program: ProgramSource = ECHO, *, terminal: bool = False) -> SessionRequest:
    """A session of a program, with pipes."""
    return SessionRequest(program=program, terminal=terminal)


@pytest.fixture(params=["redis", "http"])
def judge(
    request: pytest.FixtureRequest, gateway: Gateway, client: Client, school: str
) -> Iterator[Client | HttpClient]:
    """A client of either kind."""
    if request.param == "redis":
        yield client
        return
    with connect_client(gateway.address, school) as found:
        yield found


def heard_until(session: Session | HttpSession, text: bytes) -> bytes:
    """Output up to where this was written."""
    heard = b""
    while text not in heard:
        frame = session.read()
        assert frame is not None, heard
        heard += frame.data
    return heard


def test_what_is_typed_comes_back_until_the_input_ends(judge: Client | HttpClient) -> None:
    with judge.open_session(asked(), SENDING) as session:
        session.send(b"abc\n")
        assert heard_until(session, b"\n") == b"cba\n"
        session.send(b"defg\n")
        assert session.typed_bytes == 9
        session.end_input()
        assert [frame.data for frame in session.output()] == [b"gfed\n"]
        assert session.read() is None
        report = session.result()
        session.send(b"nobody reads this")
        assert (report.end, session.dropped_bytes) == (SessionEnd.EXITED, 0)
    assert session.result().id == session.id


def test_a_window_and_a_signal_reach_a_program(judge: Client | HttpClient) -> None:
    source = (
        "import os, signal, sys\n"
        "signal.signal(signal.SIGUSR1, lambda *_: sys.exit(7))\n"
        "signal.signal(signal.SIGWINCH, lambda *_: os.write(1, b'%r\\n' % (os.get_terminal_size(),)))\n"
        "print('ready', flush=True)\nwhile True: signal.pause()\n"
    )
    with judge.open_session(asked(program_from(source, "python3"), terminal=True), SENDING) as session:
        heard_until(session, b"ready")
        session.resize(33, 77)
        heard_until(session, b"lines=33")
        with pytest.raises(UsageError):
            session.resize(0, 80)
        with pytest.raises(UsageError):
            session.signal("ODD")
        session.signal("SIGUSR1")
        assert session.result().result.exit_code == 7  # type: ignore[union-attr]


def test_much_input_comes_through_whole_and_in_order(judge: Client | HttpClient) -> None:
    program = program_from("import sys, zlib\nprint(zlib.crc32(sys.stdin.buffer.read()))", "python3")
    data = bytes(range(256)) * 2000
    with judge.open_session(asked(program), SENDING) as session:
        session.send(data)
        session.end_input()
        assert b"".join(frame.data for frame in session.output()) == b"%d\n" % zlib.crc32(data)


def test_a_session_is_left_and_joined_again_and_ended(judge: Client | HttpClient) -> None:
    session = judge.open_session(asked(), SENDING)
    session.send(b"first\n")
    heard_until(session, b"tsrif\n")
    session.leave()
    assert judge.state(session.id) is State.CLAIMED
    with judge.join_session(session.id, tenant="school") as again:
        again.send(b"next\n")
        assert heard_until(again, b"txen\n") == b"tsrif\ntxen\n"
        again.end()
        assert again.read() is None
        assert again.result().end is SessionEnd.CLOSED
    again.close()


def test_what_is_no_session_of_ones_own_cannot_be_joined(judge: Client | HttpClient) -> None:
    with pytest.raises(UsageError):
        judge.join_session("none", tenant="school")
    work_id = judge.send(work_of(execution_of(ECHO, stdin="a"), SENDING))
    with pytest.raises(UsageError):
        judge.join_session(work_id, tenant="school")


def test_a_session_that_never_began_was_cancelled(judge: Client | HttpClient) -> None:
    sending = Sending(language="python3", tenant="school", tags=("mars",))
    with pytest.raises(UsageError, match="mars"):
        judge.open_session(asked(), sending)
    with judge.open_session(asked(), SENDING) as session:
        judge.cancel(session.id)
        with contextlib.suppress(SubmissionCancelled):
            assert session.result().end is not SessionEnd.EXITED


def test_asyncio_has_the_same(gateway: Gateway, client: Client, school: str) -> None:
    async def scene(judge: AsyncClient | AsyncHttpClient) -> None:
        async with judge, await judge.open_session(asked(), SENDING) as session:
            await session.send(b"abc\n")
            frame = await session.read()
            assert frame is not None
            assert frame.data == b"cba\n"
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(session.read(), 0.05)
            async with await judge.join_session(session.id, tenant="school") as other:
                assert (await other.read()) == frame
                other.leave()
            await session.send(b"de\n")
            assert (await session.read()) == OutputFrame(offset=4, data=b"ed\n")
            await session.signal("INT")
            assert {frame.stream async for frame in session.output()} <= {2}  # what Python says of it
            assert not (await session.result()).result.ok  # type: ignore[union-attr]

    asyncio.run(scene(connect_async(gateway.address, school)))
    asyncio.run(scene(AsyncClient(client.queue.broker)))


def test_a_lost_connection_costs_neither_input_nor_output(gateway: Gateway, school: str) -> None:
    program = program_from(
        "import sys\nfor line in sys.stdin:\n    print(line.strip(), 'x' * 5000, flush=True)", "python3"
    )
    expected = b"".join(b"%d %s\n" % (number, b"x" * 5000) for number in range(40))
    patient = msgspec.structs.replace(asked(program), grace_ns=600 * S_NS)
    with cutter(gateway) as proxy, connect_client(proxy.address, school, patience_s=60) as judge:
        with judge.open_session(patient, SENDING) as session:
            heard: list[bytes] = []
            reader = threading.Thread(target=lambda: heard.extend(frame.data for frame in session.output()))
            reader.start()
            for number in range(40):
                session.send(b"%d\n" % number)
                if number % 10 == 5:
                    proxy.cut()
            session.end_input()
            reader.join(60)
            assert session.result().end is SessionEnd.EXITED
            assert b"".join(heard) == expected
            assert session.dropped_bytes == 0
        assert proxy.connections > 8


def test_what_cannot_be_reached_is_told_and_goes_on_when_it_can(
    start_gateway: Callable[..., Gateway], school: str
) -> None:
    gateway = start_gateway()
    with connect_client(gateway.address, school, patience_s=1) as judge:
        patient = msgspec.structs.replace(asked(), grace_ns=600 * S_NS)
        session = judge.open_session(patient, SENDING)
        session.send(b"abc\n")
        heard_until(session, b"cba\n")
        port = gateway.port
        gateway.stop()
        with pytest.raises(QueueError):
            session.read()
        with pytest.raises(QueueError):
            session.send(b"def\n")
        gateway.env["JUDGE_GATEWAY_PORT"] = str(port)
        (gateway.directory / "log").write_text("")
        gateway.start()
        session.send(b"def\n"[session.typed_bytes - 4 :])
        assert heard_until(session, b"fed\n") == b"fed\n"
        session.close()


def test_who_may_not_is_told_as_by_any_call(
    gateway: Gateway, school: str, other: str, make_key: Callable[..., str]
) -> None:
    with connect_client(gateway.address, school) as judge, judge.open_session(asked(), SENDING) as session:
        with connect_client(gateway.address, other) as stranger, pytest.raises(NoSuchRecord):
            stranger.join_session(session.id)
        with connect_client(gateway.address, make_key("school", Scope.READ)) as reader:
            joined = reader.join_session(session.id)
            with pytest.raises(AccessError, match="run"):
                joined.read()
        with pytest.raises(UsageError, match="tenant"):
            judge.join_session(session.id, tenant="other")
        session.send(b"abc\n")
        assert heard_until(session, b"cba\n") == b"cba\n"  # its own threads are all there
        threads = threading.active_count()
        for _ in range(3):
            judge.join_session(session.id).leave()
        until(lambda: threading.active_count() <= threads, "the threads of sessions that were left to end")
