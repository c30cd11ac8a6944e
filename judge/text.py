"""Hostile bytes as text that is safe to show: in a terminal, a log line, a page, a JSON document."""

from __future__ import annotations

import re
import unicodedata

_ESCAPE_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
_HARMLESS = frozenset("\n\t")
_UNSHOWN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def safe_text(data: bytes, bytes_max: int) -> str:
    """The first ``bytes_max`` bytes as text of printable characters, newlines and tabs.

    Escape sequences go; carriage returns before a newline go; every other control, invisible or unassigned
    character and every byte that is not UTF-8 becomes U+FFFD. Says so when something was cut.
    """
    text = data[:bytes_max].decode("utf-8", "replace").replace("\r\n", "\n")
    text = _ESCAPE_SEQUENCE.sub("", text)
    text = "".join(letter if letter in _HARMLESS or _shown(letter) else "\ufffd" for letter in text)
    cut = len(data) - bytes_max
    return f"{text}\n[{cut} more bytes]" if cut > 0 else text


def _shown(letter: str) -> bool:
    return (letter.isascii() and letter.isprintable()) or unicodedata.category(letter) not in _UNSHOWN
