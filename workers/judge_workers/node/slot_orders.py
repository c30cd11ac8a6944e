"""Orders to slots, and which of them have judged for too long.

What a client has measured out by itself (repeats, tests, limits) is ended in time, with a report that says whose doing
that is; a session ends itself. Only what does not is a fault: its process is ended.
"""

from __future__ import annotations

import contextlib
import logging
import os
from enum import Enum, auto

from judge.config import Settings
from judge.model.work import WorkKind
from judge.queue.values import Held
from judge_workers.node.slot_processes import SlotProcesses
from judge_workers.run_dir import ORDER_SIGNAL, Judged, Order, OrderAction, leave_order, read_judged_by

#: How long work that was told to end may take for that.
END_GRACE_S = 30.0

log = logging.getLogger(__name__)


class Due(Enum):
    """What is to become of a judging now."""

    NOTHING = auto()
    END = auto()  #: it is told to end
    KILL = auto()  #: its process is ended


def due(judged_s: float, judging_max_s: float, note: Judged | None, verifying_max_s: float = 0.0) -> Due:
    """What is due after ``judged_s``; ``note`` is what the slot says of this judging, None = nothing."""
    if note is not None and note.kind is WorkKind.VERIFICATION:
        judging_max_s = max(judging_max_s, verifying_max_s)
    if judged_s <= judging_max_s:
        return Due.NOTHING
    if note is None or note.kind is WorkKind.SUBMISSION:
        return Due.KILL
    if note.lasts_s is not None:
        return Due.KILL if judged_s > judging_max_s + note.lasts_s else Due.NOTHING
    return Due.KILL if judged_s > judging_max_s + END_GRACE_S else Due.END


class SlotOrders:
    """Tells the slots of one worker what to do. Call from the process that :class:`SlotProcesses` is for."""

    def __init__(self, settings: Settings, processes: SlotProcesses) -> None:
        self._directory = settings.state.run
        self._judging_max_s = settings.leases.judging_max_s
        self._verifying_max_s = settings.leases.verifying_max_s
        self._processes = processes

    def give(self, action: OrderAction, held: Held) -> None:
        """Leave the order where the slot looks for it, then wake the slot."""
        if not held.slot.isdigit() or not self._processes.is_slot(held.pid):
            return
        try:
            leave_order(self._directory, held.slot, Order(action=action, id=held.id, fence=held.fence))
        except OSError as error:  # a full disk; what is still to be done is seen again at the next heartbeat
            log.error("slot %s does not get the order to %s: %s", held.slot, action, error)
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(held.pid, ORDER_SIGNAL)

    def is_in_time(self, held: Held, judged_s: float) -> bool:
        """False = the judging has taken too long, and its process is ended now."""
        if judged_s <= self._judging_max_s:
            return True
        match due(judged_s, self._judging_max_s, self._note(held), self._verifying_max_s):
            case Due.END:
                self.give(OrderAction.END, held)
            case Due.KILL:
                log.error("%s: judging took more than %d s", held.id, judged_s)
                self._processes.kill(held.pid)
                return False
        return True

    def end_session(self, held: Held) -> None:
        """Tell what is held to end, if it is a session."""
        note = self._note(held)
        if note is not None and note.lasts_s is not None:
            self.give(OrderAction.END, held)

    def _note(self, held: Held) -> Judged | None:
        note = read_judged_by(self._directory, held.slot) if held.slot.isdigit() else None
        return note if note is not None and (note.id, note.fence) == (held.id, held.fence) else None
