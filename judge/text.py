"""Text from outside made safe to show: in a terminal, a log line, a page, a JSON document. The only place that does so.

Longer text keeps its lines (:func:`safe_text`, :func:`printable_lines`); names and messages become one line
(:func:`printable`, :func:`printable_bytes`, :func:`shown`).
"""

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


def printable(text: str, chars_max: int | None = None) -> str:
    """``text`` on one line: control and other unprintable characters as escapes of Python source, cut after
    ``chars_max`` with "..."."""
    if chars_max is not None and len(text) > chars_max:
        text = text[:chars_max] + "..."
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii") for letter in text
    )


def printable_bytes(data: bytes) -> str:
    """Any bytes as one line of printable text: UTF-8 where it is, escapes where it is not."""
    return printable(data.decode("utf-8", "backslashreplace"))


def shown(name: str) -> str:
    """A file's name, with whatever bytes the file system has (surrogate escapes), as text that any JSON encoder takes
    and no terminal obeys."""
    return printable_bytes(name.encode("utf-8", "surrogateescape"))


def printable_lines(text: str) -> list[str]:
    """The lines of a longer text, tabs expanded, each harmless."""
    return [printable(line.expandtabs(8)) for line in text.splitlines()]


#: What our own pictures are made of, for a terminal that has only letters.
_PLAIN = {"█": "#", "·": ".", "─": "-", "━": "-", "…": "...", "→": "->", "►": ">", "│": "|"}


def plain_letters(error: UnicodeError) -> tuple[str, int]:
    """For :func:`codecs.register_error`: what an encoding lacks becomes like letters, or a question mark."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_PLAIN.get(letter, "?") for letter in error.object[error.start : error.end]), error.end
