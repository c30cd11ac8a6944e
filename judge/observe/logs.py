"""Logs: one line an event, for people (console) or machines (JSON), with what is being judged in each line.

Built on the standard library's logging, because Celery, kombu and redis-py log through it: one formatter serves
them and us, and no dependency is needed. What is being judged travels in a context variable, not in messages::

    with log_context(submission=claim.id, attempt=claim.attempt, slot=0):
        log.warning("the package cache is full", extra={"fields": {"size_bytes": 10}})

What never goes into a log: source code, outputs of programs, passwords. Passwords in URLs are blotted out here
all the same, and control characters are escaped, so that nobody can forge a line or a terminal command.
A process of the service never waits for the reader of its log: what a descriptor that does not block refuses is
dropped, and the next line that gets through says how many were (:mod:`judge_workers.node.log_pipe` makes the
descriptor so).
Levels: ERROR = somebody must act, WARNING = something went wrong and was dealt with, INFO = a service starts, stops
or changes state (nothing per submission), DEBUG = everything else.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO, cast

import msgspec

from judge.errors import UsageError
from judge.text import printable

FORMATS = ("console", "json")
LEVELS = ("debug", "info", "warning", "error")

#: The longest message of a line; the rest is cut (an error may quote what a client sent).
MESSAGE_CHARS_MAX = 4000

#: Lines that wait to be written together; a pipe takes 64 KiB.
_HELD_LINES_MAX = 64

_STDOUT = 1
_STDERR = 2

_CONTEXT: ContextVar[Mapping[str, object] | None] = ContextVar("judge_log_context", default=None)
_PASSWORD = re.compile(r"(://[^\s/@:]*:)[^\s/@]+(?=@)")
_ENCODER = msgspec.json.Encoder(enc_hook=repr)


@contextmanager
def log_context(**fields: object) -> Iterator[None]:
    """Every line logged inside carries these fields, added to those of the contexts around."""
    token = _CONTEXT.set({**(_CONTEXT.get() or {}), **fields})
    try:
        yield
    finally:
        _CONTEXT.reset(token)


def set_up_logging(log_format: str, log_level: str, stream: TextIO | None = None) -> None:
    """Make the root logger write to ``stream``, or to standard error. Replaces what was set up before.

    Without ``stream``, ``sys.stderr`` (and ``sys.stdout``, where it goes to the same place) never fails afterwards:
    libraries print there, some of them in signal handlers. Raises UsageError naming the setting.
    """
    if log_format not in FORMATS:
        raise UsageError(f"log_format: {log_format!r} is not one of {', '.join(FORMATS)}")
    if log_level not in LEVELS:
        raise UsageError(f"log_level: {log_level!r} is not one of {', '.join(LEVELS)}")
    handler = _DroppingHandler(_take_over_stderr()) if stream is None else logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter() if log_format == "json" else ConsoleFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(log_level.upper())


def log_event(log: logging.Logger, message: str, fields: Mapping[str, object]) -> None:
    """A line of level INFO without arguments, for those of which there are thousands a second: where nothing but the
    handler of :func:`set_up_logging` hears of it, it is made for a third of what ``log.info`` takes.

    ``log`` and ``message`` are among few; there is nothing to clean in them.
    """
    if not log.isEnabledFor(logging.INFO):
        return
    handlers = logging.getLogger().handlers
    if len(handlers) == 1 and type(handlers[0]) is _DroppingHandler and not (log.handlers or log.filters):
        handlers[0].event(log.name, message, fields)
    else:
        log.handle(_Event(log.name, message, fields))


def hold_lines(call_soon: Callable[[Callable[[], object]], object]) -> None:
    """From now on this thread's lines of level INFO and below are written together: when ``call_soon`` calls what it is
    given, with the next line that says more, or at the process's end. Lines of other threads are written at once.

    For a process whose event loop answers thousands of requests a second; one that is killed loses those of one turn.
    Without :func:`set_up_logging` nothing is held.
    """
    for handler in logging.getLogger().handlers:
        if isinstance(handler, _DroppingHandler):
            handler.hold(call_soon)


def report_dropped_lines(report: Callable[[int], object]) -> None:
    """Call ``report`` with a number for lines of this process's log that are dropped from now on.

    It is called while the log is being written to and must not wait. Without :func:`set_up_logging` nothing is dropped.
    """
    for handler in logging.getLogger().handlers:
        if isinstance(handler, _DroppingHandler):
            handler.report_drops_to(report)


class LineSink:
    """A descriptor that is written to and never fails: what it does not take at once is dropped.

    ``dropped`` = pieces lost in this process since somebody set it to 0; ``report`` hears of each. The descriptor
    stays the caller's.
    """

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.dropped = 0
        self.report: Callable[[int], object] | None = None
        self._cut = False
        self._reporting = False  # what reports a loss may itself log, and lose that

    def offer(self, data: bytes) -> bool:
        """Write everything; False = it is lost, at least in part. After a part the next write begins a new line."""
        try:
            written = os.write(self.fd, b"\n" + data if self._cut else data) - self._cut
        except OSError:
            return False
        self._cut = written < len(data)
        return not self._cut

    def lose(self, count: int = 1) -> None:
        """Count pieces that were not written."""
        self.dropped += count
        if self.report is None or self._reporting:
            return
        self._reporting = True
        try:
            self.report(count)
        finally:
            self._reporting = False


_EVENT = dict(vars(logging.LogRecord("", logging.INFO, "", 0, "", None, None)))


class _Event(logging.LogRecord):
    """What :func:`log_event` logs. It does not say where it was logged and by which thread: to find that out costs
    more than the line."""

    def __init__(self, name: str, message: str, fields: Mapping[str, object]) -> None:
        created_s = time.time()
        vars(self).update(
            _EVENT,
            name=name,
            msg=message,
            fields=fields,
            created=created_s,
            msecs=created_s % 1 * 1000,
            process=os.getpid(),
        )


class _SinkText(io.TextIOBase):
    """Standard error as a text file, by whole lines, for those who print instead of logging."""

    def __init__(self, sink: LineSink) -> None:
        self._sink = sink
        self._pending = ""

    def writable(self) -> bool:
        """True: that is all it does."""
        return True

    def fileno(self) -> int:
        """The sink's descriptor."""
        return self._sink.fd

    def write(self, text: str, /) -> int:
        """Take ``text``; its whole lines are written or dropped at once."""
        self._pending += text
        if "\n" in text:
            self.flush()
        return len(text)

    def flush(self) -> None:
        """Write or drop what is pending."""
        data, self._pending = self._pending.encode("utf-8", "backslashreplace"), ""
        if data and not self._sink.offer(data):
            self._sink.lose()


class _DroppingHandler(logging.Handler):
    """Hands lines to a sink; says with the first that gets through how many did not."""

    def __init__(self, sink: LineSink) -> None:
        super().__init__()
        self._sink = sink
        self._pid = os.getpid()
        self._held: list[str] = []
        self._call_soon: Callable[[Callable[[], object]], object] | None = None
        self._thread = 0  # whose lines are held

    def report_drops_to(self, report: Callable[[int], object]) -> None:
        """See :func:`report_dropped_lines`."""
        self._sink.report = report

    def hold(self, call_soon: Callable[[Callable[[], object]], object]) -> None:
        """See :func:`hold_lines`."""
        self._call_soon, self._thread = call_soon, threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line, or hold it; never raises."""
        try:
            self._take(self.format(record), may_wait=self._call_soon is not None and record.levelno <= logging.INFO)
        except Exception:
            self.handleError(record)

    def event(self, name: str, message: str, fields: Mapping[str, object]) -> None:
        """What ``emit`` does, for :func:`log_event`."""
        with self.lock or contextlib.nullcontext():
            try:
                self._take(cast("_Formatter", self.formatter).event(name, message, fields), may_wait=True)
            except Exception:
                self.handleError(_Event(name, message, fields))

    def _take(self, line: str, *, may_wait: bool) -> None:
        if self._pid != os.getpid():  # the parent writes what the parent held, and says what it lost
            self._pid, self._sink.dropped, self._held, self._call_soon = os.getpid(), 0, [], None
        self._held.append(line)
        if not may_wait or self._call_soon is None or threading.get_ident() != self._thread:
            self._write()
        elif len(self._held) == 1:
            self._flush_soon(self._call_soon)
        elif len(self._held) >= _HELD_LINES_MAX:
            self._write()

    def _flush_soon(self, call_soon: Callable[[Callable[[], object]], object]) -> None:
        try:
            call_soon(self.flush)
        except RuntimeError:  # the event loop is closed: from here on nothing is held
            self._call_soon = None
            self._write()

    def flush(self) -> None:
        """Write what is held; never raises."""
        with self.lock or contextlib.nullcontext():
            if self._held:
                self._write()

    def _write(self) -> None:
        count, lines = len(self._held), "\n".join(self._held) + "\n"
        self._held.clear()
        if self._sink.dropped:
            lines = f"{self.format(_loss(self._sink.dropped))}\n{lines}"
        if self._sink.offer(lines.encode("utf-8", "backslashreplace")):
            self._sink.dropped = 0
        else:
            self._sink.lose(count)


def _loss(dropped: int) -> logging.LogRecord:
    text = "%d log lines of this process were dropped: nobody read them"
    return logging.LogRecord(__name__, logging.WARNING, __file__, 0, text, (dropped,), None)


def _take_over_stderr() -> LineSink:
    """The sink of standard error, which prints of this process go through as well."""
    sink = LineSink(_STDERR)
    text = cast(TextIO, _SinkText(sink))
    if os.path.sameopenfile(_STDOUT, _STDERR):
        sys.stdout = sys.__stdout__ = text  # type: ignore[misc, assignment]
    sys.stderr = sys.__stderr__ = text  # type: ignore[misc, assignment]
    return sink


class ConsoleFormatter(logging.Formatter):
    """``12:00:00.123 WARNING judge.queue: message [submission=s attempt=1 slot=0] size_bytes=10``."""

    def __init__(self) -> None:
        super().__init__()
        self._second = (0, "")  # the last one, and how it is written

    def event(self, name: str, message: str, fields: Mapping[str, object]) -> str:
        """The line of an event of now."""
        return self._line(time.time(), f"INFO    {_logger(name)}: {message}", fields)

    def _line(self, created_s: float, said: str, fields: Mapping[str, object]) -> str:
        second, part = divmod(int(created_s * 1000), 1000)
        if second != self._second[0]:
            self._second = second, datetime.fromtimestamp(second).strftime("%H:%M:%S")
        context = _CONTEXT.get()
        where = f" [{_pairs(context)}]" if context else ""
        return f"{self._second[1]}.{part:03} {said}{where}{' ' if fields else ''}{_pairs(fields)}"

    def format(self, record: logging.LogRecord) -> str:
        """The line; a traceback follows it, indented."""
        said = f"{record.levelname:7} {_logger(record.name)}: {_message(record)}"
        line = self._line(record.created, said, _fields(record))
        if record.exc_info:
            trace = _clean_lines(self.formatException(record.exc_info))
            line += "".join(f"\n    {part}" for part in trace)
        return line


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC, RFC 3339), level, logger, message, pid, context and fields, exception."""

    def event(self, name: str, message: str, fields: Mapping[str, object]) -> str:
        """The object of an event of now."""
        return self.format(_Event(name, message, fields))

    def format(self, record: logging.LogRecord) -> str:
        """The object; our own keys win over fields of the same name."""
        entry: dict[str, object] = _clean_values({**_fields(record), **(_CONTEXT.get() or {})})
        entry.update(
            time=datetime.fromtimestamp(record.created, UTC).isoformat(timespec="microseconds"),
            level=record.levelname.lower(),
            logger=_logger(record.name),
            message=_message(record),
            pid=record.process,
        )
        if record.exc_info:
            entry["exception"] = "\n".join(_clean_lines(self.formatException(record.exc_info)))
        return _ENCODER.encode(entry).decode()


_Formatter = ConsoleFormatter | JsonFormatter


def _logger(name: str) -> str:
    """The logger's name; a module run with ``python -m`` calls its logger ``__main__``, which tells nobody anything."""
    if name != "__main__":
        return name
    spec = getattr(sys.modules.get("__main__"), "__spec__", None)
    return name if spec is None else spec.name


def _message(record: logging.LogRecord) -> str:
    try:
        text = record.getMessage()
    except (TypeError, ValueError) as error:
        text = f"{record.msg!r} (does not format: {error})"
    return _clean(text)


def _is_clean(text: str) -> bool:
    """Whether :func:`_clean` leaves the text, and each part of it, as it is."""
    return len(text) <= MESSAGE_CHARS_MAX and text.isprintable() and "://" not in text


def _clean(text: str) -> str:
    return printable(_PASSWORD.sub(r"\1***", text) if "://" in text else text, MESSAGE_CHARS_MAX)


def _clean_lines(text: str) -> list[str]:
    return [_clean(line) for line in text.splitlines()]


def _fields(record: logging.LogRecord) -> Mapping[str, object]:
    """As they were given."""
    fields = getattr(record, "fields", None)
    return fields if isinstance(fields, Mapping) else {}


def _clean_values(fields: Mapping[str, object]) -> dict[str, object]:
    return {str(name): _clean(value) if isinstance(value, str) else value for name, value in fields.items()}


def _pairs(fields: Mapping[str, object]) -> str:
    text = " ".join([f"{name}={value!s}" for name, value in fields.items()])
    if _is_clean(text):
        return text
    return " ".join(f"{name}={_word(value)}" for name, value in fields.items())


def _word(value: object) -> str:
    return str(value) if isinstance(value, int | float) else _clean(str(value))
