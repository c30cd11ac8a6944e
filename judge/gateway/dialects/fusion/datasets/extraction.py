"""Finds the code in what a model wrote. Pure, and in time that grows with the text alone.

Code stands between lines of three backticks (fenced), or behind one such line that has no end, or it is guessed at. Of
each kind the first in the wanted language counts, else the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

#: Which of several kinds of blocks count: the highest there is. A client's own rules give any.
FENCED, INCOMPLETE, GUESSED = 30, 20, 10

_FENCE = "```"

#: What stands behind the first backticks, by language.
_NAMES = {
    "python": "python Python py Python3 python3 PY",
    "cpp": "cpp c++ C++ Cpp CPP",
    "nodejs": "JS js",
    "javascript": "javascript Javascript JavaScript",
    "go": "go Go",
    "java": "java Java",
    "php": "php PHP",
    "csharp": "csharp c# C#",
    "bash": "bash Bash BASH sh shell",
    "typescript": "typescript",
    "rust": "rust Rust rs",
    "sql": "sql SQL Sql",
    "D": "D d",
    "julia": "julia Julia jl",
    "lua": "lua Lua",
    "perl": "perl Perl PERL",
    "R": "R r",
    "ruby": "ruby Ruby",
    "scala": "scala Scala",
    "kotlin": "kotlin Kotlin",
    "c": "c C",
    "html": "html Html HTML",
    "verilog": "verilog Verilog VERILOG",
    "racket": "racket",
    "swift": "swift",
}
_LANGUAGES = {name: language for language, names in _NAMES.items() for name in names.split(" ")}

_HEAD = ("import", "from", "#")
_SQL = re.compile(r"^\s*(?:select|with\s[^\n]+as)[^;]*", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class CodeBlock:
    """A piece of code. ``language`` empty = it is not said."""

    priority: int
    code: str
    language: str = ""


def code_in(completion: str, language: str, more: tuple[CodeBlock, ...] = ()) -> str:
    """The code; empty when there is none. ``more``: blocks that were found by a client's own rules."""
    blocks = [*_fenced(completion), *_guessed(completion, language), *_incomplete(completion), *more]
    if not blocks:
        return ""
    highest = max(block.priority for block in blocks)
    best = [block for block in blocks if block.priority == highest]
    return next((block for block in best if block.language == language), best[0]).code


def without_entry_point(code: str, language: str) -> str:
    """The code without what would run it by itself, so that a test can be put behind it."""
    if language == "python":
        code = _before('if __name__ == "__main__":', code)
    elif language == "cpp":
        code = _before("int main()", code)
    elif language == "go":
        code = code.replace("package main", "")
    return _before("# Example usage", code)


def _before(mark: str, code: str) -> str:
    return code[: code.index(mark)].strip() if mark in code else code


def _fenced(completion: str) -> Iterator[CodeBlock]:
    at = 0
    while (start := completion.find(_FENCE, at)) >= 0:
        head_end = completion.find("\n", start)
        if head_end < 0:
            return
        found = _end_of_block(completion, head_end + 1)
        if found is None:
            return
        end, at = found
        name = completion[start + len(_FENCE) : head_end].strip()
        yield CodeBlock(FENCED, completion[head_end + 1 : end], _LANGUAGES.get(name, ""))


def _end_of_block(completion: str, begin: int) -> tuple[int, int] | None:
    """Where a block that begins there ends, and where its last backticks do: they stand alone at a line's beginning."""
    at = begin
    while (fence := completion.find(_FENCE, at)) >= 0:
        blank = fence
        while blank > at and completion[blank - 1].isspace():
            blank -= 1
        line_end = completion.find("\n", blank, fence)
        if line_end >= 0:
            return line_end, fence + len(_FENCE)
        at = fence + 1
    return None


def _incomplete(completion: str) -> Iterator[CodeBlock]:
    start = completion.find(_FENCE)
    head_end = completion.find("\n", start)
    if start >= 0 and head_end >= 0:
        name = completion[start + len(_FENCE) : head_end].strip()
        yield CodeBlock(INCOMPLETE, completion[head_end + 1 :], _LANGUAGES.get(name, ""))


def _guessed(completion: str, language: str) -> Iterator[CodeBlock]:
    if language not in ("python", "sql", "bash"):
        return
    lines = [line for line in completion.split("\n") if line.strip()]
    if language == "python":
        found = _python_definitions(lines)
    elif language == "sql":
        found = (match[0] for match in _SQL.finditer("\n".join(lines) + "\n"))
    else:
        found = iter(["\n".join(lines) + "\n"])
    yield from (CodeBlock(GUESSED, code, language) for code in found)


def _python_definitions(lines: list[str]) -> Iterator[str]:
    """Functions and classes, each with the imports and comments right before it."""
    begin = at = 0
    while at < len(lines):
        if lines[at].startswith(("def ", "class ")):
            end = at + 1
            while end < len(lines) and lines[end][0].isspace():
                end += 1
            if end > at + 1:
                yield "\n".join(lines[begin:end]) + "\n"
            begin = at = end
        elif lines[at].startswith(_HEAD):
            at += 1
        else:
            begin = at = at + 1
