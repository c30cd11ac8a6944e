"""Logs: one line an event, for people (console) or machines (JSON), with what is being judged in each line.

Built on the standard library's logging, because Celery, kombu and redis-py log through it: one formatter serves
them and us, and no dependency is needed. What is being judged travels in a context variable, not in messages::

    with log_context(submission=claim.id, attempt=claim.attempt, slot=0):
        log.warning("the package cache is full", extra={"fields": {"size_bytes": 10}})

What never goes into a log: source code, outputs of programs, passwords. Passwords in URLs are blotted out here
all the same, and control characters are escaped, so that nobody can forge a line or a terminal command.
Levels: ERROR = somebody must act, WARNING = something went wrong and was dealt with, INFO = a service starts, stops
or changes state (nothing per submission), DEBUG = everything else.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

import msgspec

from judge.errors import UsageError
from judge.observe.printable import printable

FORMATS = ("console", "json")
LEVELS = ("debug", "info", "warning", "error")

#: The longest message of a line; the rest is cut (an error may quote what a client sent).
MESSAGE_CHARS_MAX = 4000

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
    """Make the root logger write to ``stream`` (standard error). Replaces what was set up before.

    Raises UsageError naming the setting.
    """
    if log_format not in FORMATS:
        raise UsageError(f"log_format: {log_format!r} is not one of {', '.join(FORMATS)}")
    if log_level not in LEVELS:
        raise UsageError(f"log_level: {log_level!r} is not one of {', '.join(LEVELS)}")
    handler = logging.StreamHandler(sys.stderr if stream is None else stream)
    handler.setFormatter(JsonFormatter() if log_format == "json" else ConsoleFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(log_level.upper())


class ConsoleFormatter(logging.Formatter):
    """``12:00:00.123 WARNING judge.queue: message [submission=s attempt=1 slot=0] size_bytes=10``."""

    def format(self, record: logging.LogRecord) -> str:
        """The line; a traceback follows it, indented."""
        time_text = datetime.fromtimestamp(record.created).strftime("%H:%M:%S.%f")[:-3]
        parts = [f"{time_text} {record.levelname:7} {record.name}: {_message(record)}"]
        context = _CONTEXT.get()
        if context:
            parts.append("[" + _pairs(context) + "]")
        fields = _fields(record)
        if fields:
            parts.append(_pairs(fields))
        line = " ".join(parts)
        if record.exc_info:
            trace = _clean_lines(self.formatException(record.exc_info))
            line += "".join(f"\n    {part}" for part in trace)
        return line


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time (UTC, RFC 3339), level, logger, message, pid, context and fields, exception."""

    def format(self, record: logging.LogRecord) -> str:
        """The object; our own keys win over fields of the same name."""
        entry: dict[str, object] = {**_fields(record), **_clean_values(_CONTEXT.get() or {})}
        entry.update(
            time=datetime.fromtimestamp(record.created, UTC).isoformat(timespec="microseconds"),
            level=record.levelname.lower(),
            logger=record.name,
            message=_message(record),
            pid=record.process,
        )
        if record.exc_info:
            entry["exception"] = "\n".join(_clean_lines(self.formatException(record.exc_info)))
        return _ENCODER.encode(entry).decode()


def _message(record: logging.LogRecord) -> str:
    try:
        text = record.getMessage()
    except (TypeError, ValueError) as error:
        text = f"{record.msg!r} (does not format: {error})"
    return _clean(text)


def _clean(text: str) -> str:
    return printable(_PASSWORD.sub(r"\1***", text), MESSAGE_CHARS_MAX)


def _clean_lines(text: str) -> list[str]:
    return [_clean(line) for line in text.splitlines()]


def _fields(record: logging.LogRecord) -> dict[str, object]:
    fields = getattr(record, "fields", None)
    if not isinstance(fields, Mapping):
        return {}
    return _clean_values(fields)


def _clean_values(fields: Mapping[str, object]) -> dict[str, object]:
    return {str(name): _clean(value) if isinstance(value, str) else value for name, value in fields.items()}


def _pairs(fields: Mapping[str, object]) -> str:
    return " ".join(f"{name}={_clean(str(value))}" for name, value in fields.items())
