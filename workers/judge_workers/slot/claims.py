"""Where a slot's claims come from: asked for, come with the answer to the report before, or handed to it as it waits.

So in a busy slot a claim costs no round trip of its own, and no write to the disk but that of the report before or of
the submission that is claimed.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable
from typing import TypeVar

from judge.errors import QueueError
from judge.queue import calls
from judge.queue.handed import unwait
from judge.queue.redis_queue import Queue
from judge.queue.script import Call
from judge.queue.tickets import POLL_S, TicketPoll
from judge.queue.values import Claim, Refusal, RefusalReason
from judge_workers.slot.answered import REDIS_PAUSE_S
from judge_workers.slot.slot_config import HostCheck, SlotConfig

log = logging.getLogger(__name__)

T = TypeVar("T")


class Claims:
    """One slot's claims, in rounds; a round is bounded in number and time."""

    def __init__(self, queue: Queue, config: SlotConfig, host: HostCheck, tickets: TicketPoll) -> None:
        self._queue = queue
        self._config = config
        self._host = host
        self._tickets = tickets
        self._only = ""
        self._left = 0.0  # how many this round may still claim
        self._until_s = 0.0
        self._waits = False  # where nothing is found the slot waits: it does once it has had something in the round
        self._may_be_handed = False  # the queue may know that it waits, so that this must be ended
        #: What has come already. A claim in it is held, and judged whatever else is.
        self._ahead: Claim | Refusal | None = None
        #: No claim is asked for any more. May be set in a signal handler.
        self.ended = False

    def begin(self, works_max: float = float("inf"), lasts_s: float = float("inf"), *, only: str = "") -> None:
        """A new round; ``only``: of this class."""
        self._only, self._left, self._until_s = only, works_max, time.monotonic() + lasts_s
        self._waits = False

    def goes_on(self) -> bool:
        """Whether :meth:`take` is to be called in this round; if not, nothing will be handed to this slot either."""
        return self._ahead is not None or self._may_ask() or self._stops_waiting()

    def take(self) -> Claim | Refusal:
        """The next claim. Tries on while Redis is away: an unanswered claim may have taken a lease."""
        if self._ahead is None:
            self.came(self._until_answered(self._claiming))
        answer, self._ahead = self._ahead, None
        assert answer is not None
        if isinstance(answer, Claim):
            self._left -= 1
            self._waits = not self._only
        return answer

    def after(self, ending: Call[bool]) -> Call[tuple[bool, Claim | Refusal]] | None:
        """The call that records a report and claims in one; None = nothing is to be claimed after it."""
        return calls.finish_and_claim(ending, self._claiming()) if self._may_ask() else None

    def came(self, answer: Claim | Refusal) -> None:
        """This was the answer to a claim, or is what was handed to the slot."""
        self._ahead = answer
        self._may_be_handed = self._waits and answer == Refusal(reason=RefusalReason.NONE)

    def wait(self) -> bool:
        """Wait a while for work, where :meth:`take` has found none; False = none came."""
        found = self._tickets.wait()
        if isinstance(found, Claim):
            self.came(found)
        return found is not False or self._stops_waiting()

    def _may_ask(self) -> bool:
        return self._left > 0 and time.monotonic() < self._until_s and not self.ended

    def _claiming(self) -> Call[Claim | Refusal]:
        config, ill = self._config, self._host.health.ailment_at_a_glance()
        self._may_be_handed = self._waits
        return calls.claim(
            config.claimant,
            config.lease_ms,
            only=self._only,
            ill=ill,
            session_slots=config.session_slots,
            wait_ms=int(POLL_S * 1000) if self._waits else 0,
        )

    def _stops_waiting(self) -> bool:
        """Nothing is handed to this slot from here on. True = something was, just before."""
        if not self._may_be_handed:
            return False
        config = self._config
        unwaiting = unwait(config.claimant, config.lease_ms, session_slots=config.session_slots)
        handed = None
        with contextlib.suppress(QueueError):  # a slot that ends: the leases process gives back what it was handed
            handed = self._until_answered(lambda: unwaiting, or_ended=True)
        self._may_be_handed = False
        if handed is not None:
            self.came(handed)
        return handed is not None

    def _until_answered(self, make: Callable[[], Call[T]], *, or_ended: bool = False) -> T:
        while True:
            try:
                return self._queue.run(make())
            except QueueError as error:
                log.warning("slot %d: %s", self._config.slot, error)
                if or_ended and self.ended:
                    raise
                time.sleep(REDIS_PAUSE_S)
