"""Claims that are handed to slots that wait (``lua/handing.lua``)."""

from __future__ import annotations

import msgspec

from judge.queue.script import Call
from judge.queue.values import Claim, Claimant


def unwait(who: Claimant, lease_ms: int, *, session_slots: int = 1) -> Call[Claim | None]:
    """The slot that claimed with these words waits no longer; what was handed to it meanwhile."""
    words = (who.node, who.session, who.slot, who.pid, lease_ms, "", "", session_slots)
    return Call("unwait", words, lambda answer: None if answer is None else claim_handed(answer))


def claim_handed(text: bytes) -> Claim:
    """A claim as it is handed to a slot that waits."""
    head, _, rest = text.partition(b"\n")
    id, fence, attempt, wait_ms, priority_class, size_bytes = msgspec.json.decode(
        head, type=tuple[str, int, int, int, str, int]
    )
    return Claim(
        id=id,
        fence=fence,
        attempt=attempt,
        submission=rest[:size_bytes],
        sources=rest[size_bytes:],
        wait_ms=wait_ms,
        priority_class=priority_class,
    )
