"""When to try again, and when to give up. Pure, but for chance."""

from __future__ import annotations

import random
from email.utils import parsedate_to_datetime

from judge.queue.webhooks import Outcome

#: After each failure, when it is tried for a day; other spans stretch this.
_DELAYS_S = (5, 30, 120, 600, 1800, 3600, 7200, 14_400, 21_600, 28_800)
_DAY_S = 86_400

#: The most that a receiver's Retry-After makes us wait.
_ASKED_S_MAX = 3600.0

#: Delays are stretched by chance, so that what failed together does not come back together.
_JITTER = (0.8, 1.1)


def outcome_of(status: int) -> Outcome:
    """What an answer means; 0 = there was none. A redirection is a failure: where it leads is not checked."""
    if 200 <= status < 300:
        return Outcome.SENT
    return Outcome.GONE if status == 410 else Outcome.RETRY


def callback_outcome(status: int, failures: int, tries_max: int) -> Outcome:
    """The same of a callback: it is tried again only where the receiver failed, and not more often than that.

    ``failures`` came before this attempt.
    """
    if 200 <= status < 300:
        return Outcome.SENT
    return Outcome.DEAD if 300 <= status < 500 or failures + 1 >= tries_max else Outcome.RETRY


def delay_ms(failures: int, age_ms: int, asked_s: float, retry_s: int) -> int | None:
    """For how long to wait after this failure, when ``failures`` came before it; None = it is given up.

    ``age_ms``: since the first attempt; ``asked_s``: what the receiver asks for; ``retry_s``: for how long it is tried.
    """
    if failures >= len(_DELAYS_S):
        return None
    usual_s = _DELAYS_S[failures] * random.uniform(*_JITTER) * retry_s / _DAY_S
    delay = round(max(usual_s, min(asked_s, _ASKED_S_MAX)) * 1000)
    return delay if age_ms + delay <= retry_s * 1000 else None


def asked_s(retry_after: str, now_s: float) -> float:
    """What a Retry-After asks for, in seconds; 0 = nothing that can be read."""
    text = retry_after.strip()[:40]
    if text.isascii() and text.isdigit():
        return float(min(int(text), 10**9))
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now_s)
    except (ValueError, OverflowError, TypeError):
        return 0.0
