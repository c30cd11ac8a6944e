"""The languages that Jobe has, and what it does with each: commands, file names, defaults. Pure.

What a client gives as arguments Jobe puts onto a shell's command line. So it is here, too; the shell is in the sandbox.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from judge.gateway.dialects.jobe.run_spec import RunSpec

#: What a shell takes as it stands, where words are divided by blanks alone.
_PLAIN = re.compile(r"[A-Za-z0-9_@%+=:,./ -]*")

_MAIN_CLASS = re.compile(r"(?:^|\W)public\s+class\s+(\w+)", re.MULTILINE)
_MAIN_METHOD = re.compile(r"(?:public\s+static|static\s+public)\s+void\s+main\s*\(\s*String")


class Stage(Enum):
    """When a program's sources are looked at."""

    NONE = "none"  #: never
    CHECK = "check"  #: by a command that leaves nothing: before the run, or after one that failed
    COMPILE = "compile"  #: by a compiler, before the run


@dataclass(frozen=True)
class Recipe:
    """A language of Jobe's. ``language``: what we call it. Commands are texts for a shell, made of a file's name.

    ``keep``: what the compiler leaves for the run. ``executable``: the file of those that is run; empty = none.
    ``limits_address_space``: a process has the memory limit as its address space, as in Jobe; else it holds for what
    all of them use. ``errors_in``: the file that the compiler's messages are in, instead of standard error.
    ``errors_on_stdout``: there an interpreter says what is wrong with the sources.
    """

    language: str
    file_name: Callable[[str], str]
    run: Callable[[RunSpec, str], list[str]]
    stage: Stage = Stage.NONE
    first: Callable[[RunSpec, str], list[str]] | None = None
    keep: Callable[[str], tuple[str, ...]] = lambda _: ()
    executable: Callable[[str], str] = lambda _: ""
    errors_in: Callable[[str], str] = lambda _: ""
    numbers: Mapping[str, float] = field(default_factory=dict)
    errors_on_stdout: bool = False
    processes_min: int = 0
    limits_address_space: bool = True
    has_memory_limit: bool = True
    stderr: Callable[[bytes], bytes] = lambda text: text


def command_line(words: list[str]) -> tuple[str, ...]:
    """What runs these pieces of a command line as a shell would: the words themselves where a shell would change
    nothing, else a shell."""
    text = " ".join(words)
    if _PLAIN.fullmatch(text):
        return tuple(text.split())
    return ("/bin/sh", "-c", text)


def main_class(source: str) -> str:
    """The name of the one public class with a main method; empty = there is none, or several. Its time is linear."""
    found, position = [], 0
    while head := _MAIN_CLASS.search(source, position):
        brace = source.find("{", head.end())
        method = _MAIN_METHOD.search(source, brace + 1) if brace >= 0 else None
        if method is None:
            break
        found.append(head[1])
        position = method.end()
    return found[0] if len(found) == 1 else ""


def _named(name: str) -> Callable[[str], str]:
    return lambda _: name


def _compiled(compiler: str, *defaults: str) -> Callable[[RunSpec, str], list[str]]:
    def command(spec: RunSpec, name: str) -> list[str]:
        arguments, libraries = spec.words("compileargs", defaults), spec.words("linkargs", ())
        return [compiler, *arguments, "-o", quoted(f"{name}.exe"), quoted(name), *libraries]

    return command


def _run_executable(spec: RunSpec, name: str) -> list[str]:
    return [quoted(f"/work/{name}.exe"), *spec.words("interpreterargs", ()), *spec.words("runargs", ())]


def _interpreted(interpreter: str, *defaults: str) -> Callable[[RunSpec, str], list[str]]:
    def command(spec: RunSpec, name: str) -> list[str]:
        arguments = spec.words("interpreterargs", defaults)
        return [interpreter, *arguments, quoted(name), *spec.words("runargs", ())]

    return command


def _javac(spec: RunSpec, name: str) -> list[str]:
    return ["/usr/bin/javac", *spec.words("compileargs", ()), quoted(name)]


def _java(spec: RunSpec, name: str) -> list[str]:
    arguments = spec.words("interpreterargs", ("-Xrs", "-Xss8m", "-Xmx200m"))
    main = spec.parameters.get("main_class")
    class_name = main if isinstance(main, str) and main else name.partition(".")[0]
    return ["/usr/bin/java", *arguments, quoted(class_name), *spec.words("runargs", ())]


def _fpc(spec: RunSpec, name: str) -> list[str]:
    arguments = spec.words("compileargs", ("-vew", "-Se"))
    return ["/usr/bin/fpc", *arguments, quoted(f"-Fe{name}.err"), quoted(f"-o{name}.exe"), quoted(name)]


def _without_tabs(text: bytes) -> bytes:
    """A trace of Java, indented by blanks."""
    return text.replace(b"\n\t", b"\n        ")


def _of_octave(text: bytes) -> bytes:
    """Without what octave says of itself at its end."""
    lines = text.replace(b"\r", b"").split(b"\n")
    while lines and not lines[-1].strip():
        lines.pop()
    if lines and lines[-1].startswith(b"error: ignoring octave_execution_exception"):
        lines.pop()
    if lines and lines[-1] == b"error: No such file or directory":
        lines.pop()
    return b"\n".join(lines) + b"\n" if lines else b""


def quoted(name: str) -> str:
    """A file's name on a shell's command line."""
    return shlex.quote(name)


def _with_exe(name: str) -> tuple[str, ...]:
    return (f"{name}.exe",)


_GCC = {"stage": Stage.COMPILE, "run": _run_executable, "keep": _with_exe, "executable": lambda name: f"{name}.exe"}

#: By Jobe's id.
RECIPES: dict[str, Recipe] = {
    "c": Recipe("c", _named("prog.c"), first=_compiled("/usr/bin/gcc", "-Wall", "-Werror", "-std=c99", "-x c"), **_GCC),  # type: ignore[arg-type]
    "cpp": Recipe("cpp", _named("prog.cpp"), first=_compiled("/usr/bin/g++", "-Wall", "-Werror"), **_GCC),  # type: ignore[arg-type]
    "java": Recipe(
        "java",
        lambda source: f"{main_class(source) or 'prog'}.java",
        _java,
        Stage.COMPILE,
        _javac,
        keep=lambda _: ("*.class",),
        processes_min=256,
        has_memory_limit=False,
        stderr=_without_tabs,
    ),
    "nodejs": Recipe(
        "javascript", _named("prog.js"), _interpreted("/usr/bin/node", "--use_strict"), limits_address_space=False
    ),
    "octave": Recipe(
        "octave",
        _named("prog.m"),
        _interpreted("/usr/bin/octave-cli", "--norc", "--no-window-system", "--silent", "-H"),
        numbers={"memorylimit": 500},
        stderr=_of_octave,
    ),
    "pascal": Recipe(
        "pascal",
        _named("prog.pas"),
        _run_executable,
        Stage.COMPILE,
        _fpc,
        keep=lambda name: (f"{name}.exe", f"{name}.err"),
        executable=lambda name: f"{name}.exe",
        errors_in=lambda name: f"{name}.err",
    ),
    "php": Recipe(
        "php",
        _named("prog.php"),
        _interpreted("/usr/bin/php", "--no-php-ini"),
        Stage.CHECK,
        lambda spec, name: ["/usr/bin/php", "-n", "-d", "display_errors=stderr", "-l", quoted(name)],
        errors_on_stdout=True,
    ),
    "python3": Recipe(
        "python3",
        _named("prog.py"),
        _interpreted("/usr/bin/python3", "-BE"),
        Stage.CHECK,
        lambda spec, name: ["/usr/bin/python3", "-m", "py_compile", quoted(name)],
        numbers={"memorylimit": 1000},
    ),
}
