"""Noise of a slot: measured when needed, remembered while fresh."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from grading_fakes import completed

from judge.grading.noise import NoiseMeter, NoiseUnknown, measure_noise
from judge.model.run import Outcome
from judge.sandbox.spec import OverlayMount, Rootfs

ROOTFS = Rootfs(mounts=(OverlayMount(target="/", lowers=("/",)),))


class Box:
    """A container whose runs take these CPU times, in turns."""

    def __init__(self, *times_ns: int, outcome: Outcome = Outcome.EXITED) -> None:
        self.times_ns = list(times_ns)
        self.outcome = outcome
        self.runs = 0

    def run(self, spec: object) -> Any:
        self.runs += 1
        return completed(cpu_time_ns=self.times_ns[self.runs % len(self.times_ns)], outcome=self.outcome)

    @contextmanager
    def open(self, spec: object) -> Iterator[Any]:
        yield self


def test_it_is_the_spread_over_the_fastest() -> None:
    assert measure_noise(Box(100, 110).open, ROOTFS) == pytest.approx(0.1)


def test_a_measurement_that_does_not_end_in_time_says_nothing() -> None:
    with pytest.raises(NoiseUnknown, match="noise not measured: the work ended with"):
        measure_noise(Box(100, outcome=Outcome.CPU_LIMIT).open, ROOTFS)


def test_a_host_that_is_too_slow_to_be_measured_judges_on_and_is_not_asked_again_at_once() -> None:
    now = [0]
    meter, box = NoiseMeter(lambda: now[0]), Box(100, 120, outcome=Outcome.CPU_LIMIT)
    assert meter.ratio(box.open, ROOTFS, needed=True) is None
    assert meter.ratio(box.open, ROOTFS, needed=True) is None
    assert box.runs == 1
    now[0], box.outcome = 10**15, Outcome.EXITED
    assert meter.ratio(box.open, ROOTFS, needed=True) == pytest.approx(0.2)


def test_it_is_measured_only_when_needed_and_remembered_while_fresh() -> None:
    now = [0]
    meter, box = NoiseMeter(lambda: now[0]), Box(100, 120)
    assert meter.ratio(box.open, ROOTFS, needed=False) is None
    assert meter.ratio(box.open, ROOTFS, needed=True) == pytest.approx(0.2)
    runs = box.runs
    assert meter.ratio(box.open, ROOTFS, needed=False) == pytest.approx(0.2)
    assert box.runs == runs
    now[0] = 10**15
    assert meter.ratio(box.open, ROOTFS, needed=False) is None
    assert meter.ratio(box.open, ROOTFS, needed=True) == pytest.approx(0.2)
    assert box.runs > runs
