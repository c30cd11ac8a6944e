"""Two programs joined crosswise: stdout of each to stdin of the other, watched together.

Bytes pass through here, so that a transcript can be kept and limits hold. When one side ends, the other reads an end
of file after the last byte, and what it still writes is swallowed. When *this* side closes its output and goes on, the
other is not told before it has ended: how it ends is then no consequence of what the other makes of an end of file.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from judge.model.run import Outcome
from judge.sandbox.active_run import ActiveRun
from judge.sandbox.capture import Completed
from judge.sandbox.run_io import Content, check_request, input_pipe
from judge.sandbox.run_loop import supervise
from judge.sandbox.runs import Ends, Runs
from judge.sandbox.spec import RunSpec
from judge.sandbox.streams import RelayDrain

_NEVER_NS = 1 << 62


class Side(StrEnum):
    """Who: the program of the container that was asked, or the other one."""

    SELF = "self"
    OTHER = "other"


@dataclass(frozen=True)
class Participant:
    """What one side runs; ``files`` and ``fds`` as of :meth:`judge.sandbox.container.Container.run`."""

    spec: RunSpec
    files: Mapping[str, Content] = field(default_factory=dict)
    fds: Mapping[int, int] = field(default_factory=dict)


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


class _Pair(NamedTuple):
    """Both runs, under way."""

    mine: ActiveRun
    other: ActiveRun


class Conversation:
    """One conversation; :meth:`hold` it once."""

    def __init__(
        self, runs: Runs, other_runs: Runs, transcript_bytes_max: int, go_on_after: Collection[int] | None
    ) -> None:
        """``go_on_after``: see :meth:`judge.sandbox.container.Container.interact`."""
        self._runs = runs
        self._other_runs = other_runs
        self._resources = runs.namespaces.resources
        self._transcript = Transcript(transcript_bytes_max)
        self._go_on_after = go_on_after

    def hold(self, mine: Participant, other: Participant) -> Interaction:
        """Blocks until both are over. Raises SandboxError, InfrastructureError."""
        for one in (mine, other):
            check_request(one.spec, one.files, one.fds)
        resources = self._resources
        resources.cancel.reset()
        with contextlib.ExitStack() as stack:
            stack.enter_context(self._runs.closed_on_error())
            stack.enter_context(self._other_runs.closed_on_error())
            self._runs.prepare(mine.spec, mine.files)
            self._other_runs.prepare(other.spec, other.files)
            pair = self._start(stack, mine, other)
            pair.mine.converse(pair.other)
            pair.other.converse(pair.mine)
            self._supervise(pair)
            return Interaction(
                self_side=self._runs.complete(mine.spec, pair.mine),
                other_side=self._other_runs.complete(other.spec, pair.other),
                first_exit=Side.SELF if _ended_ns(pair.mine) <= _ended_ns(pair.other) else Side.OTHER,
                transcript=self._transcript.pieces,
            )

    def _start(self, stack: contextlib.ExitStack, mine: Participant, other: Participant) -> _Pair:
        """Launch both, the other first. ``stack`` closes our ends of the pipes and puts the runs away."""
        streams = self._resources.streams
        with contextlib.ExitStack() as theirs:  # the programs' ends: theirs alone once they run
            my_in, to_me = input_pipe()
            theirs.callback(os.close, my_in)
            other_in, to_other = input_pipe()
            theirs.callback(os.close, other_in)
            my_out, my_out_end = streams.take()
            theirs.callback(os.close, my_out_end)
            other_out, other_out_end = streams.take()
            theirs.callback(os.close, other_out_end)
            my_drain = RelayDrain(my_out, mine.spec.limits.stdout_bytes, to_other, holds_end=True)
            other_drain = RelayDrain(other_out, other.spec.limits.stdout_bytes, to_me)
            for drain in (my_drain, other_drain):
                stack.callback(drain.close)
                stack.callback(drain.close_sink)
            peer = self._other_runs.launch(other.spec, Ends(other_in, other_out_end, other_drain), other.fds)
            stack.callback(self._other_runs.put_away, peer)
            me = self._runs.launch(mine.spec, Ends(my_in, my_out_end, my_drain), mine.fds)
            stack.callback(self._runs.put_away, me)
        return _Pair(me, peer)

    def _supervise(self, pair: _Pair) -> None:
        me, peer = pair
        resources, transcript = self._resources, self._transcript

        def on_text(run: ActiveRun, data: bytes) -> None:
            transcript.note(Side.SELF if run is me else Side.OTHER, data)

        def on_end(run: ActiveRun) -> None:
            if run is me:
                peer.hurry()
            elif self._go_on_after is not None and run.exit_code not in self._go_on_after:
                me.stop(Outcome.CANCELLED, "the other side has decided")

        with resources.groups.relaying():
            supervise(list(pair), resources.cancel.fd, resources.frozen.take_ns, resources.prepare, on_text, on_end)


def _ended_ns(run: ActiveRun) -> int:
    return run.finish.ended_ns if run.finish else _NEVER_NS
