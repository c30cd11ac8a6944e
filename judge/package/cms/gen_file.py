"""CMS's ``gen/GEN``: a line a test, and comments that begin subtasks.

::

    # ST: 40                 a subtask of 40 points; without one all tests stand for themselves
    10 100 7                 a test: arguments of the generator
    #COPY: gen/hand.txt      a test: a file of the task

Source: CMS's documentation, "External contest formats", "Italian import format"; anything else behind # is for people.
"""

from __future__ import annotations

from dataclasses import dataclass

from judge.package.ceilings import SCORE_MAX
from judge.package.findings import Findings

FILE = "gen/GEN"

_SUBTASK, _COPY = "ST:", "COPY:"


@dataclass(frozen=True)
class GenTest:
    """How a test is made: by the generator with these arguments, or from a file of the task."""

    line: int
    args: tuple[str, ...] = ()
    copy: str = ""


@dataclass(frozen=True)
class GenFile:
    """All tests in order, and of each subtask its points and how many of the tests it has; () = there are none."""

    tests: tuple[GenTest, ...] = ()
    subtasks: tuple[tuple[float, int], ...] = ()


def read_gen(data: bytes, findings: Findings) -> GenFile:
    """The meaning of the file; what is wrong with a line is a blocking finding."""
    tests: list[GenTest] = []
    begun: list[tuple[float, int]] = []  # points of a subtask, and how many tests come before it
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        command, _, comment = (part.strip() for part in line.strip().partition("#"))
        special = comment.startswith((_SUBTASK, _COPY))
        if command and special:
            findings.block(FILE, "has a test and a command in one line", line=number)
        elif command:
            tests.append(GenTest(number, tuple(command.split())))
        elif comment.startswith(_COPY):
            tests.append(GenTest(number, copy=comment.removeprefix(_COPY).strip()))
        elif special:
            if tests and not begun:
                findings.block(FILE, "has tests before its first subtask", line=number)
            begun.append((_points(comment.removeprefix(_SUBTASK).strip(), number, findings), len(tests)))
    ends = [start for _, start in begun[1:]] + [len(tests)]
    subtasks = tuple((points, end - start) for (points, start), end in zip(begun, ends, strict=False))
    total = sum(points for points, _ in subtasks)
    if subtasks and total != 100:
        findings.error(FILE, f"its subtasks are worth {total:g} points together; CMS wants 100")
    return GenFile(tuple(tests), subtasks)


def _points(text: str, line: int, findings: Findings) -> float:
    try:
        points = float(text)
    except ValueError:
        points = -1.0
    if 0 <= points <= SCORE_MAX:
        return points
    findings.block(FILE, f"expected points behind {_SUBTASK}, not {text[:40]!r}", line=line)
    return 0.0
