"""Which slot stands frozen for whom: pure decisions from what the worker holds now. The leases process carries them
out.

Everything follows from the present: whatever dies in between, the next decision is right again. A process that has just
started does not know what the one before it froze, so its first decision thaws all that it does not freeze.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from judge.queue.values import Held


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What to do now. ``grant``: let the reserve slot claim."""

    freeze: tuple[Held, ...] = ()
    thaw: tuple[Held, ...] = ()
    grant: bool = False


def decide(
    held: Sequence[Held],
    frozen: Mapping[str, Held] | None,
    *,
    slots: int,
    urgent_waits: bool,
    granted_lately: bool,
    preempted_class: str,
) -> Decision:
    """``frozen``: slot -> the claim it was frozen with; None = not known. The reserve slot is number ``slots``.

    One slot is frozen while the reserve slot is busy, or has just been let claim; none otherwise. A claim that is gone
    needs no thawing: a slot thaws itself when its claim ends.
    """
    reserve = str(slots)
    now = {item.slot: item for item in held}
    still = tuple(item for slot, item in (frozen or {}).items() if now.get(slot) == item)
    all_busy = sum(slot != reserve for slot in now) >= slots
    victims = tuple(item for item in held if item.priority_class == preempted_class and item.slot != reserve)
    grant = urgent_waits and all_busy and bool(victims) and not granted_lately and reserve not in now
    is_urgent = grant or granted_lately or reserve in now
    freeze = victims[:1] if is_urgent and not still else ()
    if frozen is None:
        return Decision(freeze=freeze, thaw=tuple(item for item in held if item not in freeze), grant=grant)
    return Decision(freeze=freeze, thaw=() if is_urgent else still, grant=grant)
