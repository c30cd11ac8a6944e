"""Which slot stands frozen for whom: pure decisions from what the worker holds now. The leases process carries them
out.

Everything follows from the present: whatever dies in between, the next decision is right again.
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
    frozen: Mapping[str, Held],
    *,
    slots: int,
    urgent_waits: bool,
    granted_lately: bool,
    preempted_class: str,
) -> Decision:
    """``frozen``: slot -> the claim it was frozen with. The reserve slot is number ``slots``.

    One slot is frozen while the reserve slot is busy, or has just been let claim; none otherwise. A claim that is gone
    needs no thawing: a slot thaws itself when its claim ends.
    """
    reserve = str(slots)
    now = {item.slot: item for item in held}
    still = tuple(item for slot, item in frozen.items() if now.get(slot) == item)
    all_busy = sum(slot != reserve for slot in now) >= slots
    victims = tuple(item for item in held if item.priority_class == preempted_class and item.slot != reserve)
    grant = urgent_waits and all_busy and bool(victims) and not granted_lately and reserve not in now
    if grant or granted_lately or reserve in now:
        return Decision(freeze=() if still else victims[:1], grant=grant)
    return Decision(thaw=still)
