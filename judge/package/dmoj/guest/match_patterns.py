"""Matches file names with a package's regular expressions, in a process of its own that may be killed.

A pattern of a stranger may take for ever or all memory (``(a+)+$``); Python's matcher has no limit of its own.
JSON in: ``{"patterns": [...], "names": [...], "cpu_s": ..., "memory_bytes": ...}``; out: for each pattern a list of
``[index of the name, batch or null, case]``, or ``{"pattern": index, "error": text}``. Standard library only.
"""

from __future__ import annotations

import json
import re
import resource
import sys
from typing import Any


def _place(match: re.Match[str]) -> list[str | None]:
    groups = match.groupdict()
    return [groups.get("batch"), groups.get("case")]


def _answer(question: dict[str, Any]) -> object:
    found = []
    for number, text in enumerate(question["patterns"]):
        try:
            pattern = re.compile(text, re.IGNORECASE)
        except (re.error, RecursionError, OverflowError) as error:
            return {"pattern": number, "error": f"is no regular expression: {error}"}
        if "case" not in pattern.groupindex:
            return {"pattern": number, "error": "has no group that is called case: (?P<case>...)"}
        matches = [(index, pattern.match(name)) for index, name in enumerate(question["names"])]
        found.append([[index, *_place(match)] for index, match in matches if match])
    return found


def main() -> None:
    """One question on standard input, its answer on standard output."""
    question = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (question["cpu_s"], question["cpu_s"] + 1))
    resource.setrlimit(resource.RLIMIT_AS, (question["memory_bytes"], question["memory_bytes"]))
    json.dump(_answer(question), sys.stdout)


if __name__ == "__main__":
    main()
