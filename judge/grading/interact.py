"""Interactive cases: the submission talks to the validator, each in its own container; who failed first?

Either side may end first, write for ever, close early, or wait for the other for ever. :func:`decide` is the whole
rule, top to bottom, first match wins (S = submission, V = validator; "failed" = a verdict of its own run):

====  =======================================  =====================  ==================================
row   S                                        V                      verdict
====  =======================================  =====================  ==================================
1     any; cut off when V had ended            43, V ended first      WA: what S does afterwards is noise
2     failed, S ended first                    any                    S's own: V only saw the wreck
3     any                                      neither 42 nor 43      JE naming V
4     failed (V ended first with 42)           42                     S's own (it went on and failed)
5     ended well                               42 / 43                AC / WA
====  =======================================  =====================  ==================================

Row 2 has one exception: S stood still until its wall or idle limit, and V, which reads an end of file when S is
gone, did not end by itself either: then V hangs, and row 3 applies. A deadlock in which V still listens is S's.

Two things make the rows fair. When V has ended, S still may write: nobody reads it, but no broken pipe kills a
submission for its last line. When S has ended, V reads an end of file and its writes are swallowed, too.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from judge.errors import CancelledError
from judge.grading.execute import STDERR_READ_BYTES, OpenSubmission, files_of
from judge.grading.feedback import DIRECTORY
from judge.grading.options import GradingOptions
from judge.grading.programs import OpenProgram, SetterProgram
from judge.grading.validate import (
    ANSWER_FD,
    FEEDBACK_FILES,
    INPUT_FD,
    Asked,
    Validation,
    accepting_codes,
    validation_of,
    validator_args,
)
from judge.model.limits import Limits
from judge.model.problem import TestCase, ValidatorKind
from judge.model.run import Outcome, RunResult
from judge.model.units import MIB
from judge.model.verdict import Verdict
from judge.sandbox.capture import Capture
from judge.sandbox.conversation import Participant
from judge.sandbox.interaction import Interaction, Side
from judge.text import printable_bytes
from judge.toolchain.work_files import blamed_on
from judge.verdicts import ending_of_run, reason_of_run, verdict_of_run

#: Where a testlib interactor may write what it thinks of the conversation.
INTERACTOR_OUTPUT = "/work/feedback/interaction.out"

NOTHING_WRITTEN = Capture(b"")

_STOOD_STILL = (Outcome.WALL_LIMIT, Outcome.IDLE_LIMIT)
_OVER_ITS_LIMITS = (Outcome.CPU_LIMIT, Outcome.WALL_LIMIT, Outcome.IDLE_LIMIT, Outcome.CANCELLED)


@dataclass(frozen=True)
class Conversation:
    """One finished interactive pass. ``validation`` says what the validator thinks, ``verdict`` what counts;
    ``output`` is what a testlib interactor wrote for the checker, ``said`` what the submission wrote, as far as it is
    kept, ``stderr`` what it wrote there; ``ending`` says how its run failed, empty when that did not decide."""

    run: RunResult
    verdict: Verdict
    reason: str
    validation: Validation
    transcript: str = ""
    output: Capture = NOTHING_WRITTEN
    said: Capture = NOTHING_WRITTEN
    stderr: Capture = NOTHING_WRITTEN
    ending: str = ""


def converse(
    submission: OpenSubmission,
    validator: OpenProgram,
    kind: ValidatorKind,
    asked: Asked,
    options: GradingOptions,
) -> Conversation:
    """Run one interactive pass and decide it. Blocks; raises PackageError naming a file of the setter's that is in the
    way, CancelledError, InfrastructureError."""
    program, case = validator.program, asked.case
    args = validator_args(kind, case, INTERACTOR_OUTPUT)
    patient = outliving(program, submission.limits)
    spec = patient.run_spec(args, directories=(DIRECTORY,), collect=FEEDBACK_FILES)
    input_fd = asked.open_input()
    try:
        with files_of(submission, case) as files, blamed_on(program.name):
            done = submission.container.interact(
                Participant(submission.run_spec(case), files),
                validator.container,
                Participant(
                    spec,
                    program.work_files(asked.kept, asked.sources, (DIRECTORY,)),
                    {INPUT_FD: input_fd, ANSWER_FD: asked.answer_fd},
                ),
                transcript_bytes_max=options.transcript_bytes,
                go_on_after=accepting_codes(kind),
            )
    finally:
        os.close(input_fd)
    validation = validation_of(kind, program, done.other_side, options.feedback_bytes)
    return _conversation(submission, case, done, validation)


#: What an interactor may send, if ``validation_output`` is not more: as an input it would have been free, and it is
#: passed on, not kept.
SENT_BYTES_MAX = 256 * MIB


def outliving(program: SetterProgram, limits: Limits) -> SetterProgram:
    """The validator with real time left after the submission has used up all of its own, and with much to say."""
    mine = program.limits
    raised = msgspec.structs.replace(
        mine,
        wall_time_ns=mine.wall_time_ns + limits.wall_time_ns,
        stdout_bytes=max(mine.stdout_bytes, SENT_BYTES_MAX),
    )
    return dataclasses.replace(program, limits=raised)


def _conversation(
    submission: OpenSubmission, case: TestCase, done: Interaction, validation: Validation
) -> Conversation:
    run = done.self_side.result
    if run.outcome is Outcome.CANCELLED and validation.run and validation.run.outcome is Outcome.CANCELLED:
        raise CancelledError(f"test case {case.name}: cancelled")
    own = None
    if run.outcome is not Outcome.CANCELLED:
        markers = submission.compiled.language.memory_markers
        own = verdict_of_run(run, done.self_side.stderr.read(STDERR_READ_BYTES) if markers else b"", markers)
    ending = ending_of_run(run, submission.limits) if own is not None else ""
    verdict, reason = decide(run, own, validation, validator_first=done.first_exit is Side.OTHER, ending=ending)
    output = done.other_side.files.get(INTERACTOR_OUTPUT.removeprefix("/work/"), NOTHING_WRITTEN)
    said = Capture(b"".join(data for speaker, data in done.transcript if speaker is Side.SELF))
    return Conversation(
        run,
        verdict,
        reason,
        validation,
        render_transcript(done.transcript),
        output,
        said,
        done.self_side.stderr,
        ending if reason == ending else "",
    )


def decide(
    run: RunResult, own: Verdict | None, validation: Validation, *, validator_first: bool, ending: str = ""
) -> tuple[Verdict, str]:
    """The table of the module. ``own`` is the verdict of the submission's run, None when it ended well or was cut
    off after the validator had ended; ``ending`` is how it ended, in words."""
    if validation.verdict is Verdict.WA and validator_first:
        return Verdict.WA, validation.reason
    if own is not None and not validator_first and not _both_stand_still(run, validation):
        return own, ending or reason_of_run(run)
    if validation.verdict is Verdict.JE:
        return Verdict.JE, validation.reason
    if own is not None:
        return own, ending or reason_of_run(run)
    return validation.verdict, validation.reason


def _both_stand_still(run: RunResult, validation: Validation) -> bool:
    return run.outcome in _STOOD_STILL and validation.run is not None and validation.run.outcome in _OVER_ITS_LIMITS


def render_transcript(pieces: Sequence[tuple[Side, bytes]]) -> str:
    """Lines as in the format's .interaction files: ``>`` written by the submission, ``<`` by the validator."""
    marks = {Side.SELF: ">", Side.OTHER: "<"}
    lines = []
    for speaker, text in _lines_of(pieces):
        lines.append(marks[speaker] + printable_bytes(text))
    return "\n".join(lines)


def _lines_of(pieces: Sequence[tuple[Side, bytes]]) -> list[tuple[Side, bytes]]:
    """Glue the pieces that one side wrote in a row, then cut them into lines."""
    runs: list[tuple[Side, bytearray]] = []
    for speaker, data in pieces:
        if runs and runs[-1][0] == speaker:
            runs[-1][1].extend(data)
        else:
            runs.append((speaker, bytearray(data)))
    return [(speaker, line) for speaker, data in runs for line in bytes(data).removesuffix(b"\n").split(b"\n")]
