"""Files that a package adds to every submission before it is compiled: stubs, headers, data.

Source: problem package format, "Included files": those of the submission's language, else the default ones; on a
clash of names they win over the submission's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from judge.errors import PackageError
from judge.model.language import LanguageSpec
from judge.model.problem import Problem
from judge.model.submission import SourceFile
from judge.package.constants import substitute


def with_includes(problem: Problem, language: LanguageSpec, sources: Sequence[SourceFile]) -> tuple[SourceFile, ...]:
    """The submission's files with the package's laid over them. Raises PackageError when one cannot be read."""
    added = _included(problem, language)
    names = {file.name for file in added}
    return (*(file for file in sources if file.name not in names), *added)


def _included(problem: Problem, language: LanguageSpec) -> tuple[SourceFile, ...]:
    by_code = dict(problem.include)
    codes = (language.id, language.kattis, language.family, *language.aliases, "default")
    code = next((code for code in codes if code in by_code), None)
    return tuple(_read(problem, code, name, path) for name, path in by_code[code]) if code else ()


def _read(problem: Problem, code: str, name: str, path: str) -> SourceFile:
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise PackageError(f"cannot be read: {error.strerror}", where=f"include/{code}/{name}") from error
    return SourceFile(name=name, content=substitute(content, problem.constants))
