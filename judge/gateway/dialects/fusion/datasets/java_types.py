"""Java code that a model wrote, one file for each class, interface or enum. Pure, and in linear time."""

from __future__ import annotations

import re
from collections.abc import Iterator

from judge.gateway.dialects.fusion.datasets.rows import BadRow

_TESTS = "import org.junit.jupiter.api.Test;\nimport static org.junit.jupiter.api.Assertions.*;\n"
_NOTHING = "NaN"

_NAME = re.compile(r"\b(?:class|interface|enum|record)\s{1,20}(\w{1,200})")
_TEST_NAME = re.compile(r"class (\w{1,200})")

#: Letters of all files together: each has the imports of its block again.
_CHARS_MAX = 16 << 20

#: What Java code is made of, as far as braces are concerned: comments, texts, braces, statements' ends.
_TOKENS = re.compile(r'//[^\n]*|/\*|"""|"|\'|[{};]')
_ENDS = {"/*": "*/", '"""': '"""'}


def java_blocks(completion: str) -> list[str]:
    """The pieces of Java code, between ``[Java]`` and ``[/Java]``, or between lines of backticks."""
    begin = completion.find("[Java]")
    end = completion.find("[/Java]", begin)
    if 0 <= begin < end:
        return [completion[begin + len("[Java]") : end]]
    if "```" not in completion:
        return [completion] if _NAME.search(completion) else [_NOTHING]
    parts = completion.split("```")
    found: dict[str, list[str]] = {"java": [], "Java": [], "": []}
    for part in parts[1::2]:
        name, newline, code = part.partition("\n")
        if newline and name.strip() in found:
            found[name.strip()].append(code.rstrip("\n"))
    return [*found["java"], *found["Java"], *found[""]]


def java_files(blocks: list[str], test: str) -> dict[str, str]:
    """Files by name: one for each type, and the test. Raises BadRow for a test that has no class, and
    for files that are too large together."""
    test_name = _TEST_NAME.search(test)
    if test_name is None:
        raise BadRow("provided_data: the test has no class")
    files, room_chars = {}, _CHARS_MAX
    for block in blocks:
        imports = "\n".join(line for line in block.split("\n") if line.startswith("import "))
        for declaration in _types(block):
            name = _NAME.search(declaration)
            if name is not None:
                room_chars -= len(imports) + len(declaration)
                if room_chars < 0:
                    raise BadRow("completion: its classes, each with all imports, are too large together")
                files[f"{name[1]}.java"] = _TESTS + imports + "\n" + declaration.strip() + "\n"
    return files | {f"{test_name[1]}.java": test}


def _types(code: str) -> Iterator[str]:
    """Declarations of types that lie in no other, each with what stands before it."""
    depth, begin = 0, 0
    for at, mark in _marks(code):
        if mark == "{":
            depth += 1
        elif mark == "}":
            depth -= 1
            if depth <= 0:
                yield code[begin : at + 1]
                depth, begin = 0, at + 1
        elif mark == ";" and depth == 0:  # the end of a package's or an import's line
            begin = at + 1


def _marks(code: str) -> Iterator[tuple[int, str]]:
    """Braces and semicolons outside of comments and texts."""
    at = 0
    while found := _TOKENS.search(code, at):
        mark, at = found[0], found.end()
        if mark in _ENDS:
            end = code.find(_ENDS[mark], at)
            at = len(code) if end < 0 else end + len(_ENDS[mark])
        elif mark in "\"'":
            at = _end_of_text(code, at, mark)
        elif mark in "{};":
            yield found.start(), mark


def _end_of_text(code: str, at: int, quote: str) -> int:
    while at < len(code) and code[at] not in (quote, "\n"):
        at += 2 if code[at] == "\\" else 1
    return at + 1
