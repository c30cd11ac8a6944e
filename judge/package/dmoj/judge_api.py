"""What a custom judge that runs as a judge program finds of DMOJ, and what it asks beyond that, by line.

The names are those of ``MODULES`` in :mod:`judge.package.dmoj.guest.judge` and of the checkers' own modules.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator

from judge.package.dmoj.guest.check import BUILT_IN

#: Module of DMOJ -> what there is in it.
MODULES: dict[str, frozenset[str]] = {
    "dmoj": frozenset(),
    "dmoj.result": frozenset({"CheckerResult", "Result"}),
    "dmoj.error": frozenset({"CompileError", "InternalError", "OutputLimitExceeded"}),
    "dmoj.graders": frozenset({"BaseGrader", "StandardGrader", "InteractiveGrader"}),
    "dmoj.graders.base": frozenset({"BaseGrader"}),
    "dmoj.graders.standard": frozenset({"StandardGrader", "Grader"}),
    "dmoj.graders.interactive": frozenset({"InteractiveGrader", "Interactor", "WrongAnswer", "Grader"}),
    "dmoj.problem": frozenset({"TestCase", "Problem"}),
    "dmoj.executors": frozenset({"executors"}),
    "dmoj.checkers": frozenset({*BUILT_IN, "CheckerResult"}),
    **{f"dmoj.checkers.{name}": frozenset({"check"}) for name in BUILT_IN},
    "dmoj.utils": frozenset(),
    "dmoj.utils.helper_files": frozenset({"compile_with_auxiliary_files"}),
    "dmoj.utils.unicode": frozenset({"utf8text", "utf8bytes"}),
}

#: Methods of DMOJ's test cases and processes for which a judge program has no means.
_NO_MEANS = {
    "input_data_fd": "no descriptor leads from a judge program to a submission",
}


def complaints(source: bytes) -> Iterator[tuple[int, str]]:
    """(line, what is wrong) of a custom judge that asks for something that there is not."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = error.lineno if isinstance(error, SyntaxError) else 0
        yield line or 0, f"is no Python 3: {error.msg if isinstance(error, SyntaxError) else error}"
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if _is_of_dmoj(alias.name) and alias.name not in MODULES:
                    yield node.lineno, f"{alias.name} is not there"
        elif isinstance(node, ast.ImportFrom) and node.module and _is_of_dmoj(node.module):
            yield from _not_imported(node, node.module)
        elif isinstance(node, ast.Attribute) and node.attr in _NO_MEANS:
            yield node.lineno, f"{node.attr}: {_NO_MEANS[node.attr]}"


def _not_imported(node: ast.ImportFrom, module: str) -> Iterator[tuple[int, str]]:
    if module not in MODULES:
        yield node.lineno, f"{module} is not there"
        return
    for alias in node.names:
        if alias.name not in MODULES[module] and f"{module}.{alias.name}" not in MODULES and alias.name != "*":
            yield node.lineno, f"{module} has no {alias.name} here"


def _is_of_dmoj(module: str) -> bool:
    return module.split(".", 1)[0] == "dmoj"
