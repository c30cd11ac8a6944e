"""Validating one output: by the built-in comparison, a 42/43 validator, or a testlib checker.

Whatever a setter's program does wrong here - crash, hang, flood, lie about scores - is a judge error that names
it, never a verdict against the contestant. Inputs and answers reach it as descriptors in its own container.

Source: problem package format 2025-09, "Output validator", "Multi-pass validation", "Static validator"; for
testlib the exit codes of its registerTestlibCmd programs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace

import msgspec

from judge.compare.byte_source import BytesInMemory, BytesOfDescriptor, ByteSource
from judge.compare.default_validator import compare, parse_number
from judge.compare.excerpt import explain
from judge.compare.values import may_agree, parse_value, value_difference
from judge.errors import PackageError
from judge.grading.feedback import DIRECTORY, Feedback, read_feedback
from judge.grading.manager_output import LINE_BYTES_MAX, read_manager_output
from judge.grading.programs import SOURCES_DIRECTORY, OpenProgram, RunInput, SetterProgram, fault_of_run
from judge.grading.scoring.score import NO_AWARD, Award
from judge.model.compare_flags import CompareFlags
from judge.model.problem import TestCase, ValidatorKind
from judge.model.run import Outcome, RunResult
from judge.model.verdict import Verdict
from judge.sandbox.capture import Capture, Completed
from judge.sandbox.spec import Collect
from judge.text import safe_text
from judge.toolchain.work_files import clashes, shortened

ACCEPT, REJECT = 42, 43

#: Where programs find what they are given.
INPUT_FD, ANSWER_FD, OUTPUT_FD = 3, 4, 5

FEEDBACK_PATH = f"/work/{DIRECTORY}/"

#: testlib's exit codes: accepted; rejected (wrong, presentation, dirt, unexpected end); points.
_TESTLIB_OK, _TESTLIB_REJECTED, _TESTLIB_POINTS = 0, (1, 2, 4, 8), 7

#: Programs that end with those codes.
_LIKE_TESTLIB = (ValidatorKind.TESTLIB, ValidatorKind.TESTLIB_WITHOUT_OUTPUT)

#: ``_pc(n)`` with n of 0..200 as testlib compiled for a test system ends with it.
_TESTLIB_PARTIAL_BASE, _TESTLIB_PARTIAL_MAX = 50, 200

_POINTS = re.compile(rb"\s*(?:partially correct|points|ok)?\s*\(?([-+0-9.eE]+)")

#: What a COCI checker says beside that exit code: a line of its own.
_SHARE = re.compile(rb"^partial ([0-9]{1,18})/([0-9]{1,18})\r?$", re.MULTILINE)

#: Largest output that is read into memory to be compared.
_IN_MEMORY_BYTES = 1 << 20


@dataclass(frozen=True)
class Validation:
    """What a validator says of one output (or one pass).

    ``verdict`` is AC, WA or JE; ``next_pass`` the input of the pass that it asks for; ``kept`` what must be in
    the feedback directory then, and ``files_lost`` how many more files there were than :data:`FEEDBACK_FILES` allows.
    """

    verdict: Verdict
    reason: str = ""
    award: Award = NO_AWARD
    feedback: str = ""
    team_feedback: str = ""
    run: RunResult | None = None
    next_pass: Capture | None = None
    kept: Mapping[str, Capture] = field(default_factory=dict)
    files_lost: int = 0


@dataclass(frozen=True)
class Asked:
    """One pass of one test case, as a program that judges it is shown it.

    ``open_input`` gives a new descriptor at offset 0, which its caller closes; ``answer_fd`` stays its owner's.
    ``kept`` are files of the feedback directory from the last pass, by their names below /work, and ``sources`` those
    of the submission by their own.
    """

    case: TestCase
    open_input: Callable[[], int]
    answer_fd: int
    kept: Mapping[str, Capture] = field(default_factory=dict)
    sources: Mapping[str, Capture] = field(default_factory=dict)

    def bare(self) -> Asked:
        """The same for a program that sees neither the last pass nor the submission's sources."""
        return replace(self, kept={}, sources={})


def compare_output(answer_fd: int, output: Capture, flags: CompareFlags) -> Validation:
    """The default output validator; see :mod:`judge.compare.default_validator`."""
    if _is_same(answer_fd, output):
        return _ACCEPTED
    answer = BytesOfDescriptor(answer_fd)
    with _source_of(output) as source:
        difference = compare(answer, source, flags)
        if difference is None:
            return _ACCEPTED
        message = explain(difference, answer, source, flags)
    place, reason = message.split("\n")[:2]
    return Validation(verdict=Verdict.WA, reason=f"{place.removeprefix('wrong answer: ')}: {reason}", feedback=message)


_ACCEPTED = Validation(verdict=Verdict.AC)


def compare_answer(expected_fd: int, answer: Capture, flags: CompareFlags) -> Validation:
    """The value that a call gave, as JSON, against the expected one; see :mod:`judge.compare.values`.

    One that is much longer than the expected value, or has more parts, cannot be the same and is not parsed. Raises
    PackageError where what is expected is no value.
    """
    expected = _whole(expected_fd)
    if answer.size_bytes == 0:
        return _wrong_value("there is no answer: the program ended before the call did")
    found = answer.read()
    if found == expected:
        return _ACCEPTED
    if answer.truncated or not may_agree(expected, found):
        return _wrong_value(f"the value is larger than the expected one: {answer.size_bytes} bytes of JSON")
    try:
        value = parse_value(expected)
    except ValueError as error:
        raise PackageError(f"{error}", where="the expected value") from error
    try:
        complaint = value_difference(value, parse_value(found), flags)
    except ValueError as error:
        complaint = f"the value {error}"
    return _wrong_value(complaint) if complaint else _ACCEPTED


def _wrong_value(reason: str) -> Validation:
    return Validation(verdict=Verdict.WA, reason=reason, feedback=f"wrong answer: {reason}")


def _whole(fd: int) -> bytes:
    size_bytes = os.fstat(fd).st_size
    return os.pread(fd, size_bytes, 0)


def _is_same(answer_fd: int, output: Capture) -> bool:
    """Whether a small output is the answer byte for byte, which every flag accepts: the usual case, at once."""
    if output.size_bytes > _IN_MEMORY_BYTES:
        return False
    return os.pread(answer_fd, output.size_bytes + 1, 0) == output.read()


@contextmanager
def _source_of(output: Capture) -> Iterator[ByteSource]:
    if output.size_bytes <= _IN_MEMORY_BYTES:
        yield BytesInMemory(output.read())
        return
    fd = output.open_fd()
    try:
        yield BytesOfDescriptor(fd)
    finally:
        os.close(fd)


def run_validator(
    validator: OpenProgram, kind: ValidatorKind, asked: Asked, output: Capture, *, text_bytes_max: int
) -> Validation:
    """Ask a setter's validator about one output.

    Blocks; raises PackageError naming a file that is in the way, else InfrastructureError only.
    """
    with ExitStack() as stack:
        input_fd = asked.open_input()
        stack.callback(os.close, input_fd)
        output_fd = output.open_fd()
        stack.callback(os.close, output_fd)
        fds = {INPUT_FD: input_fd, ANSWER_FD: asked.answer_fd, OUTPUT_FD: output_fd}
        given = RunInput(stdin=output_fd, files=asked.kept, sources=asked.sources, fds=fds)
        args = validator_args(kind, asked.case, _path(OUTPUT_FD))
        done = validator.run(args, given, directories=(DIRECTORY,), collect=FEEDBACK_FILES)
    return validation_of(kind, validator.program, done, text_bytes_max, asked.case.outcome_max)


#: What is taken out of the feedback directory.
FEEDBACK_FILES = Collect(patterns=(f"{DIRECTORY}/**/*",))


def _path(fd: int) -> str:
    return f"/dev/fd/{fd}"


def validator_args(kind: ValidatorKind, case: TestCase, output_path: str) -> tuple[str, ...]:
    """The command line of a validator; ``output_path`` is where a testlib program reads (or writes) the output."""
    if kind is ValidatorKind.TESTLIB_WITHOUT_OUTPUT:
        return (_path(INPUT_FD), _path(ANSWER_FD), *case.output_validator_args)
    if kind is ValidatorKind.TESTLIB:
        return (_path(INPUT_FD), output_path, _path(ANSWER_FD), *case.output_validator_args)
    if kind is ValidatorKind.CMS:
        return (_path(INPUT_FD), _path(ANSWER_FD), output_path)
    return (_path(INPUT_FD), _path(ANSWER_FD), FEEDBACK_PATH, *case.output_validator_args)


def accepting_codes(kind: ValidatorKind) -> Collection[int]:
    """Exit codes of a validator that has accepted."""
    if kind in _LIKE_TESTLIB:
        partial = range(_TESTLIB_PARTIAL_BASE, _TESTLIB_PARTIAL_BASE + _TESTLIB_PARTIAL_MAX + 1)
        return (_TESTLIB_OK, _TESTLIB_POINTS, *partial)
    return (ACCEPT,)


def validation_of(
    kind: ValidatorKind, program: SetterProgram, done: Completed, text_bytes_max: int, outcome_max: float | None = None
) -> Validation:
    """The meaning of one finished run of a setter's validator."""
    if kind is ValidatorKind.CMS:
        return cms_validation(program, done, text_bytes_max, outcome_max)
    if kind in _LIKE_TESTLIB:
        return testlib_validation(program, done, text_bytes_max)
    return kattis_validation(program, done, text_bytes_max)


#: The keys of problem.yaml (and their like in other formats) that give a validator more.
_KEYS = {
    Outcome.CPU_LIMIT: "validation_time",
    Outcome.WALL_LIMIT: "validation_time",
    Outcome.MEMORY_LIMIT: "validation_memory",
    Outcome.OUTPUT_LIMIT: "validation_output",
}


def _key_of(run: RunResult) -> str:
    """Which limit of the package stopped a validator, with the evidence, for its setter."""
    key = _KEYS.get(run.outcome, "")
    if run.outcome is Outcome.OUTPUT_LIMIT and run.stderr_bytes > run.stdout_bytes:
        return ""  # nothing raises that one
    return f" ({run.cause}; the package's limits: {key})" if key else ""


def kattis_validation(program: SetterProgram, done: Completed, text_bytes_max: int) -> Validation:
    """The meaning of one finished run of a 42/43 validator."""
    run, feedback = done.result, read_feedback(done.files, text_bytes_max)
    if run.outcome is not Outcome.EXITED or run.exit_code not in (ACCEPT, REJECT):
        hint = " (42 accepts, 43 rejects)" if run.outcome is Outcome.EXITED else ""
        return _fault(
            f"output validator {fault_of_run(program, run)}{hint}{_key_of(run)}", done, feedback, text_bytes_max
        )
    if feedback.complaint:
        return _fault(f"output validator {program.name}: {feedback.complaint}", done, feedback, text_bytes_max)
    accepted = run.exit_code == ACCEPT
    return Validation(
        verdict=Verdict.AC if accepted else Verdict.WA,
        reason="" if accepted else _first_line(feedback.judge_message) or "rejected by the output validator",
        award=feedback.award,
        feedback=feedback.judge_message if accepted else _everything_said(feedback, done, text_bytes_max),
        team_feedback=feedback.team_message,
        run=run,
        next_pass=feedback.next_pass,
        kept=feedback.kept,
        files_lost=done.passed_over,
    )


def testlib_validation(program: SetterProgram, done: Completed, text_bytes_max: int) -> Validation:
    """The meaning of one finished run of a testlib checker."""
    run, message = done.result, safe_text(done.stderr.read(text_bytes_max), text_bytes_max).strip()
    code = run.exit_code if run.outcome is Outcome.EXITED else None
    verdict, award = _testlib_meaning(code, done.stderr.read(_POINTS_BYTES))
    if verdict is Verdict.JE:
        return _fault(
            f"checker {fault_of_run(program, run)}{_key_of(run)}", done, Feedback(judge_message=message), text_bytes_max
        )
    reason = "" if verdict is Verdict.AC else _first_line(message) or "rejected by the checker"
    return Validation(verdict=verdict, reason=reason, award=award, feedback=message, run=run)


_POINTS_BYTES = 256


def cms_validation(
    program: SetterProgram, done: Completed, text_bytes_max: int, outcome_max: float | None
) -> Validation:
    """The meaning of one finished run of a checker or manager of CMS: its message is for everybody."""
    run = done.result
    if not run.ok:
        return _fault(f"checker {fault_of_run(program, run)}{_key_of(run)}", done, Feedback(), text_bytes_max)
    said, told = done.stdout.read(LINE_BYTES_MAX), done.stderr.read(LINE_BYTES_MAX)
    try:
        verdict, award, message = read_manager_output(said, told, outcome_max)
    except ValueError as error:
        return _fault(f"checker {program.name} {error}", done, Feedback(), text_bytes_max)
    reason = "" if verdict is Verdict.AC else message or "rejected by the checker"
    return Validation(verdict=verdict, reason=reason, award=award, feedback=message, team_feedback=message, run=run)


def _testlib_meaning(code: int | None, message: bytes) -> tuple[Verdict, Award]:
    if code == _TESTLIB_OK:
        return Verdict.AC, NO_AWARD
    if code in _TESTLIB_REJECTED:
        return Verdict.WA, NO_AWARD
    if code == _TESTLIB_POINTS and (match := _SHARE.search(message)):
        part, whole = int(match[1]), int(match[2])
        return (Verdict.AC, Award(multiplier=part / whole)) if part <= whole > 0 else (Verdict.JE, NO_AWARD)
    if code == _TESTLIB_POINTS and (match := _POINTS.match(message)):
        points = parse_number(match[1])
        if points is not None:
            return Verdict.AC, Award(score=points)
    if code is not None and 0 <= code - _TESTLIB_PARTIAL_BASE <= _TESTLIB_PARTIAL_MAX:
        return Verdict.AC, Award(multiplier=(code - _TESTLIB_PARTIAL_BASE) / _TESTLIB_PARTIAL_MAX)
    return Verdict.JE, NO_AWARD


def _fault(reason: str, done: Completed, feedback: Feedback, text_bytes_max: int) -> Validation:
    """A judge error, with everything the program said about it."""
    return Validation(
        verdict=Verdict.JE,
        reason=reason,
        feedback=_everything_said(feedback, done, text_bytes_max),
        run=done.result,
        next_pass=feedback.next_pass,
    )


def _everything_said(feedback: Feedback, done: Completed, text_bytes_max: int) -> str:
    """The validator's message to the judges, then what it wrote to standard error (the end of it, if it is long)."""
    data = done.stderr.tail(text_bytes_max)
    parts = (feedback.judge_message, safe_text(data, text_bytes_max).strip())
    return "\n".join(dict.fromkeys(part for part in parts if part))


def _first_line(text: str) -> str:
    return next((line.strip()[:200] for line in text.splitlines() if line.strip()), "")


@dataclass(frozen=True)
class CheckedSources:
    """The source files that a static validator looks at, and which of their names the contestant ``chose``."""

    files: Mapping[str, bytes]
    chose: Collection[str]


def run_static_validator(
    validator: OpenProgram,
    language_code: str,
    entry_point: str,
    sources: CheckedSources,
    args: Sequence[str],
    *,
    text_bytes_max: int,
) -> Validation:
    """Ask the package's static validator about a submission's source files, which are its working directory.

    Its own data files lie beside them; a submission that takes one of their names is rejected unseen, since each would
    hide the other. Feedback and everything else is elsewhere. Raises PackageError where the contestant chose no name.
    """
    data = dict(validator.program.data_files)
    lost = next(clashes(sources.files, data), None)
    if lost is not None:
        if lost not in sources.chose:
            raise PackageError(
                f"file {shortened(lost)}: a source file has this name, too", where=validator.program.name
            )
        reason = f"the static validator has a file of its own where the submission has {shortened(lost)}: rename yours"
        return Validation(verdict=Verdict.WA, reason=reason, team_feedback=reason)
    spec = validator.program.run_spec(
        (language_code, entry_point, FEEDBACK_PATH, *args),
        directories=(DIRECTORY, SOURCES_DIRECTORY),
        collect=FEEDBACK_FILES,
    )
    spec = msgspec.structs.replace(spec, cwd=f"/work/{SOURCES_DIRECTORY}")
    files = {f"{SOURCES_DIRECTORY}/{name}": content for name, content in (data | dict(sources.files)).items()}
    return kattis_validation(validator.program, validator.run_as(spec, files), text_bytes_max)
