"""The switch that ends what runs in a slot, and the clock of how long it stood frozen."""

from __future__ import annotations

import time
from contextlib import closing

import pytest

from judge.sandbox.resources import CancelSwitch, FrozenClock


def test_a_cancel_that_holds_is_known_until_it_is_released() -> None:
    with closing(CancelSwitch()) as switch:
        switch.pull()
        assert not switch.is_held
        switch.pull(hold=True)
        switch.reset()
        assert switch.is_held
        switch.release()
        assert not switch.is_held


def test_all_frozen_time_is_known_whatever_was_taken_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    now_ns = [100]
    monkeypatch.setattr(time, "monotonic_ns", lambda: now_ns[0])
    clock = FrozenClock()
    clock.stop()
    now_ns[0] += 7
    assert (clock.total_ns(), clock.take_ns(), clock.total_ns()) == (7, 7, 7)
    now_ns[0] += 5
    clock.go_on()
    now_ns[0] += 1000
    assert (clock.total_ns(), clock.take_ns(), clock.take_ns(), clock.total_ns()) == (12, 5, 0, 12)
