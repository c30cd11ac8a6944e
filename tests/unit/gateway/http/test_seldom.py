"""What any stranger can cause does not fill the log."""

from __future__ import annotations

import logging
import time

import pytest

from judge.gateway.http.seldom import Seldom


def _record(text: str, level: int = logging.WARNING) -> logging.LogRecord:
    return logging.LogRecord("uvicorn.error", level, "", 0, text, None, None)


def test_a_text_is_logged_a_few_times_and_then_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now_s)
    quiet = Seldom()
    assert sum(quiet.filter(_record("Invalid HTTP request received.")) for _ in range(1000)) == 5
    assert quiet.filter(_record("something else"))
    assert all(quiet.filter(_record("Invalid HTTP request received.", logging.ERROR)) for _ in range(10))
    now_s += 61
    first = _record("Invalid HTTP request received.")
    assert quiet.filter(first)
    assert first.getMessage() == "Invalid HTTP request received. (995 more in the minute before)"
    second = _record("Invalid HTTP request received.")
    assert quiet.filter(second)
    assert second.getMessage() == "Invalid HTTP request received."


def test_texts_without_number_take_no_memory_without_bound() -> None:
    quiet = Seldom()
    assert all(quiet.filter(_record(f"text {number}")) for number in range(1000))
    assert len(quiet._seen) <= 64
