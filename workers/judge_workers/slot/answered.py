"""Calls to the queue that must be answered, however long Redis is away."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from judge.errors import ClaimLost, QueueAnswerError, QueueError

#: Between two tries while Redis answers with an error; the queue itself has been patient before that.
REDIS_PAUSE_S = 0.25

log = logging.getLogger(__name__)

T = TypeVar("T")


def until_answered(action: Callable[[], T], is_lost: Callable[[], bool]) -> T:
    """Repeat a safe-to-repeat queue operation while Redis is away.

    Raises QueueAnswerError when Redis would answer with the same error for ever, ClaimLost when the claim that it is
    for was withdrawn meanwhile.
    """
    while True:
        try:
            return action()
        except QueueAnswerError:
            raise
        except QueueError as error:
            log.warning("%s", error)
            if is_lost():
                raise ClaimLost("the claim was withdrawn while Redis was away") from error
            time.sleep(REDIS_PAUSE_S)
