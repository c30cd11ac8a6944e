"""A judge program in the real sandbox: it compiles, runs, compares and gives its verdict."""

from __future__ import annotations

import os

from program_harness import ADD, WRONG, Stand, adding

from judge.model.program import ProgramCase
from judge.model.verdict import Verdict
from judge.sandbox.slot import Slot

BATCH = """
from judge_program import case, compare, compile, finish, inputs, run

program = compile(inputs.submission)
if not program.ok:
    finish("CE", 0, program.log)
good = 0
for test in inputs.tests:
    done = run(program, stdin=test.input)
    right = done.ok and compare(test.answer, done.stdout)
    good += bool(right)
    verdict = done.verdict or ("AC" if right else "WA")
    case(test.name, verdict, float(bool(right)), run=done, reason="" if right is False else right.reason)
finish("AC" if good == len(inputs.tests) else "WA", good)
"""


def test_a_submission_is_compiled_run_and_compared(stand: Stand) -> None:
    result = stand.judge(BATCH, ADD, tests=adding((1, 2), (3, 4)))
    assert result.fault is None, result
    assert (result.verdict, result.score) == (Verdict.AC, 2)
    assert [(case.name, case.verdict, case.score) for case in result.cases] == [("1", "AC", 1.0), ("2", "AC", 1.0)]
    assert all(case.run is not None and case.run.ok for case in result.cases)
    assert [case for case in stand.heard if isinstance(case, ProgramCase)] == list(result.cases)
    assert (result.totals.runs, result.totals.programs) == (2, 1)
    assert result.totals.cpu_time_ns > 0


def test_what_it_says_of_a_wrong_submission_is_the_verdict(stand: Stand) -> None:
    result = stand.judge(BATCH, WRONG, tests=adding((1, 0), (3, 4)))
    assert (result.verdict, result.score) == (Verdict.WA, 1)
    assert result.cases[1].verdict is Verdict.WA
    assert "7" in result.cases[1].reason


TWO_UIDS = """
import os
from judge_program import compile, finish, inputs, run

theirs = run(compile(inputs.submission)).stdout.text().strip()
finish("AC", 0, reason=f"{os.getuid()} {os.getgid()} {os.stat('.').st_uid} / {theirs}")
"""
WHOSE = "import os\nprint(os.getuid(), os.getgid(), os.stat('.').st_uid)\n"


def test_what_judges_has_another_uid_than_what_is_judged(stand: Stand, sandbox_slot: Slot) -> None:
    judging = sandbox_slot.identity.inside.judging_uid
    result = stand.judge(TWO_UIDS, WHOSE)
    assert result.fault is None, result
    assert result.reason == f"{judging} {judging} {judging} / 1000 1000 1000"
    if os.geteuid() == 0:
        assert judging == 1001
