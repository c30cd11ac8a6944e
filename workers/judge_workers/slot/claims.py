"""Where a slot's claims come from: asked for, or brought by the answer to the report before."""

from __future__ import annotations

import logging
import time

from judge.errors import QueueError
from judge.queue import calls
from judge.queue.redis_queue import Queue
from judge.queue.script import Call
from judge.queue.values import Claim, Refusal
from judge_workers.slot.answered import REDIS_PAUSE_S
from judge_workers.slot.slot_config import HostCheck, SlotConfig

log = logging.getLogger(__name__)


class Claims:
    """One slot's claims, in rounds; a round is bounded in number and time."""

    def __init__(self, queue: Queue, config: SlotConfig, host: HostCheck) -> None:
        self._queue = queue
        self._config = config
        self._host = host
        self._only = ""
        self._left = 0.0  # how many this round may still claim
        self._until_s = 0.0
        #: What the last report's answer brought. A claim in it is held, and judged whatever else is.
        self._ahead: Claim | Refusal | None = None
        #: No claim is asked for any more. May be set in a signal handler.
        self.ended = False

    def begin(self, works_max: float = float("inf"), lasts_s: float = float("inf"), *, only: str = "") -> None:
        """A new round; ``only``: of this class."""
        self._only, self._left, self._until_s = only, works_max, time.monotonic() + lasts_s

    def goes_on(self) -> bool:
        """Whether :meth:`take` is to be called again in this round."""
        return self._ahead is not None or self._may_ask()

    def take(self) -> Claim | Refusal:
        """The next claim. Tries on while Redis is away: an unanswered claim may have taken a lease."""
        answer, self._ahead = self._ahead, None
        while answer is None:
            try:
                answer = self._queue.run(self._claiming())
            except QueueError as error:
                log.warning("slot %d: %s", self._config.slot, error)
                time.sleep(REDIS_PAUSE_S)
        self._left -= isinstance(answer, Claim)
        return answer

    def after(self, ending: Call[bool]) -> Call[tuple[bool, Claim | Refusal]] | None:
        """The call that records a report and claims in one; None = nothing is to be claimed after it."""
        return calls.finish_and_claim(ending, self._claiming()) if self._may_ask() else None

    def came(self, answer: Claim | Refusal) -> None:
        """This was the answer to such a claim."""
        self._ahead = answer

    def _may_ask(self) -> bool:
        return self._left > 0 and time.monotonic() < self._until_s and not self.ended

    def _claiming(self) -> Call[Claim | Refusal]:
        config, ill = self._config, self._host.health.ailment_at_a_glance()
        return calls.claim(
            config.claimant, config.lease_ms, only=self._only, ill=ill, session_slots=config.session_slots
        )
