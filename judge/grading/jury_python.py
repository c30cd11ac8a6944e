"""Which Python the jury meant. Most contest systems run Python 3 under PyPy, and labels and time limits assume it.

A jury's .py submission that does not say otherwise is judged under PyPy when that is installed, and again under
CPython when it then is not as expected: it may need a module that PyPy lacks, or be slow on purpose.
"""

from __future__ import annotations

import msgspec

from judge.errors import LanguageError
from judge.grading.programs import BuildContext
from judge.model.problem import JurySubmission, Problem
from judge.package.files.file_names import ending

CPYTHON, PYPY = "python3", "pypy3"
#: ``--python``: PyPy first, or always the one.
PYTHONS = ("auto", CPYTHON, PYPY)

_SHEBANG_BYTES = 200


def with_jury_python(problem: Problem, build_context: BuildContext, python: str) -> Problem:
    """The problem with each jury Python submission's interpreter settled; stubs for python3 go with PyPy as well."""
    chosen = _chosen(problem, build_context, python)
    if chosen == CPYTHON:
        return problem
    submissions = tuple(_under(one, chosen) if speaks_python(one) else one for one in problem.submissions)
    include = dict(problem.include)
    if CPYTHON in include:
        include.setdefault(PYPY, include[CPYTHON])
    return msgspec.structs.replace(problem, submissions=submissions, include=tuple(include.items()))


def interpreter_of(problem: Problem) -> str:
    """What the jury's Python runs under: measured times are only good for that."""
    return PYPY if any(one.program.language == PYPY for one in problem.submissions) else CPYTHON


def under_cpython(entry: JurySubmission) -> JurySubmission | None:
    """The same submission for CPython; None when it does not run under PyPy in the first place."""
    return _under(entry, CPYTHON) if entry.program.language == PYPY else None


def speaks_python(entry: JurySubmission) -> bool:
    """True for Python 3 sources that do not name their interpreter."""
    if entry.program.language not in ("", CPYTHON):
        return False
    sources = [(name, path) for name, path in entry.program.files if ending(name) in ("py", "py3")]
    if not sources or any(ending(name) in ("c", "cc", "cpp", "java", "kt", "rs") for name, _ in entry.program.files):
        return False
    with open(sources[0][1], "rb") as source:
        first = source.read(_SHEBANG_BYTES).split(b"\n", 1)[0]
    return not (first.startswith(b"#!") and (b"python2" in first or b"pypy" in first))


def _chosen(problem: Problem, build_context: BuildContext, python: str) -> str:
    if python == CPYTHON or (problem.languages and PYPY not in problem.languages and python == "auto"):
        return CPYTHON
    try:
        build_context.toolchain(build_context.languages.get(PYPY))
    except LanguageError:
        if python == PYPY:
            raise
        return CPYTHON
    return PYPY


def _under(entry: JurySubmission, language: str) -> JurySubmission:
    program = msgspec.structs.replace(entry.program, language=language)
    return msgspec.structs.replace(entry, program=program)
