"""Files that a package adds to every submission before it is compiled: stubs, headers, data.

Source: problem package format, "Included files": those of the submission's language, else the default ones; on a
clash of names they win over the submission's own. A preamble (DMOJ's signature grading) is put before each source of
the submission.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from judge.errors import PackageError, blame_reader
from judge.kernel.files import read_resolved
from judge.model.language import LanguageSpec
from judge.model.problem import Problem
from judge.model.submission import SourceFile
from judge.package.kattis.constants import substitute
from judge.toolchain.source_text import plain_text


def with_includes(problem: Problem, language: LanguageSpec, sources: Sequence[SourceFile]) -> tuple[SourceFile, ...]:
    """The submission's files with the package's laid over them. Raises PackageError when one cannot be read."""
    added = _included(problem, language)
    names = {file.name for file in added}
    own = _called(problem, language, tuple(file for file in sources if file.name not in names))
    return (*_with_preamble(problem, language, own), *added)


def _called(problem: Problem, language: LanguageSpec, sources: tuple[SourceFile, ...]) -> tuple[SourceFile, ...]:
    """A lone source under the name by which the package's files know it."""
    if not problem.source_name or len(sources) != 1:
        return sources
    ending = sources[0].name.rpartition(".")[2]
    ending = ending if ending in language.extensions else language.extensions[0]
    return (SourceFile(name=f"{problem.source_name}.{ending}", content=sources[0].content),)


def _included(problem: Problem, language: LanguageSpec) -> tuple[SourceFile, ...]:
    by_code = dict(problem.include)
    code = _code_of(language, by_code)
    return tuple(_read(problem, code, name, path) for name, path in by_code[code]) if code else ()


def _with_preamble(problem: Problem, language: LanguageSpec, sources: tuple[SourceFile, ...]) -> tuple[SourceFile, ...]:
    by_code = dict(problem.preambles)
    code = _code_of(language, by_code)
    if not code:
        return sources
    text = by_code[code].encode()
    return tuple(
        SourceFile(name=file.name, content=text + plain_text(file.content))
        if file.name.rpartition(".")[2] in language.extensions
        else file
        for file in sources
    )


def _code_of(language: LanguageSpec, known: Collection[str]) -> str:
    """Under which name a package knows this language, or empty."""
    codes = (language.id, language.kattis, language.family, *language.aliases, "default")
    return next((code for code in codes if code in known), "")


def _read(problem: Problem, code: str, name: str, path: str) -> SourceFile:
    try:
        content = read_resolved(path)
    except OSError as error:
        blame_reader(error, f"include/{code}/{name}")
        raise PackageError(f"cannot be read: {error.strerror}", where=f"include/{code}/{name}") from error
    return SourceFile(name=name, content=substitute(content, problem.constants))
