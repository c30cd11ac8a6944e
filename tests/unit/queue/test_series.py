"""Quantiles of times that are kept in buckets."""

from __future__ import annotations

import pytest

from judge.queue.series import Times, WorkDone


@pytest.mark.parametrize(
    ("counts", "share", "told_ms"),
    [
        ({}, 0.5, None),
        ({0: 10}, 0.5, 0),
        ({0: 10}, 1.0, 1),
        ({10: 4}, 0.5, 768),  # the middle of 512 to 1,024
        ({1: 50, 11: 50}, 0.5, 2),
        ({1: 50, 11: 50}, 0.95, 1946),
        ({3: 99, 20: 1}, 0.95, 8),
    ],
)
def test_a_quantile_lies_in_its_bucket(counts: dict[int, int], share: float, told_ms: int | None) -> None:
    assert Times(counts=counts).quantile_ms(share) == told_ms


def test_work_adds_up() -> None:
    one = WorkDone(waiting=Times(counts={1: 1, 2: 1}), judging=Times(counts={5: 2}), slot_time_ms=40)
    other = WorkDone(waiting=Times(counts={2: 3}), slot_time_ms=2)
    both = one + other
    assert (both.waiting.counts, both.judging.counts, both.slot_time_ms) == ({1: 1, 2: 4}, {5: 2}, 42)
