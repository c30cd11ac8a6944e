"""Which class a Java source is to be named after, found by reading its tokens, not by guessing from lines.

A source with ``public class Ünïcode`` must lie in ``Ünïcode.java``. Comments, strings, text blocks and Unicode
escapes are read as the language specification says (JLS 3.3, 3.6, 3.7, 3.10, 7.6); everything else is skipped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_UNICODE_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\u+([0-9a-fA-F]{4})")
_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?(?:\*/|\Z)|"""(?:\\.|.)*?(?:"""|\Z)|"(?:\\.|[^"\\\n])*"?|\'(?:\\.|[^\'\\\n])*\'?'
    r"|(?P<word>[^\W\d][\w$]*|\$[\w$]*)|(?P<mark>[{}();.@])",
    re.DOTALL,
)
_TYPE_WORDS = frozenset({"class", "interface", "enum", "record"})
_NAME_MAX = 150


@dataclass(frozen=True)
class JavaClass:
    """The class a file is about: its public top-level type, else the one with ``main``, else the first.

    ``name`` is empty when there is none; ``has_main`` tells whether any top-level type declares ``main``.
    """

    package: str = ""
    name: str = ""
    has_main: bool = False


def java_class(source: bytes) -> JavaClass:
    """Read one Java source, valid or not. Never raises; linear in its size."""
    text = _UNICODE_ESCAPE.sub(lambda m: m[1] + chr(int(m[2], 16)), source.decode("utf-8", "replace"))
    words = list(_words(text))
    package = _package(words)
    depth, public, current = 0, False, ""
    first = public_name = main_name = ""
    for index, word in enumerate(words):
        if word in "{}":
            depth += 1 if word == "{" else -1
            public = False
        elif word == ";":
            public = False
        elif depth == 0 and word == "public":
            public = True
        elif depth == 0 and word in _TYPE_WORDS and index + 1 < len(words) and _is_name(words[index + 1]):
            current = words[index + 1]
            first = first or current
            public_name = public_name or (current if public else "")
            public = False
        elif depth == 1 and word == "main" and words[index + 1 : index + 2] == ["("] and words[index - 1] == "void":
            main_name = main_name or current
    return JavaClass(package=package, name=public_name or main_name or first, has_main=bool(main_name))


def _words(text: str) -> Iterator[str]:
    for match in _TOKEN.finditer(text):
        if match["word"] or match["mark"]:
            yield match[0]


def _package(words: list[str]) -> str:
    if "package" not in words[:200]:
        return ""
    start = words.index("package") + 1
    parts = []
    for word in words[start : start + 100]:
        if word == ";":
            break
        parts.append(word)
    name = "".join(parts)
    return name if parts and all(_is_name(part) for part in name.split(".")) else ""


def _is_name(word: str) -> bool:
    """An identifier that may become a file name."""
    usual = 0 < len(word.encode("utf-8", "replace")) <= _NAME_MAX and (word[0].isidentifier() or word[0] == "$")
    return usual and not any(unicodedata.category(letter) in ("Cf", "Cs") for letter in word)
