"""When to try again: at growing intervals, over a day, as the receiver asks, and not for ever."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest

from judge.gateway.webhooks.retries import asked_s, callback_outcome, delay_ms, outcome_of
from judge.queue.webhooks import Outcome

_DAY_S = 86_400


def test_retries_grow_over_a_day_and_end_within_it() -> None:
    age_ms, delays = 0, list[int]()
    while (delay := delay_ms(len(delays), age_ms, 0, _DAY_S)) is not None:
        delays.append(delay)
        age_ms += delay
    assert len(delays) == 10
    assert delays == sorted(delays)
    assert 4_000 <= delays[0] <= 5_500
    assert 60_000_000 <= age_ms <= _DAY_S * 1000


def test_what_failed_together_does_not_come_back_together() -> None:
    assert len({delay_ms(5, 0, 0, _DAY_S) for _ in range(50)}) > 10


def test_a_receiver_may_ask_for_time_but_not_for_too_much() -> None:
    assert delay_ms(0, 0, 60, _DAY_S) == 60_000
    assert delay_ms(0, 0, 1e12, _DAY_S) == 3_600_000
    assert delay_ms(0, 0, 1, _DAY_S) != 1000


def test_it_is_given_up_in_the_end() -> None:
    assert delay_ms(10, 0, 0, _DAY_S) is None
    assert delay_ms(0, _DAY_S * 1000, 0, _DAY_S) is None
    assert delay_ms(10**9, 10**15, 0, _DAY_S) is None


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(200, Outcome.SENT), (204, Outcome.SENT), (299, Outcome.SENT), (301, Outcome.RETRY), (302, Outcome.RETRY),
     (307, Outcome.RETRY), (400, Outcome.RETRY), (404, Outcome.RETRY), (410, Outcome.GONE), (429, Outcome.RETRY),
     (500, Outcome.RETRY), (503, Outcome.RETRY), (0, Outcome.RETRY)],
)  # fmt: skip
def test_what_an_answer_means(status: int, outcome: Outcome) -> None:
    assert outcome_of(status) is outcome


def test_what_retry_after_asks_for() -> None:
    now_s = time.time()
    assert asked_s("120", now_s) == 120
    assert 100 < asked_s(formatdate(now_s + 120, usegmt=True), now_s) <= 120
    for nothing in ("", "soon", "-5", "1.5", "\x00", "9" * 39 + "x", formatdate(0, usegmt=True)):
        assert asked_s(nothing, now_s) == 0


@pytest.mark.parametrize(
    ("status", "failures", "outcome"),
    [
        (204, 9, Outcome.SENT),
        (302, 0, Outcome.DEAD),
        (410, 0, Outcome.DEAD),
        (500, 0, Outcome.RETRY),
        (0, 1, Outcome.RETRY),
        (503, 2, Outcome.DEAD),
        (0, 2, Outcome.DEAD),
    ],
)
def test_a_callback_is_tried_again_where_the_receiver_failed_and_not_for_ever(
    status: int, failures: int, outcome: Outcome
) -> None:
    assert callback_outcome(status, failures, 3) is outcome
