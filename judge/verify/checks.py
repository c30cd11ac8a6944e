"""Asks a package's validators about its test data: are the inputs valid, the answers accepted, the bad ones refused?

All programs run in the sandbox of the judge that is passed in. A validator that crashes, hangs or answers nonsense
is a failed check that names it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath

from judge.errors import CancelledError, PackageError, UnavailableError
from judge.grading.pipeline import Judge
from judge.grading.programs import OpenProgram, RunInput, SetterProgram, build_program, fault_of_run, open_program
from judge.grading.validate import ACCEPT, REJECT, Asked, Validation, compare_output, run_validator
from judge.model.problem import Problem, Program, TestCase, ValidatorCase, ValidatorKind
from judge.model.run import Outcome, RunResult
from judge.model.verdict import Verdict
from judge.model.verification import CheckResult
from judge.sandbox.capture import Capture
from judge.text import safe_text
from judge.verify.input_programs import reason_not_runnable, runnable

_TEXT_BYTES_MAX = 4096
#: The input's descriptor of an answer validator.
_INPUT_FD = 3


@dataclass(frozen=True)
class CheckSummary:
    """The answers to some questions: how many there were, which went wrong, which validators could not be asked."""

    count: int = 0
    wrong: tuple[CheckResult, ...] = ()
    skipped: tuple[CheckResult, ...] = ()


def check_inputs(judge: Judge, problem: Problem, cases: Sequence[TestCase]) -> CheckSummary:
    """Every input validator must accept every input; every answer validator every answer."""
    names = {case.name for case in cases}
    extra = [one for one in problem.validator_cases if one.kind != "invalid_input" and one.name not in names]
    everything: list[TestCase | ValidatorCase] = [*cases, *extra]
    asked = [
        _ask(judge, problem, program, "input", everything, must_accept=True) for program in problem.input_validators
    ]
    answered = [case for case in everything if case.answer_path and _kind(case) != "invalid_answer"]
    asked += [
        _ask(judge, problem, program, "answer", answered, must_accept=True) for program in problem.answer_validators
    ]
    return _together(asked)


def check_invalid(judge: Judge, problem: Problem) -> CheckSummary:
    """Each invalid input must be refused by some input validator, each invalid answer by some answer validator; where
    there is none of the latter, which no format demands, these cases are left out."""
    asked = []
    for kind, what, programs in (
        ("invalid_input", "input", problem.input_validators),
        ("invalid_answer", "answer", problem.answer_validators),
    ):
        left = [case for case in problem.validator_cases if case.kind == kind]
        if kind == "invalid_answer" and not programs:
            left = []
        count = len(left)
        for program in programs:
            answers = _ask(judge, problem, program, what, left, must_accept=False)
            if answers.skipped:
                left = []
            accepted = {one.case for one in answers.wrong}
            left = [case for case in left if case.name in accepted]
        names = ", ".join(program.name for program in programs) or "no validator"
        wrong = tuple(
            CheckResult(kind=kind, program=names, case=case.name, ok=False, reason="was accepted, but must be refused")
            for case in left
        )
        asked.append(CheckSummary(count, wrong))
    return _together(asked)


def check_outputs(judge: Judge, problem: Problem, cases: Sequence[TestCase]) -> CheckSummary:
    """The output validator must refuse invalid outputs and accept valid ones and the samples' own answers."""
    if problem.interactive or problem.multi_pass:
        return CheckSummary()
    questions = list(_output_questions(problem, cases))
    wrong = []
    with ExitStack() as stack:
        validator = None
        if problem.output_validator is not None and questions:
            built = _built(judge, problem, problem.output_validator)
            validator = stack.enter_context(open_program(judge.slots[0].container, built))
        name = problem.output_validator.name if problem.output_validator else "the default output validator"
        for kind, case, output_path in questions:
            validation = _validate(judge, problem, validator, case, output_path)
            _stop_if_cancelled(validation.run)
            wanted = Verdict.WA if kind == "invalid_output" else Verdict.AC
            if validation.verdict is not wanted:
                reason = validation.reason or (
                    "was accepted, but must be refused" if wanted is Verdict.WA else "was refused"
                )
                wrong.append(CheckResult(kind=kind, program=name, case=case.name, ok=False, reason=reason))
    return CheckSummary(len(questions), tuple(wrong))


def _output_questions(problem: Problem, cases: Sequence[TestCase]) -> Iterator[tuple[str, TestCase, str]]:
    """(kind, case, path of the output to judge)."""
    for one in problem.validator_cases:
        if one.kind.endswith("_output") and one.output_path and one.answer_path:
            yield one.kind, _as_case(one), one.output_path
    if problem.output_validator is not None and problem.validator_kind is ValidatorKind.KATTIS:
        for case in cases:
            whole = case.answer_path and not case.answer_overridden and not problem.submit_answer
            if case.name.startswith("sample/") and whole:
                yield "answer_as_output", case, case.answer_path


def _as_case(case: ValidatorCase) -> TestCase:
    return TestCase(
        name=case.name,
        input_path=case.input_path,
        answer_path=case.answer_path,
        output_validator_args=case.output_validator_args,
        compare=case.compare,
    )


def _validate(
    judge: Judge, problem: Problem, validator: OpenProgram | None, case: TestCase, output_path: str
) -> Validation:
    with ExitStack() as stack:

        def opened(path: str) -> int:
            fd = judge.data.open(path)
            stack.callback(os.close, fd)
            return fd

        output_fd = judge.data.open(output_path)
        output = Capture(fd=output_fd, size_bytes=os.fstat(output_fd).st_size)
        stack.callback(output.close)
        if validator is None:
            return compare_output(opened(case.answer_path), output, case.compare)
        asked = Asked(case, partial(judge.data.open, case.input_path), opened(case.answer_path))
        return run_validator(validator, problem.validator_kind, asked, output, text_bytes_max=_TEXT_BYTES_MAX)


def _ask(
    judge: Judge,
    problem: Problem,
    program: Program,
    what: str,
    cases: Sequence[TestCase | ValidatorCase],
    *,
    must_accept: bool,
) -> CheckSummary:
    """One validator about many cases; ``wrong``: those it did not judge as ``must_accept`` says.

    A run that is no judgement at all (a crash, a limit) is never right when accepting is wanted; refusing is
    satisfied by anything but acceptance, as the format says.
    """
    if not cases:
        return CheckSummary()
    buildable = runnable(program)
    if buildable is None:
        return _unasked(program, what, reason_not_runnable(program))
    try:
        built = _built(judge, problem, buildable)
    except UnavailableError as error:
        return _unasked(program, what, error.message)
    except PackageError as error:
        return CheckSummary(1, (CheckResult(kind=what, program=program.name, case="", ok=False, reason=error.message),))
    wrong = []
    with open_program(judge.slots[0].container, built) as validator:
        for case in cases:
            accepted, reason = _accepts(judge, problem, program, validator, what, case)
            if accepted is not must_accept:
                wrong.append(CheckResult(kind=what, program=program.name, case=case.name, ok=False, reason=reason))
    return CheckSummary(len(cases), tuple(wrong))


def _unasked(program: Program, what: str, reason: str) -> CheckSummary:
    return CheckSummary(skipped=(CheckResult(kind=what, program=program.name, case="", ok=True, reason=reason),))


def _accepts(
    judge: Judge, problem: Problem, program: Program, validator: OpenProgram, what: str, case: TestCase | ValidatorCase
) -> tuple[bool, str]:
    with ExitStack() as stack:

        def opened(path: str) -> int:
            fd = judge.data.open(path)
            stack.callback(os.close, fd)
            return fd

        if what == "input":
            args = (*_arguments(case.input_validator_args, program), *case.args)
            files = {name: opened(path) for name, path in case.files}
            done = validator.run(args, RunInput(stdin=opened(case.input_path), files=files))
        else:
            fds = {_INPUT_FD: opened(case.input_path)}
            args = (f"/dev/fd/{_INPUT_FD}", *_arguments(case.answer_validator_args, program))
            done = validator.run(args, RunInput(stdin=opened(case.answer_path), fds=fds))
        run = done.result
        _stop_if_cancelled(run)
        accept = 0 if problem.validator_kind is ValidatorKind.TESTLIB else ACCEPT
        if run.outcome is Outcome.EXITED and run.exit_code == accept:
            return True, ""
        said = safe_text(done.stderr.read(_TEXT_BYTES_MAX) or done.stdout.read(_TEXT_BYTES_MAX), _TEXT_BYTES_MAX)
        line = next((line.strip() for line in said.splitlines() if line.strip()), "")
        refused = run.outcome is Outcome.EXITED and run.exit_code in (REJECT, 1)
        reason = "refused" if refused else fault_of_run(validator.program, run)
        return False, f"{reason}: {line}" if line else reason


def _stop_if_cancelled(run: RunResult | None) -> None:
    """A run that was ended by us says nothing about the setter's program. Raises CancelledError."""
    if run is not None and run.outcome is Outcome.CANCELLED:
        raise CancelledError(run.cause or "cancelled")


def _arguments(pairs: Sequence[tuple[str, tuple[str, ...]]], program: Program) -> tuple[str, ...]:
    """The arguments meant for this validator: those for all, or those under its name, with or without ending."""
    base = PurePosixPath(program.name)
    for name, args in pairs:
        if name in ("", base.name, base.stem):
            return args
    return ()


def _kind(case: TestCase | ValidatorCase) -> str:
    return case.kind if isinstance(case, ValidatorCase) else ""


def _built(judge: Judge, problem: Problem, program: Program) -> SetterProgram:
    """Raises PackageError naming the program, UnavailableError when this machine lacks its language."""
    try:
        return build_program(judge.slots[0].container, judge.build_context, problem, program)
    except PackageError as error:
        raise type(error)(f"validator {error.message}", where=error.where or program.name) from error


def _together(asked: Sequence[CheckSummary]) -> CheckSummary:
    return CheckSummary(
        sum(one.count for one in asked),
        tuple(check for one in asked for check in one.wrong),
        tuple(check for one in asked for check in one.skipped),
    )
