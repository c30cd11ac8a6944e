"""Two programs joined crosswise, stdout of each to stdin of the other: a conversation with the rules of interactive
problems.

When one side ends, the other reads an end of file after the last byte, and what it still writes is swallowed. When
*this* side closes its output and goes on, the other is not told before it has ended: how it ends is then no consequence
of what the other makes of an end of file.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from judge.model.run import Outcome
from judge.sandbox.active_run import ActiveRun
from judge.sandbox.capture import Completed
from judge.sandbox.conversation import Conversation, End, Link, Participant, Passing
from judge.sandbox.runs import Runs
from judge.sandbox.streams import EndOfFile


class Side(StrEnum):
    """Who: the program of the container that was asked, or the other one."""

    SELF = "self"
    OTHER = "other"


@dataclass(frozen=True)
class Interaction:
    """Both ends of an interactive run."""

    self_side: Completed
    other_side: Completed
    first_exit: Side  #: whose main process ended first
    transcript: tuple[tuple[Side, bytes], ...] = ()  #: (who wrote, what) in order, cut at the limit


class Transcript:
    """What both sides said, in order, up to a limit."""

    def __init__(self, bytes_max: int) -> None:
        self._left_bytes = bytes_max  # what still fits; never grows
        self._pieces: list[tuple[Side, bytes]] = []

    def note(self, side: Side, data: bytes) -> None:
        """``side`` wrote ``data``."""
        if self._left_bytes > 0:
            self._pieces.append((side, data[: self._left_bytes]))
            self._left_bytes -= len(data)

    @property
    def pieces(self) -> tuple[tuple[Side, bytes], ...]:
        """(who wrote, what), in order."""
        return tuple(self._pieces)


def interact(
    runs: Sequence[Runs],
    participants: Sequence[Participant],
    transcript_bytes_max: int,
    go_on_after: Collection[int] | None,
) -> Interaction:
    """Blocks until both are over, this side the first of ``runs`` and ``participants``. ``go_on_after``: see
    :meth:`judge.sandbox.container.Container.interact`. Raises SandboxError, InfrastructureError."""
    transcript = Transcript(transcript_bytes_max)
    mine, other = (one.spec.limits.stdout_bytes for one in participants)
    links = (
        Link(
            End(0, 1),
            End(1, 0),
            Passing(mine, EndOfFile.WITH_RUN, breaks=False, hear=partial(transcript.note, Side.SELF)),
        ),
        Link(
            End(1, 1),
            End(0, 0),
            Passing(other, EndOfFile.SOON, breaks=False, hear=partial(transcript.note, Side.OTHER)),
        ),
    )
    runs[0].namespaces.resources.cancel.reset()
    done = Conversation(runs, links).hold(participants, partial(_on_end, go_on_after))
    return Interaction(
        self_side=done.completed[0],
        other_side=done.completed[1],
        first_exit=Side.SELF if done.ended_ns[0] <= done.ended_ns[1] else Side.OTHER,
        transcript=transcript.pieces,
    )


def _on_end(go_on_after: Collection[int] | None, active: Sequence[ActiveRun], run: ActiveRun) -> None:
    """One side is over: the other has not much left to do, or nothing."""
    me, peer = active
    if run is me:
        peer.hurry(me)
    elif go_on_after is not None and run.exit_code not in go_on_after:
        me.stop(Outcome.CANCELLED, "the other side has decided")
