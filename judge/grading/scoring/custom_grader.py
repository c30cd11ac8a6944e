"""A legacy package's own grader: a sandboxed program that folds the results of a group.

Source: problem package format, legacy, "Graders": one ``VERDICT SCORE`` line per result on stdin, one on stdout.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from judge.compare.default_validator import parse_number
from judge.grading.programs import OpenProgram, RunInput, fault_of_run
from judge.grading.scoring.score import Scored, judge_error
from judge.model.problem import TestGroup
from judge.model.verdict import VERDICTS, Verdict
from judge.package.ceilings import SCORE_MAX
from judge.sandbox.capture import Completed
from judge.text import safe_text

_WORDS = "|".join(verdict for verdict, row in VERDICTS.items() if row.of_tests)
_ANSWER = re.compile(rf"\s*({_WORDS})\s+(\S+)\s*".encode())
_ANSWER_BYTES = 4096


def grade_with(custom_grader: OpenProgram, group: TestGroup, results: Sequence[Scored]) -> Scored:
    """Ask the grader for the result of one group; anything but a proper answer is a judge error."""
    lines = "".join(f"{result.verdict} {result.score or 0.0:.12g}\n" for result in results)
    done = custom_grader.run(group.policy.grader_flags, RunInput(stdin=lines.encode()))
    if not done.result.ok:
        return judge_error(f"grader {fault_of_run(custom_grader.program, done.result)}{_said(done)}")
    match = _ANSWER.fullmatch(done.stdout.read(_ANSWER_BYTES))
    score = parse_number(match[2]) if match else None
    if match is None or score is None or abs(score) > SCORE_MAX:
        shown = safe_text(done.stdout.read(100), 100).strip()
        return judge_error(f"grader {custom_grader.program.name} answered {shown!r} instead of a verdict and a score")
    return Scored(verdict=Verdict(match[1].decode()), score=score)


def _said(done: Completed) -> str:
    said = safe_text(done.stderr.read(200), 200).strip().replace("\n", " | ")
    return f": {said}" if said else ""
