"""How a call, or a whole judge program, comes to nothing."""

from __future__ import annotations

from judge.program.request import ProgramFault


class Refusal(Exception):
    """A call cannot be carried out: the program is told so. ``quota``: the one that is used up."""

    def __init__(self, message: str, quota: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.quota = quota


class Broken(Exception):
    """The judge program is at an end without a verdict: a judge error."""

    def __init__(self, fault: ProgramFault) -> None:
        super().__init__(fault.message)
        self.fault = fault
