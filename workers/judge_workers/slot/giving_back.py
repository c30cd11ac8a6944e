"""How a claim ends without a report: it goes to a worker that may have what this one lacks, or back to the queue.

Who is to blame for a judging that failed, where that was not known where it was raised, is decided here: this worker
proves itself, and if it is well the work is.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable

from judge.errors import HostBusyError, HostFault, JudgeError
from judge.observe.metrics.pipe_records import Count, Counted
from judge.queue import calls
from judge.queue.script import Ask
from judge.queue.values import UNFORESEEN_MAX, Claim, Fault
from judge.text import printable
from judge_workers.slot.claimed_text import language_of
from judge_workers.slot.proof import language_to_prove
from judge_workers.slot.slot_config import HostCheck, SlotConfig, SlotTelemetry

#: A host too busy to tell how a run would have ended may hand it back twice: then the verdict says so.
BUSY_MAX = 3

#: Wait before the next attempt after our own failure, doubled each time.
RETRY_DELAY_MS = 200

log = logging.getLogger(__name__)


class GivingBack:
    """Of one slot. ``flush`` makes sure that all progress has arrived before."""

    def __init__(
        self,
        config: SlotConfig,
        host: HostCheck,
        telemetry: SlotTelemetry,
        ask: Ask,
    ) -> None:
        self._config = config
        self._host = host
        self._telemetry = telemetry
        self._ask = ask

    def hand_on(self, claim: Claim, error: JudgeError) -> tuple[str, ...]:
        """Leave a claim to a worker that may have what this one lacks; the names of all who lack it if none is left."""
        lacking = self._ask(calls.hand_on(claim, self._where(claim, f"{error}")))
        if not lacking:
            log.info("left to another worker: %s", error)
        return lacking

    def find_the_blame(
        self, claim: Claim, error: Exception, flush: Callable[[], None], clear_up: Callable[[], object]
    ) -> None:
        """A judging failed, and neither contestant, setter nor client was known to be the cause where it was raised."""
        reference = secrets.token_hex(4)
        if isinstance(error, HostBusyError):
            self.give_back(claim, f"{error}", Fault.BLAMED, flush, attempts_max=BUSY_MAX)
            return
        said = f"{error}" if isinstance(error, JudgeError) else f"{type(error).__name__}: {error}"
        log.error("reference %s: judging failed: %s", reference, said, exc_info=error)
        clear_up()
        ailment = self._host.ailment(language_to_prove(language_of(claim), self._config.languages))
        reason = f"{printable(said)} (reference {reference})"
        if ailment or isinstance(error, HostFault):
            self.give_back(claim, reason, Fault.FELL, flush, out=ailment)
        else:
            attempts_max = min(self._config.attempts_max, UNFORESEEN_MAX)
            self.give_back(claim, reason, Fault.BLAMED, flush, attempts_max=attempts_max)

    def give_back(
        self,
        claim: Claim,
        reason: str,
        fault: Fault,
        flush: Callable[[], None],
        *,
        out: str = "",
        attempts_max: int = 0,
    ) -> None:
        """Another attempt is to follow, or the end if there were enough (``attempts_max`` 0 = as the settings say).
        ``out``: why this worker takes itself out."""
        log.warning("attempt failed: %s", reason)
        self._telemetry.send(Counted(Count.ATTEMPT_FAILED))
        returning = calls.give_back(
            claim,
            self._where(claim, reason),
            fault,
            attempts_max=attempts_max or self._config.attempts_max,
            delay_ms=0 if out else RETRY_DELAY_MS << min(max(claim.attempt, 1) - 1, 6),
            out=out,
        )
        flush()
        self._ask(returning)

    def _where(self, claim: Claim, reason: str) -> str:
        return f"attempt {claim.attempt} on {self._config.name}: {reason}"[:2000]
