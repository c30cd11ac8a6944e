"""The globs of submissions.yaml: ``*`` within one path component, and ``{a,b}``. Pure.

A path is matched when it or one of its parents is. ``**`` and ``[...]`` have no meaning and match themselves.
"""

from __future__ import annotations

import re

#: More alternatives than this come from a mistake or an attack.
ALTERNATIVES_MAX = 10_000


def compile_glob(glob: str) -> re.Pattern[str]:
    """A pattern whose ``match`` answers for a path relative to the same place.

    Raises ValueError for unbalanced braces or too many alternatives.
    """
    expanded = _expand(glob.strip("/"))
    patterns = (re.escape(one).replace(r"\*", "[^/]*") for one in expanded)
    return re.compile(f"(?:{'|'.join(patterns)})(?:/|\\Z)", re.DOTALL)


def _expand(glob: str) -> list[str]:
    """All alternatives of the braces, nested ones included, in the order written."""
    opening = glob.find("{")
    if opening < 0:
        if "}" in glob:
            raise ValueError("unbalanced braces")
        return [glob]
    parts, closing = _alternatives(glob, opening)
    found = []
    for tail in _expand(glob[closing + 1 :]):
        for part in parts:
            found += [glob[:opening] + middle + tail for middle in _expand(part.strip())]
            if len(found) > ALTERNATIVES_MAX:
                raise ValueError(f"more than {ALTERNATIVES_MAX} alternatives")
    return found


def _alternatives(glob: str, opening: int) -> tuple[list[str], int]:
    """The comma-separated parts of the brace at ``opening`` and where it closes."""
    depth, start, parts = 0, opening + 1, []
    for index in range(opening, len(glob)):
        letter = glob[index]
        if letter == "{":
            depth += 1
        elif letter == "}":
            depth -= 1
        if (letter == "," and depth == 1) or depth == 0:
            parts.append(glob[start:index])
            start = index + 1
        if depth == 0:
            return parts, index
    raise ValueError("unbalanced braces")
