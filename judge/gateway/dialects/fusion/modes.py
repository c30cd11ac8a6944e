"""The ways in which code is run here: each value of ``language``, and what of ours does it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

#: Java's way to be told more than its command says, and what it writes about that on standard error.
_ASSERTIONS: Final = (("JDK_JAVA_OPTIONS", "-ea"),)
JAVA_NOTE: Final = b"NOTE: Picked up JDK_JAVA_OPTIONS: -ea\n"


@dataclass(frozen=True)
class Mode:
    """``language``: ours; ``or_else``: another, where no worker has that. ``main``: what the code is called.

    ``compiles``: the answer has a ``compile_result``; else what the compiler says is shown as the run's, as by an
    interpreter. ``sources``: endings of those of a request's files that belong to the program; the others are what it
    finds in its directory. ``arguments``: the compiler's. ``code_may_lack``: the files may be the whole program.
    """

    language: str
    main: str
    compiles: bool = False
    sources: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    code_may_lack: bool = False
    or_else: str = ""


#: In the order of the interface's own list, which also has those of :data:`REFUSED`.
MODES: Final[MappingProxyType[str, Mode]] = MappingProxyType({
    "python": Mode("python3", "main.py", sources=("py",)),
    "cpp": Mode(
        "cpp17", "main.cpp", compiles=True, sources=("cpp", "cc", "cxx", "h", "hpp", "hh", "hxx", "inc"), or_else="cpp",
    ),
    "nodejs": Mode("javascript", "main.js", sources=("js", "mjs", "cjs", "json")),
    "go": Mode("go", "main.go", compiles=True),
    "go_test": Mode("go-test", "main_test.go"),
    "java": Mode("java", "Main.java", compiles=True, sources=("java",), environment=_ASSERTIONS),
    "php": Mode("php", "main.php", sources=("php",)),
    "csharp": Mode("csharp", "main.cs"),
    "bash": Mode("bash", "main.sh", sources=("sh",)),
    "typescript": Mode("typescript", "main.ts", sources=("ts",), arguments=("--noCheck", "--strict", "false")),
    "sql": Mode("sqlite", "main.sql"),
    "rust": Mode(
        "rust", "main.rs", compiles=True, sources=("rs",),
        arguments=("-C", "debug-assertions=on", "-C", "overflow-checks=on"),
    ),
    "lua": Mode("lua", "main.lua", sources=("lua",)),
    "R": Mode("r", "main.R", sources=("R", "r")),
    "perl": Mode("perl", "main.pl", sources=("pl", "pm")),
    "D_ut": Mode("d", "main.d", compiles=True, arguments=("-unittest", "-enable-asserts", "-boundscheck=on")),
    "ruby": Mode("ruby", "main.rb", sources=("rb",)),
    "scala": Mode("scala", "main.scala", compiles=True),
    "pytest": Mode("pytest", "main.py", sources=("py",)),
    "junit": Mode("junit", "Main.java", compiles=True, sources=("java",), code_may_lack=True),
    "kotlin_script": Mode("kotlin-script", "main.kts"),
    "jest": Mode("jest", "main.test.ts", sources=("ts", "tsx", "js", "jsx", "json")),
    "racket": Mode("racket", "main.rkt", sources=("rkt",)),
})  # fmt: skip

#: What is in the interface's list and not here, and why.
REFUSED: Final[MappingProxyType[str, str]] = MappingProxyType({
    "cuda": "there is no GPU",
    "python_gpu": "there is no GPU",
    "julia": "there is no language definition for it",
    "verilog": "there is no language definition for it",
    "lean": "there is no language definition for it",
    "swift": "there is no language definition for it",
})  # fmt: skip


def languages_table() -> str:
    """The rows of the table in docs/howto/coming-from-sandboxfusion.md."""
    rows = [
        f"| `{name}` | `{mode.language}`{f' or `{mode.or_else}`' if mode.or_else else ''} | "
        f"{'yes' if mode.compiles else 'null'} |"
        for name, mode in MODES.items()
    ]
    rows += [f"| `{name}` | no: {reason} | |" for name, reason in REFUSED.items()]
    return "\n".join(rows) + "\n"
