"""Log lines: what is in each, and what can never be."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from importlib.machinery import ModuleSpec

import pytest
from hypothesis import given
from hypothesis import strategies as st

from judge.errors import UsageError
from judge.observe.logs import (
    MESSAGE_CHARS_MAX,
    ConsoleFormatter,
    LineSink,
    _DroppingHandler,
    hold_lines,
    log_context,
    log_event,
    set_up_logging,
)

log = logging.getLogger("judge.test")


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def _stream(log_format: str, level: str = "info") -> io.StringIO:
    stream = io.StringIO()
    set_up_logging(log_format, level, stream)
    return stream


def test_a_json_line_has_the_context_and_the_fields() -> None:
    stream = _stream("json")
    with log_context(submission="s1", attempt=2, slot=0):
        with log_context(case="secret/1"):
            log.warning("full: %d", 3, extra={"fields": {"size_bytes": 10}})
        log.warning("again")
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert first["time"].endswith("+00:00")
    assert {name: first[name] for name in ("level", "logger", "message", "submission", "attempt", "slot", "case")} == {
        "level": "warning",
        "logger": "judge.test",
        "message": "full: 3",
        "submission": "s1",
        "attempt": 2,
        "slot": 0,
        "case": "secret/1",
    }
    assert first["size_bytes"] == 10
    assert "case" not in second


def test_a_console_line_reads_well() -> None:
    stream = _stream("console")
    with log_context(submission="s1", attempt=2, slot=0):
        log.warning("the cache is full", extra={"fields": {"size_bytes": 10}})
    line = stream.getvalue()
    assert line.endswith("WARNING judge.test: the cache is full [submission=s1 attempt=2 slot=0] size_bytes=10\n")


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_an_event_is_the_line_that_info_makes(log_format: str) -> None:
    fields = {"path": "/a b", "url": "redis://:s3cret@h", "bell": "a\x07", "status": 200, "took_ms": 0.5, "client": ""}
    stream = _stream(log_format)
    with log_context(slot=0):
        log.info("request", extra={"fields": fields})
        log_event(log, "request", fields)
    lines = [line.partition("INFO")[2] or _but_time(line) for line in stream.getvalue().splitlines()]
    assert len(lines) == 2 and lines[0] == lines[1]


def _but_time(line: str) -> dict[str, object]:
    return {name: value for name, value in json.loads(line).items() if name != "time"}


def test_an_event_is_seen_by_other_formatters_and_not_below_its_level(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    log_event(log, "request", {})
    assert "INFO" in caplog.text and "request" in caplog.text
    stream = _stream("console", "warning")
    log_event(log, "request", {})
    assert not stream.getvalue()


def test_each_console_line_has_its_own_time() -> None:
    stream = _stream("console")
    formatter = logging.getLogger().handlers[0].formatter
    assert formatter is not None
    record = logging.LogRecord("judge.test", logging.INFO, "", 0, "m", (), None)
    for created in (1000.25, 1000.5, 1061.007, 1000.25):
        record.created = created
        stream.write(formatter.format(record)[5:12] + "\n")
    assert stream.getvalue().splitlines() == [":40.250", ":40.500", ":41.007", ":40.250"]


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_passwords_in_urls_are_blotted_out(log_format: str) -> None:
    stream = _stream(log_format)
    log.error("cannot reach %s", "rediss://user:s3cret@host:6379/0", extra={"fields": {"url": "redis://:s3cret@h"}})
    assert "s3cret" not in stream.getvalue()
    assert "rediss://user:***@host:6379/0" in stream.getvalue()


@pytest.mark.parametrize("log_format", ["console", "json"])
@given(text=st.text(st.characters()))
def test_nothing_in_a_message_or_a_field_makes_a_second_line(log_format: str, text: str) -> None:
    stream = _stream(log_format)
    with log_context(submission=text):
        log.error("%s", text + "\x1b[31m\nforged", extra={"fields": {"name": text}})
    assert len(stream.getvalue().splitlines()) == 1
    assert "\x1b" not in stream.getvalue()


def test_an_exception_is_in_the_same_record() -> None:
    stream = _stream("json")
    try:
        raise OSError("redis://u:pw@h failed")
    except OSError:
        log.exception("judging failed")
    (entry,) = map(json.loads, stream.getvalue().splitlines())
    assert "OSError: redis://u:***@h failed" in entry["exception"]


def test_a_traceback_on_the_console_is_indented() -> None:
    stream = _stream("console")
    try:
        raise OSError("gone")
    except OSError:
        log.exception("judging failed")
    first, *rest = stream.getvalue().splitlines()
    assert "judging failed" in first
    assert all(line.startswith("    ") for line in rest)


def test_a_message_that_does_not_format_is_still_a_line() -> None:
    stream = _stream("json")
    log.error("%d of %d", "x")  # noqa: PLE1206 - the mistake is the point
    assert "does not format" in json.loads(stream.getvalue())["message"]


def test_endless_messages_are_cut() -> None:
    stream = _stream("json")
    log.error("x" * 100_000)
    assert len(json.loads(stream.getvalue())["message"]) == MESSAGE_CHARS_MAX + 3


def test_fields_that_json_does_not_know_are_shown_as_python_shows_them() -> None:
    stream = _stream("json")
    log.error("x", extra={"fields": {"what": slice(1)}})
    assert json.loads(stream.getvalue())["what"] == "slice(None, 1, None)"


def test_the_level_is_kept_and_wrong_settings_are_named() -> None:
    stream = _stream("json", "warning")
    log.info("not shown")
    assert stream.getvalue() == ""
    with pytest.raises(UsageError, match="log_format: 'xml'"):
        set_up_logging("xml", "info")
    with pytest.raises(UsageError, match="log_level: 'loud'"):
        set_up_logging("json", "loud")


def test_what_a_full_pipe_refuses_is_dropped_and_the_next_line_says_how_much() -> None:
    read_fd, write_fd = os.pipe2(os.O_NONBLOCK)
    handler = _DroppingHandler(LineSink(write_fd))
    reported: list[int] = []

    def report(count: int) -> None:
        reported.append(count)
        handler.handle(logging.makeLogRecord({"msg": "what reports a loss may log, too"}))

    handler.report_drops_to(report)
    try:
        while True:
            os.write(write_fd, b"x" * 4096)
    except BlockingIOError:
        for _ in range(3):
            handler.handle(logging.makeLogRecord({"msg": "lost"}))
    with contextlib.suppress(BlockingIOError):
        while os.read(read_fd, 1 << 16):
            pass
    for text in ("told", "quiet"):
        handler.handle(logging.makeLogRecord({"msg": text}))
    lines = os.read(read_fd, 1 << 16).decode().splitlines()
    assert lines == ["6 log lines of this process were dropped: nobody read them", "told", "quiet"]
    assert reported == [1, 1, 1]
    os.close(read_fd)
    handler.handle(logging.makeLogRecord({"msg": "nobody is there"}))
    os.close(write_fd)


def test_held_lines_are_written_together_in_order_and_none_waits_for_another_thread() -> None:
    read_fd, write_fd = os.pipe2(os.O_NONBLOCK)
    handler = _DroppingHandler(LineSink(write_fd))
    handler.setFormatter(ConsoleFormatter())
    root, turn = logging.getLogger(), list[Callable[[], object]]()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    hold_lines(turn.append)

    def written() -> list[str]:
        try:
            return [line.rpartition(": ")[2] for line in os.read(read_fd, 1 << 16).decode().splitlines()]
        except BlockingIOError:
            return []

    log_event(log, "one", {})
    log.info("two")
    log_event(log, "three", {})
    assert written() == [] and len(turn) == 1
    turn.pop()()
    assert written() == ["one", "two", "three"]
    log_event(log, "four", {})
    log.warning("five")  # whoever must act reads it now, behind what came before
    assert written() == ["four", "five"]
    turn.pop()()
    log_event(log, "six", {})
    other = threading.Thread(target=log.info, args=("seven",))
    other.start()
    other.join()
    assert written() == ["six", "seven"]
    for number in range(100):
        log_event(log, str(number), {})
    assert written() == [str(number) for number in range(64)]
    log_event(log, "the last", {})
    handler.flush()  # as logging does at a process's end
    assert written()[-1] == "the last"
    os.close(read_fd)
    os.close(write_fd)


def test_the_logger_of_a_module_that_is_run_has_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["__main__"], "__spec__", ModuleSpec("judge_workers.slot.pool", None))
    stream = _stream("console")
    logging.getLogger("__main__").warning("here")
    assert " judge_workers.slot.pool: here" in stream.getvalue()


def test_what_is_said_once_the_event_loop_is_closed_is_written_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    read_fd, write_fd = os.pipe2(os.O_NONBLOCK)
    handler = _DroppingHandler(LineSink(write_fd))
    handler.setFormatter(ConsoleFormatter())
    root, loop = logging.getLogger(), asyncio.new_event_loop()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    hold_lines(loop.call_soon)
    loop.close()
    log.info("the last word")
    log.info("and another")
    assert [line.rpartition(": ")[2] for line in os.read(read_fd, 1 << 16).decode().splitlines()] == [
        "the last word",
        "and another",
    ]
    assert capsys.readouterr().err == ""
    os.close(read_fd)
    os.close(write_fd)
