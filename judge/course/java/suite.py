"""A part's unit tests in Java, made ready: stubs of the reference solution, and the tests compiled against them.

::

    reference -> compile -> class files -> stubs to compile against -+
    tests, our host ------------------------------------------------+-> compile -> class files -> fields as calls
                                            stubs to run with, accessors of fields ----------------------+-> one jar

Each compile is kept as every compile is: it runs for the first student alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath

from judge.course.context import PartContext, files_of
from judge.course.java.class_format import ClassFile, ClassFormatFault, read_class, write_class
from judge.course.java.field_access import Use, rewritten
from judge.course.java.jars import jar_of
from judge.course.java.junit import junit_jars
from judge.course.java.stubs import FIELDS, accessors_of, is_part_of_api, stubs_of
from judge.errors import PackageError
from judge.grading.limits import wall_limit_ns
from judge.model.assignment import CoursePart
from judge.model.submission import SourceFile
from judge.model.work import ProgramSource, RequestedLimits
from judge.running.limits import compile_limits
from judge.toolchain.compile import Compiled, CompileOptions

_GUEST = Path(__file__).parents[1] / "guest" / "java"
_OURS = "judgecourse"
_STUBS = f"{_OURS}-stubs.jar"

#: What the student's side is compiled with; the tests' side has all of it.
DRIVER = f"{_OURS}/Driver.java"
_DRIVER_FILES = ("Driver", "Exceptions", "Json", "Objects", "Values")

#: A Java program needs something to start; a solution has none.
_START = f"{_OURS}/Reference.java"
_START_TEXT = f"package {_OURS};\nfinal class Reference {{\n  public static void main(String[] words) {{}}\n}}\n"

LANGUAGE = "java"


@dataclass(frozen=True)
class JavaSuite:
    """``program``: the tests' side, as a judge program. ``beside``: what lies in its directory. ``api``: names of the
    classes that there are stubs of, ``classes``: those that may have tests. ``compiled``: what the tests became, for
    who looks into it, by their names in the class path."""

    program: ProgramSource
    beside: Mapping[str, bytes]
    api: tuple[str, ...]
    classes: tuple[str, ...]
    compiled: tuple[ClassFile, ...]


@cache
def guest_files() -> tuple[SourceFile, ...]:
    """The tests' side."""
    return tuple(
        SourceFile(name=f"{_OURS}/{path.name}", content=path.read_bytes())
        for path in sorted((_GUEST / _OURS).glob("*.java"))
    )


def driver_files() -> tuple[SourceFile, ...]:
    """What the student's side has besides the student's files."""
    return tuple(file for file in guest_files() if PurePosixPath(file.name).stem in _DRIVER_FILES)


def ready_suite(context: PartContext, part: CoursePart) -> JavaSuite:
    """Blocks for two compiles at most. Raises PackageError, about the part, for what the setter's files lack;
    LanguageError, CancelledError, InfrastructureError."""
    where = f"assignment.yaml:{part.line}: {part.name}"
    language = context.runner.language_named(part.language or LANGUAGE)
    jars = junit_jars(context.runner.toolchain(language).rootfs, where)
    try:
        reference = _reference(context, part, where)
        program = _tests(part, stubs_of(reference, to_run=False), jars, where)
        compiled = _classes(_compiled(context, program, f"{where}: the tests do not compile"))
        tests = [one for one in compiled if not one.name.startswith(f"{_OURS}/")]
        api = {one.name for one in reference if is_part_of_api(one)}
        changed = [rewritten(one, api) for one in tests]
        used: set[Use] = set().union(*(one.used for one in changed))
        files = stubs_of(reference, to_run=True)
        files |= {f"{one.one.name}.class": write_class(one.one) for one in changed if one.changed}
        if used:
            files[f"{FIELDS}.class"] = accessors_of(used)
    except ClassFormatFault as error:
        raise PackageError(f"no stubs can be made: {error}", where) from error
    beside = dict(files_of(tuple(pair for pair in part.test_files if not pair[0].endswith(".java"))))
    beside[f"{_OURS}.jar"] = jar_of(files)
    beside[f"{_OURS}.classpath"] = "\n".join(jars).encode()
    return JavaSuite(
        program=program,
        beside=beside,
        api=tuple(sorted(name.replace("/", ".") for name in api)),
        classes=tuple(sorted(one.name.replace("/", ".") for one in tests if "$" not in one.name)),
        compiled=tuple(tests),
    )


def _reference(context: PartContext, part: CoursePart, where: str) -> tuple[ClassFile, ...]:
    if not part.reference:
        raise PackageError("reference: a solution is needed, whose classes the tests are compiled against", where)
    files = tuple(SourceFile(name=name, content=content) for name, content in files_of(part.reference))
    start = SourceFile(name=_START, content=_START_TEXT.encode())
    source = ProgramSource(sources=(*files, start), language=part.language or LANGUAGE, main=_START)
    compiled = _classes(_compiled(context, source, f"{where}: the reference solution does not compile"))
    return tuple(one for one in compiled if not one.name.startswith(f"{_OURS}/"))


def _tests(part: CoursePart, stubs: Mapping[str, bytes], jars: Sequence[str], where: str) -> ProgramSource:
    sources = [pair for pair in part.test_files if pair[0].endswith(".java")]
    if not sources:
        raise PackageError("files: there is no file of tests in Java", where)
    files = tuple(SourceFile(name=name, content=content) for name, content in files_of(tuple(sources)))
    if any(file.name.startswith(f"{_OURS}/") for file in files):
        raise PackageError(f"files: the directory {_OURS} is the service's own", where)
    return ProgramSource(
        sources=(*files, *guest_files(), SourceFile(name=_STUBS, content=jar_of(stubs))),
        language=part.language or LANGUAGE,
        main=f"{_OURS}/Host.java",
        compiler_arguments=("-cp", ":".join((_STUBS, *jars))),
    )


def _compiled(context: PartContext, source: ProgramSource, complaint: str) -> Compiled:
    runner = context.runner
    limits = context.problem.limits
    asked = RequestedLimits(
        cpu_time_ns=limits.compilation_time_ns,
        wall_time_ns=wall_limit_ns(limits.compilation_time_ns),
        memory_bytes=limits.compilation_memory_bytes,
    )
    options = CompileOptions(limits=compile_limits(asked, runner.ceilings), unchecked=True)
    compiled = runner.compile(context.submission.tenant, source, runner.language_of(source), options)
    if not compiled.report.ok:
        raise PackageError(f"{compiled.report.log[:1500]}", complaint)
    return compiled


def _classes(compiled: Compiled) -> tuple[ClassFile, ...]:
    """Raises ClassFormatFault."""
    assert compiled.artifact is not None
    root = compiled.artifact / "classes"
    return tuple(read_class(path.read_bytes()) for path in sorted(root.rglob("*.class")))
