"""Large outputs are made text of beside everything else that the gateway does."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from judge.gateway.dialects.gojudge import execute
from judge.gateway.dialects.gojudge.plan import Plan
from judge.model.work import CommandGroup
from judge.model.work_report import CommandGroupReport


@pytest.mark.parametrize(("size_bytes", "is_here"), [(10, True), (300 << 10, False)])
def test_others_do_not_wait_for_large_outputs(monkeypatch: pytest.MonkeyPatch, size_bytes: int, is_here: bool) -> None:
    threads = []

    def results_of(*_: Any) -> tuple[()]:
        threads.append(threading.current_thread())
        return ()

    monkeypatch.setattr(execute, "results_of", results_of)
    plan, report = Plan(CommandGroup(commands=()), ()), CommandGroupReport(id="a")
    assert asyncio.run(execute.told(plan, report, {"b": bytes(size_bytes)})) == ()
    assert [thread is threading.current_thread() for thread in threads] == [is_here]
