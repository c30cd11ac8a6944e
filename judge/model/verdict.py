"""Verdicts: what a submission is told. Outcomes (what the kernel saw) live in :mod:`judge.model.run`."""

from __future__ import annotations

from enum import StrEnum


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
