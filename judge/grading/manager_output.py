"""CMS's "standard manager output": an outcome on standard output, a message on standard error. Pure.

Source: CMS's documentation, "Task types", "Standard manager output": the first line of each counts.
"""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from judge.grading.scoring.score import NO_AWARD, Award
from judge.model.verdict import Verdict
from judge.text import safe_text

#: How much of either stream is looked at.
LINE_BYTES_MAX = 4096

#: What may stand behind "translate:", which asks for a message that everybody knows.
_STOCK = {
    "success": "Output is correct",
    "partial": "Output is partially correct",
    "wrong": "Output isn't correct",
}
_COLOURS = re.compile(r"\x1b[^m]*m")


class ManagerOutput(NamedTuple):
    """What a checker or manager decided."""

    verdict: Verdict
    award: Award
    message: str


def read_manager_output(stdout: bytes, stderr: bytes, outcome_max: float | None) -> ManagerOutput:
    """The meaning of the beginnings of both streams. An outcome of 1 accepts, of 0 rejects, one between is a share of
    the score; with ``outcome_max`` see :class:`judge.model.problem.TestCase`. Raises ValueError saying what is wrong.
    """
    outcome = _outcome(stdout)
    message = _message(stderr)
    if outcome_max is not None:
        accepted = 0 < outcome <= outcome_max
        return ManagerOutput(Verdict.AC if accepted else Verdict.WA, NO_AWARD, message)
    if outcome == 0:
        return ManagerOutput(Verdict.WA, NO_AWARD, message)
    if outcome == 1:
        return ManagerOutput(Verdict.AC, NO_AWARD, message)
    if not 0 < outcome < 1:
        raise ValueError(f"gave the outcome {outcome:g}, which is not between 0 and 1")
    return ManagerOutput(Verdict.AC, Award(multiplier=outcome), message)


def _outcome(stdout: bytes) -> float:
    line = _first_line(stdout)
    try:
        outcome = float(line)
    except ValueError:
        outcome = math.nan
    if not math.isfinite(outcome):
        what = f"{line[:80]!a} is no number" if line else "it is empty"
        raise ValueError(f"gave no outcome: the first line of its standard output must be a number, and {what}")
    return outcome


def _message(stderr: bytes) -> str:
    text = _COLOURS.sub("", _first_line(stderr))
    word = text.removeprefix("translate:").strip()
    if word != text and word in _STOCK:
        return _STOCK[word]
    return safe_text(text.encode("utf-8", "replace"), LINE_BYTES_MAX)


def _first_line(data: bytes) -> str:
    return data[:LINE_BYTES_MAX].split(b"\n", 1)[0].decode("utf-8", "replace").strip()
