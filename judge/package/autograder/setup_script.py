"""Which packages a setup script asks for, read from its text: nothing of it is run.

What is known are ``apt-get install`` and ``pip install`` with plain names, as most courses write them. All else is the
rest: :func:`judge.gradebook.imports.setup_run` runs it once in the sandbox, without network.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from judge.package.autograder.keys import is_debian, is_pypi

#: Commands that say nothing more where a layer has the packages.
_ONLY_FOR_APT = frozenset({"update", "upgrade", "dist-upgrade", "clean", "autoclean", "autoremove"})
#: Words of a shell between commands.
_BETWEEN = frozenset({"&&", "||", ";", "|", "&"})
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=.*", re.DOTALL)
#: Options that take the next word.
_PIP_VALUES = frozenset(
    {"-c", "-i", "-t", "-f", "--constraint", "--index-url", "--extra-index-url", "--target", "--find-links"}
)
_APT_VALUES = frozenset({"-o", "-t", "-c", "--option", "--target-release"})
#: What may follow a name and says nothing here.
_ARCHITECTURE = re.compile(r":(any|native|amd64|arm64|i386)$")
#: Those that every interpreter brings.
_PIPS_OWN = frozenset({"pip", "setuptools", "wheel"})


@dataclass(frozen=True)
class Setup:
    """``debian`` and ``pypi`` are names as asked for; ``remarks`` (line, what cannot be done with it); ``has_rest``:
    there is more in it than packages."""

    debian: tuple[str, ...] = ()
    pypi: tuple[str, ...] = ()
    remarks: tuple[tuple[int, str], ...] = ()
    has_rest: bool = False


@dataclass(frozen=True)
class _Asked:
    """One command's part of it."""

    debian: tuple[str, ...] = ()
    pypi: tuple[str, ...] = ()
    remark: str = ""
    is_rest: bool = False


def read_setup(text: str, requirements: Callable[[str], str | None]) -> Setup:
    """What a script asks for. ``requirements``: the text of a file that pip is to read, by the name that the script has
    for it; None = there is none."""
    debian: dict[str, None] = {}
    pypi: dict[str, None] = {}
    remarks: list[tuple[int, str]] = []
    has_rest = False
    for line, words in _commands(text):
        asked = _asked(words, requirements)
        debian |= dict.fromkeys(asked.debian)
        pypi |= dict.fromkeys(asked.pypi)
        remarks += [(line, asked.remark)] if asked.remark else []
        has_rest = has_rest or asked.is_rest
    return Setup(tuple(debian), tuple(pypi), tuple(remarks), has_rest)


def _commands(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Each simple command with its line, as far as lines can be told from each other without a shell."""
    for line, logical in _logical_lines(text):
        lexer = shlex.shlex(logical, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        lexer.commenters = "#"
        try:
            words = list(lexer)
        except ValueError:
            words = logical.split()  # a quote that goes on: some other command
        command: list[str] = []
        for word in words:
            if word in _BETWEEN:
                yield from [(line, tuple(command))] if command else []
                command = []
            else:
                command.append(word)
        if command:
            yield line, tuple(command)


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    begun, first = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        first = first if begun else number
        if line.endswith("\\"):
            begun += line[:-1] + " "
            continue
        yield first, begun + line
        begun = ""
    if begun:
        yield first, begun


def _asked(words: Sequence[str], requirements: Callable[[str], str | None]) -> _Asked:
    rest = list(words)
    while rest and (rest[0] in ("sudo", "-E", "-H", "env") or _ASSIGNMENT.fullmatch(rest[0])):
        rest.pop(0)
    if not rest:
        return _Asked()
    name = rest[0].rpartition("/")[2]
    if name in ("apt", "apt-get", "aptitude"):
        return _apt(rest[1:])
    if re.fullmatch(r"pip[0-9.]*", name):
        return _pip(rest[1:], requirements)
    if re.fullmatch(r"python[0-9.]*", name) and rest[1:3] == ["-m", "pip"]:
        return _pip(rest[3:], requirements)
    return _Asked(is_rest=name not in ("set", "echo", "exit", ":", "true"))


def _operands(words: Sequence[str], with_value: frozenset[str]) -> tuple[list[str], list[str]]:
    """Words that are no options, and the options."""
    found: list[str] = []
    options: list[str] = []
    todo = list(words)
    while todo:
        word = todo.pop(0)
        if word in with_value:
            options.append(word)
            del todo[:1]
        elif word.startswith("-"):
            options.append(word)
        else:
            found.append(word)
    return found, options


def _apt(words: Sequence[str]) -> _Asked:
    operands, _ = _operands(words, _APT_VALUES)
    if not operands or operands[0] in _ONLY_FOR_APT:
        return _Asked()
    if operands[0] != "install":
        return _Asked(remark=f"apt-get {operands[0]} cannot be done")
    names = [_ARCHITECTURE.sub("", name) for name in operands[1:]]
    odd = [name for name in names if not is_debian(name)]
    remark = f"{', '.join(odd)}: no plain name of a Debian package" if odd else ""
    return _Asked(debian=tuple(name for name in names if name not in odd), remark=remark)


def _pip(words: Sequence[str], requirements: Callable[[str], str | None]) -> _Asked:
    files = [one for word, one in pairwise(words) if word in ("-r", "--requirement")]
    operands, options = _operands(words, _PIP_VALUES | {"-r", "--requirement"})
    if not operands or operands[0] != "install":
        return _Asked()
    names, remarks = list(operands[1:]), []
    for file in files:
        text = requirements(file)
        if text is None:
            remarks.append(f"there is no file {file}")
        names += [] if text is None else _requirements(text)
    names = [re.sub(r"\s+", "", name.partition(";")[0]) for name in names]
    odd = [name for name in names if not is_pypi(name)]
    remarks += [f"{', '.join(odd)}: no plain name of a package of PyPI"] if odd else []
    remarks += [f"{one}: its value is not used" for one in options if one in _PIP_VALUES]
    wanted = (name for name in names if name not in odd and re.split("[=<>~!]", name)[0] not in _PIPS_OWN)
    return _Asked(pypi=tuple(wanted), remark="; ".join(remarks))


def _requirements(text: str) -> list[str]:
    """The lines of a requirements file: names, and what is none as it is."""
    lines = (line.partition(" #")[0].strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]
