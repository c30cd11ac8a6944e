"""Outputs judged for a judge program: by the default output validator, or by a validator that it has compiled."""

from __future__ import annotations

import os
from contextlib import ExitStack

import msgspec

from judge.errors import PackageError
from judge.grading.feedback import DIRECTORY
from judge.grading.programs import SetterProgram
from judge.grading.validate import (
    ANSWER_FD,
    FEEDBACK_FILES,
    INPUT_FD,
    OUTPUT_FD,
    compare_output,
    validation_of,
    validator_args,
)
from judge.model.compare_flags import CompareFlags
from judge.model.problem import TestCase, ValidatorKind
from judge.model.verdict import Verdict
from judge.program import calls
from judge.program.answers import Compared, Validated
from judge.program.refusals import Refusal
from judge.program.run_calls import Instruments, files_fit

#: Of one text of a validator.
_TEXT_BYTES = 16 << 10
_KINDS = {"kattis": ValidatorKind.KATTIS, "testlib": ValidatorKind.TESTLIB}


def compared(instruments: Instruments, call: calls.Compare, payload: bytes) -> Compared:
    """Raises Refusal."""
    for tolerance in (call.float_absolute_tolerance, call.float_relative_tolerance):
        if tolerance is not None and not 0 <= tolerance < float("inf"):
            raise Refusal(f"a tolerance is a number that is not negative, not {tolerance}")
    flags = CompareFlags(
        case_sensitive=call.case_sensitive,
        space_change_sensitive=call.space_change_sensitive,
        float_absolute_tolerance=call.float_absolute_tolerance,
        float_relative_tolerance=call.float_relative_tolerance,
    )
    answer = instruments.holdings.of(call.answer_data, payload)
    output = instruments.holdings.of(call.output, payload)
    fd = answer.open()
    try:
        validation = compare_output(fd, output.as_capture(instruments.runner.ceilings.output_bytes), flags)
    finally:
        os.close(fd)
    return Compared(same=validation.verdict is Verdict.AC, reason=validation.reason)


def validated(instruments: Instruments, call: calls.Validate, payload: bytes) -> Validated:
    """Raises Refusal, also for a validator that neither accepts nor rejects; InfrastructureError."""
    kind = _KINDS.get(call.kind)
    if kind is None:
        raise Refusal(f"kind: {', '.join(_KINDS)} are known")
    with ExitStack() as stack:
        fds = {}
        for number, content in ((INPUT_FD, call.input), (ANSWER_FD, call.answer_data), (OUTPUT_FD, call.output)):
            fds[number] = instruments.holdings.of(content, payload).open()
            stack.callback(os.close, fds[number])
        case = TestCase(name="", input_path="", answer_path="", output_validator_args=call.arguments)
        asked = calls.Run(program=call.program, arguments=validator_args(kind, case, f"/dev/fd/{OUTPUT_FD}"))
        ready = instruments.ready(stack, asked, payload)
        spec = msgspec.structs.replace(ready.spec, directories=(DIRECTORY,), collect=FEEDBACK_FILES)
        stack.enter_context(instruments.counted([ready]))
        with instruments.programs.opened(ready.built, spec.limits) as container, files_fit():
            done = container.run(spec, stdin=fds[OUTPUT_FD], files=ready.files, fds=fds)
        for capture in done.captures():
            stack.callback(capture.close)
        instruments.over(ready, done.result)
        program = SetterProgram(f"program {call.program}", ready.built.compiled, ready.built.toolchain, spec.limits)
        try:
            validation = validation_of(kind, program, done, _TEXT_BYTES)
        except PackageError as error:
            raise Refusal(str(error)) from error
    if validation.verdict not in (Verdict.AC, Verdict.WA):
        raise Refusal(f"{validation.reason} {validation.feedback[:2000]}".strip())
    return Validated(
        accepted=validation.verdict is Verdict.AC,
        score=validation.award.score,
        multiplier=validation.award.multiplier,
        reason=validation.reason,
        feedback=validation.feedback,
        team_feedback=validation.team_feedback,
    )
