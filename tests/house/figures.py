"""The figures of the house: sizes, types, documentation and circles of what is installed, from the sources alone.

``python tests/house/figures.py`` prints them; ``test_house.py`` holds the code to its bounds. Functions are counted
without their decorators, from ``def`` to the last line; circles count every import, deferred and type-only ones too.
"""

from __future__ import annotations

import ast
import re
import statistics
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: Where packages are imported from, and which packages are ours.
PACKAGES = {"judge": ROOT, "judge_workers": ROOT / "workers"}

#: The bounds, each with a reason beside what is over it.
FILE_MAX, FUNCTION_MAX, PARAMETERS_MAX = 400, 40, 6

#: Programs that run inside the sandbox: whole scripts with rules of their own.
GUEST = "guest"


@dataclass(frozen=True)
class Function:
    """One function or method. ``where`` is ``file:line name``; ``parameters`` leaves self and cls out.

    ``excused``: "lines", "parameters", where the reason to be over a bound stands beside it: ``# long: REASON``, or
    ``# noqa: PLR0913 (REASON)`` which ruff reads, too, in the comments of its ``def``.
    """

    where: str
    lines: int
    parameters: int
    typed: bool
    public: bool
    documented: bool
    excused: frozenset[str]


@dataclass(frozen=True)
class Module:
    """One source file; ``imports`` are the modules of ours that it imports, by full name.

    ``excused``: a line ``# long: REASON`` of its own at the left margin says why it is over a bound.
    """

    name: str
    path: str
    lines: int
    documented: bool
    excused: bool
    functions: tuple[Function, ...]
    imports: frozenset[str]


def modules() -> tuple[Module, ...]:
    """Every module that is installed, guests left out."""
    files = {
        ".".join(path.relative_to(base).with_suffix("").parts).removesuffix(".__init__"): path
        for package, base in PACKAGES.items()
        for path in sorted((base / package).rglob("*.py"))
        if GUEST not in path.parts
    }
    return tuple(_module(name, path, frozenset(files)) for name, path in files.items())


def circles(found: tuple[Module, ...]) -> frozenset[str]:
    """The modules that reach themselves by imports."""
    reached = {module.name: set(module.imports) for module in found}
    changed = True
    while changed:
        changed = False
        for targets in reached.values():
            further = set().union(*(reached[target] for target in targets)) - targets
            changed = changed or bool(further)
            targets |= further
    return frozenset(name for name, targets in reached.items() if name in targets)


def _module(name: str, path: Path, known: frozenset[str]) -> Module:
    text = path.read_text()
    tree = ast.parse(text)
    where = str(path.relative_to(ROOT))
    return Module(
        name=name,
        path=where,
        lines=text.count("\n"),
        documented=not text.strip() or ast.get_docstring(tree) is not None,
        excused=re.search(r"^# long: \S", text, re.MULTILINE) is not None,
        functions=tuple(_functions(tree, where, text.splitlines())),
        imports=frozenset(_imports(tree, known) - {name}),
    )


def _functions(tree: ast.Module, where: str, lines: list[str]) -> Iterator[Function]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        given = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
        own = [argument for argument in given if argument.arg not in ("self", "cls")]
        yield Function(
            where=f"{where}:{node.lineno} {node.name}",
            lines=(node.end_lineno or node.lineno) - node.lineno + 1,
            parameters=len(own),
            typed=node.returns is not None and all(argument.annotation is not None for argument in own),
            public=not node.name.startswith("_"),
            documented=ast.get_docstring(node) is not None,
            excused=_excused("\n".join(lines[node.lineno - 1 : node.body[0].lineno - 1])),
        )


def _excused(head: str) -> frozenset[str]:
    reasons = {"lines": r"# .*\blong: \S", "parameters": r"# noqa: .*PLR0913.*\(.+\)"}
    return frozenset(name for name, pattern in reasons.items() if re.search(pattern, head))


def _imports(tree: ast.Module, known: frozenset[str]) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            full = {f"{node.module}.{alias.name}" for alias in node.names}
            names |= {name if name in known else node.module for name in full}
    return names & known


def _share(part: int, whole: int) -> str:
    return f"{100 * part / max(whole, 1):.0f} %"


def _at(values: list[int], share: float) -> int:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def report(found: tuple[Module, ...]) -> dict[str, str]:
    """The figures by name, ready to be printed."""
    functions = [function for module in found for function in module.functions]
    lengths = [function.lines for function in functions]
    sizes = [module.lines for module in found]
    public = [function for function in functions if function.public]
    return {
        "lines": str(sum(sizes)),
        "files": str(len(found)),
        "file, median / p95": f"{statistics.median(sizes):.0f} / {_at(sizes, 0.95)}",
        "files over 400 lines": str(sum(size > FILE_MAX for size in sizes)),
        "function, p50 / p95 / longest": f"{statistics.median(lengths):.0f} / {_at(lengths, 0.95)} / {max(lengths)}",
        "functions over 40 lines": str(sum(length > FUNCTION_MAX for length in lengths)),
        "functions over 6 parameters": str(sum(function.parameters > PARAMETERS_MAX for function in functions)),
        "functions typed": _share(sum(function.typed for function in functions), len(functions)),
        "public functions documented": _share(sum(function.documented for function in public), len(public)),
        "modules documented": _share(sum(module.documented for module in found), len(found)),
        "modules in a circle": f"{len(circles(found))} of {len(found)}",
    }


def over(found: tuple[Module, ...]) -> list[str]:
    """What is over a bound, or untyped, and has no reason for it beside it."""
    files = [
        f"{module.path}: {module.lines} lines" for module in found if module.lines > FILE_MAX and not module.excused
    ]
    for function in (function for module in found for function in module.functions):
        long = function.lines > FUNCTION_MAX and "lines" not in function.excused
        wide = function.parameters > PARAMETERS_MAX and "parameters" not in function.excused
        if long or wide or not function.typed:
            files.append(f"{function.where}: {function.lines} lines, {function.parameters} parameters")
    return files


def main() -> int:
    """Print the figures, and with ``--long`` what is over a bound."""
    found = modules()
    for name, value in report(found).items():
        print(f"{name:32} {value}")
    if "--long" in sys.argv:
        print("\n".join(over(found)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
