"""Globs: those of files (languages' artifacts, what is taken out of /work, parts of a toolchain), and those of
submissions.yaml. Pure, and light: the launcher imports it.

*Files*: ``*`` and ``?`` stay within one path component, ``**`` spans any number of them; brackets mean themselves.
Paths and patterns are tuples of components, as bytes. *submissions.yaml* (:func:`compile_glob`): ``*`` within one
component, and ``{a,b}``; a path is matched when it or one of its parents is, and nothing else has a meaning.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

#: A path or a pattern, by components.
Components = tuple[bytes, ...]

#: More alternatives than this come from a mistake or an attack.
ALTERNATIVES_MAX = 10_000


# --- files ------------------------------------------------------------------------------------------


def parsed(text: str) -> Components:
    """The components of a path or a pattern."""
    return tuple(os.fsencode(part) for part in text.split("/"))


def matches_any(path: str, patterns: Iterable[str]) -> bool:
    """Does the whole path fit one of the patterns?"""
    components = parsed(path)
    return any(matches(components, parsed(pattern)) for pattern in patterns)


def matches(path: Components, pattern: Components) -> bool:
    """Does the whole path fit? ``*`` and ``?`` stay within a component, ``**`` spans any number of them.

    In time that grows with the product of both lengths: patterns come with packages, paths with what is handed in.
    """
    begun = {0}  # how many components of the path what was read of the pattern may stand for
    for piece in pattern:
        if piece == b"**":
            begun = set(range(min(begun), len(path) + 1))
        else:
            begun = {at + 1 for at in begun if at < len(path) and fits_component(path[at], piece)}
        if not begun:
            return False
    return len(path) in begun


def may_hold(path: Components, pattern: Components) -> bool:
    """Could something below this directory fit?"""
    if not pattern:
        return False
    if pattern[0] == b"**" or not path:
        return True
    return fits_component(path[0], pattern[0]) and may_hold(path[1:], pattern[1:])


def fits_component(name: bytes, pattern: bytes) -> bool:
    """Shell matching of one component with ``*`` and ``?``, in time that grows with the name alone."""
    first, *others = pattern.split(b"*")
    if not others:
        return len(name) == len(first) and _found(first, name, 0, len(name)) == 0
    *middle, last = others
    at, end = len(first), len(name) - len(last)
    if end < at or _found(first, name, 0, at) != 0 or _found(last, name, end, len(name)) != end:
        return False
    for piece in middle:
        at = _found(piece, name, at, end)
        if at < 0:
            return False
        at += len(piece)
    return True


def _found(piece: bytes, name: bytes, begin: int, end: int) -> int:
    """Where ``piece``, whose ``?`` is any byte, first stands between ``begin`` and ``end``; -1 = nowhere."""
    if b"?" not in piece:
        return name.find(piece, begin, end)
    found = re.compile(re.escape(piece).replace(rb"\?", b"."), re.DOTALL).search(name, begin, end)
    return found.start() if found else -1


# --- submissions.yaml -------------------------------------------------------------------------------


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
