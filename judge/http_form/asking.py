"""Work of the model as the body of the request that asks for it: the way back of :mod:`judge.http_form.requests`."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from judge.errors import WorkError
from judge.http_form.data import Given, GivenBytes, GivenFile, GivenSource
from judge.http_form.program_requests import GivenProgramTest, GivenSubmission, ProgramRequest
from judge.http_form.requests import (
    Asking,
    EvaluationRequest,
    GivenCommand,
    GivenComparison,
    GivenHandIn,
    GivenProgram,
    GivenTest,
    GroupRequest,
    RunRequest,
    SessionForm,
    SubmissionRequest,
    VerificationRequest,
)
from judge.model.submission import HandIn, SourceFile, Submission
from judge.model.verification import Verification
from judge.model.work import (
    Command,
    CommandGroup,
    Comparison,
    Data,
    Evaluation,
    EvaluationTest,
    Execution,
    InputFile,
    JudgedProgram,
    ProgramJudging,
    ProgramSource,
    ProgramTest,
    SessionRequest,
    Work,
)

#: The class that work gets when the request names none.
_USUAL_CLASS = "run"
_USUAL_SUBMISSION_CLASS = "practice"


def request_of(work: Work) -> tuple[str, Asking]:
    """The resource ("runs") and the body."""
    header, task = work.header, work.task
    common: dict[str, Any] = {
        "id": header.id,
        "priority_class": _named(header.priority_class, _USUAL_CLASS),
        "tags": header.tags,
        "context": header.context,
    }
    match task:
        case Execution():
            return "runs", RunRequest(**common, **_program(task.program, header.language), **_execution(task))
        case Evaluation():
            program = _program(task.program, header.language)
            return "evaluations", EvaluationRequest(**common, **program, **_evaluation(task))
        case CommandGroup():
            return "groups", GroupRequest(**common, commands=tuple(map(_command, task.commands)), pipes=task.pipes)
        case SessionRequest():
            return "sessions", SessionForm(**common, **_program(task.program, header.language), **_session(task))
        case Verification():
            path = f"packages/{_package_named(task.package)}/verify"
            return path, VerificationRequest(**common, **_verification(task))
        case ProgramJudging():
            return "programs", ProgramRequest(**common, **_judging(task))


def _package_named(package: str) -> str:
    if "/" in package or package in ("", ".", ".."):
        raise WorkError("over HTTP a package is named by its digest, NAME or NAME@VERSION", "package")
    return quote(package, safe="")


def submission_request_of(submission: Submission) -> SubmissionRequest:
    """The body that hands in a submission."""
    return SubmissionRequest(
        id=submission.id,
        priority_class=_named(submission.priority_class, _USUAL_SUBMISSION_CLASS),
        tags=submission.tags,
        package=submission.package,
        language=submission.language,
        sources=tuple(map(_source, submission.sources)),
        main=submission.main,
        hand_in=_given_hand_in(submission.hand_in) if isinstance(submission.hand_in, HandIn) else None,
    )


def _given_hand_in(hand_in: HandIn) -> GivenHandIn:
    """The number of the attempt is counted there."""
    return GivenHandIn(student=hand_in.student, handed_in_at_ms=hand_in.handed_in_at_ms, due_at_ms=hand_in.due_at_ms)


def given_of(data: Data) -> Given:
    """Bytes as a request has them."""
    if data.blob:
        return GivenBytes(blob=data.blob)
    try:
        return data.content.decode()
    except UnicodeDecodeError:
        return GivenBytes(base64=data.content)


def _named(priority_class: str, usual: str) -> str:
    """Empty for the usual one: a key that may have only less urgent ones gets the best of those."""
    return "" if priority_class == usual else priority_class


def _program(program: ProgramSource | None, language: str) -> dict[str, Any]:
    if program is None:
        return {"language": language}
    blobs = tuple(GivenSource(name=one.name, blob=one.blob) for one in program.source_blobs)
    return {
        "language": program.language or language,
        "sources": (*map(_source, program.sources), *blobs),
        "main": program.main,
        "compiler_arguments": program.compiler_arguments,
        "archive": given_of(program.archive),
    }


def _source(source: SourceFile) -> GivenSource:
    try:
        return GivenSource(name=source.name, text=source.content.decode())
    except UnicodeDecodeError:
        return GivenSource(name=source.name, base64=source.content)


def _file(file: InputFile) -> GivenFile:
    return GivenFile(name=file.name, content=given_of(file.data), executable=file.executable)


def _execution(task: Execution) -> dict[str, Any]:
    plain = ("argv", "arguments", "environment", "limits", "compile_limits", "repeats", "merge_stderr", "pieces",
             "keep", "live", "reuse", "unchecked")  # fmt: skip
    return {
        **_fields(task, plain),
        "stdin": given_of(task.stdin),
        "files": tuple(map(_file, task.files)),
    }


def _evaluation(task: Evaluation) -> dict[str, Any]:
    plain = ("test_set", "stop_after", "limits", "compile_limits", "repeat_near_limit", "reuse")
    return {
        **_fields(task, plain),
        "tests": tuple(map(_test, task.tests)),
        "comparison": _comparison(task.comparison),
    }


def _session(task: SessionRequest) -> dict[str, Any]:
    plain = ("argv", "arguments", "environment", "limits", "compile_limits", "terminal", "rows", "columns", "grace_ns",
             "keep")  # fmt: skip
    return {**_fields(task, plain), "files": tuple(map(_file, task.files))}


def _verification(task: Verification) -> dict[str, Any]:
    return _fields(task, ("only", "every_case", "check_data", "time_limit_ns", "strict"))


def _judging(task: ProgramJudging) -> dict[str, Any]:
    plain = ("parameters", "state", "state_version", "limits", "own_limits", "compile_limits", "quotas")
    return {
        **_fields(task, plain),
        "program": GivenProgram(**_program(task.program, "")),
        "submissions": tuple(map(_submission, task.submissions)),
        "tests": tuple(map(_program_test, task.tests)),
        "data": tuple(map(_file, task.data)),
    }


def _submission(one: JudgedProgram) -> GivenSubmission:
    program = None if one.program is None else GivenProgram(**_program(one.program, ""))
    return GivenSubmission(name=one.name, work=one.work, program=program)


def _program_test(test: ProgramTest) -> GivenProgramTest:
    return GivenProgramTest(
        **_fields(test, ("name", "group", "sample", "arguments")),
        input=given_of(test.input),
        answer=None if test.answer is None else given_of(test.answer),
        files=tuple(map(_file, test.files)),
    )


def _test(test: EvaluationTest) -> GivenTest:
    return GivenTest(
        name=test.name,
        stdin=given_of(test.stdin),
        expected=given_of(test.expected),
        arguments=test.arguments,
        files=tuple(map(_file, test.files)),
        weight=test.weight,
        call_arguments=given_of(test.call_arguments),
    )


def _comparison(comparison: Comparison) -> GivenComparison:
    plain = ("kind", "case_sensitive", "space_change_sensitive", "float_absolute_tolerance", "float_relative_tolerance",
             "function", "validator_arguments")  # fmt: skip
    validator = comparison.validator
    given = None if validator is None else GivenProgram(**_program(validator, ""))
    return GivenComparison(**_fields(comparison, plain), validator=given)


def _command(command: Command) -> GivenCommand:
    plain = ("argv", "language", "environment", "limits", "compiling", "merge_stderr", "keep")
    return GivenCommand(
        **_fields(command, plain), files=tuple(map(_file, command.files)), stdin=given_of(command.stdin)
    )


def _fields(value: object, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(value, name) for name in names}
