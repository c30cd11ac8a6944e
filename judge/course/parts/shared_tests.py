"""Unit tests that share a process with the student's code: Catch2, plain assertions, Go, Rust; in Python by choice.

Which tests there are is read from the setter's files, or listed without the student's. Each runs in a process of its
own, and has passed when its runner says so with the key that this process was given
(:mod:`judge.course.shared.keyed_run`). What is left to the student's code is said in docs/explanation/coursework.md,
language by language.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import msgspec

from judge.course.context import PartContext, files_of
from judge.course.emitting import judged_event
from judge.course.scoring import part_report, part_without_tests, tests_of, unheard
from judge.course.shared import cpp, go, python, rust
from judge.course.shared.keyed_run import Heard, run_keyed
from judge.course.shared.stages import Bench, Built, Files, NotBuilt
from judge.course.texts import printed_text
from judge.errors import PackageError
from judge.grading.limits import submission_limits
from judge.model.assignment import CoursePart, CourseTest, Isolation, Visibility, strictest
from judge.model.coursework import CoursePartReport, CourseTestReport, TestStatus
from judge.model.language import LanguageSpec
from judge.model.limits import Limits
from judge.model.run import Outcome
from judge.model.submission import SourceFile
from judge.model.verdict import Verdict
from judge.package.assignment.shared_names import test_names
from judge.sandbox.container import Container
from judge.sandbox.spec import ContainerSpec
from judge.text import safe_text

_FAMILIES: Mapping[str, frozenset[str]] = {
    "asserts": frozenset({"c", "cpp"}),
    "catch2": frozenset({"cpp"}),
    "go": frozenset({"go"}),
    "rust": frozenset({"rust"}),
    "pytest": frozenset({"python"}),
    "unittest": frozenset({"python"}),
}
_NATIVE = frozenset({"asserts", "catch2"})
_IN_PYTHON = frozenset({"pytest", "unittest"})
#: Exit code of a test in Rust that panicked (std's).
_RUST_FAILED = 101

#: In whose name the runner of Go calls the test.
_GO_HOOK = b"--- FAIL: TestJudgeHook"

_VERDICTS = {
    TestStatus.PASSED: Verdict.AC,
    TestStatus.FAILED: Verdict.WA,
    TestStatus.TIMEOUT: Verdict.TLE,
    TestStatus.ERROR: Verdict.RTE,
    TestStatus.NOT_RUN: Verdict.RTE,
}


def grade_part(context: PartContext, part: CoursePart) -> CoursePartReport:
    """An :data:`~judge.course.context.Engine`."""
    if part.isolation is not Isolation.SHARED:
        raise PackageError(
            f"tests with {part.framework} share a process: isolation: shared has to be said", "isolation"
        )
    tests = tuple(SourceFile(name=name, content=content) for name, content in files_of(part.test_files))
    given = (*context.assignment.resources, *part.beside)
    beside = tuple(SourceFile(name=name, content=content) for name, content in files_of(given))
    language = _language(context, part)
    if part.framework not in _IN_PYTHON:
        names = test_names(part.framework, [(file.name, file.content) for file in tests if _holds_tests(file)])
    else:
        listing = language or context.runner.language_named(part.language or "python3")
        names = python.names(Bench(context, listing), part, tests, beside)
    part = msgspec.structs.replace(part, tests=tests_of(part, names))
    if language is None:
        named = context.language.name if context.language else "no known language"
        return part_without_tests(part, TestStatus.NOT_RUN, f"it is in {named}, and the tests are of {part.framework}")
    work = _Work(Bench(context, language), part, tests, beside, names)
    least = work.least_asserted()
    built = work.built(context.sources())
    if isinstance(built, NotBuilt):
        report = part_without_tests(part, TestStatus.ERROR, built.message, built.log)
        seen = [part.visibility, *(test.visibility for test in part.tests)] if built.quotes_tests else [part.visibility]
        if built.quotes_tests and strictest(*seen) is not part.visibility:
            report = msgspec.structs.replace(report, message="it does not compile with the tests")
        return msgspec.structs.replace(report, log_visibility=strictest(*seen))
    return part_report(part, list(_judged(context, work, built, least)))


def _language(context: PartContext, part: CoursePart) -> LanguageSpec | None:
    """What tests and student's code run as; None = what was handed in is of another language than the tests."""
    own = context.language
    if own is None or (own.family or own.base_id) not in _FAMILIES[part.framework]:
        return None
    return python.language_of(context, part) if part.framework in _IN_PYTHON else own


def _holds_tests(file: SourceFile) -> bool:
    return not file.name.endswith((".h", ".hpp", ".hh", ".hxx", ".inc"))


@dataclass(frozen=True)
class _Work:
    """One part of one student's work, with the setter's files (tests, and what lies ``beside`` the student's) and the
    names of all tests."""

    bench: Bench
    part: CoursePart
    tests: Sequence[SourceFile]
    beside: Sequence[SourceFile]
    names: Sequence[str]

    def built(self, own: Sequence[SourceFile]) -> Built | NotBuilt:
        """The program of tests with these files. Raises PackageError for the setter's fault."""
        setters = {file.name for file in (*self.tests, *self.beside)}
        files = Files(self.tests, self.beside, [file for file in own if file.name not in setters])
        match self.part.framework:
            case "go":
                return go.build(self.bench, files, self.names)
            case "rust":
                return rust.build(self.bench, files)
            case "pytest" | "unittest":
                return python.build(self.bench, self.part, files)
            case _:
                return cpp.build(self.bench, self.part.framework, files, self.names)

    def least_asserted(self) -> Mapping[str, int]:
        """How many assertions hold in each test with the setter's solution, where there is one. Raises PackageError
        when that does not pass."""
        part = self.part
        if not part.reference or part.framework in _IN_PYTHON:
            return {}
        files = files_of(part.reference)
        built = self.built([SourceFile(name=name, content=content) for name, content in files])
        if isinstance(built, NotBuilt):
            raise PackageError(f"reference: {built.message}: {built.log[:500]}")
        asserted: dict[str, int] = {}
        for test in part.tests:
            with self.opened(built, test) as (container, limits):
                heard = self.run(container, built, limits, test)
            if heard.status is not TestStatus.PASSED:
                raise PackageError(f"reference: {test.name} is {heard.status} with it: {heard.message}"[:500])
            asserted[test.name] = heard.asserted
        return asserted

    @contextmanager
    def opened(self, built: Built, test: CourseTest) -> Iterator[tuple[Container, Limits]]:
        """A container for a test; all with the same limits get the same one while it is warm."""
        runner, language = self.bench.context.runner, self.bench.language
        limits = _limits(self.bench.context, language, self.part, test)
        spec = ContainerSpec.under(runner.toolchain(language).rootfs, limits, artifact=str(built.compiled.artifact))
        with runner.slot.container(spec) as container:
            yield container, limits

    def run(self, container: Container, built: Built, limits: Limits, test: CourseTest) -> Heard:
        """One test, in a process of its own."""
        words: tuple[str, ...] = ()
        if self.part.framework == "rust":
            words = ("--test-threads=1", "--nocapture")
        elif self.part.framework in _IN_PYTHON:
            words = (test.selector,)
        return run_keyed(container, built.compiled.run_spec(limits, words), test.selector)


def _limits(context: PartContext, language: LanguageSpec, part: CoursePart, test: CourseTest) -> Limits:
    """Of one test. In C and C++ there is one process and one thread: with more, one could try answers on others."""
    problem = context.problem
    cpu_ns = test.cpu_time_ns or part.cpu_time_ns
    if cpu_ns:
        own = msgspec.structs.replace(problem.limits, time_limit_ns=cpu_ns)
        problem = msgspec.structs.replace(problem, limits=own)
    limits = submission_limits(problem, language)
    wall_ns = test.wall_time_ns or part.wall_time_ns
    return msgspec.structs.replace(
        limits,
        wall_time_ns=wall_ns or limits.wall_time_ns,
        processes=1 if part.framework in _NATIVE else limits.processes,
    )


def _judged(context: PartContext, work: _Work, built: Built, least: Mapping[str, int]) -> Iterator[CourseTestReport]:
    part = work.part
    visible = [test.name for test in part.tests if test.visibility is Visibility.VISIBLE]
    for test in part.tests:
        with work.opened(built, test) as (container, limits):
            heard = work.run(container, built, limits, test)
        report = _report(part, test, heard, least.get(test.name, 0))
        if test.name in visible:
            verdict = _VERDICTS[report.status]
            context.emit(judged_event(context.submission.id, part, test.name, verdict, visible))
        yield report


def _report(part: CoursePart, test: CourseTest, heard: Heard, least: int) -> CourseTestReport:
    status, message = heard.status, heard.message
    if part.framework == "rust" and heard.run.outcome is Outcome.EXITED and heard.run.exit_code == _RUST_FAILED:
        status, message = TestStatus.FAILED, _tail(heard.stderr)
    elif status is TestStatus.FAILED and not message:
        lines = heard.stdout.splitlines(keepends=True)
        message = _tail(b"".join(line for line in lines if _GO_HOOK not in line and line.strip() != b"FAIL"))
    elif status is TestStatus.PASSED and heard.asserted < least:
        status = TestStatus.NOT_RUN
        message = f"{heard.asserted} assertions were made, and {least} are there to be made"
    report = msgspec.structs.replace(
        unheard(test, status, message),
        points=test.points if status is TestStatus.PASSED else 0.0,
        output=printed_text(heard.stdout),
        stderr=printed_text(heard.stderr),
        cpu_time_ns=heard.run.usage.cpu_time_ns,
        wall_time_ns=heard.run.usage.wall_time_ns,
    )
    if part.framework not in _NATIVE | _IN_PYTHON:
        return report
    # The code can read the other tests, in the memory of its process or in files, and say what it has found.
    most = strictest(*(one.visibility for one in part.tests))
    fields = msgspec.structs.replace(
        report.fields, output=strictest(report.fields.output, most), message=strictest(report.fields.message, most)
    )
    return msgspec.structs.replace(report, fields=fields)


def _tail(text: bytes) -> str:
    return safe_text(text[-1000:], 1000).strip()
