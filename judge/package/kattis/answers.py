"""Test cases without an answer file: packages whose answers an author's script would make.

An accepted submission of the jury makes them, once for all; where the validator talks to the submission, the answer is
empty. Both break the format, so each such case is an error.
"""

from __future__ import annotations

import msgspec

from judge.model.problem import Generator, JurySubmission, Problem, TestCase
from judge.package.files.file_names import ending
from judge.package.findings import Findings
from judge.package.kattis.test_data import data_cases, with_cases

#: Endings of sources that nearly every machine can run, the fastest first; no other submission is asked.
_ENDINGS = ("cpp", "cc", "c", "java", "py")


def with_answers(problem: Problem, findings: Findings) -> Problem:
    """The problem with a program that makes each missing answer. Blocks when there is none."""
    missing = [case for case in data_cases(problem.root) if not case.answer_path]
    if not missing:
        return problem
    talks = problem.interactive or problem.multi_pass
    solver = None if talks or problem.include or problem.submit_answer else _solver(problem)
    for case in missing:
        where, what = f"data/{case.name}.in", f"has no answer file {case.name.rpartition('/')[2]}.ans"
        if talks:
            findings.error(where, f"{what}; it is taken as empty")
        elif solver is None or case.args or case.files:
            findings.block(where, what)
        else:
            findings.error(where, f"{what}; the output of {solver.path} is taken")
    if solver is None:
        return problem
    generator = Generator(program=solver.program)

    def answered(case: TestCase) -> TestCase:
        return case if case.answer_path else msgspec.structs.replace(case, solver=generator)

    return msgspec.structs.replace(problem, root=with_cases(problem.root, answered))


def _solver(problem: Problem) -> JurySubmission | None:
    """An accepted submission of one file."""
    accepted = [
        (_ENDINGS.index(last), one)
        for one in problem.submissions
        if one.path.startswith("submissions/accepted/")
        and len(one.program.files) == 1
        and (last := ending(one.program.files[0][0])) in _ENDINGS
    ]
    return min(accepted, key=lambda found: found[0])[1] if accepted else None
