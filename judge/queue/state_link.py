"""A worker's way to the carried state of the work that it has claimed: one for each try to judge it."""

from __future__ import annotations

import time
from collections.abc import Callable

from judge.errors import StateBusy, WorkError
from judge.model.program import StateRead, StateUse
from judge.queue import states
from judge.queue.script import Ask
from judge.queue.states import NewState
from judge.queue.values import Fenced

#: Between two looks whether the turn has come, and for how long a slot waits for that.
_LOOK_S = 0.05
_WAIT_S = 10.0


class StateLink:
    """Reads a state, takes what is to be left in its place, and writes nothing: the report's recording does that.

    ``pause`` waits for that number of seconds, and raises when the judging is to end.
    """

    def __init__(self, claim: Fenced, ask: Ask, pause: Callable[[float], None]) -> None:
        self._claim = claim
        self._ask = ask
        self._pause = pause
        self._read: StateRead | None = None
        #: What is to be written with the report.
        self.new: NewState | None = None

    def read(self, name: str, version: int = 0) -> StateRead:
        """The state, as :func:`judge.queue.states.read`; waits while others are served first.

        Raises ClaimLost, WorkError (a version that is not kept any more), StateBusy after a while.
        """
        until_s = time.monotonic() + _WAIT_S
        while (found := self._ask(states.read(self._claim, name, version))) is None:
            if time.monotonic() > until_s:
                raise StateBusy(f"others are judged first with the state {name}")
            self._pause(_LOOK_S)
        self._read = found
        return found

    def leave(self, content: bytes | None) -> StateUse | None:
        """This is to be the state when the report is recorded (None = as it was); what the report says of it.

        Raises WorkError: it is too large.
        """
        read = self._read
        if read is None:
            return None
        if content is None or not read.number:
            return StateUse(name=read.name, read=read.version)
        if read.bytes_max and len(content) > read.bytes_max:
            raise WorkError(f"{len(content)} bytes; at most {read.bytes_max} are carried on", "state")
        self.new = NewState(read=read, content=content)
        return StateUse(name=read.name, read=read.version, written=read.number)
