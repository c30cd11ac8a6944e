"""Which slot stands frozen for whom: pure decisions from what the worker holds now. The keeper carries them out.

Everything follows from the present: whoever dies in between, the next decision is right again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from judge.queue.values import Held


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What to do now. ``grant``: let the spare slot claim."""

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
    """``frozen``: slot -> the claim it was frozen with. The spare slot is number ``slots``.

    One slot is frozen while the spare one is busy, or has just been let to claim; none otherwise. A claim that is gone
    needs no thawing: a slot thaws itself when its claim ends.
    """
    spare = str(slots)
    ours = {item.slot: item for item in held}
    still = tuple(item for slot, item in frozen.items() if ours.get(slot) == item)
    all_busy = sum(slot != spare for slot in ours) >= slots
    victims = tuple(item for item in held if item.priority_class == preempted_class and item.slot != spare)
    grant = urgent_waits and all_busy and bool(victims) and not granted_lately and spare not in ours
    if grant or granted_lately or spare in ours:
        return Decision(freeze=() if still else victims[:1], grant=grant)
    return Decision(thaw=still)
