"""Tests that come along with an evaluation: checked, put into files of a private directory, and made a problem.

Everything here was written by a stranger; each fault is a WorkError that names the field.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec

from judge.errors import PackageError, WorkError
from judge.model.compare_flags import CompareFlags
from judge.model.problem import (
    NamedFiles,
    PackageFormat,
    Problem,
    ProblemLimits,
    ScorePolicy,
    TestCase,
    TestGroup,
    ValidatorKind,
)
from judge.model.units import MIB
from judge.model.work import (
    TEST_SET_BYTES_MAX,
    TESTS_MAX,
    Comparison,
    ComparisonKind,
    Data,
    Evaluation,
    EvaluationTest,
    InputFile,
)
from judge.package.ceilings import SCORE_MAX
from judge.running.calls import VALUE_BYTES_MAX, CallableProgram, check_call_arguments, check_value
from judge.running.inputs import DEPTH_MAX, checked_words
from judge.running.runner import Runner
from judge.toolchain.work_files import Given, merged, parents

#: All inputs, expected outputs and files of an evaluation together; of several with the same blob one counts.
DATA_BYTES_MAX = 1024 * MIB

#: JSON objects and words in a test set: far more than the most tests need, and what reading them may take is bounded.
_TEST_SET_PARTS_MAX = 1 << 20

_NAME_CHARS_MAX = 200

#: How reports call the client's validator.
VALIDATOR = "the validator"

_COPIED_BYTES = 1 << 20


def checked_tests(runner: Runner, tenant: str, evaluation: Evaluation) -> tuple[EvaluationTest, ...]:
    """The tests, inline or of the test set, each with a name of its own. Raises WorkError."""
    _check_comparison(evaluation.comparison)
    if evaluation.stop_after < 0:
        raise WorkError("must not be negative", "stop_after")
    if evaluation.tests and evaluation.test_set:
        raise WorkError("there are tests and a test set; one of them is allowed", "test_set")
    tests = _test_set(runner, tenant, evaluation.test_set) if evaluation.test_set else evaluation.tests
    if not tests:
        raise WorkError("at least one test is needed", "tests")
    if len(tests) > TESTS_MAX:
        raise WorkError(f"{len(tests)} tests are more than {TESTS_MAX}", "tests")
    names: set[str] = set()
    checked = []
    for index, test in enumerate(tests):
        test = msgspec.structs.replace(test, name=test.name or str(index + 1))
        _check_test(test, names, evaluation.comparison.kind, f"tests[{index}]")
        names.add(test.name)
        checked.append(test)
    return tuple(checked)


def _test_set(runner: Runner, tenant: str, blob: str) -> tuple[EvaluationTest, ...]:
    with on_field("test_set"):
        data = runner.blobs.read(tenant, blob, TEST_SET_BYTES_MAX)
    if sum(data.count(mark) for mark in (b"{", b"[", b",")) > _TEST_SET_PARTS_MAX:
        raise WorkError(f"there are more than {_TEST_SET_PARTS_MAX} objects and words in it", "test_set")
    try:
        return msgspec.json.decode(data, type=tuple[EvaluationTest, ...])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WorkError(f"is no JSON array of tests: {error}", "test_set") from error


def _check_comparison(comparison: Comparison) -> None:
    tolerances = {name: getattr(comparison, name) for name in ("float_absolute_tolerance", "float_relative_tolerance")}
    for name, tolerance in tolerances.items():
        if tolerance is not None and not (math.isfinite(tolerance) and tolerance >= 0):
            raise WorkError("must be a number that is not negative", f"comparison.{name}")
    if comparison.kind is ComparisonKind.FLOATS and set(tolerances.values()) == {None}:
        raise WorkError("floats are compared with a tolerance, absolute or relative", "comparison")
    if comparison.kind is ComparisonKind.VALIDATOR and comparison.validator is None:
        raise WorkError("a program is needed", "comparison.validator")
    checked_words(comparison.validator_arguments, "comparison.validator_arguments")


def _check_test(test: EvaluationTest, names: set[str], kind: ComparisonKind, field: str) -> None:
    if len(test.name) > _NAME_CHARS_MAX or not test.name.isprintable():
        raise WorkError(f"a name has up to {_NAME_CHARS_MAX} printable characters", f"{field}.name")
    if test.name in names:
        raise WorkError(f"there are two tests of the name {test.name!r}", f"{field}.name")
    if not (math.isfinite(test.weight) and 0 <= test.weight <= SCORE_MAX):
        raise WorkError(f"must be a number from 0 to {SCORE_MAX:g}", f"{field}.weight")
    checked_words(test.arguments, f"{field}.arguments")
    _check_files(test.files, f"{field}.files")
    given = test.call_arguments.content or test.call_arguments.blob
    if kind is not ComparisonKind.CALL and given:
        raise WorkError("only a function is called with arguments", f"{field}.call_arguments")
    if kind is ComparisonKind.CALL and (test.stdin.content or test.stdin.blob):
        raise WorkError("a function that is called finds no standard input", f"{field}.stdin")


def _check_files(files: Sequence[InputFile], field: str) -> None:
    names: set[str] = set()
    for index, file in enumerate(files):
        if file.name in names:
            raise WorkError("there are two files of this name", f"{field}[{index}].name")
        if file.executable:
            raise WorkError("a file of a test cannot be executable", f"{field}[{index}].executable")
        if len(parents(file.name)) > DEPTH_MAX:
            raise WorkError(f"more than {DEPTH_MAX} directories deep", f"{field}[{index}].name")
        names.add(file.name)
    try:
        merged(Given(dict.fromkeys(names, b""), where=field))
    except PackageError as error:
        raise WorkError(error.message, field) from error


class TestFiles:
    """Files of one evaluation's tests in its ``directory``; each blob once."""

    __test__ = False

    def __init__(self, runner: Runner, tenant: str, directory: str) -> None:
        self.ceilings = runner.ceilings
        self._runner = runner
        self._tenant = tenant
        self._directory = directory
        self._room_bytes = DATA_BYTES_MAX
        self._count = 0
        self._blobs: dict[str, str] = {}

    def path(self, data: Data, field: str) -> str:
        """Where these bytes lie now; empty for none at all. Raises WorkError, OSError."""
        if not data.blob:
            return self.path_of(data.content, field)
        if data.blob not in self._blobs:
            self._blobs[data.blob] = self._copied(data.blob, field)
        return self._blobs[data.blob]

    def path_of(self, content: bytes, field: str) -> str:
        """As :meth:`path`, of bytes."""
        if not content:
            return ""
        self._take_room(len(content), field)
        path = self._new_path()
        with open(path, "xb", buffering=0) as file:
            file.write(content)
        return path

    def file(self, data: Data, field: str) -> str:
        """As :meth:`path`, but there is a file also where there are no bytes."""
        path = self.path(data, field)
        if not path:
            path = f"{self._directory}/empty"
            open(path, "ab").close()
        return path

    def value(self, data: Data, field: str) -> bytes:
        """Bytes that are small enough to be looked at. Raises WorkError."""
        with on_field(field):
            return self._runner.bytes_of(self._tenant, data, VALUE_BYTES_MAX)

    def _copied(self, blob: str, field: str) -> str:
        with on_field(field):
            source = self._runner.blobs.open(self._tenant, blob)
        try:
            path = self._new_path()
            with open(path, "xb", buffering=0) as file:
                while piece := os.read(source, _COPIED_BYTES):
                    self._take_room(len(piece), field)
                    file.write(piece)
        finally:
            os.close(source)
        return path

    def _new_path(self) -> str:
        self._count += 1
        return f"{self._directory}/{self._count}"

    def _take_room(self, size_bytes: int, field: str) -> None:
        self._room_bytes -= size_bytes
        if self._room_bytes < 0:
            raise WorkError(f"all data together have more than {DATA_BYTES_MAX} bytes", field)


def problem_of(
    name: str,
    comparison: Comparison,
    files: TestFiles,
    tests: Sequence[EvaluationTest],
    called: CallableProgram | None,
) -> Problem:
    """The problem that checked tests are. Raises WorkError, OSError where a file cannot be written."""
    flags = _flags(comparison)
    cases = tuple(
        _case(test, files, called, flags, comparison.validator_arguments, f"tests[{index}]")
        for index, test in enumerate(tests)
    )
    kinds = {ComparisonKind.CALL: ValidatorKind.VALUE, ComparisonKind.VALIDATOR: ValidatorKind.KATTIS}
    return Problem(
        name=name,
        path="",
        format=PackageFormat.F2025_09,
        limits=files.ceilings.lowered(ProblemLimits()),
        scoring=True,
        root=TestGroup(
            name="", policy=ScorePolicy(on_reject_break=True), cases=cases, order=tuple(case.name for case in cases)
        ),
        validator_kind=kinds.get(comparison.kind, ValidatorKind.DEFAULT),
        named_files=NamedFiles(answer=called is not None),
    )


def _case(
    test: EvaluationTest,
    files: TestFiles,
    called: CallableProgram | None,
    flags: CompareFlags,
    validator_arguments: tuple[str, ...],
    field: str,
) -> TestCase:
    if called is None:
        input_path = files.path(test.stdin, f"{field}.stdin")
        answer_path = files.path(test.expected, f"{field}.expected")
    else:
        input_path, answer_path = _call(test, files, called, field)
    return TestCase(
        name=test.name,
        input_path=input_path,
        answer_path=answer_path,
        args=test.arguments,
        files=_files(test.files, files, f"{field}.files"),
        compare=flags,
        output_validator_args=validator_arguments,
        max_score=test.weight,
    )


def _call(test: EvaluationTest, files: TestFiles, called: CallableProgram, field: str) -> tuple[str, str]:
    """What the driver reads, and the value that is to come out."""
    asked, wanted = f"{field}.call_arguments", f"{field}.expected"
    arguments, expected = files.value(test.call_arguments, asked), files.value(test.expected, wanted)
    check_call_arguments(arguments, asked, called.integer_max)
    check_value(expected, wanted)
    return files.path_of(called.request(arguments), asked), files.path_of(expected, wanted)


def _files(given: Sequence[InputFile], files: TestFiles, field: str) -> tuple[tuple[str, str], ...]:
    if len(given) > files.ceilings.case_files:
        raise WorkError(f"{len(given)} files are more than the operator's ceiling, {files.ceilings.case_files}", field)
    paths = tuple((file.name, files.file(file.data, f"{field}[{index}].data")) for index, file in enumerate(given))
    size_bytes = sum(os.stat(path).st_size for _, path in paths)
    bytes_max = files.ceilings.case_files_bytes
    if size_bytes > bytes_max:
        raise WorkError(f"{size_bytes} bytes are above the operator's ceiling, {bytes_max}", field)
    return paths


def _flags(comparison: Comparison) -> CompareFlags:
    kind = comparison.kind
    if kind is ComparisonKind.EXACT:
        return CompareFlags(case_sensitive=True, space_change_sensitive=True)
    return CompareFlags(
        case_sensitive=comparison.case_sensitive,
        space_change_sensitive=comparison.space_change_sensitive,
        line_by_line=kind is ComparisonKind.LINES,
        float_absolute_tolerance=comparison.float_absolute_tolerance,
        float_relative_tolerance=comparison.float_relative_tolerance,
    )


@contextmanager
def on_field(field: str) -> Iterator[None]:
    """Name the field where it is not known what something is for."""
    try:
        yield
    except WorkError as error:
        raise WorkError(f"{error}", field) from error
