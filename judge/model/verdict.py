"""Verdicts: what a submission is told. Outcomes (what the kernel saw) live in :mod:`judge.model.run`.

:data:`VERDICTS` is the one table of what is fixed about each of them: a new verdict is a new row, and what ranks,
names or colours verdicts reads it here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple


class Verdict(StrEnum):
    """The verdict of a test case, a group or a submission."""

    AC = "AC"  #: accepted
    WA = "WA"  #: wrong answer
    TLE = "TLE"  #: time limit exceeded (CPU, wall or idle)
    RTE = "RTE"  #: run-time error: non-zero exit, signal, refused system call, process or disk limit
    MLE = "MLE"  #: memory limit exceeded
    OLE = "OLE"  #: output limit exceeded
    CE = "CE"  #: compile error
    JE = "JE"  #: judge error: the setter's fault or ours, never the contestant's


class ColourRole(StrEnum):
    """What the colour of a verdict says; each medium has one colour a role."""

    GOOD = "good"
    BAD = "bad"
    SLOW = "slow"  #: over a limit of what it may use
    CRASH = "crash"
    COMPILER = "compiler"
    OWN = "own"  #: not the contestant's fault


class VerdictRow(NamedTuple):
    """What is fixed about a verdict. ``of_tests``: a single test case can have it."""

    words: str
    colour: ColourRole
    of_tests: bool = True


#: From worst to best, as the legacy default grader ranks them (its IF and PE do not exist here).
VERDICTS: Mapping[Verdict, VerdictRow] = {
    Verdict.JE: VerdictRow("judge error", ColourRole.OWN),
    Verdict.CE: VerdictRow("compile error", ColourRole.COMPILER, of_tests=False),
    Verdict.RTE: VerdictRow("run-time error", ColourRole.CRASH),
    Verdict.MLE: VerdictRow("memory limit exceeded", ColourRole.SLOW),
    Verdict.TLE: VerdictRow("time limit exceeded", ColourRole.SLOW),
    Verdict.OLE: VerdictRow("output limit exceeded", ColourRole.SLOW),
    Verdict.WA: VerdictRow("wrong answer", ColourRole.BAD),
    Verdict.AC: VerdictRow("accepted", ColourRole.GOOD),
}

_WORST_FIRST = tuple(VERDICTS)


def worst_of(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of some verdicts. Raises ValueError when there are none."""
    return min(verdicts, key=_WORST_FIRST.index)
