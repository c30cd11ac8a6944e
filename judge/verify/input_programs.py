"""Programs for input and answer validators, those written as checktestdata grammars included."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from judge.model.problem import Program
from judge.package.files.file_names import ending

_WRAPPER = Path(__file__).parent / "guest" / "checktestdata.py"


def runnable(program: Program) -> Program | None:
    """What to build for a validator; None when nothing here can run it (VIVA, or no checktestdata installed)."""
    kind = ending(program.name)
    if kind == "viva":
        return None
    return _checktestdata(program) if kind == "ctd" else program


def reason_not_runnable(program: Program) -> str:
    """Why :func:`runnable` gave None."""
    if ending(program.name) == "viva":
        return "VIVA grammars are not supported"
    return f"checktestdata grammars need an extra: {_INSTALL}"


#: How to get what runs the grammars.
_INSTALL = "pip install 'judge-service[verify]'"


def _checktestdata(program: Program) -> Program | None:
    found = importlib.util.find_spec("checktestdata")
    if found is None or found.origin is None:
        return None
    package = Path(found.origin).parent
    modules = tuple((f"checktestdata/{path.name}", str(path)) for path in sorted(package.glob("*.py")))
    grammar = program.files[0][1]
    return Program(
        name=program.name,
        files=(("__main__.py", str(_WRAPPER)), *modules, ("grammar.ctd", grammar)),
        language="python3",
    )
