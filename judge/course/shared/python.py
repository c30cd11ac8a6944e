"""Tests in Python with pytest or unittest that share a process with the student's code, where a part asks for it.

Which tests there are is asked of the framework in a run of its own, where instead of the student's files there is the
setter's reference, or a module of names that mean nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

import msgspec

from judge.course.context import PartContext, files_of
from judge.course.shared.stages import OURS, OWN_PREFIX, Bench, Built, Files, NotBuilt, guest
from judge.errors import CancelledError, InfrastructureError, PackageError
from judge.grading.limits import compile_limits, submission_limits
from judge.model.assignment import CoursePart
from judge.model.language import LanguageSpec
from judge.model.limits import Limits
from judge.model.run import Outcome
from judge.model.submission import SourceFile
from judge.sandbox.spec import ContainerSpec
from judge.toolchain.artifacts import SubmissionStore
from judge.toolchain.compile import Compiled, CompileOptions, compile_program
from judge.verdicts import reason_of_run, verdict_of_run

_RUNNER = "shared.py"
_APART = ("__init__", "by_pytest", "by_unittest", "handles", "names", "outcomes", "standard", "values")

#: Read before any other of pytest's, also before one that was handed in.
_NO_SETTINGS = "pytest.ini"

#: Of the list of a part's tests.
_LIST_BYTES_MAX = 4 << 20


class _List(msgspec.Struct, frozen=True):
    """What the run without the student says: names, or what is wrong at a line of the tests."""

    tests: tuple[str, ...] = ()
    fault: str = ""
    file: str = ""
    line: int = 0


def language_of(context: PartContext, part: CoursePart) -> LanguageSpec | None:
    """Where tests and student's code run: what the part names, which has a framework maybe, or the student's own.

    Raises LanguageError for a language that is not there."""
    return context.runner.language_named(part.language) if part.language else context.language


def names(bench: Bench, part: CoursePart, tests: Sequence[SourceFile], beside: Sequence[SourceFile]) -> tuple[str, ...]:
    """The names of all tests. Blocks. Raises PackageError for tests that cannot be listed."""
    if not part.module and not part.reference:
        raise PackageError("module: say what of the student's the tests import, as in 'module: bank'", where=_at(part))
    reference = [SourceFile(name=name, content=content) for name, content in files_of(part.reference)]
    built = build(bench, part, Files(tests, beside, reference))
    if isinstance(built, NotBuilt):
        raise PackageError(f"the tests cannot be laid out: {built.message}", where=_at(part))
    said = _listed(bench, part, built.compiled)
    if said.fault:
        _raise_fault(part, said)
    if not said.tests:
        raise PackageError(f"the files have no test of {part.framework}", where=_at(part))
    return said.tests


def build(bench: Bench, part: CoursePart, files: Files) -> Built | NotBuilt:
    """The tests beside what was handed in."""
    language, context = bench.language, bench.context
    variant = msgspec.structs.replace(
        language,
        compile=(),
        check=(),
        source=msgspec.structs.replace(language.source, name=""),
        run=tuple(f"{{artifact}}/{OURS}{_RUNNER}" if word == "{source}" else word for word in language.run),
    )
    tops = {file.name.partition("/")[0].lower() for file in files.tests}
    own = [file for file in files.own if not _is_in_the_way(file.name.lower(), tops)]
    compiled = compile_program(
        context.runner.slot.container,
        context.runner.toolchain(language),
        variant,
        own or [SourceFile(name="nothing.py", content=b"\n")],
        SubmissionStore(context.runner.judge.build_context.store, context.submission.tenant),
        CompileOptions(
            limits=compile_limits(context.problem.limits),
            beside=(*files.beside, *_ours(part, files.tests)),
        ),
    )
    if compiled.report.run is not None and compiled.report.run.outcome is Outcome.CANCELLED:
        raise CancelledError(f"{context.submission.id}: cancelled")
    if compiled.report.ok:
        return Built(compiled)
    return NotBuilt("it cannot be laid out", compiled.report.log, quotes_tests=False)


def _is_in_the_way(name: str, tops: set[str]) -> bool:
    return name.startswith(OWN_PREFIX) or name.partition("/")[0] in tops


def _ours(part: CoursePart, tests: Sequence[SourceFile]) -> list[SourceFile]:
    """The runner, and the setter's tests below it."""
    known = {file.name for file in tests}
    told = {
        "framework": part.framework,
        "modules": part.module.split(),
        "files": [file.name for file in tests if file.name.endswith(".py") and _has_tests(file.name)],
        "has_reference": bool(part.reference),
    }
    content = guest(f"python/{_RUNNER}") | {"part.json": msgspec.json.encode(told)}
    apart = guest(*(f"python/judge_apart/{name}.py" for name in _APART))
    content |= {f"judge_apart/{name}": text for name, text in apart.items()}
    content |= {f"tests/{file.name}": file.content for file in tests}
    if _NO_SETTINGS not in known:
        content[f"tests/{_NO_SETTINGS}"] = b"[pytest]\n"
    return [SourceFile(name=OURS + name, content=text) for name, text in content.items()]


def _has_tests(name: str) -> bool:
    return name.rpartition("/")[2] not in ("conftest.py", "__init__.py")


# --- which tests there are --------------------------------------------------------------------------------


def _listed(bench: Bench, part: CoursePart, compiled: Compiled) -> _List:
    runner, language = bench.context.runner, bench.language
    limits = _limits(bench)
    spec = ContainerSpec.under(runner.toolchain(language).rootfs, limits, artifact=str(compiled.artifact))
    with runner.slot.container(spec) as container:
        run = msgspec.structs.replace(compiled.run_spec(limits), answer_bytes=_LIST_BYTES_MAX)
        done = container.run(run)
    try:
        if done.result.outcome is Outcome.CANCELLED:
            raise CancelledError("cancelled")
        if verdict_of_run(done.result) is not None:
            words = done.stderr.read(500).decode("utf-8", "replace").strip()
            raise PackageError(f"listing the tests: {reason_of_run(done.result)}: {words}"[:700], where=_at(part))
        return msgspec.json.decode(done.answer.read(), type=_List)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InfrastructureError(f"our list of tests cannot be read: {error}") from error
    finally:
        for capture in (*done.captures(), done.answer):
            capture.close()


def _limits(bench: Bench) -> Limits:
    """Of a run in which there is only the setter's code: those of compiling."""
    own = bench.context.problem.limits
    longer = max(own.time_limit_ns, own.compilation_time_ns)
    return submission_limits(
        msgspec.structs.replace(bench.context.problem, limits=msgspec.structs.replace(own, time_limit_ns=longer)),
        bench.language,
    )


def _raise_fault(part: CoursePart, said: _List) -> NoReturn:
    where = _at(part)
    if any(name == said.file for name, _ in part.test_files):
        where = f"{said.file}:{said.line}" if said.line else said.file
    advice = "" if part.reference else " (the tests are listed without the student's code: give a 'reference')"
    raise PackageError(f"{said.fault}{advice}", where=where)


def _at(part: CoursePart) -> str:
    return f"assignment.yaml:{part.line}: {part.name}"
